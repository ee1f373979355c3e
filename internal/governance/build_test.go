package governance_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/core"
	g "github.com/solidaire-coop/solidaire/internal/governance"
)

var (
	called = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	opens  = called.Add(30 * 24 * time.Hour)
	closes = opens.Add(72 * time.Hour)
)

// person gives the n-th person a stable id.
func person(n int) core.ID {
	return core.ID(fmt.Sprintf("0123456789%016d", n))
}

func both(s string) core.Text { return core.Text{FR: s, EN: s} }

type fataler interface {
	Helper()
	Fatal(args ...any)
}

func shipped(t fataler, id string) g.RuleSet {
	t.Helper()
	r, err := g.ShippedRules(id)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func hashOf(t fataler, r g.RuleSet) string {
	t.Helper()
	h, err := r.Hash()
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// question is an ordinary proposal; with options when there are some.
func question(t fataler, r g.RuleSet, options int) g.Proposal {
	p := g.Proposal{Format: g.ProposalFormat, Organisation: person(9999), Motion: person(8888), Version: 1, Kind: g.KindOrdinary, Body: g.Assembly,
		Title: both("Ouvrir le samedi"), Reasons: both("Des membres le demandent."), Options: []core.Text{},
		Parent: charter.HashOf([]byte("parent")), Rules: hashOf(t, r)}
	for i := range options {
		p.Options = append(p.Options, both(fmt.Sprintf("Option %d", i+1)))
	}
	return p
}

func rollOf(t fataler, n int, classes ...string) g.Roll {
	t.Helper()
	var electors []g.Elector
	for i := range n {
		e := g.Elector{Person: person(i), Weight: 1}
		if len(classes) > 0 {
			e.Class = classes[i%len(classes)]
		}
		electors = append(electors, e)
	}
	r, err := g.NewRoll(electors)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// held is a ballot that can be counted, without votes yet.
func held(t fataler, r g.RuleSet, p g.Proposal, roll g.Roll, m g.Method) g.Held {
	t.Helper()
	b, err := g.NewBallot(p, r, roll, m, called, opens, closes)
	if err != nil {
		t.Fatal(err)
	}
	return g.Held{Proposal: p, Rules: r, Ballot: b, Roll: roll}
}

// cast gives the people of the roll, in order, the choices, a minute apart.
func cast(t fataler, h g.Held, choices ...g.Choice) g.Held {
	t.Helper()
	for i, c := range choices {
		h.Votes = append(h.Votes, vote(t, h, i, person(i), c))
	}
	return h
}

func vote(t fataler, h g.Held, index int, who core.ID, c g.Choice) g.Vote {
	t.Helper()
	hash, err := h.Ballot.Hash()
	if err != nil {
		t.Fatal(err)
	}
	return g.Vote{Format: g.VoteFormat, Ballot: hash, Sequence: index + 1, Person: who, Choice: c,
		Time: opens.Add(time.Duration(index) * time.Second), Salt: strings.Repeat("0", 56) + fmt.Sprintf("%08x", index)}
}

func certify(t fataler, h g.Held) g.Certificate {
	t.Helper()
	c, err := g.Certify(h)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func answers(counts map[string]int) []g.Choice {
	var out []g.Choice
	for _, answer := range []string{g.Yes, g.No, g.Abstain, g.Objection} {
		for range counts[answer] {
			c := g.Choice{Answer: answer}
			if answer == g.Objection {
				c.Reasons = "Ce serait contraire à nos valeurs."
			}
			out = append(out, c)
		}
	}
	return out
}

func wantCode(t *testing.T, err error, code core.Code, key string) {
	t.Helper()
	if !core.Is(err, code) || core.AsError(err).Key != key {
		t.Errorf("got %v, want %s (%s)", err, key, code)
	}
}

// draw makes a random choice that the method allows.
func draw(t *rapid.T, m g.Method, options int) g.Choice {
	if m.HasOptions() && rapid.IntRange(0, 5).Draw(t, "blank") == 0 {
		return g.Choice{Blank: true}
	}
	var c g.Choice
	switch m {
	case g.Approval:
		for o := range options {
			if rapid.Bool().Draw(t, "approves") {
				c.Approved = append(c.Approved, o)
			}
		}
		c.Blank = len(c.Approved) == 0
	case g.MajorityJudgment:
		for range options {
			c.Grades = append(c.Grades, rapid.IntRange(0, g.Grades-1).Draw(t, "grade"))
		}
	case g.Ranked:
		for range options {
			c.Ranks = append(c.Ranks, rapid.IntRange(1, options).Draw(t, "place"))
		}
	case g.Consent:
		c = answers(map[string]int{rapid.SampledFrom([]string{g.Yes, g.Abstain, g.Objection}).Draw(t, "answer"): 1})[0]
	default:
		c.Answer = rapid.SampledFrom([]string{g.Yes, g.No, g.Abstain}).Draw(t, "answer")
	}
	return c
}
