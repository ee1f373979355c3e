package meetings

import (
	"context"
	"log/slog"
	"time"

	"github.com/solidaire-coop/solidaire/internal/audit"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/governance"
	"github.com/solidaire-coop/solidaire/internal/members"
)

// Members is what this room asks about people.
type Members interface {
	members.Rolls
	HasOffice(ctx context.Context, organisation, person core.ID, body string, office members.Office, at time.Time) (bool, error)
	Members(ctx context.Context, organisation core.ID) ([]members.Record, error)
	People(ctx context.Context, organisation core.ID) ([]members.Person, error)
	Bodies(ctx context.Context, organisation core.ID) ([]members.Body, error)
}

// Governance is the room where members decide; governance.Service satisfies it.
type Governance interface {
	Rules(ctx context.Context) (governance.RuleSet, string, error)
	RulesHistory(ctx context.Context) ([]governance.RulesVersion, error)
	MaySecretary(ctx context.Context, a core.Actor, body string) (bool, error)
	Motion(ctx context.Context, a core.Actor, motion core.ID) (governance.Motion, error)
	Show(ctx context.Context, a core.Actor, motion core.ID) (governance.Detail, error)
}

// Write makes the letter of a notice in the language of who gets it.
type Write func(n Notice, to members.Person) members.Letter

// Needs are what a Service works with.
type Needs struct {
	Organisation core.ID
	Name         string // of the organisation
	Store        Store
	Members      Members
	Governance   Governance
	Statements   audit.Statements
	Post         members.Post // nil: no mail server
	Write        Write
	Zone         *time.Location // of the organisation
	Clock        core.Clock
	Log          *slog.Logger
}

// Service is how bodies meet in one organisation.
type Service struct {
	needs Needs
	wake  chan struct{}
}

// NewService returns it. Run sends its letters.
func NewService(needs Needs) *Service {
	return &Service{needs: needs, wake: make(chan struct{}, 1)}
}

func (s *Service) now() time.Time { return stamp(s.needs.Clock.Now()) }

// Powers are what somebody may do about the meetings of a body.
type Powers struct {
	Reads, Convenes, Chairs bool
}

// Of says what the actor may do in a body.
func (s *Service) Of(ctx context.Context, a core.Actor, body string) (p Powers, err error) {
	if a.Organisation != s.needs.Organisation || a.Person == "" {
		return p, nil
	}
	if p.Convenes, err = s.needs.Governance.MaySecretary(ctx, a, body); err != nil {
		return p, err
	}
	p.Chairs, err = s.needs.Members.HasOffice(ctx, s.needs.Organisation, a.Person, body, members.OfficeChair, s.now())
	if core.Is(err, core.NotFound) {
		err = nil
	}
	p.Reads = p.Convenes || p.Chairs || governance.Sits(a, body)
	return p, err
}

// Meetings lists those that the actor may see, the latest first.
func (s *Service) Meetings(ctx context.Context, a core.Actor) ([]Meeting, error) {
	all, err := s.needs.Store.Meetings(ctx, s.needs.Organisation)
	if err != nil {
		return nil, err
	}
	powers := map[string]Powers{}
	shown := make([]Meeting, 0, len(all))
	for _, m := range all {
		if _, known := powers[m.Body]; !known {
			if powers[m.Body], err = s.Of(ctx, a, m.Body); err != nil {
				return nil, err
			}
		}
		if powers[m.Body].Reads {
			shown = append(shown, m)
		}
	}
	return shown, nil
}

// meeting finds one that the actor may see, and what they may do.
func (s *Service) meeting(ctx context.Context, a core.Actor, id core.ID) (Meeting, Powers, error) {
	m, err := s.needs.Store.Meeting(ctx, s.needs.Organisation, id)
	if err != nil {
		return m, Powers{}, err
	}
	p, err := s.Of(ctx, a, m.Body)
	if err == nil && !p.Reads {
		return Meeting{}, p, core.E(core.NotFound, "errors.meetings_unknown", nil)
	}
	return m, p, err
}

// convened finds one whose secretary the actor is.
func (s *Service) convened(ctx context.Context, a core.Actor, id core.ID, states ...State) (Meeting, error) {
	m, p, err := s.meeting(ctx, a, id)
	if err != nil {
		return m, err
	}
	if !p.Convenes {
		return m, core.E(core.Forbidden, "errors.meetings_secretary", nil)
	}
	return m, m.in(states...)
}

// save writes a change and looks again at what is to be sent.
func (s *Service) save(ctx context.Context, c Change) (Meeting, error) {
	if err := s.needs.Store.Save(ctx, c); err != nil {
		return Meeting{}, err
	}
	select {
	case s.wake <- struct{}{}:
	default:
	}
	return c.After, nil
}

// Plan begins a meeting.
func (s *Service) Plan(ctx context.Context, a core.Actor, p Plan) (Meeting, error) {
	now := s.now()
	if err := p.check(now); err != nil {
		return Meeting{}, err
	}
	powers, err := s.Of(ctx, a, p.Body)
	if err != nil {
		return Meeting{}, err
	}
	if !powers.Convenes {
		return Meeting{}, core.E(core.Forbidden, "errors.meetings_secretary", nil)
	}
	if err := s.room(ctx); err != nil {
		return Meeting{}, err
	}
	m := Meeting{ID: core.NewID(now), Organisation: s.needs.Organisation, State: Draft, Author: a.Person, Secretary: a.Person,
		Created: now, Updated: now, Revision: 1, Items: []Item{}}.with(p)
	return s.save(ctx, Change{After: m})
}

// room refuses more meetings than anybody prepares at once.
func (s *Service) room(ctx context.Context) error {
	all, err := s.needs.Store.Meetings(ctx, s.needs.Organisation)
	if err != nil {
		return err
	}
	going := 0
	for _, m := range all {
		if !m.State.Over() {
			going++
		}
	}
	if going >= maxDrafts {
		return core.E(core.Exhausted, "errors.meetings_many", core.Args{"Max": maxDrafts})
	}
	return nil
}

// Replan gives a draft another plan. Its body stays.
func (s *Service) Replan(ctx context.Context, a core.Actor, id core.ID, p Plan) (Meeting, error) {
	m, err := s.convened(ctx, a, id, Draft)
	if err != nil {
		return m, err
	}
	if err := p.check(s.now()); err != nil {
		return m, err
	}
	if p.Body != m.Body {
		return m, core.E(core.Invalid, "errors.meetings_kind", nil)
	}
	c := m.step(s.now(), Draft)
	c.After = c.After.with(p)
	return s.save(ctx, c)
}

// agenda changes the items of a meeting that has not begun.
func (s *Service) agenda(ctx context.Context, a core.Actor, id core.ID, change func(Meeting) (Meeting, error)) (Meeting, error) {
	m, err := s.convened(ctx, a, id, Draft, Convened)
	if err != nil {
		return m, err
	}
	c := m.step(s.now(), m.State)
	if c.After, err = change(c.After); err != nil {
		return m, err
	}
	return s.save(ctx, c)
}

// AddItem puts an item at the end of the agenda.
func (s *Service) AddItem(ctx context.Context, a core.Actor, id core.ID, i Item) (Meeting, error) {
	if err := s.linked(ctx, a, i); err != nil {
		return Meeting{}, err
	}
	i = Item{ID: core.NewID(s.now()), Kind: i.Kind, Title: i.Title, Motion: i.Motion, Length: i.Length}
	return s.agenda(ctx, a, id, func(m Meeting) (Meeting, error) { return m.add(i) })
}

// EditItem gives an item other words.
func (s *Service) EditItem(ctx context.Context, a core.Actor, id core.ID, i Item) (Meeting, error) {
	if err := s.linked(ctx, a, i); err != nil {
		return Meeting{}, err
	}
	return s.agenda(ctx, a, id, func(m Meeting) (Meeting, error) { return m.replace(i) })
}

// linked refuses an item bound to a proposal that the actor does not see.
func (s *Service) linked(ctx context.Context, a core.Actor, i Item) error {
	if i.Motion == "" {
		return nil
	}
	m, err := s.needs.Governance.Motion(ctx, a, i.Motion)
	if err == nil && m.State == governance.Draft {
		err = core.E(core.Conflict, "errors.meetings_motion_draft", nil)
	}
	return err
}

// RemoveItem takes an item off the agenda.
func (s *Service) RemoveItem(ctx context.Context, a core.Actor, id, item core.ID) (Meeting, error) {
	return s.agenda(ctx, a, id, func(m Meeting) (Meeting, error) { return m.remove(item) })
}

// MoveItem puts an item one place up (-1) or down (+1).
func (s *Service) MoveItem(ctx context.Context, a core.Actor, id, item core.ID, by int) (Meeting, error) {
	return s.agenda(ctx, a, id, func(m Meeting) (Meeting, error) { return m.move(item, by) })
}
