package governance

import (
	"context"
	"unicode/utf8"

	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/core"
)

// Sketch is what somebody writes: a proposal before it is bound to what is in force.
type Sketch struct {
	Kind              Kind
	Body              string // "": the assembly
	Title             core.Text
	Reasons           core.Text
	Options           []core.Text
	Charter           *charter.Document
	Rules             *RuleSet
	Mandate           *Mandate
	ContestationHours int
}

// bounds of what members write around a proposal.
const (
	maxArgument  = 4000 // characters
	maxArguments = 5000 // of one proposal
	maxOpen      = 20   // proposals of one author that are not over
)

// Bind makes the text of a sketch, on the charter and under the rules in force now. An error says what must change
// before anybody could vote on it.
func (s *Service) Bind(ctx context.Context, k Sketch, motion core.ID, number int) (Text, string, error) {
	_, rules, err := s.Rules(ctx)
	if err != nil {
		return Text{}, "", err
	}
	p := Proposal{
		Format: ProposalFormat, Organisation: s.needs.Organisation, Motion: motion, Version: number, Kind: k.Kind, Body: k.Body, Title: k.Title, Reasons: k.Reasons,
		Options: append([]core.Text{}, k.Options...), Parent: s.needs.Charters.InForce().Hash, Rules: rules, Mandate: k.Mandate,
		ContestationHours: k.ContestationHours,
	}
	if p.Body == "" {
		p.Body = Assembly
	}
	document, err := s.document(k, &p)
	if err != nil {
		return Text{}, "", err
	}
	id, err := p.ID()
	return Text{Number: number, Proposal: p, Document: document, Created: s.now()}, id, err
}

// document checks what would be enacted and names it in the proposal.
func (s *Service) document(k Sketch, p *Proposal) ([]byte, error) {
	switch {
	case k.Kind == KindCharter && k.Charter != nil:
		b, err := k.Charter.Canonical()
		if err != nil {
			return nil, err
		}
		if p.Charter = charter.HashOf(b); p.Charter == p.Parent {
			return nil, core.E(core.Invalid, "errors.governance_same", nil)
		}
		return b, s.needs.CheckCharter(*k.Charter)
	case k.Kind == KindRules && k.Rules != nil:
		b, err := k.Rules.Canonical()
		if err != nil {
			return nil, err
		}
		if p.NextRules = charter.HashOf(b); p.NextRules == p.Rules {
			return nil, core.E(core.Invalid, "errors.governance_same", nil)
		}
		return b, nil
	}
	return nil, nil
}

// Draft begins a proposal that only its author sees.
func (s *Service) Draft(ctx context.Context, a core.Actor, k Sketch) (Motion, error) {
	if err := s.mayPropose(a, k.Body); err != nil {
		return Motion{}, err
	}
	all, err := s.needs.Store.Motions(ctx, s.needs.Organisation)
	if err != nil {
		return Motion{}, err
	}
	open := 0
	for _, m := range all {
		if m.Author == a.Person && !m.State.Final() {
			open++
		}
	}
	if open >= maxOpen {
		return Motion{}, core.E(core.Exhausted, "errors.governance_many", core.Args{"Max": maxOpen})
	}
	motion := core.NewID(s.now())
	t, id, err := s.Bind(ctx, k, motion, 1)
	if err != nil {
		return Motion{}, err
	}
	m := Motion{ID: motion, Organisation: s.needs.Organisation, Author: a.Person, Kind: k.Kind, Body: t.Proposal.Body,
		Title: k.Title, State: Draft, Version: 1, Proposal: id, Created: t.Created, Updated: t.Created, Revision: 1}
	return s.apply(ctx, Change{After: m, Text: &t}, nil)
}

// Revise gives a proposal another text, before a ballot is called.
func (s *Service) Revise(ctx context.Context, a core.Actor, motion core.ID, k Sketch) (Motion, error) {
	m, err := s.own(ctx, a, motion)
	if err != nil {
		return Motion{}, err
	}
	if same, err := s.same(ctx, k, m); err != nil || same {
		return m, err
	}
	t, id, err := s.Bind(ctx, k, m.ID, m.Version+1)
	if err != nil {
		return Motion{}, err
	}
	c, err := m.revise(t, id, s.now())
	return s.apply(ctx, c, err)
}

// same reports whether a sketch says what the motion says already.
func (s *Service) same(ctx context.Context, k Sketch, m Motion) (bool, error) {
	_, id, err := s.Bind(ctx, k, m.ID, m.Version)
	return id == m.Proposal, err
}

// Publish opens the deliberation of a draft.
func (s *Service) Publish(ctx context.Context, a core.Actor, motion core.ID) (Motion, error) {
	m, err := s.own(ctx, a, motion)
	if err != nil {
		return Motion{}, err
	}
	c, err := m.publish(s.now())
	return s.apply(ctx, c, err)
}

// Withdraw ends a proposal that was not called to the vote.
func (s *Service) Withdraw(ctx context.Context, a core.Actor, motion core.ID) (Motion, error) {
	m, err := s.own(ctx, a, motion)
	if err != nil {
		return Motion{}, err
	}
	c, err := m.withdraw(s.now())
	return s.apply(ctx, c, err)
}

// own finds a motion of the actor's.
func (s *Service) own(ctx context.Context, a core.Actor, motion core.ID) (Motion, error) {
	m, err := s.Motion(ctx, a, motion)
	if err != nil {
		return Motion{}, err
	}
	if m.Author != a.Person {
		return Motion{}, core.E(core.Forbidden, "errors.governance_author", nil)
	}
	return m, nil
}

// Motion finds one that the actor may see: a draft is its author's.
func (s *Service) Motion(ctx context.Context, a core.Actor, motion core.ID) (Motion, error) {
	if a.Organisation != s.needs.Organisation {
		return Motion{}, core.E(core.NotFound, "errors.governance_unknown", nil)
	}
	m, err := s.needs.Store.Motion(ctx, s.needs.Organisation, motion)
	if err == nil && m.State == Draft && m.Author != a.Person {
		return Motion{}, core.E(core.NotFound, "errors.governance_unknown", nil)
	}
	return m, err
}

// Motions lists those that the actor may see, the last changed first.
func (s *Service) Motions(ctx context.Context, a core.Actor) ([]Motion, error) {
	if a.Organisation != s.needs.Organisation {
		return nil, nil
	}
	all, err := s.needs.Store.Motions(ctx, s.needs.Organisation)
	shown := make([]Motion, 0, len(all))
	for _, m := range all {
		if m.State != Draft || m.Author == a.Person {
			shown = append(shown, m)
		}
	}
	return shown, err
}

// inDeliberation finds a motion that members still talk about.
func (s *Service) inDeliberation(ctx context.Context, a core.Actor, motion core.ID) (Motion, error) {
	m, err := s.Motion(ctx, a, motion)
	if err != nil {
		return Motion{}, err
	}
	if err := s.mayPropose(a, m.Body); err != nil {
		return Motion{}, err
	}
	if m.State != Deliberation {
		return Motion{}, wrongState(m)
	}
	return m, nil
}

// CoSign supports the very version that was read.
func (s *Service) CoSign(ctx context.Context, a core.Actor, motion core.ID, proposal string) error {
	m, err := s.inDeliberation(ctx, a, motion)
	if err != nil {
		return err
	}
	if m.Proposal != proposal {
		return core.E(core.Conflict, "errors.governance_revised", nil)
	}
	if m.Author == a.Person {
		return core.E(core.Invalid, "errors.governance_cosign_self", nil)
	}
	return s.needs.Store.Sign(ctx, proposal, Signature{Person: a.Person, Time: s.now()})
}

// Argue adds an argument, a question, or an answer to one.
func (s *Service) Argue(ctx context.Context, a core.Actor, motion core.ID, kind ArgumentKind, parent core.ID, text string) error {
	m, err := s.inDeliberation(ctx, a, motion)
	if err != nil {
		return err
	}
	if err := checkText("text", text, maxArgument); err != nil {
		return err
	}
	list, err := s.needs.Store.Arguments(ctx, m.ID)
	if err != nil {
		return err
	}
	answered := kind != Answer
	for _, other := range list {
		answered = answered || other.ID == parent && other.Kind != Answer
	}
	if !answered || (kind != Answer) != (parent == "") || (kind != For && kind != Against && kind != Question && kind != Answer) {
		return core.E(core.Invalid, "errors.governance_argument", nil)
	}
	if len(list) >= maxArguments {
		return core.E(core.TooLarge, "errors.governance_many", core.Args{"Max": maxArguments})
	}
	return s.needs.Store.AddArgument(ctx, Argument{ID: core.NewID(s.now()), Motion: m.ID, Parent: parent, Author: a.Person,
		Kind: kind, Text: text, Time: s.now()})
}

// Moderate takes an argument out of sight, with a reason that everybody reads. It needs a mandate.
func (s *Service) Moderate(ctx context.Context, a core.Actor, motion, argument core.ID, why string) error {
	m, err := s.moderated(ctx, a, motion, why)
	if err != nil {
		return err
	}
	return s.needs.Store.HideArgument(ctx, m.ID, argument, a.Person, why)
}

// moderated finds a motion that the actor moderates, for a reason that can be read.
func (s *Service) moderated(ctx context.Context, a core.Actor, motion core.ID, why string) (Motion, error) {
	m, err := s.Motion(ctx, a, motion)
	if err != nil {
		return Motion{}, err
	}
	ok, err := s.MayModerate(ctx, a, m.Body)
	if err == nil && !ok {
		err = core.E(core.Forbidden, "errors.governance_moderator", nil)
	}
	if err != nil {
		return Motion{}, err
	}
	return m, checkText("reasons", why, maxTitle)
}

// Amend asks the author to take another text.
func (s *Service) Amend(ctx context.Context, a core.Actor, motion core.ID, k Sketch, reasons string) error {
	m, err := s.inDeliberation(ctx, a, motion)
	if err != nil {
		return err
	}
	if err := checkText("reasons", reasons, maxArgument); err != nil {
		return err
	}
	if k.Kind != m.Kind || utf8.RuneCountInString(k.Body) > 0 && k.Body != m.Body {
		return core.E(core.Invalid, "errors.governance_effect", core.Args{"Kind": string(m.Kind)})
	}
	if same, err := s.same(ctx, k, m); err != nil || same {
		if err == nil {
			err = core.E(core.Invalid, "errors.governance_same", nil)
		}
		return err
	}
	t, _, err := s.Bind(ctx, k, m.ID, m.Version+1)
	if err != nil {
		return err
	}
	return s.needs.Store.AddAmendment(ctx, Amendment{ID: core.NewID(s.now()), Motion: m.ID, Author: a.Person, Base: m.Proposal,
		Reasons: reasons, Text: t, State: AmendmentOpen, Time: s.now()})
}

// AnswerAmendment takes an amendment as the next version, or declines it. The author does.
func (s *Service) AnswerAmendment(ctx context.Context, a core.Actor, motion, amendment core.ID, accept bool) error {
	m, err := s.own(ctx, a, motion)
	if err != nil {
		return err
	}
	list, err := s.needs.Store.Amendments(ctx, m.ID)
	if err != nil {
		return err
	}
	for _, am := range list {
		if am.ID != amendment || am.State != AmendmentOpen {
			continue
		}
		if !accept {
			return s.needs.Store.SettleAmendment(ctx, am.ID, AmendmentDeclined, nil)
		}
		if am.Base != m.Proposal {
			return core.E(core.Conflict, "errors.governance_revised", nil)
		}
		t := am.Text
		t.Number, t.Created = m.Version+1, s.now()
		id, err := t.Proposal.ID()
		if err != nil {
			return err
		}
		c, err := m.revise(t, id, s.now())
		if err != nil {
			return err
		}
		return s.needs.Store.SettleAmendment(ctx, am.ID, AmendmentAccepted, &c)
	}
	return core.E(core.NotFound, "errors.governance_unknown", nil)
}
