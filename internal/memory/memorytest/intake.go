package memorytest

import (
	"errors"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
)

// Shelf is everything that the store of a memory with sources keeps.
type Shelf interface {
	memory.IntakeStore
	memory.SourceStore
}

// TestShelf is what a store promises to the intake and to sources. fresh gives an empty store each time.
func TestShelf(t *testing.T, fresh func(t *testing.T) Shelf) {
	for _, c := range []struct {
		name string
		test func(t *testing.T, s Shelf)
	}{
		{"a file that arrives waits, is read, and waits no more", arrives},
		{"a newer file of the same name takes the place of one that waits", superseded},
		{"a refused file can be tried again, a removed one cannot be saved", refusedAndRetried},
		{"a list is paged, filtered and sorted by title", paged},
		{"a source is kept, changed, and refused under a name that is taken", keptSource},
		{"a run is kept with its problems", keptRun},
		{"items wait, settle, move and go", itemsMove},
		{"what somebody erased leaves marks and no words", erasedMarks},
		{"a source goes with its documents, or leaves them", sourceGoes},
	} {
		t.Run(c.name, func(t *testing.T) { c.test(t, fresh(t)) })
	}
}

func arrival(name, hash, ticket string) memory.Arrival {
	return memory.Arrival{Organisation: coop, Name: name, Title: "Titre de " + name, Modified: time.UnixMilli(1_700_000_000_000).UTC(),
		Kept: memory.Kept{Ticket: ticket, Hash: hash}}
}

// versionOf builds the version that a job's file is read as.
func versionOf(document core.ID, ticket, name string, paragraphs ...string) memory.NewVersion {
	v := version(coop, name, paragraphs...)
	v.Document, v.Ticket = document, ticket
	return v
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func stateOf(t *testing.T, s Shelf, document core.ID) memory.Job {
	t.Helper()
	return must[memory.Job](t)(s.Job(t.Context(), coop, document))
}

func arrives(t *testing.T, s Shelf) {
	ctx := t.Context()
	got := must[memory.Accepted](t)(s.Enqueue(ctx, arrival("a.md", "file of quorum", "t1")))
	waiting := must[[]memory.Job](t)(s.Waiting(ctx, "", 10))
	if len(waiting) != 1 || waiting[0].Document != got.Document || waiting[0].Ticket != "t1" || waiting[0].State != memory.Waiting || waiting[0].Modified.IsZero() {
		t.Fatalf("waiting: %+v", waiting)
	}
	wantEqual(t, "tickets", must[[]string](t)(s.Tickets(ctx)), []string{"t1"})
	ok(t, s.Attempt(ctx, got.Document, 1))
	wantEqual(t, "attempts", stateOf(t, s, got.Document).Attempts, 1)
	saved := save(t, s, versionOf(got.Document, "t1", "a.md", "quorum"))
	wantEqual(t, "document", saved.Document, got.Document)
	job := stateOf(t, s, got.Document)
	wantEqual(t, "job", []any{job.State, job.Ticket, job.Attempts, job.Version != ""}, []any{memory.Indexed, "", 0, true})
	wantEqual(t, "nothing waits", len(must[[]memory.Job](t)(s.Waiting(ctx, "", 10))), 0)

	again := must[memory.Accepted](t)(s.Enqueue(ctx, arrival("a.md", "file of quorum", "t2")))
	wantEqual(t, "the same bytes", again, memory.Accepted{Document: got.Document, Version: job.Version, Unchanged: true})
	wantEqual(t, "state", stateOf(t, s, got.Document).State, memory.Indexed)
	if _, err := s.Job(ctx, other, got.Document); !core.Is(err, core.NotFound) {
		t.Errorf("another organisation's document: %v", err)
	}
}

func superseded(t *testing.T, s Shelf) {
	first := must[memory.Accepted](t)(s.Enqueue(t.Context(), arrival("a.md", "h1", "t1")))
	second := must[memory.Accepted](t)(s.Enqueue(t.Context(), arrival("a.md", "h2", "t2")))
	wantEqual(t, "second", second, memory.Accepted{Document: first.Document, Replaced: "t1"})
	save(t, s, versionOf(first.Document, "t1", "a.md", "premier"))
	job := stateOf(t, s, first.Document)
	wantEqual(t, "the newer one still waits", []any{job.State, job.Ticket}, []any{memory.Waiting, "t2"})
	ok(t, s.Refuse(t.Context(), memory.Refusal{Organisation: coop, Document: first.Document, Ticket: "t1", Problem: core.E(core.Corrupt, "errors.memory_file_damaged", nil)}))
	wantEqual(t, "and is not refused for the older one", stateOf(t, s, first.Document).State, memory.Waiting)
}

func refusedAndRetried(t *testing.T, s Shelf) {
	ctx := t.Context()
	got := must[memory.Accepted](t)(s.Enqueue(ctx, arrival("a.md", "h1", "t1")))
	problem := core.E(core.Corrupt, "errors.memory_file_damaged", nil)
	ok(t, s.Refuse(ctx, memory.Refusal{Organisation: coop, Document: got.Document, Ticket: "t1", Problem: problem}))
	job := stateOf(t, s, got.Document)
	wantEqual(t, "refused", []any{job.State, job.Problem, job.Ticket}, []any{memory.Failed, problem, "t1"})
	wantEqual(t, "of others", must[memory.Retried](t)(s.Retry(ctx, other, "")), memory.Retried{})
	wantEqual(t, "again", must[memory.Retried](t)(s.Retry(ctx, coop, got.Document)), memory.Retried{Documents: 1})
	wantEqual(t, "waits", stateOf(t, s, got.Document).State, memory.Waiting)
	ok(t, s.Remove(ctx, coop, got.Document))
	if _, err := s.Save(ctx, versionOf(got.Document, "t1", "a.md", "revenant")); !core.Is(err, core.NotFound) {
		t.Errorf("a removed document was saved: %v", err)
	}
	wantEqual(t, "found", found(t, s, coop, "revenant"), []int64(nil))
}

func paged(t *testing.T, s Shelf) {
	for _, name := range []string{"b.md", "Étude.md", "c_100%.md", "a.md"} {
		v := version(coop, name, "quorum de "+name)
		v.Version.Title = name
		save(t, s, v)
	}
	got := must[memory.Accepted](t)(s.Enqueue(t.Context(), arrival("d.md", "h", "t")))
	names := func(f memory.Filter) (out []string) {
		f.Organisation = coop
		if f.Limit == 0 {
			f.Limit = 10
		}
		for _, e := range must[memory.Page](t)(s.Page(t.Context(), f, "m")).Entries {
			out = append(out, e.Name)
		}
		return out
	}
	wantEqual(t, "all", names(memory.Filter{}), []string{"a.md", "b.md", "c_100%.md", "Étude.md", "d.md"}) // « Titre de d.md »
	wantEqual(t, "second page", names(memory.Filter{Offset: 2, Limit: 2}), []string{"c_100%.md", "Étude.md"})
	wantEqual(t, "by a word", names(memory.Filter{Text: "ETUDE"}), []string{"Étude.md"})
	wantEqual(t, "by signs", names(memory.Filter{Text: "_100%"}), []string{"c_100%.md"})
	wantEqual(t, "by state", names(memory.Filter{State: memory.Waiting}), []string{"d.md"})
	wantEqual(t, "by id", names(memory.Filter{Document: got.Document}), []string{"d.md"})
	page := must[memory.Page](t)(s.Page(t.Context(), memory.Filter{Organisation: coop, Limit: 1}, "m"))
	e := page.Entries[0]
	wantEqual(t, "total", page.Total, 5)
	wantEqual(t, "entry", []any{e.Passages, e.Embedded, e.Vectors, e.Kind, e.From, e.Kept}, []any{1, 0, false, memory.Files, "", false})
	tally := must[memory.Tally](t)(s.Tally(t.Context(), coop, "m"))
	wantEqual(t, "tally", tally, memory.Tally{States: map[memory.State]int{memory.Indexed: 4, memory.Waiting: 1}, Passages: 4})
	wantEqual(t, "of others", must[memory.Page](t)(s.Page(t.Context(), memory.Filter{Organisation: other, Limit: 5}, "m")).Total, 0)
}

func source(t *testing.T, s Shelf, name string) memory.Source {
	t.Helper()
	out := memory.Source{ID: core.NewID(time.Now()), Organisation: coop, Kind: memory.Folder, Name: name, Settings: map[string]string{"path": "/srv"},
		Every: time.Hour, Added: time.UnixMilli(1_700_000_000_000).UTC(), Due: time.UnixMilli(1_700_000_060_000).UTC()}
	ok(t, s.AddSource(t.Context(), out))
	return out
}

func keptSource(t *testing.T, s Shelf) {
	a := source(t, s, "Nuage")
	wantEqual(t, "sources", must[[]memory.Source](t)(s.Sources(t.Context(), coop)), []memory.Source{a})
	b := a
	b.ID, b.Name = core.NewID(time.Now()), "nuage"
	if err := s.AddSource(t.Context(), b); !core.Is(err, core.Conflict) {
		t.Errorf("a name that is taken: %v", err)
	}
	a.Paused, a.Every, a.Due, a.Settings = true, 0, time.Time{}, map[string]string{"path": "/mnt"}
	ok(t, s.ChangeSource(t.Context(), a))
	stolen := a
	stolen.Organisation, stolen.Paused = other, false
	ok(t, s.ChangeSource(t.Context(), stolen))
	wantEqual(t, "changed", must[[]memory.Source](t)(s.Sources(t.Context(), "")), []memory.Source{a})
	wantEqual(t, "of others", len(must[[]memory.Source](t)(s.Sources(t.Context(), other))), 0)
}

func keptRun(t *testing.T, s Shelf) {
	a := source(t, s, "Nuage")
	run := memory.Run{Started: time.UnixMilli(1_700_000_000_000).UTC(), Listed: 3, Added: 1, Failed: 1, Held: 2, Problem: core.E(core.Conflict, "errors.source_empty", nil),
		Problems: []memory.ItemProblem{{Name: "a.md", Problem: core.E(core.Corrupt, "errors.memory_file_damaged", nil)}}}
	ok(t, s.KeepRun(t.Context(), a.ID, run, a.Due))
	got := must[[]memory.Source](t)(s.Sources(t.Context(), coop))[0]
	wantEqual(t, "run", got.Last, run)
	wantEqual(t, "going", got.Last.Going(), true)
	run.Ended = run.Started.Add(time.Second)
	ok(t, s.KeepRun(t.Context(), a.ID, run, time.Time{}))
	got = must[[]memory.Source](t)(s.Sources(t.Context(), coop))[0]
	wantEqual(t, "ended", []any{got.Last.Going(), got.Due.IsZero()}, []any{false, true})
}

func item(key, fingerprint string) memory.SourceItem {
	return memory.SourceItem{Key: key, Path: key, Fingerprint: fingerprint, Identity: "id of " + key, Modified: time.UnixMilli(1_700_000_000_000).UTC()}
}

func expectItem(t *testing.T, s Shelf, a memory.Source, key string) core.ID {
	t.Helper()
	return must[[]core.ID](t)(s.Expect(t.Context(), a, []memory.Expected{{Name: a.Name + "/" + key, Title: key, Item: item(key, "")}}))[0]
}

func itemsMove(t *testing.T, s Shelf) {
	ctx := t.Context()
	a := source(t, s, "Nuage")
	id := expectItem(t, s, a, "un.md")
	wantEqual(t, "no file of the inbox waits", len(must[[]memory.Job](t)(s.Waiting(ctx, "", 10))), 0)
	v := versionOf(id, "", "Nuage/un.md", "quorum")
	v.Fingerprint = "f1"
	save(t, s, v)
	known, _, err := s.Items(ctx, a.ID)
	ok(t, err)
	wantEqual(t, "known", known, []memory.KnownItem{{Document: id, Name: "Nuage/un.md", State: memory.Indexed, Version: v.Version.Hash,
		Item: "un.md", Identity: "id of un.md", Fingerprint: "f1", FileHash: v.Version.FileHash}})
	must[[]core.ID](t)(s.Expect(ctx, a, []memory.Expected{{Document: id, Name: "Nuage/un.md", Item: item("un.md", "f2")}}))
	wantEqual(t, "waits", stateOf(t, s, id).State, memory.Waiting)
	wantEqual(t, "found meanwhile", len(found(t, s, coop, "quorum")), 1)
	ok(t, s.Settle(ctx, id, item("un.md", "f2")))
	placeholder := expectItem(t, s, a, "deux.md")
	ok(t, s.Move(ctx, id, placeholder, "Nuage/deux.md", item("deux.md", "f3")))
	known, _, err = s.Items(ctx, a.ID)
	ok(t, err)
	if len(known) != 1 || known[0].Item != "deux.md" || known[0].Name != "Nuage/deux.md" || known[0].Fingerprint != "f3" || known[0].State != memory.Indexed {
		t.Errorf("moved: %+v", known)
	}
	ok(t, s.Refuse(ctx, memory.Refusal{Organisation: coop, Document: id, Problem: core.E(core.Corrupt, "errors.memory_file_damaged", nil), Fingerprint: "f4"}))
	wantEqual(t, "again", must[memory.Retried](t)(s.Retry(ctx, coop, "")), memory.Retried{Documents: 1, Sources: []core.ID{a.ID}})
	ok(t, s.RemoveAll(ctx, coop, []core.ID{id, id}))
	wantEqual(t, "found", found(t, s, coop, "quorum"), []int64(nil))
}

func erasedMarks(t *testing.T, s Shelf) {
	ctx := t.Context()
	a := source(t, s, "Nuage")
	id := expectItem(t, s, a, "secret.md")
	v := versionOf(id, "", "Nuage/secret.md", "quorum")
	save(t, s, v)
	ok(t, s.Remove(ctx, coop, id))
	known, erased, err := s.Items(ctx, a.ID)
	ok(t, err)
	want := slices.Sorted(slices.Values(memory.Marks("secret.md", "id of secret.md", v.Version.FileHash)))
	wantEqual(t, "marks", slices.Sorted(maps.Keys(erased)), want)
	wantEqual(t, "known", len(known), 0)
	ok(t, s.Readmit(ctx, other, a.ID))
	_, erased, err = s.Items(ctx, a.ID)
	wantEqual(t, "another organisation readmits nothing", []any{len(erased), err}, []any{3, nil})
	ok(t, s.Readmit(ctx, coop, a.ID))
	_, erased, err = s.Items(ctx, a.ID)
	wantEqual(t, "readmitted", []any{len(erased), err}, []any{0, nil})
}

func sourceGoes(t *testing.T, s Shelf) {
	ctx := t.Context()
	save(t, s, version(coop, "Nuage/un.md", "quorum ancien"))
	for _, keep := range []bool{true, false} {
		a := source(t, s, "Nuage")
		save(t, s, versionOf(expectItem(t, s, a, "un.md"), "", "Nuage/un.md", "quorum"))
		expectItem(t, s, a, "jamais lu.md")
		if err := errors.Join(s.RemoveSource(ctx, other, "", keep), s.RemoveSource(ctx, coop, a.ID, keep)); err != nil {
			t.Fatal(err)
		}
		wantEqual(t, "sources", len(must[[]memory.Source](t)(s.Sources(ctx, coop))), 0)
		wantEqual(t, "documents", must[memory.Page](t)(s.Page(ctx, memory.Filter{Organisation: coop, Limit: 9}, "")).Total, 2)
	}
}
