package meetings

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"slices"
	"time"

	"github.com/solidaire-coop/solidaire/internal/audit"
	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/governance"
)

// StatedMinutes is the kind of the statements by which the log knows approved minutes.
const StatedMinutes = "minutes"

// Minutes gives those of a meeting: as approved, or as they stand. Before they are shown, the secretary and the chair read them.
func (s *Service) Minutes(ctx context.Context, a core.Actor, id core.ID) (m Minutes, kept Kept, err error) {
	meeting, p, err := s.meeting(ctx, a, id)
	if err != nil {
		return m, kept, err
	}
	if meeting.State == Approved {
		if kept, err = s.needs.Store.Minutes(ctx, id); err != nil {
			return m, kept, err
		}
		if kept.Hash != meeting.Minutes {
			return m, kept, altered(nil)
		}
		m, err = OpenMinutes(kept.Bytes, kept.Hash)
		return m, kept, err
	}
	if err := meeting.in(Open, Closed, Drafted); err != nil {
		return m, kept, err
	}
	if meeting.State != Drafted && !p.Convenes && !p.Chairs {
		return m, kept, core.E(core.NotFound, "errors.meetings_minutes_none", nil)
	}
	m, err = s.compile(ctx, a, meeting)
	return m, kept, err
}

func (s *Service) compile(ctx context.Context, a core.Actor, m Meeting) (Minutes, error) {
	f := Facts{Meeting: m, Name: s.needs.Name, Zone: m.Starts.In(s.needs.Zone).Format("-07:00"), Voted: map[core.ID]MinutesVoted{}}
	attendance, ruled, err := s.attendance(ctx, m)
	if err != nil {
		return Minutes{}, err
	}
	f.Attendance, f.Rules = attendance, ruled.Set
	if f.Notices, err = s.needs.Store.Notices(ctx, m.ID); err != nil {
		return Minutes{}, err
	}
	if f.Names, err = s.names(ctx); err != nil {
		return Minutes{}, err
	}
	bodies, err := s.needs.Members.Bodies(ctx, m.Organisation)
	if err != nil {
		return Minutes{}, err
	}
	f.BodyName = core.Text{FR: m.Body, EN: m.Body}
	for _, b := range bodies {
		if b.Key == m.Body {
			f.BodyName = b.Name
		}
	}
	for _, i := range m.Items {
		if i.Outcome != Balloted {
			continue
		}
		if f.Voted[i.Motion], err = s.voted(ctx, a, i.Motion); err != nil {
			return Minutes{}, err
		}
	}
	return Compile(f)
}

// voted reads the ballot of a proposal, and its certificate once there is one.
func (s *Service) voted(ctx context.Context, a core.Actor, motion core.ID) (v MinutesVoted, err error) {
	d, err := s.needs.Governance.Show(ctx, a, motion)
	if err != nil {
		return v, err
	}
	v = MinutesVoted{Motion: motion, Title: d.Motion.Title, Ballot: d.Motion.Ballot, Votes: d.Turnout}
	if d.Call != nil {
		v.Closes, v.Method, v.Roll = d.Call.Ballot.Closes, d.Call.Ballot.Method, d.Call.Ballot.RollSize
	}
	if d.Motion.State == governance.Balloting {
		v.Votes = 0 // how many voted is told with the result
	}
	if c := d.Certificate; c != nil {
		v.Certificate, v.Decision, v.Votes = charter.HashOf(d.Result.Certificate), string(c.Decision), c.Votes
		v.Yes, v.No, v.Abstained = c.Voices()
	}
	return v, nil
}

// ShowMinutes lets the body read the minutes before they are approved.
func (s *Service) ShowMinutes(ctx context.Context, a core.Actor, id core.ID) (Meeting, error) {
	m, err := s.convened(ctx, a, id, Closed)
	if err != nil {
		return m, err
	}
	return s.save(ctx, m.step(s.now(), Drafted))
}

// Approve freezes the minutes: its secretary or its chair does. The log then holds their hash.
func (s *Service) Approve(ctx context.Context, a core.Actor, id core.ID) (Meeting, error) {
	m, p, err := s.meeting(ctx, a, id)
	if err != nil {
		return m, err
	}
	if !p.Convenes && !p.Chairs {
		return m, core.E(core.Forbidden, "errors.meetings_approve", nil)
	}
	if err := m.in(Drafted); err != nil {
		return m, err
	}
	minutes, err := s.compile(ctx, a, m)
	if err != nil {
		return m, err
	}
	now := s.now()
	names, err := s.names(ctx)
	if err != nil {
		return m, err
	}
	minutes.ApprovedBy, minutes.ApprovedAs, minutes.ApprovedAt, minutes.Salt = names[a.Person], "secretary", &now, salt()
	if !p.Convenes {
		minutes.ApprovedAs = "chair"
	}
	text, hash, err := minutes.Canonical()
	if err != nil {
		return m, err
	}
	c := m.step(now, Approved)
	c.After.Minutes, c.After.ApprovedBy, c.After.ApprovedAt = hash, a.Person, now
	c.Minutes = &Kept{Hash: hash, Bytes: text}
	after, err := s.save(ctx, c)
	if err != nil {
		return m, err
	}
	if err := s.state(ctx, after); err != nil {
		// They are approved and kept; Run brings them to the log.
		s.needs.Log.ErrorContext(ctx, "approved minutes are not in the log yet", "meeting", id, "error", err)
	}
	return after, nil
}

// state brings the hash of approved minutes to the log.
func (s *Service) state(ctx context.Context, m Meeting) error {
	subject := charter.HashOf([]byte("solidaire-meeting/1\n" + string(m.Organisation) + "\n" + string(m.ID) + "\n"))
	err := s.needs.Statements.State(ctx, audit.Statement{Kind: StatedMinutes, Subject: subject, Number: 1, Chain: m.Minutes, Time: m.ApprovedAt.Truncate(time.Hour)})
	if err != nil {
		return err
	}
	return s.needs.Store.Stated(ctx, m.ID)
}

func salt() string {
	var b [32]byte
	rand.Read(b[:]) // never fails: crypto/rand aborts the program instead
	return hex.EncodeToString(b[:])
}

// Adopt notes the decision by which members adopted approved minutes: one that was proposed once they were frozen.
func (s *Service) Adopt(ctx context.Context, a core.Actor, id, motion core.ID) (Meeting, error) {
	m, err := s.convened(ctx, a, id, Approved)
	if err != nil {
		return m, err
	}
	decided, err := s.needs.Governance.Motion(ctx, a, motion)
	if err != nil {
		return m, err
	}
	if !slices.Contains([]governance.State{governance.Standing, governance.Enacted}, decided.State) || decided.Body != m.Body || decided.Created.Before(m.ApprovedAt) {
		return m, core.E(core.Conflict, "errors.meetings_adopt", nil)
	}
	c := m.step(s.now(), Approved)
	c.After.Adopted = motion
	return s.save(ctx, c)
}
