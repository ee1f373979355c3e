// Command governance measures the bars of enforced democracy: how long the charter takes to decide, its chain to be verified, and
// a ballot of a large co-operative to be counted. It needs no server, and prints a table; it fails when a bar is missed.
//
//	go run ./bench/governance [-out FILE]
//
// Method: each line is run several times in one process, and the median is given. Decisions are about as many different people
// as there are questions, so that none is remembered from before. What is read from a disk in the program is in memory here.
package main

import (
	"context"
	"crypto/rand"
	"flag"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/solidaire-coop/solidaire/internal/audit/audittlog"
	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/charter/chartercedar"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/governance"
)

// line is one bar.
type line struct {
	what      string
	bar, took time.Duration
}

func main() {
	out := flag.String("out", "", "write the table here as well")
	flag.Parse()
	lines, err := measure()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	table, held := tell(lines)
	fmt.Print(table)
	if *out != "" {
		if err := os.WriteFile(*out, []byte(table), 0o644); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	if !held {
		os.Exit(1)
	}
}

func measure() ([]line, error) {
	var lines []line
	for _, one := range []struct {
		what string
		bar  time.Duration
		run  func() (time.Duration, error)
	}{
		{"one decision of a charter of 60 articles, p50", 50 * time.Microsecond, decisions},
		{"a chain of 200 charters verified, with its certificates' signatures", 2 * time.Second, chain},
		{"quorum and result of a ballot: roll of 20,000, 3 classes, 20,000 votes", time.Second, ballot},
		{"opinion map of 2,000 members and 200 statements, a third unanswered", 2 * time.Second, opinions},
	} {
		took, err := one.run()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", one.what, err)
		}
		lines = append(lines, line{one.what, one.bar, took})
	}
	return lines, nil
}

func tell(lines []line) (table string, held bool) {
	var b strings.Builder
	fmt.Fprintf(&b, "# Enforced democracy: figures\n\n%s, %s, %s/%s, %d cores. Method: the package comment of `bench/governance`.\n\n",
		time.Now().UTC().Format("2 January 2006 15:04 UTC"), runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU())
	b.WriteString("| What | Measured | Bar | |\n| --- | --: | --: | --- |\n")
	held = true
	for _, l := range lines {
		word := "held"
		if l.took > l.bar {
			word, held = "missed", false
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", l.what, l.took.Round(100*time.Nanosecond), l.bar, word)
	}
	return b.String(), held
}

func median(list []time.Duration) time.Duration {
	slices.Sort(list)
	return list[len(list)/2]
}

// big is a template with articles added until there are as many as asked: half permit in rare cases, half forbid in rarer ones.
func big(articles int) (charter.Document, error) {
	d, err := charter.Template(charter.DefaultTemplate)
	for n := len(d.Articles) + 1; n <= articles && err == nil; n++ {
		a := d.Articles[0]
		a.Number = n
		a.Policy = fmt.Sprintf("forbid (principal, action == Action::\"answer\", resource is Model)\nwhen { principal in Body::\"committee-%d\" && context.data_classes.contains(\"canadian_sin\") };", n)
		if n%2 == 0 {
			a.Policy = fmt.Sprintf("permit (principal in Body::\"committee-%d\", action == Action::\"chat\", resource is Model)\nwhen { resource.local && resource.kind == \"chat\" };", n)
		}
		d.Articles = append(d.Articles, a)
	}
	return d, err
}

func decisions() (time.Duration, error) {
	d, err := big(60)
	if err != nil {
		return 0, err
	}
	version, err := charter.Genesis(d, time.Now())
	if err != nil {
		return 0, err
	}
	evaluator, err := chartercedar.New(version)
	if err != nil {
		return 0, err
	}
	took := make([]time.Duration, 20_000)
	for i := range took {
		q := charter.Question{
			Actor:  core.Actor{Organisation: "org", Person: core.ID(fmt.Sprintf("person-%d", i)), Roles: []core.Role{core.RoleMember}, Bodies: []string{"assembly", "board"}},
			Action: charter.ActionChat, Model: charter.ModelFacts{Name: "chat", Digest: "unknown", Kind: "chat", Local: true},
		}
		began := time.Now()
		decision, err := evaluator.Decide(context.Background(), q)
		took[i] = time.Since(began)
		if err != nil || !decision.Allow {
			return 0, fmt.Errorf("refused: %w", err)
		}
	}
	return median(took), nil
}

// signed authorises by the signature of the certificate alone.
type signed struct{ verifier string }

const purpose = "solidaire-certificate/1"

func (s signed) Authorises(_ core.ID, _, next charter.Version) error {
	text, err := audittlog.VerifyText(s.verifier, purpose, next.Certificate)
	if err == nil && text != next.Hash+"\n" {
		err = fmt.Errorf("a certificate of %s", text)
	}
	return err
}

func chain() (time.Duration, error) {
	secret, verifier, err := note.GenerateKey(rand.Reader, "coop.example/log")
	if err != nil {
		return 0, err
	}
	signer, err := note.NewSigner(secret)
	if err != nil {
		return 0, err
	}
	versions, err := versionsOf(signer, 200)
	if err != nil {
		return 0, err
	}
	log := charter.NewEnacted("org")
	for _, s := range charter.Enactments("org", versions) {
		if err := log.Note(s); err != nil {
			return 0, err
		}
	}
	took := make([]time.Duration, 5)
	for i := range took {
		began := time.Now()
		for _, v := range versions { // as they come out of a store
			if _, err := charter.Restore(charter.Row{Number: v.Number, Hash: v.Hash, Parent: v.Parent, Status: v.Status, Effective: v.Effective, Bytes: v.Bytes, Certificate: v.Certificate}); err != nil {
				return 0, err
			}
		}
		if err := charter.VerifyChain(versions); err != nil {
			return 0, err
		}
		if err := charter.VerifyEnacted("org", versions, log, signed{verifier}); err != nil {
			return 0, err
		}
		took[i] = time.Since(began)
	}
	return median(took), nil
}

func versionsOf(signer note.Signer, count int) ([]charter.Version, error) {
	d, err := big(60)
	if err != nil {
		return nil, err
	}
	v, err := charter.Genesis(d, time.Now())
	versions := []charter.Version{v}
	for len(versions) < count && err == nil {
		d.Settings.MaxOutputTokens++
		var canonical, certificate []byte
		if canonical, err = d.Canonical(); err != nil {
			break
		}
		if certificate, err = audittlog.SignText(signer, purpose, charter.HashOf(canonical)+"\n"); err != nil {
			break
		}
		if v, err = v.Next(d, certificate, time.Now()); err == nil {
			versions = append(versions, v)
		}
	}
	return versions, err
}

func ballot() (time.Duration, error) {
	held, err := election(20_000)
	if err != nil {
		return 0, err
	}
	took := make([]time.Duration, 5)
	for i := range took {
		began := time.Now()
		c, err := governance.Certify(held)
		took[i] = time.Since(began)
		if err != nil || !c.Quorum.Met {
			return 0, fmt.Errorf("quorum %v: %w", c.Quorum, err)
		}
	}
	return median(took), nil
}

// election is a ballot in which everybody votes, under the rules of a co-operative with three classes.
func election(people int) (governance.Held, error) {
	rules, err := governance.ShippedRules(governance.Demonstration)
	if err != nil {
		return governance.Held{}, err
	}
	hash, err := rules.Hash()
	if err != nil {
		return governance.Held{}, err
	}
	called := time.Date(2026, 11, 1, 9, 0, 0, 0, time.UTC)
	electors := make([]governance.Elector, people)
	for i := range electors {
		electors[i] = governance.Elector{Person: core.NewID(called.Add(time.Duration(i) * time.Millisecond)), Class: []string{"travail", "soutien", "usage"}[i%3], Weight: 1}
	}
	roll, err := governance.NewRoll(electors)
	if err != nil {
		return governance.Held{}, err
	}
	word := core.Text{FR: "Ouvrir le samedi", EN: "Open on Saturdays"}
	proposal := governance.Proposal{
		Format: governance.ProposalFormat, Organisation: core.NewID(called), Motion: core.NewID(called), Version: 1, Kind: governance.KindOrdinary, Body: governance.Assembly,
		Title: word, Reasons: word, Options: []core.Text{}, Parent: charter.HashOf([]byte("charter")), Rules: hash,
	}
	opens := called.Add(40 * 24 * time.Hour)
	b, err := governance.NewBallot(proposal, rules, roll, governance.YesNoAbstain, called, opens, opens.Add(240*time.Hour))
	if err != nil {
		return governance.Held{}, err
	}
	name, err := b.Hash()
	if err != nil {
		return governance.Held{}, err
	}
	held := governance.Held{Proposal: proposal, Rules: rules, Ballot: b, Roll: roll, Votes: make([]governance.Vote, people)}
	for i, e := range electors {
		answer := []string{governance.Yes, governance.Yes, governance.No, governance.Abstain}[i%4]
		held.Votes[i] = governance.Vote{
			Format: governance.VoteFormat, Ballot: name, Sequence: i + 1, Person: e.Person, Choice: governance.Choice{Answer: answer},
			Time: opens.Add(time.Duration(i) * time.Millisecond), Salt: charter.HashOf([]byte(e.Person)),
		}
	}
	return held, nil
}

func opinions() (time.Duration, error) {
	const people, statements = 2000, 200
	answers := make([][]governance.Opinion, people)
	for i := range answers {
		answers[i] = make([]governance.Opinion, statements)
		for j := range answers[i] {
			switch x := (i*7919 + j*104729 + i*j) % 97; { // three camps with many who differ
			case x < 32:
				answers[i][j] = governance.Unseen
			case x < 80:
				answers[i][j] = []governance.Opinion{governance.Agrees, governance.Disagrees}[(i%3+j)%2]
			default:
				answers[i][j] = governance.Disagrees
			}
		}
	}
	took := make([]time.Duration, 5)
	for i := range took {
		began := time.Now()
		if _, ok := governance.MapOpinions(answers, statements); !ok {
			return 0, fmt.Errorf("no map")
		}
		took[i] = time.Since(began)
	}
	return median(took), nil
}
