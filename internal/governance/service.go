package governance

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/solidaire-coop/solidaire/internal/audit"
	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/members"
)

// Members is what this room asks about people. Powers come from mandates only.
type Members interface {
	members.Rolls
	members.Powers
	HasOffice(ctx context.Context, organisation, person core.ID, body string, office members.Office, at time.Time) (bool, error)
	Appoint(ctx context.Context, organisation core.ID, a members.Appointment) (members.Mandate, error)
	Mandates(ctx context.Context, organisation core.ID) ([]members.Mandate, error)
}

// Charters is the charter that is obeyed, and the only way to change it.
type Charters interface {
	InForce() charter.Version
	Enact(ctx context.Context, document, certificate []byte) (charter.Version, error)
}

// Signer signs with the key of the log. A text ends with a line end.
type Signer interface {
	Verifier
	Sign(purpose, text string) (signed []byte, err error)
}

// The purposes of what is signed.
const (
	certificatePurpose = "solidaire-certificate/1"
	votePurpose        = "solidaire-vote/1"
)

// Needs are what a Service works with.
type Needs struct {
	Organisation core.ID
	Rules        string // the set of rules to begin with
	Store        Store
	Members      Members
	Charters     Charters
	Statements   audit.Statements
	Signer       Signer
	// CheckCharter reports a charter whose policies cannot be compiled, before anybody votes on it.
	CheckCharter func(charter.Document) error
	Clock        core.Clock
	Log          *slog.Logger
}

// Service is how members propose and decide in one organisation.
//
// It promises, beside what the package does: each step is one transaction and happens once, also when the program
// is killed between two; a vote is acknowledged when it is in the database and stated in the log; what is adopted is
// enacted only after the time for contestation; nothing is enacted that builds on a charter or on rules that are no
// longer in force.
type Service struct {
	needs Needs
	wake  chan struct{}

	voting  sync.Mutex      // one vote at a time, so that the log has them in order
	unknown map[string]bool // ballots whose last statement may not have reached the log

	ruling sync.Mutex
	ruled  []string // the chain after each set of rules that the log holds; nil before it was read

	maps opinionMaps

	called sync.Map // hash of a ballot that was voted in → Call: neither it nor its roll ever changes
}

// callOf returns a ballot as it was called. What is counted in the end is read again.
func (s *Service) callOf(ctx context.Context, hash string) (Call, error) {
	if known, ok := s.called.Load(hash); ok {
		return known.(Call), nil
	}
	call, err := s.needs.Store.Ballot(ctx, hash)
	if err == nil {
		s.called.Store(hash, call)
	}
	return call, err
}

// NewService returns the service. The first set of rules is written, and stated in the log, when there is none. Rules that are not
// those of the log are no error here: whatever needs rules is refused, and says so.
func NewService(ctx context.Context, needs Needs) (*Service, error) {
	s := &Service{needs: needs, wake: make(chan struct{}, 1), unknown: map[string]bool{}}
	if err := s.beginRules(ctx); err != nil {
		return nil, err
	}
	_, err := s.rules(ctx)
	if core.Is(err, core.Corrupt) {
		needs.Log.ErrorContext(ctx, "the rules of decision in the database cannot be trusted", "error", err)
		err = nil
	}
	return s, err
}

// beginRules writes the set of rules to begin with, where there is none.
func (s *Service) beginRules(ctx context.Context) error {
	history, err := s.needs.Store.RulesHistory(ctx, s.needs.Organisation)
	if err != nil || len(history) > 0 {
		return err
	}
	first, err := ShippedRules(s.needs.Rules)
	if err != nil {
		return err
	}
	canonical, err := first.Canonical()
	if err != nil {
		return err
	}
	return s.needs.Store.BeginRules(ctx, s.needs.Organisation,
		RulesVersion{Number: 1, Hash: charter.HashOf(canonical), Bytes: canonical, Since: s.now()})
}

func (s *Service) now() time.Time { return stamp(s.needs.Clock.Now()) }

// Rules returns those in force and their hash.
func (s *Service) Rules(ctx context.Context) (RuleSet, string, error) {
	history, err := s.rules(ctx)
	if err != nil {
		return RuleSet{}, "", err
	}
	if len(history) == 0 {
		return RuleSet{}, "", core.E(core.NotFound, "errors.governance_rules_unknown", nil)
	}
	newest := history[len(history)-1]
	r, err := newest.open()
	return r, newest.Hash, err
}

// RulesHistory lists the sets that were in force, newest first.
func (s *Service) RulesHistory(ctx context.Context) ([]RulesVersion, error) {
	history, err := s.rules(ctx)
	slices.Reverse(history)
	return history, err
}

// open reads a version whose bytes must be those that its hash names.
func (v RulesVersion) open() (RuleSet, error) {
	if charter.HashOf(v.Bytes) != v.Hash {
		return RuleSet{}, unbound("rules were altered")
	}
	return ParseRules(v.Bytes)
}

func (s *Service) rulesOf(ctx context.Context, hash string) (RuleSet, error) {
	history, err := s.rules(ctx)
	if err != nil {
		return RuleSet{}, err
	}
	for _, v := range history {
		if v.Hash == hash {
			return v.open()
		}
	}
	return RuleSet{}, core.E(core.NotFound, "errors.governance_rules_unknown", nil)
}

// Sits reports whether somebody sits in a body now; members sit in the assembly.
func Sits(a core.Actor, body string) bool { return slices.Contains(a.Bodies, body) }

// mayPropose lets members propose to the assembly, and who sits in a body propose to it.
func (s *Service) mayPropose(a core.Actor, body string) error {
	if a.Organisation == s.needs.Organisation && (Sits(a, Assembly) || Sits(a, body)) {
		return nil
	}
	return core.E(core.Forbidden, "errors.governance_member", nil)
}

// MaySecretary reports whether the person convenes a body: its secretary, and for the assembly whoever may keep the register.
func (s *Service) MaySecretary(ctx context.Context, a core.Actor, body string) (bool, error) {
	if body == Assembly {
		keeping, err := s.needs.Members.Keeping(ctx, a)
		return keeping.May, err
	}
	return s.holds(ctx, a, body, members.OfficeSecretary)
}

// MayModerate reports whether the person moderates the deliberations of a body.
func (s *Service) MayModerate(ctx context.Context, a core.Actor, body string) (bool, error) {
	return s.holds(ctx, a, body, members.OfficeModerator)
}

func (s *Service) holds(ctx context.Context, a core.Actor, body string, office members.Office) (bool, error) {
	for _, b := range []string{body, Assembly} {
		ok, err := s.needs.Members.HasOffice(ctx, s.needs.Organisation, a.Person, b, office, s.now())
		if err != nil && !core.Is(err, core.NotFound) || ok {
			return ok, err
		}
	}
	return false, nil
}

// apply writes a change and looks again at what is due.
func (s *Service) apply(ctx context.Context, c Change, err error) (Motion, error) {
	if err != nil {
		return Motion{}, err
	}
	if err := s.needs.Store.Apply(ctx, c); err != nil {
		return Motion{}, err
	}
	select {
	case s.wake <- struct{}{}:
	default:
	}
	return c.After, nil
}
