package meetings_test

import (
	"fmt"
	"math/rand"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/governance"
	"github.com/solidaire-coop/solidaire/internal/meetings"
)

var noon = time.Date(2026, 6, 10, 12, 0, 0, 0, time.UTC)

func person(n int) core.ID { return core.ID(fmt.Sprintf("p%03d", n)) }

func roll(classes ...string) []governance.Elector {
	out := make([]governance.Elector, len(classes))
	for i, c := range classes {
		out[i] = governance.Elector{Person: person(i), Class: c, Weight: 1}
	}
	return out
}

func sits(n int, how meetings.How) meetings.Sitting {
	return meetings.Sitting{Person: person(n), How: how, Arrived: noon.Add(-time.Hour)}
}

func gives(giver, holder int) meetings.Given {
	return meetings.Given{Giver: person(giver), Holder: person(holder), Since: noon.Add(-time.Hour)}
}

func TestQuorum(t *testing.T) {
	t.Parallel()
	half := governance.Quorum{Base: governance.BaseRoll, Fraction: governance.Fraction{Num: 1, Den: 2}, Strict: true}
	quarter := governance.Quorum{Base: governance.BaseRoll, Fraction: governance.Fraction{Num: 1, Den: 4}}
	four := roll("a", "a", "b", "b")
	left := sits(1, meetings.InRoom)
	left.Left = noon
	for name, test := range map[string]struct {
		attendance             meetings.Attendance
		counted, needed, shown int64 // shown: room + remote + represented
		met                    bool
	}{
		"half is not more than half": {meetings.Attendance{Rule: governance.MeetingRule{Quorum: half}, Roll: four,
			Sittings: []meetings.Sitting{sits(0, meetings.InRoom), sits(1, meetings.InRoom)}}, 2, 3, 2, false},
		"three of four": {meetings.Attendance{Rule: governance.MeetingRule{Quorum: half}, Roll: four,
			Sittings: []meetings.Sitting{sits(0, meetings.InRoom), sits(1, meetings.InRoom), sits(2, meetings.InRoom)}}, 3, 3, 3, true},
		"from afar does not count unless the rule says so": {meetings.Attendance{Rule: governance.MeetingRule{Quorum: quarter}, Roll: four,
			Sittings: []meetings.Sitting{sits(0, meetings.Remote)}}, 0, 1, 1, false},
		"from afar counts where the rule says so": {meetings.Attendance{Rule: governance.MeetingRule{Quorum: quarter, RemoteCounts: true}, Roll: four,
			Sittings: []meetings.Sitting{sits(0, meetings.Remote)}}, 1, 1, 1, true},
		"who is not on the roll is not counted": {meetings.Attendance{Rule: governance.MeetingRule{Quorum: quarter}, Roll: four,
			Sittings: []meetings.Sitting{sits(9, meetings.InRoom)}}, 0, 1, 0, false},
		"who left is gone": {meetings.Attendance{Rule: governance.MeetingRule{Quorum: quarter}, Roll: four, Sittings: []meetings.Sitting{left}}, 0, 1, 0, false},
		"a proxy counts while its holder is there, up to the cap": {meetings.Attendance{Rule: governance.MeetingRule{Quorum: half, Proxies: true}, Limit: 1, Roll: four,
			Sittings: []meetings.Sitting{sits(0, meetings.InRoom)}, Proxies: []meetings.Given{gives(1, 0), gives(2, 0), gives(3, 2)}}, 2, 3, 2, false},
		"a proxy where the rule forbids it": {meetings.Attendance{Rule: governance.MeetingRule{Quorum: half}, Limit: 1, Roll: four,
			Sittings: []meetings.Sitting{sits(0, meetings.InRoom)}, Proxies: []meetings.Given{gives(1, 0)}}, 1, 3, 1, false},
		"a holder from afar who does not count carries nobody": {meetings.Attendance{Rule: governance.MeetingRule{Quorum: quarter, Proxies: true}, Limit: 1, Roll: four,
			Sittings: []meetings.Sitting{sits(0, meetings.Remote)}, Proxies: []meetings.Given{gives(1, 0)}}, 0, 1, 1, false},
		"who came in person is not represented too": {meetings.Attendance{Rule: governance.MeetingRule{Quorum: half, Proxies: true}, Limit: 2, Roll: four,
			Sittings: []meetings.Sitting{sits(0, meetings.InRoom), sits(1, meetings.InRoom)}, Proxies: []meetings.Given{gives(1, 0)}}, 2, 3, 2, false},
		"each class, where the rule asks it": {meetings.Attendance{Rule: governance.MeetingRule{Quorum: quarter, ByClass: true}, Roll: four,
			Sittings: []meetings.Sitting{sits(0, meetings.InRoom), sits(1, meetings.InRoom)}}, 2, 1, 2, false},
		"the members present, and nobody is": {meetings.Attendance{Rule: governance.MeetingRule{Quorum: governance.Quorum{Base: governance.BasePresent}}, Roll: four}, 0, 1, 0, false},
	} {
		tally := test.attendance.At(noon)
		if tally.Counted != test.counted || tally.Needed != test.needed || tally.Met != test.met || tally.Room+tally.Remote+tally.Represented != test.shown {
			t.Errorf("%s: %+v", name, tally)
		}
	}
}

// attendance draws any comings and goings of a small body.
func attendance(t *rapid.T) meetings.Attendance {
	size := rapid.IntRange(1, 12).Draw(t, "size")
	classes := make([]string, size)
	for i := range classes {
		classes[i] = rapid.SampledFrom([]string{"a", "b"}).Draw(t, "class")
	}
	den := rapid.Int64Range(1, 7).Draw(t, "den")
	a := meetings.Attendance{Roll: roll(classes...), Limit: rapid.IntRange(0, 3).Draw(t, "limit"), Rule: governance.MeetingRule{
		Quorum:       governance.Quorum{Base: governance.BaseRoll, Fraction: governance.Fraction{Num: rapid.Int64Range(1, den).Draw(t, "num"), Den: den}},
		RemoteCounts: rapid.Bool().Draw(t, "remote"), Proxies: rapid.Bool().Draw(t, "proxies"), ByClass: rapid.Bool().Draw(t, "byclass"),
	}}
	for range rapid.IntRange(0, 20).Draw(t, "stays") {
		s := sits(rapid.IntRange(0, size+1).Draw(t, "who"), rapid.SampledFrom([]meetings.How{meetings.InRoom, meetings.Remote}).Draw(t, "how"))
		s.Arrived = noon.Add(time.Duration(rapid.IntRange(-3, 3).Draw(t, "arrived")) * time.Minute)
		if rapid.Bool().Draw(t, "left") {
			s.Left = s.Arrived.Add(time.Duration(rapid.IntRange(0, 3).Draw(t, "stay")) * time.Minute)
		}
		a.Sittings = append(a.Sittings, s)
	}
	for i := range rapid.IntRange(0, 12).Draw(t, "given") {
		g := gives(rapid.IntRange(0, size).Draw(t, "giver"), rapid.IntRange(0, size).Draw(t, "holder"))
		g.Since = g.Since.Add(time.Duration(i) * time.Second)
		a.Proxies = append(a.Proxies, g)
	}
	return a
}

func TestQuorumProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a := attendance(t)
		tally := a.At(noon)
		if tally.Counted > tally.Roll || tally.Room+tally.Remote+tally.Represented > tally.Roll || tally.Counted > tally.Room+tally.Remote+tally.Represented {
			t.Fatalf("somebody counts twice: %+v", tally)
		}
		if !a.Rule.Proxies && tally.Represented > 0 || a.Limit == 0 && tally.Represented > 0 || !a.Rule.RemoteCounts && tally.Counted > tally.Room+tally.Represented {
			t.Fatalf("the rule is not followed: %+v", tally)
		}
		if tally.Represented > int64(a.Limit)*(tally.Room+tally.Remote) {
			t.Fatalf("the cap is passed: %+v", tally)
		}
		sum := int64(0)
		for _, c := range tally.Classes {
			sum += c.Counted
		}
		if a.Rule.ByClass && sum != tally.Counted {
			t.Fatalf("classes do not add up: %+v", tally)
		}
		// Neither the order of the comings and goings nor the machine changes it.
		shuffled := a
		shuffled.Sittings = append([]meetings.Sitting{}, a.Sittings...)
		rand.Shuffle(len(shuffled.Sittings), func(i, j int) {
			shuffled.Sittings[i], shuffled.Sittings[j] = shuffled.Sittings[j], shuffled.Sittings[i]
		})
		if diff := cmp.Diff(tally, shuffled.At(noon)); diff != "" {
			t.Fatal(diff)
		}
		// Somebody more in the room never takes the quorum away.
		more := a
		more.Sittings = append(append([]meetings.Sitting{}, a.Sittings...), sits(0, meetings.InRoom))
		if after := more.At(noon); tally.Met && !after.Met {
			t.Fatalf("one more and no quorum: %+v then %+v", tally, after)
		}
	})
}
