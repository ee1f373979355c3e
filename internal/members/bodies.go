package members

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// Bodies is what pages and votes ask about bodies and mandates. Powers come from mandates only.
type Bodies interface {
	Bodies(ctx context.Context, organisation core.ID) ([]Body, error)
	// AddBody adds a board or a committee.
	AddBody(ctx context.Context, organisation core.ID, key string, kind BodyKind, name core.Text) (Body, error)
	// RenameBody gives a body another name; its key stays.
	RenameBody(ctx context.Context, organisation core.ID, key string, name core.Text) error
	// Mandates lists all mandates of an organisation, over or not, oldest start first.
	Mandates(ctx context.Context, organisation core.ID) ([]Mandate, error)
	// Appoint gives a person an office in a body, from start to end; a zero end sets none.
	Appoint(ctx context.Context, organisation core.ID, a Appointment) (Mandate, error)
	// EndMandate ends one. Powers stop within a second.
	EndMandate(ctx context.Context, organisation, mandate core.ID, at time.Time) (Mandate, error)
	// HeldBy lists the mandates of one person, over or not, with their bodies.
	HeldBy(ctx context.Context, organisation, person core.ID) ([]Held, error)
	// HasOffice reports whether the person has that office in the body at the instant.
	HasOffice(ctx context.Context, organisation, person core.ID, body string, office Office, at time.Time) (bool, error)
}

// Appointment is a mandate to be given.
type Appointment struct {
	Body       string // key
	Person     core.ID
	Office     Office
	Start, End time.Time
	By         string
}

// Bodies implements Bodies.
func (s *Service) Bodies(ctx context.Context, organisation core.ID) ([]Body, error) {
	list, err := s.store.Bodies(ctx, organisation)
	return list, failure(ctx, err, "")
}

func (s *Service) body(ctx context.Context, organisation core.ID, key string) (Body, error) {
	list, err := s.Bodies(ctx, organisation)
	if err != nil {
		return Body{}, err
	}
	if i := slices.IndexFunc(list, func(b Body) bool { return b.Key == key }); i >= 0 {
		return list[i], nil
	}
	return Body{}, core.E(core.NotFound, "errors.body_not_found", nil)
}

// AddBody implements Bodies.
func (s *Service) AddBody(ctx context.Context, organisation core.ID, key string, kind BodyKind, name core.Text) (Body, error) {
	if err := checkKey(key); err != nil {
		return Body{}, err
	}
	if !slices.Contains(BodyKinds(), kind) {
		return Body{}, core.E(core.Invalid, "errors.body_kind", nil)
	}
	name, err := cleanText(name)
	if err != nil {
		return Body{}, err
	}
	list, err := s.Bodies(ctx, organisation)
	if err != nil {
		return Body{}, err
	}
	if len(list) >= maxBodies {
		return Body{}, core.E(core.TooLarge, "errors.bodies_many", core.Args{"Max": maxBodies})
	}
	if slices.ContainsFunc(list, func(b Body) bool { return b.Key == key }) {
		return Body{}, core.E(core.Conflict, "errors.body_taken", nil)
	}
	b := Body{ID: core.NewID(s.now()), Organisation: organisation, Key: key, Kind: kind, Name: name}
	return b, failure(ctx, s.store.SaveBody(ctx, b), "")
}

// RenameBody implements Bodies.
func (s *Service) RenameBody(ctx context.Context, organisation core.ID, key string, name core.Text) error {
	b, err := s.body(ctx, organisation, key)
	if err != nil {
		return err
	}
	if b.Name, err = cleanText(name); err != nil {
		return err
	}
	return failure(ctx, s.store.SaveBody(ctx, b), "")
}

// Mandates implements Bodies.
func (s *Service) Mandates(ctx context.Context, organisation core.ID) ([]Mandate, error) {
	list, err := s.store.Mandates(ctx, organisation)
	return list, failure(ctx, err, "")
}

// Appoint implements Bodies.
func (s *Service) Appoint(ctx context.Context, organisation core.ID, a Appointment) (Mandate, error) {
	b, err := s.body(ctx, organisation, a.Body)
	if err != nil {
		return Mandate{}, err
	}
	m := Mandate{ID: core.NewID(s.now()), Body: b.ID, Person: a.Person, Office: a.Office, Start: millisecond(a.Start), End: millisecond(a.End)}
	if m.By, err = cleanLine(a.By, maxNote); err != nil {
		return Mandate{}, err
	}
	if err := s.mayBeGiven(ctx, organisation, b, m); err != nil {
		return Mandate{}, err
	}
	err = s.store.AddMandate(ctx, m)
	s.era.Add(1)
	return m, failure(ctx, err, "errors.person_not_found")
}

// mayBeGiven checks a mandate against the body, the person, and the mandates that there are.
func (s *Service) mayBeGiven(ctx context.Context, organisation core.ID, b Body, m Mandate) error {
	switch {
	case !slices.Contains(Offices(), m.Office), b.Kind == KindAssembly && m.Office == OfficeMember:
		return core.E(core.Invalid, "errors.office_unknown", nil)
	case !m.End.IsZero() && !m.End.After(m.Start):
		return core.E(core.Invalid, "errors.mandate_order", nil)
	}
	for _, at := range []time.Time{m.Start, m.End} {
		if err := checkDate(at); err != nil && (at == m.Start || !at.IsZero()) {
			return err
		}
	}
	person, err := s.Person(ctx, m.Person)
	if err != nil {
		return err
	}
	if person.Organisation != organisation {
		return core.E(core.NotFound, "errors.person_not_found", nil)
	}
	record, err := s.store.Record(ctx, m.Person)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return failure(ctx, err, "")
	}
	if left := record.Membership().Left; err == nil && !left.IsZero() {
		return core.E(core.Conflict, "errors.member_gone", core.Args{"Date": left})
	}
	list, err := s.Mandates(ctx, organisation)
	if err == nil && slices.ContainsFunc(list, m.overlaps) {
		return core.E(core.Conflict, "errors.mandate_overlaps", nil)
	}
	return err
}

// EndMandate implements Bodies.
func (s *Service) EndMandate(ctx context.Context, organisation, mandate core.ID, at time.Time) (Mandate, error) {
	list, err := s.Mandates(ctx, organisation)
	if err != nil {
		return Mandate{}, err
	}
	i := slices.IndexFunc(list, func(m Mandate) bool { return m.ID == mandate })
	if i < 0 {
		return Mandate{}, core.E(core.NotFound, "errors.mandate_not_found", nil)
	}
	if err := checkDate(at); err != nil {
		return Mandate{}, err
	}
	m, err := list[i].ends(millisecond(at), s.now())
	if err != nil {
		return Mandate{}, err
	}
	err = s.store.EndMandate(ctx, m, list[i].End)
	s.era.Add(1)
	return m, failure(ctx, err, "")
}

// HasOffice implements Bodies.
func (s *Service) HasOffice(ctx context.Context, organisation, person core.ID, body string, office Office, at time.Time) (bool, error) {
	b, err := s.body(ctx, organisation, body)
	if err != nil {
		return false, err
	}
	list, err := s.Mandates(ctx, organisation)
	return slices.ContainsFunc(list, func(m Mandate) bool {
		return m.Body == b.ID && m.Person == person && m.Office == office && m.At(at)
	}), err
}

// millisecond is an instant as it is stored; none stays none. Stores keep none as 0, so that the first millisecond of
// 1970 becomes the second.
func millisecond(at time.Time) time.Time {
	if at.IsZero() {
		return at
	}
	at = at.UTC().Truncate(time.Millisecond)
	if at.UnixMilli() == 0 {
		return at.Add(time.Millisecond)
	}
	return at
}
