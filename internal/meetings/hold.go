package meetings

import (
	"context"
	"slices"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/governance"
)

// early is how long before the hour people can sign in.
const early = 2 * time.Hour

// Entering reports whether people come in at an instant.
func (m Meeting) Entering(now time.Time) bool {
	return m.State == Open || m.State == Convened && !now.Before(m.Starts.Add(-early))
}

// Begin opens a meeting at its hour or later, with or without its quorum: without, it decides nothing.
func (s *Service) Begin(ctx context.Context, a core.Actor, id, chair core.ID) (Meeting, error) {
	m, err := s.convened(ctx, a, id, Convened)
	if err != nil {
		return m, err
	}
	now := s.now()
	if now.Before(m.Starts) {
		return m, core.E(core.Conflict, "errors.meetings_early", core.Args{"When": m.Starts})
	}
	names, err := s.names(ctx)
	if err != nil {
		return m, err
	}
	if names[chair] == "" {
		return m, core.E(core.Invalid, "errors.meetings_chair", nil)
	}
	c := m.step(now, Open)
	c.After.Opened, c.After.Chair, c.After.Secretary = now, chair, a.Person
	return s.save(ctx, c)
}

// End closes a meeting: from then on nobody sits in it.
func (s *Service) End(ctx context.Context, a core.Actor, id core.ID) (Meeting, error) {
	m, err := s.convened(ctx, a, id, Open)
	if err != nil {
		return m, err
	}
	c := m.step(s.now(), Closed)
	c.After.Ended = s.now()
	return s.save(ctx, c)
}

// SignIn notes that the actor takes part, in the room or from afar.
func (s *Service) SignIn(ctx context.Context, a core.Actor, id core.ID, how How) error {
	m, _, err := s.meeting(ctx, a, id)
	if err != nil {
		return err
	}
	return s.arrive(ctx, m, Sitting{Person: a.Person, How: how, By: a.Person})
}

// SignOut notes that the actor leaves.
func (s *Service) SignOut(ctx context.Context, a core.Actor, id core.ID) error {
	m, _, err := s.meeting(ctx, a, id)
	if err != nil {
		return err
	}
	return s.needs.Store.Depart(ctx, m.ID, a.Person, s.now())
}

// Mark notes for somebody else that they take part, or that they leave (how is ""): the secretary does.
func (s *Service) Mark(ctx context.Context, a core.Actor, id, person core.ID, how How) error {
	m, err := s.convened(ctx, a, id, Convened, Open)
	if err != nil {
		return err
	}
	if how == "" {
		return s.needs.Store.Depart(ctx, m.ID, person, s.now())
	}
	names, err := s.names(ctx)
	if err != nil {
		return err
	}
	if names[person] == "" {
		return core.E(core.NotFound, "errors.person_not_found", nil)
	}
	return s.arrive(ctx, m, Sitting{Person: person, How: how, By: a.Person})
}

func (s *Service) arrive(ctx context.Context, m Meeting, sitting Sitting) error {
	now := s.now()
	switch {
	case !m.Entering(now):
		return core.E(core.Conflict, "errors.meetings_entering", core.Args{"When": m.Starts.Add(-early)})
	case sitting.How != InRoom && sitting.How != Remote:
		return core.E(core.Invalid, "errors.meetings_how", nil)
	case sitting.How == Remote && m.Link == "":
		return core.E(core.Conflict, "errors.meetings_no_link", nil)
	case sitting.How == InRoom && m.Place == "":
		return core.E(core.Conflict, "errors.meetings_no_place", nil)
	}
	sitting.Arrived = now
	return s.needs.Store.Arrive(ctx, m.ID, sitting)
}

// GiveProxy lets another member of the roll represent the giver at this meeting; "" takes it back. The giver does, or the secretary
// who was handed it on paper.
func (s *Service) GiveProxy(ctx context.Context, a core.Actor, id, giver, holder core.ID) error {
	m, p, err := s.meeting(ctx, a, id)
	if err != nil {
		return err
	}
	if err := m.in(Convened, Open); err != nil {
		return err
	}
	if giver != a.Person && !p.Convenes {
		return core.E(core.Forbidden, "errors.meetings_secretary", nil)
	}
	attendance, r, err := s.attendance(ctx, m)
	if err != nil {
		return err
	}
	if !r.Rule.Proxies || attendance.Limit == 0 {
		return core.E(core.Forbidden, "errors.meetings_proxies", core.Args{"Source": r.Set.Title})
	}
	listed := func(person core.ID) bool {
		return slices.ContainsFunc(attendance.Roll, func(e governance.Elector) bool { return e.Person == person })
	}
	if !listed(giver) || holder != "" && !listed(holder) || giver == holder {
		return core.E(core.Forbidden, "errors.governance_off_roll", nil)
	}
	return s.needs.Store.GiveProxy(ctx, m.ID, Given{Giver: giver, Holder: holder, Since: s.now()}, attendance.Limit)
}

// attendance gathers what the quorum follows from.
func (s *Service) attendance(ctx context.Context, m Meeting) (a Attendance, r Ruled, err error) {
	if r, err = s.rule(ctx, m); err != nil {
		return a, r, err
	}
	a.Rule = r.Rule
	if a.Roll, err = s.needs.Store.Roll(ctx, m.ID); err != nil {
		return a, r, err
	}
	a.Limit = r.Set.Proxies.Limit(len(a.Roll))
	if a.Sittings, err = s.needs.Store.Sittings(ctx, m.ID); err != nil {
		return a, r, err
	}
	a.Proxies, err = s.needs.Store.Proxies(ctx, m.ID)
	return a, r, err
}

// Record notes what became of an item, and what the minutes say of it. An item is put to the ballot while the meeting is open, has its
// quorum, and the ballot of its proposal was called.
func (s *Service) Record(ctx context.Context, a core.Actor, id, item core.ID, outcome Outcome, text string) (Meeting, error) {
	m, err := s.convened(ctx, a, id, Open, Closed, Drafted)
	if err != nil {
		return m, err
	}
	at, err := m.index(item)
	if err != nil {
		return m, err
	}
	if err := checkLines("text", text, maxText); err != nil {
		return m, err
	}
	was := m.Items[at]
	if outcome != "" && !slices.Contains(Outcomes(), outcome) {
		return m, core.E(core.Invalid, "errors.meetings_outcome", nil)
	}
	if outcome == Balloted && was.Outcome != Balloted {
		if err := s.mayBallot(ctx, a, m, was); err != nil {
			return m, err
		}
	}
	c := m.step(s.now(), m.State)
	c.After.Items = slices.Clone(m.Items)
	i := &c.After.Items[at]
	if i.Outcome != outcome {
		i.Outcome, i.At = outcome, s.now()
	}
	i.Text = text
	return s.save(ctx, c)
}

func (s *Service) mayBallot(ctx context.Context, a core.Actor, m Meeting, i Item) error {
	if m.State != Open {
		return core.E(core.Conflict, "errors.meetings_not_open", nil)
	}
	if !i.Kind.Decides() || i.Motion == "" {
		return core.E(core.Conflict, "errors.meetings_no_motion", nil)
	}
	attendance, r, err := s.attendance(ctx, m)
	if err != nil {
		return err
	}
	if t := attendance.At(s.now()); !t.Met {
		return core.E(core.Conflict, "errors.meetings_quorum", core.Args{"Counted": t.Counted, "Needed": t.Needed, "Source": r.Source()})
	}
	motion, err := s.needs.Governance.Motion(ctx, a, i.Motion)
	if err == nil && motion.Ballot == "" {
		err = core.E(core.Conflict, "errors.meetings_not_called", nil)
	}
	return err
}

// Remark is what the secretary adds at the end of the minutes.
func (s *Service) Remark(ctx context.Context, a core.Actor, id core.ID, note string) (Meeting, error) {
	m, err := s.convened(ctx, a, id, Open, Closed, Drafted)
	if err != nil {
		return m, err
	}
	if err := checkLines("note", note, maxText); err != nil {
		return m, err
	}
	c := m.step(s.now(), m.State)
	c.After.Note = note
	return s.save(ctx, c)
}

// names finds people's names by their ids.
func (s *Service) names(ctx context.Context) (map[core.ID]string, error) {
	people, err := s.needs.Members.People(ctx, s.needs.Organisation)
	out := make(map[core.ID]string, len(people))
	for _, p := range people {
		out[p.ID] = p.Name
	}
	return out, err
}
