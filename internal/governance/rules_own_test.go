package governance_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/solidaire-coop/solidaire/internal/core"
	g "github.com/solidaire-coop/solidaire/internal/governance"
)

func TestSharesAsPeopleWriteThem(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]g.Fraction{
		"2/3": {Num: 2, Den: 3}, " 4 / 6 ": {Num: 2, Den: 3}, "25 %": {Num: 1, Den: 4}, "25\u202f%": {Num: 1, Den: 4}, "0,25": {Num: 1, Den: 4}, "33,3%": {Num: 333, Den: 1000},
		"1": {Num: 1, Den: 1}, "100%": {Num: 1, Den: 1}, "": {}, "0": {Num: 0, Den: 1},
	} {
		if got, ok := g.ParseFraction(text); !ok || got != want {
			t.Errorf("%q: %v %v", text, got, ok)
		}
	}
	for _, text := range []string{"2", "-1/2", "1/0", "deux tiers", "1/2/3", "150 %", "1e3", "0x1", "1/99999999", "999999999999999999999", "½", "%", "/"} {
		if got, ok := g.ParseFraction(text); ok {
			t.Errorf("%q: %v", text, got)
		}
	}
}

func FuzzParseFraction(f *testing.F) {
	for _, seed := range []string{"2/3", "25 %", "0,5", "", "1/0", "99999999999999999999/3"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		read, ok := g.ParseFraction(text)
		if !ok {
			return
		}
		if again, ok := g.ParseFraction(read.String()); !ok || again != read {
			t.Errorf("%q is %v, which reads as %v", text, read, again)
		}
		if read.Den != 0 && (read.Num < 0 || read.Num > read.Den) {
			t.Errorf("%q is %v", text, read)
		}
	})
}

func TestEachWrongFigureIsNamed(t *testing.T) {
	t.Parallel()
	for field, spoil := range map[string]func(*g.RuleSet){
		"methods":            func(r *g.RuleSet) { r.Decisions[0].Methods = []g.Method{g.Ranked} },
		"quorum":             func(r *g.RuleSet) { r.Decisions[0].Quorum = g.Quorum{Base: g.BaseRoll} },
		"threshold":          func(r *g.RuleSet) { r.Decisions[0].Threshold.Fraction = g.Fraction{Num: 1, Den: 3} },
		"co_signers":         func(r *g.RuleSet) { r.Decisions[0].CoSigners = -1 },
		"notice_days":        func(r *g.RuleSet) { r.Decisions[0].NoticeDays = 400 },
		"roll_days":          func(r *g.RuleSet) { r.Decisions[0].RollDays = -3 },
		"open_hours":         func(r *g.RuleSet) { r.Decisions[0].OpenHours = 0 },
		"contestation_hours": func(r *g.RuleSet) { r.Decisions[0].ContestationHours = 1 << 30 },
		"contest_share":      func(r *g.RuleSet) { r.Decisions[0].ContestShare = g.Fraction{Num: 0, Den: 1} },
	} {
		r := shipped(t, g.DefaultRules)
		spoil(&r)
		if diff := cmp.Diff([]g.RuleProblem{{Kind: g.KindCharter, Field: field}}, r.Problems()); diff != "" {
			t.Error(diff)
		}
		if err := r.Validate(); err == nil || core.AsError(err).Key != "errors.governance_rules" {
			t.Errorf("%s: %v", field, err)
		}
	}
	r := shipped(t, "scic")
	r.Classes.Allowed, r.Classes.Weights = true, []g.Weight{{Class: "travail", Parts: 1}, {Class: "usage", Parts: 99}}
	r.Classes.Least, r.Classes.Most = g.Fraction{Num: 1, Den: 10}, g.Fraction{Num: 1, Den: 2}
	r.Proxies = g.Proxies{Cap: 3}
	if diff := cmp.Diff([]g.RuleProblem{{Field: "weights"}, {Field: "proxies"}, {Meeting: g.MeetingOrdinary, Field: "proxies"},
		{Meeting: g.MeetingExtraordinary, Field: "proxies"}, {Meeting: g.MeetingSpecial, Field: "proxies"}}, r.Problems()); diff != "" {
		t.Error(diff)
	}
}

func TestOwnFiguresSayWhatTheyReplace(t *testing.T) {
	t.Parallel()
	base := shipped(t, g.DefaultRules)
	own := g.Line{Law: both("Notre assemblée"), Where: both("Sans article"), Text: both("Chiffre choisi par notre assemblée.")}
	if got := base.Adapted(base, base, own); got.ID != base.ID || len(got.Lines) != len(base.Lines) {
		t.Errorf("figures that do not change are no set of our own: %s", got.ID)
	}
	edited := shipped(t, g.DefaultRules)
	for i := range edited.Decisions {
		edited.Decisions[i].NoticeDays = 21
	}
	edited.Decisions[0].Quorum = g.Quorum{Base: g.BaseRoll, Fraction: g.Fraction{Num: 1, Den: 4}}
	first := edited.Adapted(base, base, own)
	if err := first.Validate(); err != nil || first.ID != g.OwnRules || first.Edition != 1 || len(first.Lines) != len(base.Lines)+2 {
		t.Fatalf("%s %d, %d lines, %v", first.ID, first.Edition, len(first.Lines), err)
	}
	if lines := first.About("quorum"); lines[len(lines)-1].Text != own.Text || lines[0].Source == g.FromHouse && len(lines) < 2 {
		t.Errorf("%+v", lines)
	}
	changes := g.RulesBetween(base, first)
	if len(changes) != 2 && len(changes) != 3 || changes[0].Field != "quorum" || len(changes[0].Kinds) != 1 {
		t.Errorf("%+v", changes)
	}
	again := first
	again.Decisions = append([]g.Decision{}, first.Decisions...)
	again.Decisions[0].NoticeDays = 30
	next := again.Adapted(first, first, own)
	if next.Edition != 2 || len(next.Lines) != len(first.Lines) {
		t.Errorf("edition %d, %d lines", next.Edition, len(next.Lines))
	}
}

// TestWhatDiffersIsAllThatIsSaid changes figures at random: what RulesBetween says is what changed, and nothing else.
func TestWhatDiffersIsAllThatIsSaid(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		before := shipped(t, rapid.SampledFrom(g.Shipped()).Draw(t, "set"))
		after := shipped(t, before.ID)
		want := map[string]int{}
		for i := range after.Decisions {
			if rapid.Bool().Draw(t, "days") {
				after.Decisions[i].NoticeDays += rapid.IntRange(1, 2).Draw(t, "more")
				want["notice_days"]++
			}
			if rapid.Bool().Draw(t, "hidden") {
				after.Decisions[i].CountHidden = !after.Decisions[i].CountHidden
				want["count_hidden"]++
			}
		}
		got := map[string]int{}
		for _, c := range g.RulesBetween(before, after) {
			got[c.Field] += len(c.Kinds)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}

// TestHowMeetingsAreHeldIsSaidToo changes a rule of meetings, and adopts a set that says nothing of them.
func TestHowMeetingsAreHeldIsSaidToo(t *testing.T) {
	t.Parallel()
	before, after := shipped(t, g.DefaultRules), shipped(t, g.DefaultRules)
	after.Meetings[1].NoticeDays += 5
	after.Meetings[2].NoticeDays = before.Meetings[2].NoticeDays + 5
	changes := g.RulesBetween(before, after)
	if len(changes) == 0 || changes[0].Field != "meeting_notice_days" || g.SubjectOf(changes[0].Field) != g.SubjectMeetings {
		t.Errorf("%+v", changes)
	}
	after.Meetings = nil
	if silent := g.RulesBetween(before, after); len(silent) == 0 {
		t.Error("rules that no longer say how meetings are held change nothing")
	}
	after = shipped(t, g.DefaultRules)
	after.Meetings[0].NoticeDays, after.Meetings[4].Quorum = 400, g.Quorum{Base: g.BaseRoll}
	if diff := cmp.Diff([]g.RuleProblem{{Meeting: g.MeetingOrdinary, Field: "notice_days"}, {Meeting: g.MeetingCommittee, Field: "quorum"}}, after.Problems()); diff != "" {
		t.Error(diff)
	}
}
