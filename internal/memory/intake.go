package memory

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// Intake is the memory with a door that loses nothing: a file is on stable storage before it is
// read, its state is kept with the documents, and what a stop interrupted is taken up again by Run.
// Documents are findable by words as soon as they are read; vectors follow in the background.
type Intake struct {
	*Service
	shelf IntakeStore
	inbox Inbox
	log   *slog.Logger

	read  chan struct{} // something may wait to be read
	embed chan struct{} // something may lack its vectors

	left    []string // what the inbox held at the start
	leftErr error

	mu      sync.Mutex
	busy    map[core.ID]bool // documents being read
	blocked *core.Error
	stuck   *core.Error
}

// IntakeStore is what the intake keeps.
type IntakeStore interface {
	Store
	Queue
	Library
}

// Patience of the background, and of documents that end the program.
const (
	retryAfter  = 30 * time.Second // a full disk, an engine that is away
	lookAfter   = 5 * time.Minute
	maxAttempts = 3
	waitingPage = 64
)

// NewIntake puts the door before a memory, on the same store.
func NewIntake(s *Service, store IntakeStore, inbox Inbox, log *slog.Logger) *Intake {
	in := &Intake{
		Service: s, shelf: store, inbox: inbox, log: log,
		read: make(chan struct{}, 1), embed: make(chan struct{}, 1), busy: map[core.ID]bool{},
	}
	in.left, in.leftErr = inbox.Tickets()
	return in
}

// Add keeps one file, then reads it. When the caller leaves meanwhile, Run reads it.
func (in *Intake) Add(ctx context.Context, organisation core.ID, name string, modified time.Time, r io.Reader) (Report, error) {
	report, err := in.offer(ctx, organisation, name, modified, r)
	if err != nil || report.State != Waiting {
		return report, err
	}
	return in.Finish(ctx, organisation, report.Document)
}

// Offer keeps one file and returns: its report is Waiting, unless it is known already or cannot be
// kept. Run reads it.
func (in *Intake) Offer(ctx context.Context, organisation core.ID, name string, modified time.Time, r io.Reader) (Report, error) {
	report, err := in.offer(ctx, organisation, name, modified, r)
	if report.State == Waiting {
		in.WakeReaders()
	}
	return report, err
}

func (in *Intake) offer(ctx context.Context, organisation core.ID, name string, modified time.Time, r io.Reader) (Report, error) {
	name = cleanName(name)
	if name == "" || len(name) > maxNameBytes {
		return Report{}, core.E(core.Invalid, "errors.memory_name_invalid", core.Args{"Bytes": maxNameBytes})
	}
	return in.take(ctx, Arrival{Organisation: organisation, Name: name, Title: titleOf(name), Modified: modified}, r)
}

// take keeps what arrives, and lets it wait.
func (in *Intake) take(ctx context.Context, a Arrival, r io.Reader) (Report, error) {
	organisation, name := a.Organisation, a.Name
	kept, err := in.inbox.Keep(ctx, r, MaxFileBytes)
	if err != nil {
		return in.turnedAway(ctx, organisation, name, err)
	}
	a.Kept = kept
	accepted, err := in.shelf.Enqueue(ctx, a)
	if err != nil {
		in.drop(ctx, kept.Ticket)
		return in.turnedAway(ctx, organisation, name, err)
	}
	in.drop(ctx, accepted.Replaced)
	report := Report{Name: name, Document: accepted.Document, Version: accepted.Version, State: Waiting}
	if accepted.Unchanged {
		in.drop(ctx, kept.Ticket)
		report.State, report.Unchanged = Indexed, true
	}
	return report, nil
}

// turnedAway reports a file that could not be kept. What the file itself explains becomes the
// document's state; a disk without room is the caller's to know, since it cannot be written down.
func (in *Intake) turnedAway(ctx context.Context, organisation core.ID, name string, err error) (Report, error) {
	problem := core.AsError(err)
	switch {
	case ctx.Err() != nil:
		return Report{}, orCancelled(ctx, err)
	case noRoom(err):
		return Report{Name: name, State: Failed, Problem: problem}, nil
	case problem.Code == core.Internal:
		return Report{}, err
	}
	return in.failed(ctx, organisation, name, err)
}

// noRoom tells that a disk is full.
func noRoom(err error) bool { return core.AsError(err).Key == "errors.memory_disk_full" }

// Finish waits until a document is read or has failed, reading it in the caller's time if nobody
// does yet. When something else than the file stands in the way, it stays Waiting and the report
// says why; Run tries again.
func (in *Intake) Finish(ctx context.Context, organisation, document core.ID) (Report, error) {
	report, err := in.readJob(ctx, organisation, document)
	if err != nil {
		in.WakeReaders()
	}
	if noRoom(err) {
		return Report{Name: report.Name, Document: document, State: Waiting, Problem: core.AsError(err)}, nil
	}
	return report, err
}

// readJob reads the file that a document waits for; when none waits it tells where it stands.
func (in *Intake) readJob(ctx context.Context, organisation, document core.ID) (Report, error) {
	defer in.names.lock("\x00" + string(document))()
	if err := ctx.Err(); err != nil {
		return Report{}, orCancelled(ctx, err)
	}
	job, err := in.shelf.Job(ctx, organisation, document)
	if err != nil || job.Ticket == "" || job.State != Waiting {
		return job.report(), orCancelled(ctx, err)
	}
	select {
	case in.reading <- struct{}{}:
		defer func() { <-in.reading }()
	case <-ctx.Done():
		return Report{}, orCancelled(ctx, ctx.Err())
	}
	defer in.marked(document)()
	again := slices.Contains(in.left, job.Ticket)
	if again {
		if err := in.begin(ctx, job); err != nil {
			return Report{}, err
		}
	}
	report, err := in.readKept(ctx, job)
	if err != nil && again { // an orderly end: not the file's doing
		err = errors.Join(err, in.shelf.Attempt(context.WithoutCancel(ctx), job.Document, -1))
	}
	return report, orCancelled(ctx, err)
}

// begin counts the reading of a file that the last stop left, before it starts: a file that ends the
// program each time is given up, and the rest can be read.
func (in *Intake) begin(ctx context.Context, job Job) error {
	if job.Attempts < maxAttempts {
		return in.shelf.Attempt(ctx, job.Document, 1)
	}
	problem := core.E(core.Internal, "errors.memory_reading_stopped", core.Args{"Count": maxAttempts})
	err := in.shelf.Refuse(ctx, Refusal{Organisation: job.Organisation, Document: job.Document, Ticket: job.Ticket, Problem: problem})
	return errors.Join(err, problem)
}

// marked shows a document as being read until the returned function is called.
func (in *Intake) marked(document core.ID) (unmark func()) {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.busy[document] = true
	return func() {
		in.mu.Lock()
		defer in.mu.Unlock()
		delete(in.busy, document)
	}
}

// readKept reads, saves, and lets go of the file.
func (in *Intake) readKept(ctx context.Context, job Job) (Report, error) {
	version, err := in.open(ctx, job)
	if err != nil {
		return in.refused(ctx, job, err)
	}
	report, err := in.save(ctx, version)
	if err != nil {
		in.note(ctx, err)
		return Report{Name: job.Name}, err
	}
	in.note(ctx, nil)
	in.drop(ctx, job.Ticket)
	return report, nil
}

// open extracts what a kept file says.
func (in *Intake) open(ctx context.Context, job Job) (NewVersion, error) {
	kept, err := in.inbox.Open(job.Ticket)
	if err != nil {
		return NewVersion{}, err
	}
	defer kept.Close()
	file, err := readBounded(kept)
	if err != nil {
		return NewVersion{}, err
	}
	dated := datedBy(job.Modified)
	if job.Kind == Conversations { // it quotes documents: the dates that they state are not its own
		dated = func(string, Extracted) time.Time { return job.Modified.UTC() }
	}
	version, err := in.extract(ctx, job.Organisation, job.Name, dated, file)
	version.Document, version.Ticket = job.Document, job.Ticket
	return version, err
}

// save writes a version of a known document and asks for its vectors.
func (in *Intake) save(ctx context.Context, version NewVersion) (Report, error) {
	saved, err := in.shelf.Save(ctx, version)
	if err != nil {
		return Report{}, err
	}
	in.keepOriginal(ctx, version, saved.Document)
	if !saved.Unchanged {
		in.WakeVectors()
	}
	return Report{Name: version.Version.Name, Document: saved.Document, Version: version.Version.Hash, State: Indexed, Unchanged: saved.Unchanged}, nil
}

// refused notes why a file cannot be read. A reading that was cut short is none: it waits.
func (in *Intake) refused(ctx context.Context, job Job, err error) (Report, error) {
	if ctx.Err() != nil {
		return Report{}, err
	}
	problem := core.AsError(err)
	in.log.WarnContext(ctx, "a file could not be read into the memory", "code", problem.Code, "key", problem.Key, "cause", problem.Cause)
	if err := in.shelf.Refuse(ctx, Refusal{Organisation: job.Organisation, Document: job.Document, Ticket: job.Ticket, Problem: problem}); err != nil {
		return Report{}, err
	}
	return Report{Name: job.Name, Document: job.Document, Version: job.Version, State: Failed, Problem: problem}, nil
}

// note remembers why files are not read for the moment, and forgets it once one is.
func (in *Intake) note(ctx context.Context, err error) {
	if err != nil && (ctx.Err() != nil || core.Is(err, core.NotFound)) {
		return
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	in.blocked = nil
	if err != nil {
		in.blocked = core.AsError(err)
	}
}

// drop lets go of a file of the inbox. One that stays is removed at the next start.
func (in *Intake) drop(ctx context.Context, ticket string) {
	if ticket == "" {
		return
	}
	if err := in.inbox.Drop(ticket); err != nil {
		in.log.WarnContext(ctx, "a file of the inbox stays", "cause", err)
	}
}

// Remove erases a document, with the file that it waited for.
func (in *Intake) Remove(ctx context.Context, organisation, document core.ID) error {
	job, err := in.shelf.Job(ctx, organisation, document)
	if err != nil {
		return err
	}
	if err := in.Service.Remove(ctx, organisation, document); err != nil {
		return err
	}
	in.drop(ctx, job.Ticket)
	return nil
}

// forgetAll erases what is kept of documents beside the store.
func (in *Intake) forgetAll(ctx context.Context, organisation core.ID, documents []core.ID) error {
	in.vectors.forget(organisation)
	in.words.forget(organisation)
	if in.originals == nil {
		return nil
	}
	var failed error
	for _, id := range documents {
		failed = errors.Join(failed, in.originals.RemoveOriginals(ctx, organisation, id))
	}
	return failed
}

func (j Job) report() Report {
	return Report{Name: j.Name, Document: j.Document, Version: j.Version, State: j.State, Problem: j.Problem}
}
