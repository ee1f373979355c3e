package charter

import (
	"context"
	"log/slog"
	"time"

	"github.com/solidaire-coop/solidaire/internal/audit"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/members"
)

// KeptAct is an entry of the members' record as it is stored. Its seal is signed with the log's key before it is written, so that
// a row that this program did not write is never taken for one that a crash kept out of the log.
type KeptAct struct{ Canonical, Seal []byte }

// Acts keeps the members' record of emergency restrictions.
type Acts interface {
	// Acts returns the entries by number.
	Acts(ctx context.Context) (map[int]KeptAct, error)
	// Put writes one, over what stands there.
	Put(ctx context.Context, number int, a KeptAct) error
}

// Signer signs with the key of the log, and verifies it.
type Signer interface {
	Sign(purpose, text string) (signed []byte, err error)
	Verify(purpose string, signed []byte) (text string, err error)
}

// People are who may restrict, and whose keys can be suspended; members.Service satisfies it.
type People interface {
	HeldBy(ctx context.Context, organisation, person core.ID) ([]members.Held, error)
	Person(ctx context.Context, id core.ID) (members.Person, error)
}

// Known completes a scope, or says that what it names is not there: a name that nothing bears would restrict nothing.
type Known func(ctx context.Context, s Scope) (Scope, error)

// RestrictionNeeds are what Restrictions work with.
type RestrictionNeeds struct {
	Organisation core.ID
	Acts         Acts
	Log          audit.Statements
	Signer       Signer
	People       People
	Known        Known
	Clock        core.Clock
	Elapsed      func() time.Duration // since some instant, whatever becomes of the clock
	LogWritten   time.Time            // when the log was last written before the start; zero: not known
	Logger       *slog.Logger
}
