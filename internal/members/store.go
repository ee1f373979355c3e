package members

import (
	"context"
	"errors"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// Link is a one-time sign-in link. It is deleted when it is used.
type Link struct {
	Person  core.ID
	Created time.Time
	Expires time.Time
}

// Holder is who stands behind a credential in force.
type Holder struct {
	Actor   core.Actor
	Expires time.Time // of a session; zero for a key, which holds until revoked
}

// Use says when a key was last used.
type Use struct {
	Key  core.ID
	Time time.Time
}

// ErrNotFound is what a Store answers where nothing is found.
var ErrNotFound = errors.New("members: not found")

// Store keeps the rows, each call in one transaction. Where nothing is found it answers ErrNotFound; any
// other failure is the database's.
type Store interface {
	AddOrganisation(ctx context.Context, o Organisation) error
	Organisations(ctx context.Context) ([]Organisation, error)
	// AddPerson looks for the organisation, AddLink and AddKey for the person, before they add.
	AddPerson(ctx context.Context, p Person) error
	Person(ctx context.Context, id core.ID) (Person, error)
	People(ctx context.Context, organisation core.ID) ([]Person, error)

	// AddLink keeps a link, and drops the ones that went out of date before it was created.
	AddLink(ctx context.Context, link Link, digest Digest) error
	// RedeemLink deletes the link if it is still good at the session's creation, and opens the session for
	// its person, whom it returns. Of calls that arrive together one succeeds. Sessions out of date go.
	RedeemLink(ctx context.Context, link Digest, session Session, token Digest) (person core.ID, err error)
	// ExtendSession moves the end of a session later, never earlier.
	ExtendSession(ctx context.Context, id core.ID, expires time.Time) error
	EndSession(ctx context.Context, token Digest) error

	AddKey(ctx context.Context, key APIKey, digest Digest) error
	Keys(ctx context.Context, organisation core.ID) ([]APIKey, error)
	// RevokeKey ends a key that was in force: ErrNotFound otherwise.
	RevokeKey(ctx context.Context, id core.ID, at time.Time) error
	// SaveUses moves the last use of keys later, never earlier.
	SaveUses(ctx context.Context, uses []Use) error

	// KeyHolder, SessionHolder and CredentialHolder find who holds a credential that was not ended. The
	// caller compares its expiry with the time.
	KeyHolder(ctx context.Context, secret Digest) (Holder, error)
	SessionHolder(ctx context.Context, token Digest) (Holder, error)
	CredentialHolder(ctx context.Context, id core.ID) (Holder, error)
}
