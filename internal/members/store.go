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

	// What the actor's bodies and class are at an instant comes from these; Actor.Bodies and Actor.Class are empty.
	Standing Standing // the last one; zero for who is no member
	Seats    []Seat
}

// Use says when a key was last used.
type Use struct {
	Key  core.ID
	Time time.Time
}

// What a Store answers where nothing is found, where a record changed since it was read, and where a number or an
// address is somebody else's.
var (
	ErrNotFound = errors.New("members: not found")
	ErrChanged  = errors.New("members: changed meanwhile")
	ErrTaken    = errors.New("members: taken")
)

// Store keeps the rows, each call in one transaction. Where nothing is found it answers ErrNotFound; any
// other failure is the database's.
type Store interface {
	RegisterStore
	JoiningStore

	AddOrganisation(ctx context.Context, o Organisation) error
	Organisations(ctx context.Context) ([]Organisation, error)
	// AddOrganisation makes its assembly too. AddPerson looks for the organisation, AddLink and AddKey for the person,
	// before they add.
	AddPerson(ctx context.Context, p Person) error
	Person(ctx context.Context, id core.ID) (Person, error)
	People(ctx context.Context, organisation core.ID) ([]Person, error)

	// AddLink keeps a link, and drops the ones that went out of date before it was created.
	AddLink(ctx context.Context, link Link, digest Digest) error
	// RedeemLink deletes the link if it is still good at the session's creation, and opens the session for
	// its person, whom it returns. Of calls that arrive together one succeeds. Sessions out of date go. Who has left the
	// organisation by then gets none.
	RedeemLink(ctx context.Context, link Digest, session Session, token Digest) (person core.ID, err error)
	// ExtendSession moves the end of a session later, never earlier.
	ExtendSession(ctx context.Context, id core.ID, expires time.Time) error
	EndSession(ctx context.Context, token Digest) error
	// Sessions lists those of a person, oldest first, out of date ones too.
	Sessions(ctx context.Context, person core.ID) ([]Session, error)

	AddKey(ctx context.Context, key APIKey, digest Digest) error
	Keys(ctx context.Context, organisation core.ID) ([]APIKey, error)
	// RevokeKey ends a key that was in force: ErrNotFound otherwise.
	RevokeKey(ctx context.Context, id core.ID, at time.Time) error
	// SaveUses moves the last use of keys later, never earlier.
	SaveUses(ctx context.Context, uses []Use) error

	// KeyHolder, SessionHolder and CredentialHolder find who holds a credential that was not ended; PersonHolder answers
	// for a person without one. The caller compares dates with the time.
	KeyHolder(ctx context.Context, secret Digest) (Holder, error)
	SessionHolder(ctx context.Context, token Digest) (Holder, error)
	CredentialHolder(ctx context.Context, id core.ID) (Holder, error)
	PersonHolder(ctx context.Context, person core.ID) (Holder, error)
}

// RegisterStore keeps the rows of memberships, bodies and mandates.
type RegisterStore interface {
	// SaveClass adds a class or gives it another name.
	SaveClass(ctx context.Context, organisation core.ID, c Class) error
	Classes(ctx context.Context, organisation core.ID) ([]Class, error)

	// SaveRecords writes all or none: classes of the first record's organisation, new people and memberships (Version 0) and changed ones. ErrChanged when one is not
	// of the version given, ErrTaken when a number or an address is another member's. A mandate does not outlive the
	// last standing of its person.
	SaveRecords(ctx context.Context, records []Record, classes ...Class) error
	// Records lists all records of an organisation, ordered by person.
	Records(ctx context.Context, organisation core.ID) ([]Record, error)
	Record(ctx context.Context, person core.ID) (Record, error)

	// SaveBody adds a body or gives it another name.
	SaveBody(ctx context.Context, b Body) error
	// Bodies lists the bodies: the assembly, boards, committees, each by key.
	Bodies(ctx context.Context, organisation core.ID) ([]Body, error)
	AddMandate(ctx context.Context, m Mandate) error
	// EndMandate sets the end of a mandate; ErrChanged when it is not the one expected.
	EndMandate(ctx context.Context, m Mandate, expected time.Time) error
	// Mandates lists those of an organisation, over or not, oldest start first.
	Mandates(ctx context.Context, organisation core.ID) ([]Mandate, error)

	// AssemblyRoll and BodyRoll list who may vote at an instant, by person.
	AssemblyRoll(ctx context.Context, organisation core.ID, at time.Time) ([]Elector, error)
	BodyRoll(ctx context.Context, body core.ID, at time.Time) ([]Elector, error)
}

// JoiningStore keeps the rows of those who wish to join.
type JoiningStore interface {
	Door(ctx context.Context, organisation core.ID) (Door, error)
	SetDoor(ctx context.Context, organisation core.ID, d Door) error
	AddRequest(ctx context.Context, r JoinRequest) error
	// Waiting lists the requests that were not decided, oldest first.
	Waiting(ctx context.Context, organisation core.ID) ([]JoinRequest, error)
	// Decide notes what was decided and adds the member, if one was admitted, or does neither: ErrChanged when it was
	// decided meanwhile, ErrTaken when the address is a member's.
	Decide(ctx context.Context, r JoinRequest, admitted *Record) error
}
