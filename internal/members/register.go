package members

import (
	"context"
	"slices"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// Register is the members' register: who is a member, of which class, with or without a vote, since when.
type Register interface {
	Classes(ctx context.Context, organisation core.ID) ([]Class, error)
	// SetClass adds a class or gives it another name.
	SetClass(ctx context.Context, organisation core.ID, c Class) error

	// Members lists the records of an organisation, of those who left too, ordered by person.
	Members(ctx context.Context, organisation core.ID) ([]Record, error)
	Member(ctx context.Context, organisation, person core.ID) (Record, error)
	// Enrol adds a person as a member.
	Enrol(ctx context.Context, organisation core.ID, e Entry) (Record, error)
	// Amend replaces name, language, number, address, class and vote; a new class or vote counts from now on.
	Amend(ctx context.Context, organisation, person core.ID, e Entry) (Record, error)
	// Leave ends a membership, and every mandate of the person with it. From that instant nothing of theirs signs in.
	Leave(ctx context.Context, organisation, person core.ID, at time.Time) (Record, error)
	// Return takes back who left; e.Joined is when the new membership begins.
	Return(ctx context.Context, organisation, person core.ID, at time.Time) (Record, error)
	// DeclineAI is the person's own choice that nothing of theirs goes to a model, or the contrary.
	DeclineAI(ctx context.Context, person core.ID, declines bool) error
}

// Entry is what the register is told of a member.
type Entry struct {
	Name   string
	Lang   core.Lang // "" follows the browser
	Number string
	Email  string
	Class  string
	Voting bool
	Voices int       // see Standing; 0: one
	Joined time.Time // of a new member
}

var _ interface {
	Register
	Bodies
	Rolls
} = (*Service)(nil)

// Classes implements Register.
func (s *Service) Classes(ctx context.Context, organisation core.ID) ([]Class, error) {
	list, err := s.store.Classes(ctx, organisation)
	return list, failure(ctx, err, "")
}

// SetClass implements Register.
func (s *Service) SetClass(ctx context.Context, organisation core.ID, c Class) error {
	if err := checkKey(c.Key); err != nil {
		return err
	}
	name, err := cleanText(c.Name)
	if err != nil {
		return err
	}
	list, err := s.Classes(ctx, organisation)
	if err != nil {
		return err
	}
	if len(list) >= maxClasses && !slices.ContainsFunc(list, func(o Class) bool { return o.Key == c.Key }) {
		return core.E(core.TooLarge, "errors.classes_many", core.Args{"Max": maxClasses})
	}
	return failure(ctx, s.store.SaveClass(ctx, organisation, Class{Key: c.Key, Name: name}), "errors.organisation_not_found")
}

// Members implements Register.
func (s *Service) Members(ctx context.Context, organisation core.ID) ([]Record, error) {
	list, err := s.store.Records(ctx, organisation)
	return list, failure(ctx, err, "")
}

// Member implements Register.
func (s *Service) Member(ctx context.Context, organisation, person core.ID) (Record, error) {
	r, err := s.store.Record(ctx, person)
	if err == nil && r.Person.Organisation != organisation {
		err = ErrNotFound
	}
	return r, failure(ctx, err, "errors.member_not_found")
}

// Enrol implements Register.
func (s *Service) Enrol(ctx context.Context, organisation core.ID, e Entry) (Record, error) {
	now := s.now()
	classes, err := s.Classes(ctx, organisation)
	if err != nil {
		return Record{}, err
	}
	r, err := enrolled(organisation, e, classes, now)
	if err != nil {
		return Record{}, err
	}
	return s.save(ctx, r)
}

// enrolled is the record of somebody new.
func enrolled(organisation core.ID, e Entry, classes []Class, now time.Time) (Record, error) {
	r := Record{Person: Person{ID: core.NewID(now), Organisation: organisation, Roles: []core.Role{core.RoleMember}, Created: now}}
	if err := r.describe(e, classes); err != nil {
		return Record{}, err
	}
	if err := checkDate(e.Joined); err != nil {
		return Record{}, err
	}
	var err error
	r.History, err = joins(nil, millisecond(e.Joined), now, e.stands())
	return r, err
}

func (e Entry) stands() stands { return stands{e.Class, e.Voting, max(1, e.Voices)} }

// describe sets what a member is called and how they are reached.
func (r *Record) describe(e Entry, classes []Class) (err error) {
	if r.Person.Name, err = cleanName(e.Name); err != nil {
		return err
	}
	if err := checkLang(e.Lang, true); err != nil {
		return err
	}
	r.Person.Lang = e.Lang
	if r.Number, err = cleanLine(e.Number, maxNumber); err != nil {
		return err
	}
	if r.Email, err = cleanEmail(e.Email); err != nil {
		return err
	}
	if e.Voices < 0 || e.Voices > maxVoices {
		return core.E(core.Invalid, "errors.member_voices", core.Args{"Max": maxVoices})
	}
	if e.Class != "" && !slices.ContainsFunc(classes, func(c Class) bool { return c.Key == e.Class }) {
		return core.E(core.NotFound, "errors.class_not_found", nil)
	}
	return nil
}

// Amend implements Register.
func (s *Service) Amend(ctx context.Context, organisation, person core.ID, e Entry) (Record, error) {
	classes, err := s.Classes(ctx, organisation)
	if err != nil {
		return Record{}, err
	}
	return s.edit(ctx, organisation, person, func(r *Record, now time.Time) (err error) {
		if err := r.describe(e, classes); err != nil {
			return err
		}
		r.History, err = changes(r.History, now, e.stands())
		return err
	})
}

// Leave implements Register.
func (s *Service) Leave(ctx context.Context, organisation, person core.ID, at time.Time) (Record, error) {
	if err := checkDate(at); err != nil {
		return Record{}, err
	}
	return s.edit(ctx, organisation, person, func(r *Record, now time.Time) (err error) {
		r.History, err = leaves(r.History, millisecond(at), now)
		return err
	})
}

// Return implements Register.
func (s *Service) Return(ctx context.Context, organisation, person core.ID, at time.Time) (Record, error) {
	if err := checkDate(at); err != nil {
		return Record{}, err
	}
	return s.edit(ctx, organisation, person, func(r *Record, now time.Time) (err error) {
		last := r.Membership()
		r.History, err = joins(r.History, millisecond(at), now, stands{last.Class, last.Voting, last.Voices})
		return err
	})
}

// DeclineAI implements Register.
func (s *Service) DeclineAI(ctx context.Context, person core.ID, declines bool) error {
	r, err := s.store.Record(ctx, person)
	if err != nil {
		return failure(ctx, err, "errors.member_not_found")
	}
	r.DeclinesAI = declines
	_, err = s.save(ctx, r)
	return err
}

// edit reads a record, changes it and writes it, unless somebody else wrote meanwhile.
func (s *Service) edit(ctx context.Context, organisation, person core.ID, change func(r *Record, now time.Time) error) (Record, error) {
	r, err := s.Member(ctx, organisation, person)
	if err != nil {
		return Record{}, err
	}
	if err := change(&r, s.now()); err != nil {
		return Record{}, err
	}
	return s.save(ctx, r)
}

func (s *Service) save(ctx context.Context, r Record) (Record, error) {
	err := s.store.SaveRecords(ctx, []Record{r})
	s.era.Add(1)
	r.Version++
	return r, failure(ctx, err, "errors.organisation_not_found")
}
