package members

import (
	"context"
	"slices"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// Powers says who may keep the register. It comes from mandates: the secretary of a board or of the assembly; while nobody
// holds that office, the operator, so that an organisation can begin.
type Powers interface {
	Keeping(ctx context.Context, actor core.Actor) (Keeping, error)
}

// Keeping is who may keep the register now.
type Keeping struct {
	May         bool // the actor may
	Beginning   bool // nobody is secretary: operators may
	Secretaries []Person
}

var _ Powers = (*Service)(nil)

// Keeping implements Powers.
func (s *Service) Keeping(ctx context.Context, actor core.Actor) (Keeping, error) {
	bodies, err := s.Bodies(ctx, actor.Organisation)
	if err != nil {
		return Keeping{}, err
	}
	mandates, err := s.Mandates(ctx, actor.Organisation)
	if err != nil {
		return Keeping{}, err
	}
	now := s.clock.Now()
	var k Keeping
	for _, m := range mandates {
		governs := slices.ContainsFunc(bodies, func(b Body) bool { return b.ID == m.Body && b.Kind != KindCommittee })
		if m.Office != OfficeSecretary || !governs || !m.At(now) {
			continue
		}
		p, err := s.Person(ctx, m.Person)
		if err != nil {
			return Keeping{}, err
		}
		if !slices.ContainsFunc(k.Secretaries, func(o Person) bool { return o.ID == p.ID }) {
			k.Secretaries = append(k.Secretaries, p)
		}
	}
	k.Beginning = len(k.Secretaries) == 0
	k.May = k.Beginning && actor.Has(core.RoleOperator) ||
		slices.ContainsFunc(k.Secretaries, func(p Person) bool { return p.ID == actor.Person })
	return k, nil
}

// Personal is what this room holds about one person.
type Personal struct {
	Person   Person
	Record   *Record // nil: no member
	Mandates []Held
	Sessions []Session
	Keys     []APIKey
}

// Held is a mandate with its body.
type Held struct {
	Mandate
	Of Body
}

// Self is what a person sees of themselves.
type Self interface {
	Personal(ctx context.Context, actor core.Actor) (Personal, error)
}

// Personal implements Self.
func (s *Service) Personal(ctx context.Context, actor core.Actor) (p Personal, err error) {
	if p.Person, err = s.Person(ctx, actor.Person); err != nil {
		return p, err
	}
	if r, err := s.Member(ctx, actor.Organisation, actor.Person); err == nil {
		p.Record = &r
	} else if !core.Is(err, core.NotFound) {
		return p, err
	}
	if p.Mandates, err = s.HeldBy(ctx, actor.Organisation, actor.Person); err != nil {
		return p, err
	}
	sessions, err := s.store.Sessions(ctx, actor.Person)
	if err != nil {
		return p, failure(ctx, err, "")
	}
	p.Sessions = slices.DeleteFunc(sessions, func(o Session) bool { return !o.Expires.After(s.clock.Now()) })
	keys, err := s.ListKeys(ctx, actor.Organisation)
	p.Keys = slices.DeleteFunc(keys, func(k APIKey) bool { return k.Person != actor.Person })
	return p, err
}

// HeldBy lists the mandates of one person, over or not, with their bodies.
func (s *Service) HeldBy(ctx context.Context, organisation, person core.ID) ([]Held, error) {
	bodies, err := s.Bodies(ctx, organisation)
	if err != nil {
		return nil, err
	}
	mandates, err := s.Mandates(ctx, organisation)
	if err != nil {
		return nil, err
	}
	var list []Held
	for _, m := range mandates {
		if i := slices.IndexFunc(bodies, func(b Body) bool { return b.ID == m.Body }); i >= 0 && m.Person == person {
			list = append(list, Held{m, bodies[i]})
		}
	}
	return list, nil
}
