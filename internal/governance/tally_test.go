package governance_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/solidaire-coop/solidaire/internal/core"
	g "github.com/solidaire-coop/solidaire/internal/governance"
)

// drawn is a random election: rules, roll and votes of a random subset.
func drawn(t *rapid.T) g.Held {
	r := shipped(t, rapid.SampledFrom([]string{"association-fr", "scic", "quebec-c-67.2", "scop"}).Draw(t, "rules"))
	var classes []string
	if r.Classes.Allowed && rapid.Bool().Draw(t, "classes") {
		classes = []string{"salaries", "soutiens", "usagers"}
		r.Classes.Weights = []g.Weight{{Class: "salaries", Parts: 2}, {Class: "soutiens", Parts: 1}, {Class: "usagers", Parts: 2}}
	}
	m, options := rapid.SampledFrom(g.Methods()).Draw(t, "method"), 0
	if m.HasOptions() {
		options = rapid.IntRange(2, 5).Draw(t, "options")
	}
	n := rapid.IntRange(1, 40).Draw(t, "roll")
	h := held(t, r, question(t, r, options), rollOf(t, n, classes...), m)
	for i := range rapid.IntRange(0, n).Draw(t, "votes") {
		h.Votes = append(h.Votes, vote(t, h, i, person(i), draw(t, m, options)))
	}
	return h
}

func TestTheOrderOfVotesChangesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		h := drawn(t)
		before := certify(t, h)
		other := h
		other.Votes = nil
		for i, from := range rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1)).Perm(len(h.Votes)) {
			other.Votes = append(other.Votes, vote(t, h, i, h.Votes[from].Person, h.Votes[from].Choice))
		}
		after := certify(t, other)
		after.Chain = before.Chain
		if diff := cmp.Diff(before, after); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestOnePersonOneVote(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		h := drawn(t)
		cast, roll := int64(0), int64(0)
		for _, c := range certify(t, h).Tally.Classes {
			cast, roll = cast+c.Cast, roll+c.Roll
		}
		if cast != int64(len(h.Votes)) || roll != int64(h.Roll.Size()) {
			t.Fatalf("%d voices for %d votes, a roll of %d for %d", cast, len(h.Votes), roll, h.Roll.Size())
		}
		if len(h.Votes) == 0 {
			return
		}
		again := h
		twice := vote(t, h, len(h.Votes), h.Votes[0].Person, h.Votes[0].Choice)
		again.Votes = append(h.Votes[:len(h.Votes):len(h.Votes)], twice)
		if _, err := g.Certify(again); core.AsError(err).Key != "errors.governance_voted" {
			t.Fatalf("a second vote: %v", err)
		}
	})
}

func TestNobodyOutsideTheRollCounts(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		h := drawn(t)
		stranger := person(rapid.IntRange(h.Roll.Size(), 5000).Draw(t, "stranger"))
		h.Votes = append(h.Votes, vote(t, h, len(h.Votes), stranger, draw(t, h.Ballot.Method, h.Ballot.Options)))
		if _, err := g.Certify(h); core.AsError(err).Key != "errors.governance_off_roll" {
			t.Fatal(err)
		}
	})
}

func TestProxiesStayUnderTheCap(t *testing.T) {
	t.Parallel()
	r := shipped(t, "scop")
	for _, want := range []struct{ roll, limit int }{{5, 1}, {19, 1}, {20, 1}, {39, 1}, {40, 2}, {200, 10}} {
		if got := r.Proxies.Limit(want.roll); got != want.limit {
			t.Errorf("%d electors: %d proxies each, want %d", want.roll, got, want.limit)
		}
		h := held(t, r, question(t, r, 0), rollOf(t, want.roll), g.YesNoAbstain)
		for i := range want.limit + 1 {
			v := vote(t, h, i, person(0), g.Choice{Answer: g.Yes})
			v.ProxyFor = person(i + 1)
			if i == want.limit {
				certify(t, h)
			}
			h.Votes = append(h.Votes, v)
		}
		_, err := g.Certify(h)
		wantCode(t, err, core.Forbidden, "errors.governance_proxy_cap")
	}
	none := shipped(t, "quebec-c-67.2")
	h := held(t, none, question(t, none, 0), rollOf(t, 5), g.YesNoAbstain)
	v := vote(t, h, 0, person(0), g.Choice{Answer: g.Yes})
	v.ProxyFor = person(1)
	h.Votes = []g.Vote{v}
	_, err := g.Certify(h)
	wantCode(t, err, core.Forbidden, "errors.governance_proxy_cap")
}

func TestAProxyIsTheVoiceOfTheOther(t *testing.T) {
	t.Parallel()
	r := shipped(t, "association-fr")
	h := held(t, r, question(t, r, 0), rollOf(t, 5), g.YesNoAbstain)
	own := vote(t, h, 0, person(1), g.Choice{Answer: g.No})
	by := vote(t, h, 1, person(0), g.Choice{Answer: g.Yes})
	by.ProxyFor = person(1)
	h.Votes = []g.Vote{own, by}
	_, err := g.Certify(h)
	wantCode(t, err, core.Conflict, "errors.governance_voted")
	self := own
	self.ProxyFor = self.Person
	if _, err := self.Canonical(); err == nil {
		t.Error("a proxy from oneself")
	}
}

func TestMoreVotersNeverLoseAQuorumAndMoreAgreementNeverLosesAThreshold(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		h := drawn(t)
		if h.Ballot.Method != g.YesNoAbstain {
			t.Skip("one question")
		}
		before := certify(t, h)
		if n := len(h.Votes); n < h.Roll.Size() {
			more := h
			more.Votes = append(h.Votes[:n:n], vote(t, h, n, person(n), draw(t, g.YesNoAbstain, 0)))
			if before.Quorum.Met && !certify(t, more).Quorum.Met {
				t.Fatal("one more voter undid the quorum")
			}
		}
		for i, v := range h.Votes {
			if v.Choice.Answer != g.No {
				continue
			}
			other := h
			other.Votes = append([]g.Vote(nil), h.Votes...)
			other.Votes[i].Choice.Answer = g.Yes
			if before.Threshold.Met && !certify(t, other).Threshold.Met {
				t.Fatalf("a no that became a yes undid the threshold: %+v", before)
			}
		}
	})
}

func TestYesNoAbstain(t *testing.T) {
	t.Parallel()
	roll, third := g.Base(g.BaseRoll), g.Fraction{Num: 2, Den: 3}
	half := g.Fraction{Num: 1, Den: 2}
	for _, c := range []struct {
		name      string
		quorum    g.Quorum
		threshold g.Threshold
		votes     map[string]int // of a roll of 12
		decision  g.Outcome
		share     string
		tied      bool
	}{
		{"a majority of votes expressed", g.Quorum{Base: g.BasePresent}, g.Threshold{Base: g.BaseExpressed, Fraction: half, Strict: true},
			map[string]int{g.Yes: 3, g.No: 2, g.Abstain: 5}, g.Adopted, "3/5", false},
		{"abstentions count where the base is votes cast", g.Quorum{Base: g.BasePresent}, g.Threshold{Base: g.BaseCast, Fraction: half, Strict: true},
			map[string]int{g.Yes: 3, g.No: 2, g.Abstain: 5}, g.Rejected, "3/10", false},
		{"a tie is no majority, and is said", g.Quorum{Base: g.BasePresent}, g.Threshold{Base: g.BaseExpressed, Fraction: half, Strict: true},
			map[string]int{g.Yes: 4, g.No: 4}, g.Rejected, "1/2", true},
		{"two thirds exactly are two thirds", g.Quorum{Base: g.BasePresent}, g.Threshold{Base: g.BaseExpressed, Fraction: third},
			map[string]int{g.Yes: 4, g.No: 2}, g.Adopted, "2/3", false},
		{"of the whole roll", g.Quorum{Base: g.BasePresent}, g.Threshold{Base: roll, Fraction: half, Strict: true},
			map[string]int{g.Yes: 6}, g.Rejected, "1/2", false},
		{"more than half of the roll must take part", g.Quorum{Base: roll, Fraction: half, Strict: true}, g.Threshold{Base: g.BaseExpressed, Fraction: half, Strict: true},
			map[string]int{g.Yes: 6}, g.Rejected, "1", false},
		{"abstentions take part", g.Quorum{Base: roll, Fraction: half, Strict: true}, g.Threshold{Base: g.BaseExpressed, Fraction: half, Strict: true},
			map[string]int{g.Yes: 6, g.Abstain: 1}, g.Adopted, "1", false},
		{"nobody came", g.Quorum{Base: g.BaseNone}, g.Threshold{Base: g.BaseExpressed, Fraction: half, Strict: true}, nil, g.Rejected, "0", false},
		{"nobody said anything", g.Quorum{Base: g.BaseNone}, g.Threshold{Base: g.BaseExpressed, Fraction: half, Strict: true},
			map[string]int{g.Abstain: 3}, g.Rejected, "0", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := shipped(t, "quebec-c-67.2")
			r.Decisions[3].Quorum, r.Decisions[3].Threshold = c.quorum, c.threshold
			got := certify(t, cast(t, held(t, r, question(t, r, 0), rollOf(t, 12), g.YesNoAbstain), answers(c.votes)...))
			if got.Decision != c.decision || got.Threshold.Share != c.share || got.Tally.Tied != c.tied {
				t.Errorf("%s, %s, tied %t; want %s, %s, %t", got.Decision, got.Threshold.Share, got.Tally.Tied, c.decision, c.share, c.tied)
			}
		})
	}
}

func TestConsentFallsToOneReasonedObjection(t *testing.T) {
	t.Parallel()
	r := shipped(t, "quebec-c-67.2")
	h := held(t, r, question(t, r, 0), rollOf(t, 12), g.Consent)
	if got := certify(t, cast(t, h, answers(map[string]int{g.Yes: 5, g.Abstain: 3})...)).Decision; got != g.Adopted {
		t.Error(got)
	}
	if got := certify(t, cast(t, h, answers(map[string]int{g.Yes: 11, g.Objection: 1})...)).Decision; got != g.Rejected {
		t.Error(got)
	}
	if got := certify(t, cast(t, h, answers(map[string]int{g.Abstain: 3})...)).Decision; got != g.Rejected {
		t.Error("nobody agreed:", got)
	}
	bare := cast(t, h, g.Choice{Answer: g.Objection})
	_, err := g.Certify(bare)
	wantCode(t, err, core.Invalid, "errors.governance_text")
}

func TestWeightsApplyToTotalsOfClasses(t *testing.T) {
	t.Parallel()
	r := shipped(t, "scic")
	r.Decisions[3].Quorum = g.Quorum{Base: g.BasePresent}
	r.Classes.Weights = []g.Weight{{Class: "salaries", Parts: 1}, {Class: "usagers", Parts: 1}}
	var electors []g.Elector
	for i := range 12 {
		class := "usagers"
		if i < 2 {
			class = "salaries"
		}
		electors = append(electors, g.Elector{Person: person(i), Class: class, Weight: 1})
	}
	roll, err := g.NewRoll(electors)
	if err != nil {
		t.Fatal(err)
	}
	h := held(t, r, question(t, r, 0), roll, g.YesNoAbstain)
	// Both workers agree; 4 users of 10 do: (1 + 4/10) / 2 = 7/10, though only 6 people of 12 agree.
	got := certify(t, cast(t, h, answers(map[string]int{g.Yes: 6, g.No: 6})...))
	if got.Threshold.Share != "7/10" || got.Decision != g.Adopted || got.Tally.Tied {
		t.Errorf("%+v", got)
	}
	// A class that says nothing weighs on neither side.
	silent := h
	for i := range 10 {
		answer := g.Yes
		if i < 4 {
			answer = g.No
		}
		silent.Votes = append(silent.Votes, vote(t, h, i, person(i+2), g.Choice{Answer: answer}))
	}
	if got := certify(t, silent); got.Threshold.Share != "3/5" {
		t.Errorf("%+v", got.Threshold)
	}
	r.Classes.Weights = r.Classes.Weights[:1]
	if _, err := r.Hash(); err == nil {
		t.Error("a single class that weighs everything, where the law says half at most")
	}
}

func TestApprovalSaysTies(t *testing.T) {
	t.Parallel()
	r := shipped(t, "association-fr")
	h := held(t, r, question(t, r, 3), rollOf(t, 6), g.Approval)
	got := certify(t, cast(t, h, g.Choice{Approved: []int{0, 1}}, g.Choice{Approved: []int{0, 1, 2}}, g.Choice{Blank: true}))
	if diff := cmp.Diff([][]int{{0, 1}, {2}}, got.Tally.Ranking); diff != "" || got.Decision != g.Tied || !got.Tally.Tied {
		t.Error(got.Decision, diff)
	}
	got = certify(t, cast(t, h, g.Choice{Approved: []int{0}}, g.Choice{Approved: []int{1}}, g.Choice{Approved: []int{1}}))
	if got.Decision != g.Adopted || got.Tally.Ranking[0][0] != 1 || got.Threshold.Share != "2/3" {
		t.Error(got)
	}
}

func BenchmarkTwentyThousandMembersInThreeClasses(b *testing.B) {
	for _, m := range g.Methods() {
		b.Run(fmt.Sprint(m), func(b *testing.B) {
			h := large(b, m)
			b.ResetTimer()
			for b.Loop() {
				if _, err := g.Certify(h); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func large(b *testing.B, m g.Method) g.Held {
	r := shipped(b, "scic")
	r.Classes.Weights = []g.Weight{{Class: "salaries", Parts: 2}, {Class: "soutiens", Parts: 1}, {Class: "usagers", Parts: 2}}
	options := 0
	if m.HasOptions() {
		options = 6
	}
	h := held(b, r, question(b, r, options), rollOf(b, 20_000, "salaries", "soutiens", "usagers"), m)
	random := rand.New(rand.NewPCG(1, 2))
	for i := range 20_000 {
		c := g.Choice{Answer: []string{g.Yes, g.Abstain, g.Yes}[random.IntN(3)]}
		if options > 0 {
			c = g.Choice{}
			for o := range options {
				switch m {
				case g.Approval:
					if o == 0 || random.IntN(2) == 0 {
						c.Approved = append(c.Approved, o)
					}
				case g.MajorityJudgment:
					c.Grades = append(c.Grades, random.IntN(g.Grades))
				default:
					c.Ranks = append(c.Ranks, 1+random.IntN(options))
				}
			}
		}
		h.Votes = append(h.Votes, vote(b, h, i, person(i), c))
	}
	return h
}
