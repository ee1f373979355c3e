package governance

import (
	"context"
	"strings"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// Statement is one sentence on which people say whether they agree.
type Statement struct {
	ID, Motion core.ID
	Author     core.ID // kept, and told to nobody but the author: a sentence is judged for what it says
	Text       string
	Time       time.Time
	HiddenBy   core.ID // "": shown
	HiddenWhy  string
}

// Bounds of what members write for a map of opinions.
const (
	MaxStatement     = 160 // characters
	maxStatements    = 200 // of one proposal
	maxStatementsOwn = 10  // of one person on one proposal
)

// Opinions keeps the statements beside a deliberation, and what each person said of them.
type Opinions interface {
	AddStatement(ctx context.Context, s Statement) error
	// HideStatement keeps it, out of sight, with who hid it and why.
	HideStatement(ctx context.Context, motion, id, by core.ID, why string) error
	// Statements lists them, oldest first.
	Statements(ctx context.Context, motion core.ID) ([]Statement, error)

	// Answer keeps what a person says of a statement, in the place of what they said before.
	Answer(ctx context.Context, motion, statement, person core.ID, o Opinion, at time.Time) error
	// ForgetOpinions erases all that a person answered.
	ForgetOpinions(ctx context.Context, motion, person core.ID) error
	OpinionsOf(ctx context.Context, motion, person core.ID) (map[core.ID]Opinion, error)
	// EachOpinion hands them out, those of one person together.
	EachOpinion(ctx context.Context, motion core.ID, each func(person, statement core.ID, o Opinion) error) error
	// CountOpinions counts the statements that are shown, and the people who answered one of them.
	CountOpinions(ctx context.Context, motion core.ID) (statements, people int, err error)
}

// surveyed finds a motion on which opinions are gathered: from the deliberation on, until its ballot opens.
func (s *Service) surveyed(ctx context.Context, a core.Actor, motion core.ID) (Motion, error) {
	m, err := s.Motion(ctx, a, motion)
	if err != nil {
		return Motion{}, err
	}
	if err := s.mayPropose(a, m.Body); err != nil {
		return Motion{}, err
	}
	open, err := s.surveys(ctx, m)
	if err == nil && !open {
		err = core.E(core.Conflict, "errors.opinions_closed", nil)
	}
	return m, err
}

func (s *Service) surveys(ctx context.Context, m Motion) (bool, error) {
	switch m.State {
	case Deliberation:
		return true, nil
	case Balloting:
		call, err := s.callOf(ctx, m.Ballot)
		if core.Is(err, core.Corrupt) {
			return false, nil
		}
		return err == nil && s.now().Before(call.Ballot.Opens), err
	}
	return false, nil
}

// Say adds a statement.
func (s *Service) Say(ctx context.Context, a core.Actor, motion core.ID, text string) error {
	m, err := s.surveyed(ctx, a, motion)
	if err != nil {
		return err
	}
	if err := checkText("statement", text, MaxStatement); err != nil {
		return err
	}
	list, err := s.needs.Store.Statements(ctx, m.ID)
	if err != nil {
		return err
	}
	own := 0
	for _, other := range list {
		if strings.EqualFold(other.Text, text) {
			return core.E(core.Conflict, "errors.opinions_twice", nil)
		}
		if other.Author == a.Person {
			own++
		}
	}
	if own >= maxStatementsOwn {
		return core.E(core.TooLarge, "errors.governance_many", core.Args{"Max": maxStatementsOwn})
	}
	if len(list) >= maxStatements {
		return core.E(core.TooLarge, "errors.governance_many", core.Args{"Max": maxStatements})
	}
	return s.needs.Store.AddStatement(ctx, Statement{ID: core.NewID(s.now()), Motion: m.ID, Author: a.Person, Text: text, Time: s.now()})
}

// Opine keeps what the actor says of a statement, in the place of what they said before.
func (s *Service) Opine(ctx context.Context, a core.Actor, motion, statement core.ID, o Opinion) error {
	m, err := s.surveyed(ctx, a, motion)
	if err != nil {
		return err
	}
	if o != Agrees && o != Disagrees && o != Passes {
		return core.E(core.Invalid, "errors.opinions_answer", nil)
	}
	list, err := s.needs.Store.Statements(ctx, m.ID)
	if err != nil {
		return err
	}
	for _, st := range list {
		if st.ID == statement && st.HiddenBy == "" {
			if err := s.needs.Store.Answer(ctx, m.ID, st.ID, a.Person, o, s.now()); err != nil {
				return err
			}
			s.maps.changed(m.ID, a.Person)
			return nil
		}
	}
	return core.E(core.NotFound, "errors.opinions_unknown", nil)
}

// Forget erases all that the actor answered, at any time, and the map is drawn without it.
func (s *Service) Forget(ctx context.Context, a core.Actor, motion core.ID) error {
	m, err := s.Motion(ctx, a, motion)
	if err != nil {
		return err
	}
	if err := s.needs.Store.ForgetOpinions(ctx, m.ID, a.Person); err != nil {
		return err
	}
	s.maps.drop(m.ID)
	return nil
}

// HideStatement takes a statement out of sight and off the map, with a reason that everybody reads. It needs a mandate.
func (s *Service) HideStatement(ctx context.Context, a core.Actor, motion, statement core.ID, why string) error {
	m, err := s.moderated(ctx, a, motion, why)
	if err != nil {
		return err
	}
	if err := s.needs.Store.HideStatement(ctx, m.ID, statement, a.Person, why); err != nil {
		return err
	}
	s.maps.drop(m.ID)
	return nil
}
