package meetings

import (
	"context"
	"slices"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/governance"
)

// AskUntil is until when members ask for items.
func (r Ruled) AskUntil(m Meeting) time.Time {
	return m.Starts.Add(-time.Duration(r.Rule.ItemDays) * day)
}

// Ask asks for an item on the agenda of a meeting of the actor's body.
func (s *Service) Ask(ctx context.Context, a core.Actor, id core.ID, title, reasons string) error {
	m, _, err := s.meeting(ctx, a, id)
	if err != nil {
		return err
	}
	if err := m.in(Draft, Convened); err != nil {
		return err
	}
	if !governance.Sits(a, m.Body) {
		return core.E(core.Forbidden, "errors.governance_member", nil)
	}
	r, err := s.rule(ctx, m)
	if err != nil {
		return err
	}
	if until := r.AskUntil(m); !s.now().Before(until) {
		return core.E(core.Conflict, "errors.meetings_ask_late", core.Args{"Count": r.Rule.ItemDays, "When": until, "Source": r.Source()})
	}
	if err := checkLine("title", title, maxTitle); err != nil {
		return err
	}
	if err := checkLines("reasons", reasons, maxText); err != nil {
		return err
	}
	return s.needs.Store.Ask(ctx, Request{ID: core.NewID(s.now()), Meeting: m.ID, Author: a.Person, Title: title, Reasons: reasons, State: Asked, At: s.now()}, maxRequests)
}

// Answer takes a request onto the agenda, as a discussion, or declines it with a reason that its author reads.
func (s *Service) Answer(ctx context.Context, a core.Actor, id, request core.ID, take bool, why string) error {
	m, err := s.convened(ctx, a, id, Draft, Convened)
	if err != nil {
		return err
	}
	list, err := s.needs.Store.Requests(ctx, m.ID)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(list, func(r Request) bool { return r.ID == request && r.State == Asked })
	if i < 0 {
		return core.E(core.NotFound, "errors.meetings_request_unknown", nil)
	}
	if !take {
		if err := checkLine("why", why, maxTitle); err != nil {
			return err
		}
		return s.needs.Store.Answer(ctx, request, Declined, why, nil)
	}
	c := m.step(s.now(), m.State)
	c.After, err = c.After.add(Item{ID: core.NewID(s.now()), Kind: Discussion, Title: core.Text{FR: list[i].Title, EN: list[i].Title}, By: list[i].Author})
	if err != nil {
		return err
	}
	return s.needs.Store.Answer(ctx, request, Taken, "", &c)
}
