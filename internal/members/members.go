package members

import (
	"context"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// Organisation is a co-op, association, union or federation: the tenant.
type Organisation struct {
	ID      core.ID
	Name    string
	Lang    core.Lang // its working language
	Created time.Time
}

// Person is a member of one organisation.
type Person struct {
	ID           core.ID
	Organisation core.ID
	Name         string
	Lang         core.Lang // preferred; "" follows the browser
	Roles        []core.Role
	Created      time.Time
}

// APIKey is a credential for programs. The secret itself is shown once and never stored.
type APIKey struct {
	ID       core.ID
	Person   core.ID
	Name     string
	Prefix   string // first characters of the secret, to recognise it
	Created  time.Time
	LastUsed time.Time // zero: never; precise to the minute
	Revoked  time.Time // zero: in force
}

// Session is a signed-in browser.
type Session struct {
	ID      core.ID
	Person  core.ID
	Created time.Time
	Expires time.Time
}

// Directory is what the installer, the commands and the pages ask about people.
type Directory interface {
	CreateOrganisation(ctx context.Context, name string, lang core.Lang) (Organisation, error)
	Organisations(ctx context.Context) ([]Organisation, error)
	// CreatePerson adds a person with at least one role; lang may be "".
	CreatePerson(ctx context.Context, organisation core.ID, name string, lang core.Lang, roles ...core.Role) (Person, error)
	Person(ctx context.Context, id core.ID) (Person, error)
	People(ctx context.Context, organisation core.ID) ([]Person, error)
	// FindPerson finds by id, or by name when only one person of the organisation bears it.
	FindPerson(ctx context.Context, organisation core.ID, which string) (Person, error)
}

// Accounts is what the rest of the house asks of this room.
type Accounts interface {
	// Authenticate returns the actor behind an API key secret. core.Unauthenticated when it is
	// malformed, unknown or revoked: the three look the same.
	Authenticate(ctx context.Context, secret string) (core.Actor, error)
	// SessionActor returns the actor behind a session token; core.Unauthenticated otherwise.
	SessionActor(ctx context.Context, token string) (core.Actor, error)
	// PersonActor returns the actor that a person is without a credential, as on the machine's own socket;
	// core.Unauthenticated once they have left.
	PersonActor(ctx context.Context, person core.ID) (core.Actor, error)
	// Holds reports whether a credential is still in force: false once revoked or expired, at
	// most one second after it was, whichever process revoked it. It is cheap enough to call
	// several times a second per stream.
	Holds(ctx context.Context, credential core.ID) (bool, error)
}

// SignIn is what the sign-in pages ask.
type SignIn interface {
	// NewLink makes a one-time sign-in token for the person, good for the given time.
	NewLink(ctx context.Context, person core.ID, valid time.Duration) (token string, err error)
	// Redeem uses a one-time token once and opens a session. core.Unauthenticated when the token is
	// unknown, used or out of date.
	Redeem(ctx context.Context, token string) (session Session, sessionToken string, err error)
	// SignOut ends a session.
	SignOut(ctx context.Context, sessionToken string) error
}

// Keys is what the key commands ask.
type Keys interface {
	CreateKey(ctx context.Context, person core.ID, name string) (key APIKey, secret string, err error)
	ListKeys(ctx context.Context, organisation core.ID) ([]APIKey, error)
	// RevokeKey ends a key by its id, its prefix or its name when only one in force bears it.
	RevokeKey(ctx context.Context, organisation core.ID, which string) (APIKey, error)
}
