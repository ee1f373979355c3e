package governance

import (
	"context"
	"time"

	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/members"
)

// longestWait bounds how long Run sleeps: a clock that is set forward is noticed.
const longestWait = time.Minute

// retryWait is how long Run waits after a step failed.
const retryWait = 10 * time.Second

// Run closes, certifies and enacts what is due, until ctx ends.
func (s *Service) Run(ctx context.Context) error {
	if err := s.Recover(ctx); err != nil && ctx.Err() == nil {
		s.needs.Log.ErrorContext(ctx, "votes not brought to the log", "error", err)
	}
	for {
		wait, err := s.Settle(ctx)
		if err != nil && ctx.Err() == nil {
			s.needs.Log.ErrorContext(ctx, "a decision is not settled yet", "error", err)
			wait = retryWait
		}
		timer := time.NewTimer(min(wait, longestWait))
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case <-s.wake:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// Recover brings to the log the votes that a crash kept out of it.
func (s *Service) Recover(ctx context.Context) error {
	all, err := s.needs.Store.Motions(ctx, s.needs.Organisation)
	if err != nil {
		return err
	}
	s.voting.Lock()
	defer s.voting.Unlock()
	for _, m := range all {
		if m.State != Balloting {
			continue
		}
		if err := s.restate(ctx, m.Ballot); err != nil && !core.Is(err, core.Corrupt) {
			return err
		}
	}
	return nil
}

// Settle does everything that is due now, and says when it must look again. One step that fails does not hold up the others.
func (s *Service) Settle(ctx context.Context) (wait time.Duration, failed error) {
	early, err := s.complete(ctx)
	if err != nil {
		return 0, err
	}
	due, next, err := s.needs.Store.Due(ctx, s.needs.Organisation, s.now())
	if err != nil {
		return 0, err
	}
	for _, m := range append(early, due...) {
		if m.State == Balloting {
			err = s.close(ctx, m)
		} else {
			err = s.enact(ctx, m)
		}
		if err != nil && !core.Is(err, core.Conflict) && failed == nil {
			failed = err
		}
	}
	wait = longestWait
	if !next.IsZero() {
		wait = max(next.Sub(s.needs.Clock.Now()), time.Millisecond)
	}
	if len(early)+len(due) > 0 && failed == nil {
		wait = time.Millisecond // what was closed may be due already
	}
	return wait, failed
}

// complete lists the ballots where everybody voted before their time, under rules that close them then.
func (s *Service) complete(ctx context.Context) ([]Motion, error) {
	all, err := s.needs.Store.Motions(ctx, s.needs.Organisation)
	if err != nil {
		return nil, err
	}
	var out []Motion
	for _, m := range all {
		if m.State != Balloting || !m.Due.After(s.now()) {
			continue
		}
		call, err := s.callOf(ctx, m.Ballot)
		if core.Is(err, core.Corrupt) {
			continue // it is void when its time comes
		}
		if err != nil {
			return nil, err
		}
		r, err := s.rulesOf(ctx, call.Ballot.Rules)
		if err != nil {
			return nil, err
		}
		votes, err := s.needs.Store.Turnout(ctx, m.Ballot)
		if err != nil {
			return nil, err
		}
		if d, _ := r.For(m.Kind); d.CloseWhenAllVoted && votes == call.Ballot.RollSize {
			out = append(out, m)
		}
	}
	return out, nil
}

// Held loads all that the result of a motion follows from.
func (s *Service) held(ctx context.Context, m Motion) (Held, []string, error) {
	return load(ctx, s.needs.Store, m.Organisation, m.Proposal, m.Ballot)
}

func load(ctx context.Context, store Store, organisation core.ID, proposal, ballot string) (Held, []string, error) {
	t, err := store.TextOf(ctx, organisation, proposal)
	if err != nil {
		return Held{}, nil, err
	}
	call, err := store.Ballot(ctx, ballot)
	if err != nil {
		return Held{}, nil, err
	}
	history, err := store.RulesHistory(ctx, organisation)
	if err != nil {
		return Held{}, nil, err
	}
	h := Held{Proposal: t.Proposal, Ballot: call.Ballot, Roll: call.Roll}
	for _, v := range history {
		if v.Hash == call.Ballot.Rules {
			if h.Rules, err = v.open(); err != nil {
				return Held{}, nil, err
			}
		}
	}
	kept, err := store.Votes(ctx, ballot)
	if err != nil {
		return Held{}, nil, err
	}
	chains := make([]string, len(kept))
	for i, k := range kept {
		h.Votes, chains[i] = append(h.Votes, k.Vote), k.Chain
	}
	return h, chains, nil
}

// close counts a ballot against the log, states its certificate and writes the result.
func (s *Service) close(ctx context.Context, m Motion) error {
	s.voting.Lock()
	defer s.voting.Unlock()
	if err := s.restate(ctx, m.Ballot); err != nil && !core.Is(err, core.Corrupt) {
		return err
	}
	c, err := s.count(ctx, m)
	if err != nil {
		return err
	}
	canonical, err := c.Canonical()
	if err != nil {
		return err
	}
	signed, err := s.needs.Signer.Sign(certificatePurpose, string(canonical)+"\n")
	if err != nil {
		return err
	}
	if err := s.needs.Statements.State(ctx, statement(StatedCertificate, m.Proposal, 1, charter.HashOf(canonical), c.Closed)); err != nil {
		return err
	}
	s.called.Delete(m.Ballot)
	change, err := m.conclude(c, Result{Proposal: m.Proposal, Certificate: canonical, Signed: signed}, s.now())
	_, err = s.apply(ctx, change, err)
	return err
}

// count certifies what is kept if it is what the log holds, and says that the ballot is void otherwise.
func (s *Service) count(ctx context.Context, m Motion) (Certificate, error) {
	h, chains, err := s.held(ctx, m)
	if core.Is(err, core.Corrupt) || core.Is(err, core.Invalid) {
		return s.void(ctx, m, Fault{Number: 0, What: "altered"})
	}
	if err != nil {
		return Certificate{}, err
	}
	log, err := s.logged(ctx, m.Ballot)
	if err != nil {
		return Certificate{}, err
	}
	rebuilt, err := Chains(m.Ballot, h.Votes)
	if err != nil {
		rebuilt = chains
	}
	fault := log.fault
	if fault == nil {
		fault = Compare(rebuilt, log.chains)
	}
	if fault == nil && !log.called {
		fault = &Fault{Number: 0, What: "altered"}
	}
	if fault != nil {
		return s.void(ctx, m, *fault)
	}
	c, err := Certify(h)
	if err != nil {
		s.needs.Log.ErrorContext(ctx, "a ballot cannot be counted", "motion", m.ID, "error", err)
		return s.void(ctx, m, Fault{Number: 0, What: "altered"})
	}
	return c, nil
}

// void certifies that nothing was decided, from the ballot as it was called.
func (s *Service) void(ctx context.Context, m Motion, f Fault) (Certificate, error) {
	s.needs.Log.ErrorContext(ctx, "the votes kept are not those of the log: the ballot is void", "motion", m.ID, "number", f.Number, "what", f.What)
	t, err := s.needs.Store.TextOf(ctx, m.Organisation, m.Proposal)
	if core.Is(err, core.Corrupt) { // not even the question is left
		nothing := hexOf(root(nil))
		t, err = Text{Proposal: Proposal{Kind: m.Kind, Body: m.Body, Parent: nothing, Rules: nothing}}, nil
	}
	return voidOf(m, t.Proposal, f, s.now()), err
}

// enact brings what was adopted into force, once nobody may contest it any more.
func (s *Service) enact(ctx context.Context, m Motion) error {
	result, err := s.needs.Store.Result(ctx, m.Proposal)
	if err != nil {
		return err
	}
	h, _, err := s.held(ctx, m)
	if err != nil {
		return err
	}
	d, _ := h.Rules.For(m.Kind)
	contests, err := s.needs.Store.Contests(ctx, m.Proposal)
	if err != nil {
		return err
	}
	if int64(len(contests)) >= d.ContestNeeded(h.Roll.Size()) {
		c, err := m.settle(Contested, s.now())
		_, err = s.apply(ctx, c, err)
		return err
	}
	c, err := s.effect(ctx, m, h, result)
	if _, err = s.apply(ctx, c, err); err == nil && c.Rules != nil {
		_, err = s.rules(ctx) // states them; tried again by whoever needs rules next
	}
	return err
}

// effect does what the decision says, if what it builds on is still in force.
func (s *Service) effect(ctx context.Context, m Motion, h Held, result Result) (Change, error) {
	c, err := m.settle(Enacted, s.now())
	if err != nil {
		return c, err
	}
	switch m.Kind {
	case KindCharter:
		err = s.enactCharter(ctx, m, h.Proposal, result)
	case KindRules:
		c.Rules, err = s.nextRules(ctx, m, h.Proposal)
	case KindMandate:
		err = s.appoint(ctx, m, *h.Proposal.Mandate)
	}
	switch {
	case err != nil && core.AsError(err).Key == rulesAlteredKey:
		return c, err // the decision stands, and waits for the rules to be put right
	case core.Is(err, core.Conflict), core.Is(err, core.Forbidden), core.Is(err, core.Corrupt), core.Is(err, core.NotFound), core.Is(err, core.Invalid):
		s.needs.Log.WarnContext(ctx, "what was adopted can no longer be enacted", "motion", m.ID, "error", err)
		return m.settle(Superseded, s.now())
	}
	return c, err
}

func (s *Service) enactCharter(ctx context.Context, m Motion, p Proposal, result Result) error {
	now := s.needs.Charters.InForce()
	if now.Hash == p.Charter && string(now.Certificate) == string(result.Signed) {
		return nil // enacted before a crash
	}
	if now.Hash != p.Parent {
		return core.E(core.Conflict, "errors.governance_parent", nil)
	}
	t, err := s.needs.Store.TextOf(ctx, m.Organisation, m.Proposal)
	if err != nil {
		return err
	}
	_, err = s.needs.Charters.Enact(ctx, t.Document, result.Signed)
	return err
}

func (s *Service) nextRules(ctx context.Context, m Motion, p Proposal) (*RulesVersion, error) {
	history, err := s.rules(ctx)
	if err != nil {
		return nil, err
	}
	if newest := history[len(history)-1]; newest.Hash != p.Rules {
		return nil, core.E(core.Conflict, "errors.governance_rules_changed", nil)
	}
	t, err := s.needs.Store.TextOf(ctx, m.Organisation, m.Proposal)
	if err != nil {
		return nil, err
	}
	return &RulesVersion{Number: len(history) + 1, Hash: p.NextRules, Bytes: t.Document, Motion: m.ID, Since: s.now()}, nil
}

// appoint gives the mandate once, though it be asked twice.
func (s *Service) appoint(ctx context.Context, m Motion, mandate Mandate) error {
	given, err := s.needs.Members.Mandates(ctx, m.Organisation)
	if err != nil {
		return err
	}
	for _, g := range given {
		if g.By == m.Proposal {
			return nil
		}
	}
	start := s.now()
	_, err = s.needs.Members.Appoint(ctx, m.Organisation, members.Appointment{Body: mandate.Body, Person: mandate.Person,
		Office: members.Office(mandate.Office), Start: start, End: start.AddDate(0, mandate.Months, 0), By: m.Proposal})
	return err
}
