package memory

import (
	"context"
	"io"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// Inbox keeps files from the moment they arrive until they are read, so that none is lost when the
// program stops.
type Inbox interface {
	// Keep writes what r gives to stable storage. What is beyond max bytes is core.TooLarge, nothing
	// at all core.Invalid, a disk without room core.Unavailable; nothing is kept then.
	Keep(ctx context.Context, r io.Reader, max int64) (Kept, error)
	// Open gives a kept file; core.NotFound when it is gone.
	Open(ticket string) (KeptFile, error)
	// Drop forgets a file; one that is gone already is no error.
	Drop(ticket string) error
	// Tickets lists what is kept.
	Tickets() ([]string, error)
}

// Kept is a file in the inbox.
type Kept struct {
	Ticket string
	Size   int64
	Hash   string // SHA-256, hex
}

// KeptFile is an open file of the inbox.
type KeptFile interface {
	io.Reader
	io.ReaderAt
	io.Closer
}

// Queue is the durable side of what waits: documents and the tickets of their files. What it notes
// is on stable storage when it returns.
type Queue interface {
	// Enqueue notes a file of that name, making its document when there is none. A file whose bytes
	// are those of the newest version waits for nothing.
	Enqueue(ctx context.Context, a Arrival) (Accepted, error)
	// Job gives where a document stands; core.NotFound when the organisation has no such document.
	Job(ctx context.Context, organisation, document core.ID) (Job, error)
	// Waiting lists documents whose file waits in the inbox, by id, with an id above after.
	Waiting(ctx context.Context, after core.ID, limit int) ([]Job, error)
	// Attempt counts a reading before it begins, and with -1 one that came to an orderly end.
	Attempt(ctx context.Context, document core.ID, change int) error
	// Refuse notes why a file could not be read. The ticket is kept, for another try.
	Refuse(ctx context.Context, r Refusal) error
	// Retry makes failed documents wait again, all of the organisation or one: those whose file is
	// still in the inbox, and those that their source can give again.
	Retry(ctx context.Context, organisation, document core.ID) (Retried, error)
	// Tickets lists the tickets that documents hold.
	Tickets(ctx context.Context) ([]string, error)
}

// Arrival is a file that has reached the inbox.
type Arrival struct {
	Organisation core.ID
	Name         string
	Title        string  // until the document states its own
	Conversation core.ID // that it holds; "" for a file that somebody added
	Modified     time.Time
	Kept
}

// Accepted is what became of an arrival.
type Accepted struct {
	Document  core.ID
	Version   string // newest version so far
	Unchanged bool   // the newest version came from these very bytes
	Replaced  string // ticket of a file of that name that waited, now superseded
}

// Job is a document and the file that it waits for.
type Job struct {
	Document     core.ID
	Organisation core.ID
	Name         string
	State        State
	Problem      *core.Error
	Version      string
	Ticket       string // "" when no file waits
	Modified     time.Time
	Attempts     int
	Kind         SourceKind
}

// Refusal is why a document's file could not be read.
type Refusal struct {
	Organisation, Document core.ID
	Ticket                 string // of the file refused; a newer one still waits
	Problem                *core.Error
	Fingerprint            string // of an item of a source; "": it is tried again at the next run
}

// Retried counts what waits again.
type Retried struct {
	Documents int
	Sources   []core.ID // to be read for it
}
