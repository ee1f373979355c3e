package governance_test

import (
	"bytes"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/core"
	g "github.com/solidaire-coop/solidaire/internal/governance"
)

func canonical(t fataler, c g.Certificate) []byte {
	t.Helper()
	b, err := c.Canonical()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestTheSameVotesGiveTheSameBytes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		h := drawn(t)
		first := canonical(t, certify(t, h))
		if !bytes.Equal(first, canonical(t, certify(t, h))) {
			t.Fatal("two counts, two certificates")
		}
		if err := g.Check(first, h); err != nil {
			t.Fatal(err)
		}
		if again, err := g.ParseCertificate(first); err != nil || !bytes.Equal(canonical(t, again), first) {
			t.Fatal(err)
		}
	})
}

func TestAnyByteChangedIsNoticed(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		h := drawn(t)
		certificate := canonical(t, certify(t, h))
		refuse := func(what string, changed g.Held) {
			t.Helper()
			if err := g.Check(certificate, changed); err == nil {
				t.Fatalf("%s was changed, and the certificate still holds", what)
			}
		}
		c := h
		c.Proposal.Reasons.FR += " Vraiment."
		refuse("the proposal", c)
		c = h
		c.Rules.Decisions = slices.Clone(h.Rules.Decisions)
		c.Rules.Decisions[3].ContestationHours++
		refuse("the rules", c)
		c = h
		c.Roll = rollOf(t, h.Roll.Size()+1)
		refuse("the roll", c)
		c = h
		c.Ballot.Closes = c.Ballot.Closes.Add(time.Hour)
		refuse("the ballot", c)
		if n := len(h.Votes); n > 0 {
			i := rapid.IntRange(0, n-1).Draw(t, "which")
			c = h
			c.Votes = slices.Clone(h.Votes)
			c.Votes[i].Salt = strings.Repeat("f", 64)
			refuse("the salt of a vote", c)
			c.Votes = slices.Clone(h.Votes)
			c.Votes[i].Time = c.Votes[i].Time.Add(time.Millisecond)
			refuse("the time of a vote", c)
			c.Votes = slices.Delete(slices.Clone(h.Votes), i, i+1)
			refuse("the number of votes", c)
			if n < h.Roll.Size() {
				c.Votes = slices.Clone(h.Votes)
				c.Votes[i].Person = person(n)
				refuse("the person of a vote", c)
			}
		}
		at := rapid.IntRange(0, len(certificate)-1).Draw(t, "byte")
		forged := slices.Clone(certificate)
		forged[at] ^= byte(rapid.IntRange(1, 255).Draw(t, "bits"))
		if err := g.Check(forged, h); err == nil {
			t.Fatalf("byte %d of the certificate was changed, and it still holds", at)
		}
	})
}

func TestACertificateServesItsOwnProposalOnly(t *testing.T) {
	t.Parallel()
	r := shipped(t, "quebec-c-67.2")
	one := question(t, r, 0)
	h := cast(t, held(t, r, one, rollOf(t, 3), g.YesNoAbstain), answers(map[string]int{g.Yes: 3})...)
	certificate := canonical(t, certify(t, h))
	for name, change := range map[string]func(*g.Proposal){
		"another organisation": func(p *g.Proposal) { p.Organisation = person(777) },
		"another parent":       func(p *g.Proposal) { p.Parent = charter.HashOf([]byte("other")) },
		"another text":         func(p *g.Proposal) { p.Title = both("Fermer le samedi") },
	} {
		p := one
		change(&p)
		other := cast(t, held(t, r, p, rollOf(t, 3), g.YesNoAbstain), answers(map[string]int{g.Yes: 3})...)
		if err := g.Check(certificate, other); !core.Is(err, core.Corrupt) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestLateAndEarlyVotesAndAClockSetBackAreRefused(t *testing.T) {
	t.Parallel()
	r := shipped(t, "quebec-c-67.2")
	h := held(t, r, question(t, r, 0), rollOf(t, 4), g.YesNoAbstain)
	yes := g.Choice{Answer: g.Yes}
	at := func(index int, when time.Time) g.Vote {
		v := vote(t, h, index, person(index), yes)
		v.Time = when
		return v
	}
	for _, c := range []struct {
		name  string
		votes []g.Vote
		key   string
	}{
		{"before the opening", []g.Vote{at(0, opens.Add(-time.Millisecond))}, "errors.governance_not_open"},
		{"at the opening", []g.Vote{at(0, opens)}, ""},
		{"the last instant", []g.Vote{at(0, closes.Add(-time.Millisecond))}, ""},
		{"at the closing", []g.Vote{at(0, closes)}, "errors.governance_closed"},
		{"an hour later", []g.Vote{at(0, closes.Add(time.Hour))}, "errors.governance_closed"},
		{"the clock went back", []g.Vote{at(0, opens.Add(time.Hour)), at(1, opens.Add(time.Minute))}, "errors.governance_clock"},
	} {
		h := h
		h.Votes = c.votes
		_, err := g.Certify(h)
		if got := keyOf(err); got != c.key {
			t.Errorf("%s: %q, want %q", c.name, got, c.key)
		}
		hash, _ := h.Ballot.Hash()
		before := g.Before{Chain: hash, OnRoll: true}
		for i, v := range c.votes {
			if before.Chain, err = g.Admit(h.Ballot, r, before, v); err != nil {
				break
			}
			before.Votes, before.Last = i+1, v.Time
		}
		if got := keyOf(err); got != c.key {
			t.Errorf("admitting, %s: %q, want %q", c.name, got, c.key)
		}
	}
}

func keyOf(err error) string {
	if err == nil {
		return ""
	}
	return core.AsError(err).Key
}

func TestWhoLeavesWhileTheBallotIsOpenKeepsTheirVoteAndWhoJoinsHasNone(t *testing.T) {
	t.Parallel()
	// The roll is that of its date: what happens to memberships afterwards changes neither it nor its root.
	r := shipped(t, "quebec-c-67.2")
	h := held(t, r, question(t, r, 0), rollOf(t, 5), g.YesNoAbstain)
	h = cast(t, h, answers(map[string]int{g.Yes: 2})...)
	if got := certify(t, h); got.RollSize != 5 || got.Votes != 2 {
		t.Error(got)
	}
	without := h
	without.Roll = rollOf(t, 4)
	if _, err := g.Certify(without); !core.Is(err, core.Corrupt) {
		t.Error("a roll that is not the ballot's:", err)
	}
}

func TestTheChainFollowsTheLogOrTheBallotIsVoid(t *testing.T) {
	t.Parallel()
	r := shipped(t, "quebec-c-67.2")
	h := cast(t, held(t, r, question(t, r, 0), rollOf(t, 5), g.YesNoAbstain), answers(map[string]int{g.Yes: 3, g.No: 2})...)
	hash, _ := h.Ballot.Hash()
	logged, err := g.Chains(hash, h.Votes)
	if err != nil {
		t.Fatal(err)
	}
	if f := g.Compare(logged, logged); f != nil {
		t.Error(f)
	}
	for name, c := range map[string]struct {
		change func([]g.Vote) []g.Vote
		want   g.Fault
	}{
		"edited":  {func(v []g.Vote) []g.Vote { v[3].Choice.Answer = g.Yes; return v }, g.Fault{Number: 4, What: "altered"}},
		"removed": {func(v []g.Vote) []g.Vote { return v[:4] }, g.Fault{Number: 5, What: "missing"}},
		"added": {func(v []g.Vote) []g.Vote { return append(v, vote(t, h, 5, person(5), g.Choice{Answer: g.Yes})) },
			g.Fault{Number: 6, What: "extra"}},
		"swapped": {func(v []g.Vote) []g.Vote { v[0].Person, v[1].Person = v[1].Person, v[0].Person; return v }, g.Fault{Number: 1, What: "altered"}},
	} {
		kept, err := g.Chains(hash, c.change(slices.Clone(h.Votes)))
		if err != nil {
			t.Fatal(err)
		}
		f := g.Compare(kept, logged)
		if f == nil || *f != c.want {
			t.Errorf("%s: %v, want %v", name, f, c.want)
			continue
		}
		void, err := g.Void(h, *f)
		if err != nil || void.Decision != g.Invalid {
			t.Fatal(void.Decision, err)
		}
		if err := g.Check(canonical(t, void), h); err != nil {
			t.Error(err)
		}
	}
}

func TestABallotClosesOnceEverybodyVotedWhereTheRulesSaySo(t *testing.T) {
	t.Parallel()
	r := shipped(t, g.Demonstration)
	h := held(t, r, question(t, r, 0), rollOf(t, 3), g.YesNoAbstain)
	h = cast(t, h, answers(map[string]int{g.Yes: 2})...)
	if h.Complete(opens.Add(time.Hour)) || !h.Complete(closes) {
		t.Error("one voice is missing")
	}
	h.Votes = append(h.Votes, vote(t, h, 2, person(2), g.Choice{Answer: g.No}))
	if got := certify(t, h); !h.Complete(h.Votes[2].Time) || !got.Closed.Equal(h.Votes[2].Time) || !got.ContestUntil.Equal(got.Closed) {
		t.Error(got.Closed, got.ContestUntil)
	}
}

func TestBallotsKeepToTheRules(t *testing.T) {
	t.Parallel()
	r := shipped(t, "quebec-c-67.2")
	p, roll := question(t, r, 0), rollOf(t, 5)
	for key, make := range map[string]func() (g.Ballot, error){
		"errors.governance_notice": func() (g.Ballot, error) {
			return g.NewBallot(p, r, roll, g.YesNoAbstain, called, called.Add(time.Hour), closes)
		},
		"errors.governance_opening": func() (g.Ballot, error) {
			return g.NewBallot(p, r, roll, g.YesNoAbstain, called, opens, opens.Add(time.Hour))
		},
		"errors.governance_method": func() (g.Ballot, error) { return g.NewBallot(p, r, roll, g.Ranked, called, opens, closes) },
		"errors.governance_roll_empty": func() (g.Ballot, error) {
			return g.NewBallot(p, r, rollOf(t, 0), g.YesNoAbstain, called, opens, closes)
		},
		"errors.governance_rules_changed": func() (g.Ballot, error) {
			return g.NewBallot(p, shipped(t, "scop"), roll, g.YesNoAbstain, called, opens, closes)
		},
	} {
		if _, err := make(); keyOf(err) != key {
			t.Errorf("%v, want %s", err, key)
		}
	}
	if _, err := g.NewRoll([]g.Elector{{Person: person(1), Weight: 1}, {Person: person(1), Weight: 1}}); !core.Is(err, core.Invalid) {
		t.Error("twice on the roll:", err)
	}
}

func TestProposalsThatLookLikeOthersAreRefused(t *testing.T) {
	t.Parallel()
	r := shipped(t, "quebec-c-67.2")
	for name, title := range map[string]string{
		"reordered": "Ouvrir \u202eidemas el", "homoglyph": "Оuvrir le samedi", "invisible": "Ouvrir\u200b le samedi", "combining": "E\u0301tat",
		"control": "Ouvrir\x00", "space at the end": "Ouvrir ", "empty": "", "endless": strings.Repeat("a", 1<<20),
	} {
		p := question(t, r, 0)
		p.Title.FR = title
		if _, err := p.ID(); !core.Is(err, core.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, change := range map[string]func(*g.Proposal){
		"a charter without its bytes":   func(p *g.Proposal) { p.Kind = g.KindCharter },
		"a charter in an ordinary vote": func(p *g.Proposal) { p.Charter = p.Parent },
		"a charter decided by a board": func(p *g.Proposal) {
			p.Kind, p.Body, p.Charter = g.KindCharter, "board", charter.HashOf([]byte("new"))
		},
		"the charter in force": func(p *g.Proposal) { p.Kind, p.Charter = g.KindCharter, p.Parent },
		"one option":           func(p *g.Proposal) { p.Options = []core.Text{both("a")} },
		"the same option":      func(p *g.Proposal) { p.Options = []core.Text{both("a"), both("a")} },
		"a mandate to nobody":  func(p *g.Proposal) { p.Kind = g.KindMandate },
	} {
		p := question(t, r, 0)
		change(&p)
		if _, err := p.ID(); !core.Is(err, core.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestShippedRulesAreWholeAndCited(t *testing.T) {
	t.Parallel()
	for _, id := range g.Shipped() {
		r := shipped(t, id)
		b, err := r.Canonical()
		if err != nil {
			t.Fatal(id, err)
		}
		again, err := g.ParseRules(b)
		if err != nil || hashOf(t, again) != charter.HashOf(b) || r.ID != id {
			t.Errorf("%s: %v", id, err)
		}
		for _, l := range r.Lines {
			if l.Source == g.FromLaw && strings.HasPrefix(l.Law.FR, "Aucune") {
				t.Errorf("%s: a line says that it comes from the law, and names none: %s", id, l.Text.FR)
			}
		}
	}
	if _, err := g.ShippedRules("../rules/scop"); !core.Is(err, core.NotFound) {
		t.Error(err)
	}
}

func TestRulesThatLetBothSidesWinAreRefused(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*g.RuleSet){
		"less than half": func(r *g.RuleSet) { r.Decisions[0].Threshold.Fraction = g.Fraction{Num: 1, Den: 3} },
		"half, and half of it": func(r *g.RuleSet) {
			r.Decisions[0].Threshold = g.Threshold{Base: g.BaseExpressed, Fraction: g.Fraction{Num: 1, Den: 2}}
		},
		"more than all": func(r *g.RuleSet) {
			r.Decisions[0].Threshold.Fraction, r.Decisions[0].Threshold.Strict = g.Fraction{Num: 1, Den: 1}, true
		},
		"division by zero":         func(r *g.RuleSet) { r.Decisions[0].Threshold.Fraction.Den = 0 },
		"a charter among options":  func(r *g.RuleSet) { r.Decisions[0].Methods = []g.Method{g.Ranked} },
		"no method":                func(r *g.RuleSet) { r.Decisions[0].Methods = nil },
		"an unknown base":          func(r *g.RuleSet) { r.Decisions[0].Quorum.Base = "shares" },
		"proxies without a cap":    func(r *g.RuleSet) { r.Proxies.Allowed = true },
		"a line that cites nobody": func(r *g.RuleSet) { r.Lines[0].Law = core.Text{} },
		"a silent subject":         func(r *g.RuleSet) { r.Lines = r.Lines[1:] },
	} {
		r := shipped(t, "association-fr")
		r.Lines = slices.Clone(r.Lines)
		r.Proxies = g.Proxies{}
		change(&r)
		if _, err := r.Hash(); !core.Is(err, core.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzParsers(f *testing.F) {
	for _, id := range g.Shipped() {
		if b, err := os.ReadFile("rules/" + id + ".json"); err == nil {
			var short bytes.Buffer
			if json.Compact(&short, b) == nil {
				f.Add(short.Bytes())
			}
		}
	}
	r := shipped(f, "association-fr")
	h := cast(f, held(f, r, question(f, r, 0), rollOf(f, 3), g.YesNoAbstain), g.Choice{Answer: g.Yes})
	ballot, _ := h.Ballot.Canonical()
	voted, _ := h.Votes[0].Canonical()
	proposed, _ := h.Proposal.Canonical()
	for _, seed := range [][]byte{ballot, voted, proposed, canonical(f, certify(f, h)), []byte("null"), []byte("{}"), []byte(strings.Repeat("[", 1<<12))} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		same := func(b []byte, err error) {
			if err != nil || !bytes.Equal(b, text) {
				t.Errorf("accepted %q, which encodes to %q (%v)", text, b, err)
			}
		}
		if r, err := g.ParseRules(text); err == nil {
			same(r.Canonical())
		}
		if p, err := g.ParseProposal(text); err == nil {
			same(p.Canonical())
		}
		if b, err := g.ParseBallot(text); err == nil {
			same(b.Canonical())
		}
		if v, err := g.ParseVote(text); err == nil {
			same(v.Canonical())
		}
		if c, err := g.ParseCertificate(text); err == nil {
			same(c.Canonical())
		}
	})
}
