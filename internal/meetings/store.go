package meetings

import (
	"context"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/governance"
)

// Store keeps meetings. Each method that writes is one transaction.
type Store interface {
	// Meetings lists those of an organisation, the latest first.
	Meetings(ctx context.Context, organisation core.ID) ([]Meeting, error)
	// Meeting finds one; core.NotFound.
	Meeting(ctx context.Context, organisation, id core.ID) (Meeting, error)
	// Save writes a change: core.Conflict when the meeting is no longer as it was before. Once a meeting is closed nobody
	// sits in it any more.
	Save(ctx context.Context, c Change) error

	// Notices lists what members were told, oldest first. A notice whose bytes are not its hash's is core.Corrupt.
	Notices(ctx context.Context, meeting core.ID) ([]Notice, error)
	// Roll is the one of the last notice, sorted by person.
	Roll(ctx context.Context, meeting core.ID) ([]governance.Elector, error)
	// Letters lists those of the last notice, sorted by person.
	Letters(ctx context.Context, meeting core.ID) ([]Letter, error)
	// DueLetters lists letters that wait, the first due first, at most so many, and when the next is due (zero: none waits).
	DueLetters(ctx context.Context, organisation core.ID, now time.Time, most int) (due []Letter, next time.Time, err error)
	// Mark writes what became of a letter, unless another notice replaced it.
	Mark(ctx context.Context, l Letter) error

	// Arrive notes that somebody takes part; it ends another stay of theirs. core.Conflict when the meeting is not one that people
	// enter now.
	Arrive(ctx context.Context, meeting core.ID, s Sitting) error
	// Depart ends their stay, if there is one.
	Depart(ctx context.Context, meeting, person core.ID, at time.Time) error
	// Sittings lists all stays, by arrival.
	Sittings(ctx context.Context, meeting core.ID) ([]Sitting, error)
	// GiveProxy ends the giver's proxy and gives it to another holder, or to nobody (""). core.Forbidden when the holder has
	// as many as the limit.
	GiveProxy(ctx context.Context, meeting core.ID, g Given, limit int) error
	// Proxies lists all that were given, by date.
	Proxies(ctx context.Context, meeting core.ID) ([]Given, error)

	// Ask adds a request for an item, at most so many for one meeting.
	Ask(ctx context.Context, r Request, most int) error
	// Requests lists them, oldest first.
	Requests(ctx context.Context, meeting core.ID) ([]Request, error)
	// Answer settles a request that waits; with a change of the meeting when it was taken.
	Answer(ctx context.Context, request core.ID, to RequestState, why string, c *Change) error

	// Minutes finds the approved ones; core.NotFound.
	Minutes(ctx context.Context, meeting core.ID) (Kept, error)
	// Unstated lists meetings whose approved minutes may not have reached the log.
	Unstated(ctx context.Context, organisation core.ID) ([]core.ID, error)
	// Stated notes that they have.
	Stated(ctx context.Context, meeting core.ID) error

	// AttendedBy lists what is kept of a person's presence.
	AttendedBy(ctx context.Context, organisation, person core.ID) ([]Attended, error)
}

// Kept are minutes as they were approved.
type Kept struct {
	Hash   string
	Bytes  []byte
	Stated bool // the log holds their hash
}

// RequestState is what became of a request for an item.
type RequestState string

// The states.
const (
	Asked    RequestState = "asked"
	Taken    RequestState = "taken"
	Declined RequestState = "declined"
)

// Request is a member's wish that something be on the agenda.
type Request struct {
	ID, Meeting core.ID
	Author      core.ID
	Title       string
	Reasons     string
	State       RequestState
	Why         string // it was declined
	At          time.Time
}

// Attended is what is kept of one person's presence at one meeting.
type Attended struct {
	Meeting core.ID    `json:"meeting"`
	Title   core.Text  `json:"title"`
	Starts  time.Time  `json:"starts"`
	How     How        `json:"how,omitempty"`
	Arrived *time.Time `json:"arrived,omitempty"`
	Left    *time.Time `json:"left,omitempty"`
	GaveTo  core.ID    `json:"proxy_to,omitempty"`
	HeldFor core.ID    `json:"proxy_from,omitempty"`
	Asked   string     `json:"asked_for,omitempty"`
	Letter  string     `json:"notice,omitempty"` // what became of the notice sent to them
}
