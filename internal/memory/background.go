package memory

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// WakeReaders tells Run that a file may wait.
func (in *Intake) WakeReaders() { wake(in.read) }

// WakeVectors tells Run that vectors may be missing.
func (in *Intake) WakeVectors() { wake(in.embed) }

func wake(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default: // it is awake already
	}
}

// Run reads what waits, completes vectors and brings up to date what searches keep in memory, until ctx ends. First it takes up what the last stop
// interrupted.
func (in *Intake) Run(ctx context.Context) error {
	if err := in.sweep(ctx); err != nil {
		return err
	}
	var all sync.WaitGroup
	all.Go(func() { in.keep(ctx, in.read, in.readWaiting) })
	all.Go(func() { in.keep(ctx, in.embed, in.completeVectors) })
	all.Go(func() { in.keep(ctx, in.words.wake, in.words.prepareWanted) })
	in.WakeReaders()
	in.WakeVectors()
	all.Wait()
	return nil
}

// keep does the work each time it is woken, again soon when it could not be done, and now and then
// in any case: a model may have been installed, another process may have written.
func (in *Intake) keep(ctx context.Context, woken chan struct{}, do func(ctx context.Context) error) {
	again := time.NewTimer(retryAfter)
	defer again.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-woken:
		case <-again.C:
		}
		err := do(ctx)
		if err != nil && ctx.Err() == nil {
			in.log.WarnContext(ctx, "the memory's work is put off", "code", core.CodeOf(err), "cause", err)
		}
		again.Stop()
		again.Reset(map[bool]time.Duration{true: retryAfter, false: lookAfter}[err != nil])
	}
}

// sweep removes files that the inbox held at the start and that no document holds: a stop came between
// two steps. What arrives since is on its way.
func (in *Intake) sweep(ctx context.Context) error {
	if in.leftErr != nil || len(in.left) == 0 {
		return in.leftErr
	}
	held, err := in.shelf.Tickets(ctx)
	if err != nil {
		return err
	}
	for _, ticket := range in.left {
		if !slices.Contains(held, ticket) {
			in.drop(ctx, ticket)
		}
	}
	return nil
}

// readWaiting reads every file that waits, a few at a time. A document that somebody reads already
// is waited for, then found done.
func (in *Intake) readWaiting(ctx context.Context) error {
	after := core.ID("")
	for {
		jobs, err := in.shelf.Waiting(ctx, after, waitingPage)
		if err != nil || len(jobs) == 0 {
			return err
		}
		if err := in.readPage(ctx, jobs); err != nil {
			return err
		}
		after = jobs[len(jobs)-1].Document
	}
}

func (in *Intake) readPage(ctx context.Context, jobs []Job) error {
	todo := make(chan Job)
	failed := make(chan error, readers)
	var all sync.WaitGroup
	for range readers {
		all.Go(func() {
			var last error
			for job := range todo {
				if last != nil {
					continue // the others would meet the same
				}
				if _, err := in.readJob(ctx, job.Organisation, job.Document); err != nil && blocks(err) {
					last = err
				}
			}
			failed <- last
		})
	}
	for _, job := range jobs {
		todo <- job
	}
	close(todo)
	all.Wait()
	for range readers {
		if err := <-failed; err != nil {
			return err
		}
	}
	return ctx.Err()
}

// blocks tells an error that concerns every file from one that concerns a document alone: erased
// meanwhile, or given up.
func blocks(err error) bool {
	return !core.Is(err, core.NotFound) && core.AsError(err).Key != "errors.memory_reading_stopped"
}

// completeVectors makes the vectors that are missing, and remembers why it could not.
func (in *Intake) completeVectors(ctx context.Context) error {
	_, err := in.Reembed(ctx)
	if ctx.Err() != nil {
		return err
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	in.stuck = nil
	if err != nil {
		in.stuck = core.AsError(err)
	}
	return err
}

// Page lists documents, with those that are being read just now.
func (in *Intake) Page(ctx context.Context, f Filter) (Page, error) {
	if f.Limit <= 0 || f.Limit > MaxPage {
		f.Limit = MaxPage
	}
	page, err := in.shelf.Page(ctx, f, in.model(ctx))
	if err != nil {
		return Page{}, err
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	for i, e := range page.Entries {
		if e.State == Waiting && in.busy[e.ID] {
			page.Entries[i].State = Reading
		}
		if e.State == Waiting && in.blocked != nil && e.Kept {
			page.Entries[i].Problem = in.blocked
		}
	}
	return page, nil
}

// Document finds one document; core.NotFound when the organisation has none of that id.
func (in *Intake) Document(ctx context.Context, organisation, document core.ID) (Entry, error) {
	page, err := in.Page(ctx, Filter{Organisation: organisation, Document: document, Limit: 1})
	if err != nil {
		return Entry{}, err
	}
	if len(page.Entries) == 0 {
		return Entry{}, core.E(core.NotFound, "errors.memory_no_document", nil)
	}
	return page.Entries[0], nil
}

// Status tells what an organisation's memory is doing.
func (in *Intake) Status(ctx context.Context, organisation core.ID) (Status, error) {
	model := in.model(ctx)
	tally, err := in.shelf.Tally(ctx, organisation, model)
	if err != nil {
		return Status{}, err
	}
	status := Status{Tally: tally, Model: model, Reading: in.beingRead(ctx, organisation)}
	in.mu.Lock()
	defer in.mu.Unlock()
	status.Blocked = in.blocked
	if !status.VectorsComplete() {
		status.Stuck = in.stuck
	}
	busy := min(len(status.Reading), status.States[Waiting])
	if busy > 0 {
		status.States[Waiting] -= busy
		status.States[Reading] += busy
	}
	return status, nil
}

// beingRead names the organisation's documents that are being read.
func (in *Intake) beingRead(ctx context.Context, organisation core.ID) []string {
	in.mu.Lock()
	ids := make([]core.ID, 0, len(in.busy))
	for id := range in.busy {
		ids = append(ids, id)
	}
	in.mu.Unlock()
	var names []string
	for _, id := range ids {
		if job, err := in.shelf.Job(ctx, organisation, id); err == nil {
			names = append(names, job.Name)
		}
	}
	slices.Sort(names)
	return names
}

// Retry makes failed documents wait again: one, or every one of the organisation when document is "".
// Those of files that are no longer here must be added again.
func (in *Intake) Retry(ctx context.Context, organisation, document core.ID) (Retried, error) {
	retried, err := in.shelf.Retry(ctx, organisation, document)
	if retried.Documents > 0 {
		in.WakeReaders()
	}
	return retried, err
}
