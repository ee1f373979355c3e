package memory

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// Signs of a mistake rather than of removals: nothing at all, or the greater part at once.
const (
	mayRemove   = 10 // this many may always go
	removeBatch = 200
	expectBatch = 500
)

// sourceRun is one look at a source.
type sourceRun struct {
	*Sources
	source Source
	origin Origin
	show   *going
	all    bool

	known  map[string]KnownItem // by item
	erased map[string]bool      // marks
	listed map[string]bool      // keys
	names  map[string]bool      // of documents, so that no two items share one

	mu       sync.Mutex
	missing  map[core.ID]KnownItem // known, and not in the listing
	byHash   map[string]core.ID    // of the missing, by the file that they were read from
	shaky    bool                  // something could not be read for now: it may be what seems missing
	decisive error                 // stops the run: the memory itself cannot keep what is read
}

// task is an item to read, with what the memory has of it.
type task struct {
	Expected
	known KnownItem
}

// guardedRun turns a panic of a connector into a failure of its run alone.
func (s *Sources) guardedRun(ctx context.Context, source Source, g *going, all bool) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = core.Wrap(fmt.Errorf("connector panicked: %v", p), core.Internal, "errors.source_broken", nil)
		}
	}()
	connector, err := s.connector(source.Kind)
	if err != nil {
		return err
	}
	secrets, err := s.secrets.Get(source.ID)
	if err != nil {
		return err
	}
	origin, err := connector.Connect(ctx, Connection{Source: source.ID, Settings: source.Settings, Secrets: secrets})
	if err != nil {
		return err
	}
	defer origin.Close()
	r := &sourceRun{Sources: s, source: source, origin: origin, show: g, all: all,
		known: map[string]KnownItem{}, listed: map[string]bool{}, names: map[string]bool{},
		missing: map[core.ID]KnownItem{}, byHash: map[string]core.ID{}}
	return r.do(ctx)
}

func (r *sourceRun) do(ctx context.Context) error {
	known, erased, err := r.store.Items(ctx, r.source.ID)
	if err != nil {
		return err
	}
	r.erased = erased
	for _, k := range known {
		r.known[k.Item], r.names[k.Name] = k, true
	}
	items, err := r.list(ctx)
	if err != nil {
		return err
	}
	for key, k := range r.known {
		if !r.listed[key] {
			r.missing[k.Document] = k
			if k.FileHash != "" {
				r.byHash[k.FileHash] = k.Document
			}
		}
	}
	tasks, err := r.plan(ctx, items)
	if err != nil {
		return err
	}
	r.update(r.show, func(run *Run) { run.Total = len(tasks) })
	if err := r.expect(ctx, tasks); err != nil {
		return err
	}
	if err := r.readAll(ctx, tasks); err != nil {
		return err
	}
	return r.follow(ctx)
}

// list takes the whole listing, without what is no document.
func (r *sourceRun) list(ctx context.Context) ([]SourceItem, error) {
	var items []SourceItem
	err := r.origin.List(ctx, func(item SourceItem) error {
		switch {
		case len(r.listed) >= MaxItems:
			return core.E(core.TooLarge, "errors.source_too_many", core.Args{"Max": MaxItems})
		case item.Key == "" || r.listed[item.Key]:
			return nil
		case LeftOut(item.Path):
			r.update(r.show, func(run *Run) { run.LeftOut++ })
			return nil
		}
		r.listed[item.Key] = true
		if _, known := r.known[item.Key]; !known && r.wasErased(item.Key, item.Identity, "") {
			r.update(r.show, func(run *Run) { run.Erased++ })
			return nil
		}
		items = append(items, item)
		r.update(r.show, func(run *Run) { run.Listed++ })
		return nil
	})
	return items, orCancelled(ctx, err)
}

// wasErased tells an item that somebody erased from the memory.
func (r *sourceRun) wasErased(item, identity, fileHash string) bool {
	return slices.ContainsFunc(Marks(item, identity, fileHash), func(mark string) bool { return r.erased[mark] })
}

// plan chooses what to read. What only moved is moved here when the source can tell.
func (r *sourceRun) plan(ctx context.Context, items []SourceItem) ([]task, error) {
	moved := map[string]core.ID{}
	for id, k := range r.missing {
		if k.Identity != "" {
			moved[k.Identity] = id
		}
	}
	var tasks []task
	for _, item := range items {
		k, known := r.known[item.Key]
		if id := moved[item.Identity]; !known && item.Identity != "" && id != "" {
			k, known = r.missing[id], true
			unread := item
			unread.Fingerprint = k.Fingerprint // until it is read
			if k.Name = r.freeName(item); k.Name == "" {
				continue
			}
			if err := r.move(ctx, id, "", k.Name, unread); err != nil {
				return nil, err
			}
			delete(moved, item.Identity)
		}
		done := k.State == Indexed || k.State == Failed
		if known && done && item.Fingerprint != "" && item.Fingerprint == k.Fingerprint {
			continue
		}
		t := task{Expected: Expected{Document: k.Document, Name: k.Name, Item: item}, known: k}
		if !known {
			t.Name = r.freeName(item)
			t.Title = titleOf(t.Name)
		}
		if t.Name != "" {
			tasks = append(tasks, t)
		}
	}
	return tasks, nil
}

// freeName gives an item a document name of its own; "" when no name can be made of its path.
func (r *sourceRun) freeName(item SourceItem) string {
	name := cleanName(r.source.Name + "/" + item.Path)
	if len(name) > maxNameBytes-16 || name == r.source.Name {
		r.problem(cutTo(name, 200), core.E(core.Invalid, "errors.memory_name_invalid", core.Args{"Bytes": maxNameBytes}))
		return ""
	}
	if r.names[name] {
		name += " ~" + hashOf([]byte(item.Key))[:8]
	}
	r.names[name] = true
	return name
}

// move gives a missing document its new place, with its history.
func (r *sourceRun) move(ctx context.Context, document, placeholder core.ID, name string, item SourceItem) error {
	if err := r.store.Move(ctx, document, placeholder, name, item); err != nil {
		return err
	}
	r.mu.Lock()
	delete(r.missing, document)
	r.mu.Unlock()
	r.update(r.show, func(run *Run) { run.Renamed++ })
	return nil
}

// expect lets every document that will be read show that it waits.
func (r *sourceRun) expect(ctx context.Context, tasks []task) error {
	for from := 0; from < len(tasks); from += expectBatch {
		batch := tasks[from:min(from+expectBatch, len(tasks))]
		expected := make([]Expected, len(batch))
		for i, t := range batch {
			expected[i] = t.Expected
		}
		ids, err := r.store.Expect(ctx, r.source, expected)
		if err != nil {
			return err
		}
		for i, id := range ids {
			batch[i].Document = id
		}
	}
	return nil
}

// readAll reads the tasks, a few at a time. One that fails does not stop the others; a memory that
// cannot keep what is read does.
func (r *sourceRun) readAll(ctx context.Context, tasks []task) error {
	todo := make(chan task)
	var all sync.WaitGroup
	for range readers {
		all.Go(func() {
			for t := range todo {
				r.attempt(ctx, t)
			}
		})
	}
	for _, t := range tasks {
		if ctx.Err() != nil || r.stopped() != nil {
			break
		}
		todo <- t
	}
	close(todo)
	all.Wait()
	if err := ctx.Err(); err != nil {
		return orCancelled(ctx, err)
	}
	return r.stopped()
}

func (r *sourceRun) stopped() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.decisive
}

// problem remembers what went wrong with one item.
func (r *sourceRun) problem(name string, problem *core.Error) {
	r.update(r.show, func(run *Run) {
		run.Failed++
		if len(run.Problems) < MaxProblems {
			run.Problems = append(run.Problems, ItemProblem{name, problem})
		}
	})
}
