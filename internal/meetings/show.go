package meetings

import (
	"context"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/governance"
)

// Detail is all that somebody of the body reads of a meeting.
type Detail struct {
	Meeting    Meeting
	Powers     Powers
	Ruled      Ruled
	Told       []Notice // what the body was told, oldest first
	Letters    []Letter // the secretary's
	Attendance Attendance
	Tally      Tally // now, or at the end
	Requests   []Request
	Motions    map[core.ID]governance.Motion
	Names      map[core.ID]string
	Now        time.Time
}

// Show gathers it.
func (s *Service) Show(ctx context.Context, a core.Actor, id core.ID) (d Detail, err error) {
	if d.Meeting, d.Powers, err = s.meeting(ctx, a, id); err != nil {
		return d, err
	}
	d.Now = s.now()
	if d.Attendance, d.Ruled, err = s.attendance(ctx, d.Meeting); err != nil {
		return d, err
	}
	at := d.Now
	if !d.Meeting.Ended.IsZero() {
		at = lastInstant(d.Meeting)
	}
	d.Tally = d.Attendance.At(at)
	if d.Told, err = s.needs.Store.Notices(ctx, id); err != nil {
		return d, err
	}
	if d.Names, err = s.names(ctx); err != nil {
		return d, err
	}
	if d.Requests, err = s.needs.Store.Requests(ctx, id); err != nil {
		return d, err
	}
	if d.Powers.Convenes {
		if d.Letters, err = s.needs.Store.Letters(ctx, id); err != nil {
			return d, err
		}
	}
	d.Motions = map[core.ID]governance.Motion{}
	for _, i := range d.Meeting.Items {
		if i.Motion == "" {
			continue
		}
		motion, err := s.needs.Governance.Motion(ctx, a, i.Motion)
		if core.Is(err, core.NotFound) {
			continue
		}
		if err != nil {
			return d, err
		}
		d.Motions[i.Motion] = motion
	}
	return d, nil
}

// Here is how somebody takes part now; "" when they do not.
func (d Detail) Here(person core.ID) How {
	for _, s := range d.Attendance.Sittings {
		if s.Person == person && s.Left.IsZero() {
			return s.How
		}
	}
	return ""
}

// OnRoll reports whether somebody is called and counted.
func (d Detail) OnRoll(person core.ID) bool {
	for _, e := range d.Attendance.Roll {
		if e.Person == person {
			return true
		}
	}
	return false
}

// Represented is who holds somebody's proxy now; "" nobody does.
func (d Detail) Represented(person core.ID) core.ID {
	for _, g := range d.Attendance.Proxies {
		if g.Giver == person && g.Until.IsZero() {
			return g.Holder
		}
	}
	return ""
}

// LastCall is the last notice that carried the agenda.
func (d Detail) LastCall() (Notice, bool) { return lastCall(d.Told) }

// MayCallAgain reports whether a second call follows: the meeting ended without its quorum, and the rules have one.
func (d Detail) MayCallAgain() bool {
	return d.Meeting.State.Over() && d.Meeting.State != Cancelled && !d.Tally.Met && d.Meeting.Again == "" && d.Ruled.Rule.SecondCall != nil
}

// Takes is how many minutes the items need, as estimated.
func (m Meeting) Takes() int {
	sum := 0
	for _, i := range m.Items {
		sum += i.Length
	}
	return sum
}
