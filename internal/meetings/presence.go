package meetings

import (
	"slices"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/governance"
)

// How somebody takes part.
type How string

// In the room, or from afar.
const (
	InRoom How = "room"
	Remote How = "remote"
)

// Sitting is one stay of one person: they may leave and come back.
type Sitting struct {
	Person        core.ID
	How           How
	Arrived, Left time.Time // [Arrived, Left); a zero Left: still there
	By            core.ID   // who marked it: themselves, or the secretary
}

func (s Sitting) at(t time.Time) bool {
	return !t.Before(s.Arrived) && (s.Left.IsZero() || t.Before(s.Left))
}

// Given is a proxy for this meeting, from when until when.
type Given struct {
	Giver, Holder core.ID
	Since, Until  time.Time // [Since, Until); a zero Until: still
}

func (g Given) at(t time.Time) bool {
	return !t.Before(g.Since) && (g.Until.IsZero() || t.Before(g.Until))
}

// Attendance is all that the quorum follows from.
type Attendance struct {
	Rule     governance.MeetingRule
	Limit    int // proxies that one person may hold
	Roll     []governance.Elector
	Sittings []Sitting
	Proxies  []Given
}

// Tally is the quorum at an instant.
type Tally struct {
	At          time.Time    `json:"at"`
	Roll        int64        `json:"roll"`
	Room        int64        `json:"room"`
	Remote      int64        `json:"remote"`
	Represented int64        `json:"represented"`
	Counted     int64        `json:"counted"` // those above that the rule counts
	Needed      int64        `json:"needed"`
	Met         bool         `json:"met"`
	Classes     []ClassTally `json:"classes,omitempty"` // where the rule asks each class
}

// ClassTally is the quorum of one class.
type ClassTally struct {
	Class   string `json:"class"`
	Roll    int64  `json:"roll"`
	Counted int64  `json:"counted"`
	Needed  int64  `json:"needed"`
}

// Missing is how many more are needed.
func (t Tally) Missing() int64 { return max(0, t.Needed-t.Counted) }

// Missing is how many more of the class are needed.
func (c ClassTally) Missing() int64 { return max(0, c.Needed-c.Counted) }

// At counts who was there at an instant. Nobody counts twice: who is in the room is not from afar, who is present is not
// represented, and who is not on the roll is not counted. A proxy counts while its holder is counted themselves; beyond
// the limit, proxies count in the order of those who gave them first.
func (a Attendance) At(at time.Time) Tally {
	there := map[core.ID]How{}
	for _, s := range a.Sittings {
		if s.at(at) && there[s.Person] != InRoom {
			there[s.Person] = s.How
		}
	}
	class := make(map[core.ID]string, len(a.Roll))
	classes := map[string]*ClassTally{}
	t := Tally{At: at, Roll: int64(len(a.Roll))}
	counted := map[core.ID]bool{}
	for _, e := range a.Roll {
		class[e.Person] = e.Class
		if classes[e.Class] == nil {
			classes[e.Class] = &ClassTally{Class: e.Class}
		}
		classes[e.Class].Roll++
		switch there[e.Person] {
		case InRoom:
			t.Room++
			counted[e.Person] = true
		case Remote:
			t.Remote++
			counted[e.Person] = a.Rule.RemoteCounts
		}
	}
	for _, giver := range a.represented(at, there, class, counted) {
		t.Represented++
		counted[giver] = true
	}
	for person, counts := range counted {
		if counts {
			t.Counted++
			classes[class[person]].Counted++
		}
	}
	a.decide(&t, classes)
	return t
}

// represented lists who counts through somebody else.
func (a Attendance) represented(at time.Time, there map[core.ID]How, class map[core.ID]string, counted map[core.ID]bool) []core.ID {
	if !a.Rule.Proxies || a.Limit == 0 {
		return nil
	}
	given := slices.Clone(a.Proxies)
	slices.SortStableFunc(given, func(x, y Given) int { return x.Since.Compare(y.Since) })
	held, done := map[core.ID]int{}, map[core.ID]bool{}
	var out []core.ID
	for _, g := range given {
		_, listed := class[g.Giver]
		if !g.at(at) || !listed || done[g.Giver] || there[g.Giver] != "" || !counted[g.Holder] || there[g.Holder] == "" || held[g.Holder] >= a.Limit {
			continue
		}
		held[g.Holder]++
		done[g.Giver] = true
		out = append(out, g.Giver)
	}
	return out
}

// decide says whether that is enough, in all and in each class where the rule asks it.
func (a Attendance) decide(t *Tally, classes map[string]*ClassTally) {
	t.Needed = a.Rule.Quorum.Needed(t.Roll)
	t.Met = t.Counted >= t.Needed
	if !a.Rule.ByClass {
		return
	}
	for _, c := range classes {
		c.Needed = a.Rule.Quorum.Needed(c.Roll)
		t.Met = t.Met && c.Counted >= c.Needed
		t.Classes = append(t.Classes, *c)
	}
	slices.SortFunc(t.Classes, func(x, y ClassTally) int {
		if x.Class < y.Class {
			return -1
		}
		return 1
	})
}
