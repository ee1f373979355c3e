package main

import (
	"crypto/rand"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/solidaire-coop/solidaire/internal/audit/audittlog"
	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/core"
	g "github.com/solidaire-coop/solidaire/internal/governance"
)

// ballotFiles makes a ballot of two people, and gives the second one's proof, the signed certificate and the key.
func ballotFiles(t *testing.T, dir string) (proof, certificate, key string) {
	t.Helper()
	rules, err := g.ShippedRules(g.Demonstration)
	ok := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	ok(err)
	hash, err := rules.Hash()
	ok(err)
	called := time.Date(2026, 11, 1, 9, 0, 0, 0, time.UTC)
	electors := []g.Elector{{Person: core.NewID(called), Weight: 1}, {Person: core.NewID(called.Add(time.Second)), Weight: 1}}
	roll, err := g.NewRoll(electors)
	ok(err)
	word := core.Text{FR: "Ouvrir le samedi", EN: "Open on Saturdays"}
	p := g.Proposal{Format: g.ProposalFormat, Organisation: core.NewID(called), Motion: core.NewID(called), Version: 1, Kind: g.KindOrdinary, Body: g.Assembly,
		Title: word, Reasons: word, Options: []core.Text{}, Parent: charter.HashOf(nil), Rules: hash}
	b, err := g.NewBallot(p, rules, roll, g.YesNoAbstain, called, called.Add(time.Hour), called.Add(3*time.Hour))
	ok(err)
	ballot, err := b.Hash()
	ok(err)
	held := g.Held{Proposal: p, Rules: rules, Ballot: b, Roll: roll}
	for i, e := range electors {
		held.Votes = append(held.Votes, g.Vote{Format: g.VoteFormat, Ballot: ballot, Sequence: i + 1, Person: e.Person,
			Choice: g.Choice{Answer: g.Yes}, Time: called.Add(2 * time.Hour), Salt: charter.HashOf([]byte(e.Person))})
	}
	chains, err := g.Chains(ballot, held.Votes)
	ok(err)
	lines, found := roll.Prove(electors[1].Person)
	if !found {
		t.Fatal("not on the roll")
	}
	text, err := json.Marshal(g.VoteProof{Ballot: ballot, Vote: held.Votes[1], Before: chains[0], Chain: chains[1], After: []string{}, Roll: lines})
	ok(err)
	proof = filepath.Join(dir, "preuve.json")
	ok(os.WriteFile(proof, text, 0o600))
	result, err := g.Certify(held)
	ok(err)
	canonical, err := result.Canonical()
	ok(err)
	secret, verifier, err := note.GenerateKey(rand.Reader, "coop.example/log")
	ok(err)
	signer, err := note.NewSigner(secret)
	ok(err)
	signed, err := audittlog.SignText(signer, "solidaire-certificate/1", string(canonical)+"\n")
	ok(err)
	certificate = filepath.Join(dir, "pv.txt")
	ok(os.WriteFile(certificate, signed, 0o600))
	return proof, certificate, verifier
}

func TestAMemberVerifiesThatTheirVoteCounted(t *testing.T) {
	t.Parallel()
	proof, certificate, key := ballotFiles(t, t.TempDir())
	_, other, otherKey := ballotFiles(t, t.TempDir())
	spoilt := filepath.Join(t.TempDir(), "autre.json")
	raw, err := os.ReadFile(proof)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(spoilt, []byte(strings.Replace(string(raw), `"yes"`, `"no"`, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		args []string
		code int
		says string
	}{
		"with the key":          {[]string{"--key", key, proof, certificate}, 0, "La signature du procès-verbal est celle"},
		"without the key":       {[]string{proof, certificate}, 0, "n’a pas été vérifiée"},
		"another key":           {[]string{"--key", otherKey, proof, certificate}, 1, "signature"},
		"another ballot":        {[]string{proof, other}, 1, "n’est pas dans la chaîne"},
		"another answer":        {[]string{spoilt, certificate}, 1, "n’est pas dans la chaîne"},
		"no proof":              {[]string{certificate, certificate}, 1, "n’est pas la preuve d’un vote"},
		"files that are absent": {[]string{"rien.json", certificate}, 1, "n’existe pas"},
		"one file":              {[]string{proof}, 2, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := play(t, append([]string{"--lang", "fr", "vote", "verify"}, c.args...)...)
			if got.code != c.code || !strings.Contains(got.out+got.err, c.says) {
				t.Errorf("%+v", got)
			}
		})
	}
}
