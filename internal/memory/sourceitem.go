package memory

import (
	"context"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// attempt reads one item and notes what became of it.
func (r *sourceRun) attempt(ctx context.Context, t task) {
	defer r.intake.marked(t.Document)()
	err := r.readItem(ctx, t)
	if ctx.Err() != nil {
		return // it waits for the next run
	}
	r.update(r.show, func(run *Run) { run.Done++ })
	if err != nil {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.decisive = err
	}
}

// readItem fetches an item, and reads it when it is new. Its error is the memory's, never the item's.
func (r *sourceRun) readItem(ctx context.Context, t task) error {
	known := ""
	if t.known.Version != "" {
		known = t.known.Fingerprint
	}
	content, err := r.origin.Read(ctx, t.Item, known)
	switch {
	case core.Is(err, core.NotFound):
		return r.vanished(ctx, t)
	case err != nil:
		return r.unreadable(ctx, t, err)
	case content.Unchanged:
		return r.store.Settle(ctx, t.Document, t.Item)
	}
	defer content.Body.Close()
	if content.Fingerprint != "" {
		t.Item.Fingerprint = content.Fingerprint
	}
	if !content.Modified.IsZero() {
		t.Item.Modified = content.Modified
	}
	file, err := readBounded(content.Body)
	if err != nil {
		return r.unreadable(ctx, t, err)
	}
	return r.keep(ctx, t, file)
}

// keep puts the bytes of an item where they belong: known already, moved from elsewhere, or new.
func (r *sourceRun) keep(ctx context.Context, t task, file []byte) error {
	hash := hashOf(file)
	if t.known.Version != "" && t.known.FileHash == hash {
		return r.store.Settle(ctx, t.Document, t.Item)
	}
	if t.known.Document == "" {
		if moved := r.takeMissing(hash); moved != "" {
			return r.move(ctx, moved, t.Document, t.Name, t.Item)
		}
		if r.wasErased("", "", hash) {
			r.update(r.show, func(run *Run) { run.Erased++ })
			return r.store.RemoveAll(ctx, r.source.Organisation, []core.ID{t.Document})
		}
	}
	select {
	case r.intake.reading <- struct{}{}:
		defer func() { <-r.intake.reading }()
	case <-ctx.Done():
		return nil
	}
	version, err := r.intake.extract(ctx, r.source.Organisation, t.Name, datedBy(t.Item.Modified), file)
	if err != nil {
		return r.unreadable(ctx, t, err)
	}
	version.Document, version.Fingerprint = t.Document, t.Item.Fingerprint
	_, err = r.intake.save(ctx, version)
	if core.Is(err, core.NotFound) {
		return nil // erased meanwhile
	}
	if err == nil {
		r.update(r.show, func(run *Run) {
			if t.known.Version == "" {
				run.Added++
			} else {
				run.Changed++
			}
		})
	}
	return err
}

// takeMissing finds a document that was read from the same bytes and is gone from its place.
func (r *sourceRun) takeMissing(hash string) core.ID {
	r.mu.Lock()
	defer r.mu.Unlock()
	id := r.byHash[hash]
	if _, still := r.missing[id]; !still {
		return ""
	}
	delete(r.byHash, hash)
	return id
}

// vanished handles an item that went between the listing and its reading.
func (r *sourceRun) vanished(ctx context.Context, t task) error {
	if t.known.Version == "" {
		return r.store.RemoveAll(ctx, r.source.Organisation, []core.ID{t.Document})
	}
	t.Item.Fingerprint = t.known.Fingerprint // as it was: the next listing will tell
	return r.store.Settle(ctx, t.Document, t.Item)
}

// unreadable notes why an item could not be read. What lies in the file is not tried again until the
// file changes; what lies in the way to it is tried at the next run.
func (r *sourceRun) unreadable(ctx context.Context, t task, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	problem := core.AsError(err)
	refusal := Refusal{Organisation: r.source.Organisation, Document: t.Document, Problem: problem}
	switch problem.Code {
	case core.Invalid, core.Corrupt, core.TooLarge:
		refusal.Fingerprint = t.Item.Fingerprint
	default:
		r.mu.Lock()
		r.shaky = true
		r.mu.Unlock()
	}
	r.problem(t.Name, problem)
	err = r.intake.shelf.Refuse(ctx, refusal)
	if core.Is(err, core.NotFound) {
		return nil
	}
	return err
}

// follow removes the documents whose items are gone, each after the source itself has said so. An empty
// listing, one without most of what was there, and a run that could not read everything remove nothing.
func (r *sourceRun) follow(ctx context.Context) error {
	if len(r.missing) == 0 {
		return nil
	}
	if problem := r.suspicious(); problem != nil && !r.all {
		r.update(r.show, func(run *Run) { run.Held = len(r.missing) })
		return problem
	}
	if r.shaky && !r.all {
		return nil // it may have been renamed to what could not be read: the next run will tell
	}
	var gone []core.ID
	for id, k := range r.missing {
		confirmed, err := r.confirmGone(ctx, k)
		if err != nil {
			return err
		}
		if confirmed {
			gone = append(gone, id)
		}
	}
	for from := 0; from < len(gone); from += removeBatch {
		batch := gone[from:min(from+removeBatch, len(gone))]
		if err := r.store.RemoveAll(ctx, r.source.Organisation, batch); err != nil {
			return err
		}
		if err := r.intake.forgetAll(ctx, r.source.Organisation, batch); err != nil {
			return err
		}
		r.update(r.show, func(run *Run) { run.Removed += len(batch) })
	}
	return nil
}

func (r *sourceRun) suspicious() error {
	switch {
	case len(r.listed) == 0:
		return core.E(core.Conflict, "errors.source_empty", core.Args{"Count": len(r.missing)})
	case len(r.missing) > mayRemove && 2*len(r.missing) > len(r.known):
		return core.E(core.Conflict, "errors.source_shrunk", core.Args{"Count": len(r.missing), "Total": len(r.known)})
	}
	return nil
}

// confirmGone asks the source for the item: only its own "not found" counts.
func (r *sourceRun) confirmGone(ctx context.Context, k KnownItem) (bool, error) {
	content, err := r.origin.Read(ctx, SourceItem{Key: k.Item, Path: k.Name, Identity: k.Identity, Size: -1}, k.Fingerprint)
	if content.Body != nil {
		content.Body.Close()
	}
	if ctx.Err() != nil {
		return false, orCancelled(ctx, ctx.Err())
	}
	return core.Is(err, core.NotFound), nil
}
