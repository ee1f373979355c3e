package governance

import (
	"bytes"
	"slices"
	"testing"
)

// first is a shipped set as it was before rules said anything about meetings.
func first(t *testing.T, id string) RuleSet {
	t.Helper()
	r, err := ShippedRules(id)
	if err != nil {
		t.Fatal(err)
	}
	r.Edition, r.Meetings = 1, nil
	r.Lines = slices.DeleteFunc(r.Lines, func(l Line) bool { return l.About == SubjectMeetings })
	return r
}

func TestSetsFromBeforeMeetingsKeepTheirBytes(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]string{
		"quebec-c-67.2": "d813316d27d83488091a3e5946d06438e00e2455c3b2863ca3c4ea02c15edc52",
		"scop":          "d6e1386e0ad7f86e7d56504a471afd4e2da1ecc8097ac01e41ddc9dace2788ee",
	} {
		r := first(t, id)
		canonical, err := r.Canonical()
		if err != nil || bytes.Contains(canonical, []byte(`"meetings":[`)) {
			t.Errorf("%s: %v: %.80s", id, err, canonical)
		}
		if got, _ := r.Hash(); got != want {
			t.Errorf("%s: %s", id, got)
		}
		if _, err := ParseRules(canonical); err != nil {
			t.Errorf("%s: %v", id, err)
		}
	}
}

func TestRulesThatSayNothingAboutMeetingsAreReadCarefully(t *testing.T) {
	t.Parallel()
	m, said := first(t, "canada-coop").Meeting(MeetingOrdinary)
	if said || m.NoticeDays != 21 || m.RemoteCounts || m.Quorum.Base != BaseRoll || m.Proxies {
		t.Errorf("%v %+v", said, m)
	}
}

func TestEveryShippedSetSaysHowToMeet(t *testing.T) {
	t.Parallel()
	for _, id := range Shipped() {
		r, err := ShippedRules(id)
		if err != nil {
			t.Fatal(err)
		}
		for _, kind := range MeetingKinds() {
			if _, said := r.Meeting(kind); !said {
				t.Errorf("%s says nothing about %s", id, kind)
			}
		}
	}
}

func TestWrongRulesOfMeetingsAreRefused(t *testing.T) {
	t.Parallel()
	for what, spoil := range map[string]func(*RuleSet){
		"a kind is missing":            func(r *RuleSet) { r.Meetings = r.Meetings[1:] },
		"a negative notice":            func(r *RuleSet) { r.Meetings[0].NoticeDays = -1 },
		"proxies that the set forbids": func(r *RuleSet) { r.Meetings[0].Proxies = true },
		"a quorum of nothing":          func(r *RuleSet) { r.Meetings[0].Quorum = Quorum{Base: BaseRoll} },
		"a wrong second call": func(r *RuleSet) {
			r.Meetings[0].SecondCall = &SecondCall{NoticeDays: 9999, Quorum: r.Meetings[0].Quorum}
		},
		"no line about them": func(r *RuleSet) {
			r.Lines = slices.DeleteFunc(r.Lines, func(l Line) bool { return l.About == SubjectMeetings })
		},
	} {
		r, err := ShippedRules("quebec-c-67.2")
		if err != nil {
			t.Fatal(err)
		}
		r.Meetings = slices.Clone(r.Meetings)
		spoil(&r)
		if err := r.Validate(); err == nil {
			t.Errorf("%s: accepted", what)
		}
	}
}
