package members

import (
	"slices"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// Class is a class of members (collège): workers, users, founders.
type Class struct {
	Key  string // a-z, 0-9 and -, as policies and rules name it
	Name core.Text
}

// Membership is what somebody is in the organisation, now or when they left it.
type Membership struct {
	Person     core.ID
	Number     string // in the members' register; "" when none was given
	Email      string // in lower case; "" when none is known
	Class      string // key; "" when none
	Voting     bool   // has a vote in the assembly
	Voices     int    // see Standing
	Joined     time.Time
	Left       time.Time // zero: still a member; may lie ahead
	DeclinesAI bool      // nothing of theirs goes to a model
}

// At reports whether the person is a member at the instant, as far as this membership says.
func (m Membership) At(at time.Time) bool { return within(at, m.Joined, m.Left) }

// Standing is what somebody was from one instant until another: one line of the history of a membership.
type Standing struct {
	Start, End time.Time // [Start, End); a zero End: still
	Joined     time.Time // when the membership that it belongs to began
	Class      string
	Voting     bool
	// Voices are what a vote of theirs counts where the rules of decision say so, as in a federation whose members are
	// organisations; from 1, which is the rule in a co-operative of persons.
	Voices int
}

// Record is all that is kept of one member.
type Record struct {
	Person     Person
	Number     string
	Email      string
	DeclinesAI bool
	History    []Standing // oldest first, at least one, never overlapping
	Version    int        // 0: not kept yet; a write over a version that changed meanwhile is refused
}

// Membership gives the record's last word.
func (r Record) Membership() Membership {
	m := Membership{Person: r.Person.ID, Number: r.Number, Email: r.Email, DeclinesAI: r.DeclinesAI}
	if n := len(r.History); n > 0 {
		last := r.History[n-1]
		m.Class, m.Voting, m.Voices, m.Joined, m.Left = last.Class, last.Voting, last.Voices, last.Joined, last.End
	}
	return m
}

// blank reports whether nothing is known of a member but a name, as of the person who installed the program.
func (r Record) blank() bool {
	return r.Number == "" && r.Email == "" && len(r.History) == 1 && r.History[0].Class == "" && r.History[0].End.IsZero()
}

// within reports whether start ≤ at < end; a zero end is none.
func within(at, start, end time.Time) bool {
	return !at.Before(start) && (end.IsZero() || at.Before(end))
}

// Standings that are added, changed and ended: each gives a new history and leaves the old one alone.

// stands is what somebody is from an instant on.
type stands struct {
	class  string
	voting bool
	voices int
}

// joins opens a membership. Who has left may come back; who is about to leave stays.
func joins(history []Standing, at, now time.Time, as stands) ([]Standing, error) {
	history = slices.Clone(history)
	if n := len(history); n > 0 {
		last := &history[n-1]
		switch {
		case last.End.IsZero():
			return nil, core.E(core.Conflict, "errors.member_already", nil)
		case last.End.After(now):
			last.End = time.Time{}
			return changes(history, now, as)
		case at.Before(last.End):
			return nil, core.E(core.Invalid, "errors.member_joined_early", core.Args{"Date": last.End})
		}
		history = slices.DeleteFunc(history, func(s Standing) bool { return s.Start.Equal(at) }) // left at once
	}
	return append(history, Standing{Start: at, Joined: at, Class: as.class, Voting: as.voting, Voices: as.voices}), nil
}

// changes gives a member another class, vote or number of voices from an instant on.
func changes(history []Standing, at time.Time, as stands) ([]Standing, error) {
	n := len(history)
	if n == 0 {
		return nil, core.E(core.NotFound, "errors.member_not_found", nil)
	}
	last := history[n-1]
	if (stands{last.Class, last.Voting, last.Voices}) == as {
		return history, nil
	}
	if !last.End.IsZero() && !last.End.After(at) {
		return nil, core.E(core.Conflict, "errors.member_gone", core.Args{"Date": last.End})
	}
	history = slices.Clone(history)
	next := Standing{Start: at, End: last.End, Joined: last.Joined, Class: as.class, Voting: as.voting, Voices: as.voices}
	if !last.Start.Before(at) { // has not begun: nothing to keep of it
		next.Start = last.Start
		history[n-1] = next
		return history, nil
	}
	history[n-1].End = at
	return append(history, next), nil
}

// joinedOn corrects the day when the present membership began, which earlier rolls then show.
func joinedOn(history []Standing, at time.Time) ([]Standing, error) {
	history = slices.Clone(history)
	n := len(history)
	first := n - 1
	for first > 0 && history[first-1].Joined.Equal(history[n-1].Joined) {
		first--
	}
	if first > 0 && at.Before(history[first-1].End) {
		return nil, core.E(core.Invalid, "errors.member_joined_early", core.Args{"Date": history[first-1].End})
	}
	if end := history[first].End; !end.IsZero() && !at.Before(end) {
		return nil, core.E(core.Invalid, "errors.member_joined_late", core.Args{"Date": end})
	}
	history[first].Start = at
	for i := first; i < n; i++ {
		history[i].Joined = at
	}
	return history, nil
}

// leaves ends a membership, no earlier than the last change: what rolls have shown since stays true.
func leaves(history []Standing, at, now time.Time) ([]Standing, error) {
	n := len(history)
	if n == 0 {
		return nil, core.E(core.NotFound, "errors.member_not_found", nil)
	}
	last := history[n-1]
	if !last.End.IsZero() && !last.End.After(now) {
		return nil, core.E(core.Conflict, "errors.member_gone", core.Args{"Date": last.End})
	}
	if at.Before(last.Start) {
		return nil, core.E(core.Invalid, "errors.member_left_early", core.Args{"Date": last.Start})
	}
	history = slices.Clone(history)
	history[n-1].End = at
	return history, nil
}

// standingAt finds what somebody was at an instant.
func standingAt(history []Standing, at time.Time) (Standing, bool) {
	for _, s := range history {
		if within(at, s.Start, s.End) {
			return s, true
		}
	}
	return Standing{}, false
}
