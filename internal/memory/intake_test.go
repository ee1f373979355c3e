package memory_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"log/slog"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/memory/memoryfiles"
	"github.com/solidaire-coop/solidaire/internal/memory/memorysql"
	"github.com/solidaire-coop/solidaire/internal/memory/memorytest"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb/sqldbtest"
)

// house is a memory with its door, on a database and a folder of its own.
type house struct {
	*memory.Intake
	db    *sqldb.DB
	dir   string
	inbox *memoryfiles.Inbox
}

// open makes a house on a database and a folder, as a start of the program does.
func open(t *testing.T, db *sqldb.DB, dir string, embedder memory.Embedder) house {
	t.Helper()
	inbox, err := memoryfiles.OpenInbox(dir, 1<<30, core.SystemClock{})
	if err != nil {
		t.Fatal(err)
	}
	store := memorysql.New(db)
	log := slog.New(slog.DiscardHandler)
	return house{memory.NewIntake(newService(t, store, embedder), store, inbox, log), db, dir, inbox}
}

func newHouse(t *testing.T) house { return open(t, sqldbtest.SQLite(t), t.TempDir(), nil) }

// run lets the background work until the returned function is called.
func (h house) run(t *testing.T) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- h.Run(ctx) }()
	return func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

func (h house) offer(t *testing.T, name, text string) memory.Report {
	t.Helper()
	report, err := h.Offer(t.Context(), coop, name, time.Time{}, strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func (h house) entries(t *testing.T, f memory.Filter) []memory.Entry {
	t.Helper()
	f.Organisation = coop
	page, err := h.Page(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	return page.Entries
}

// await waits until the documents of the house are in states, as a reader of its list would.
func (h house) await(t *testing.T, want map[memory.State]int) {
	t.Helper()
	for range 2000 {
		status, err := h.Status(t.Context(), coop)
		if err != nil {
			t.Fatal(err)
		}
		same := true
		for _, s := range []memory.State{memory.Waiting, memory.Reading, memory.Indexed, memory.Failed} {
			same = same && status.States[s] == want[s]
		}
		if same {
			return
		}
		<-time.After(5 * time.Millisecond)
	}
	status, _ := h.Status(t.Context(), coop)
	t.Fatalf("states %v, want %v", status.States, want)
}

func (h house) tickets(t *testing.T) int {
	t.Helper()
	tickets, err := h.inbox.Tickets()
	if err != nil {
		t.Fatal(err)
	}
	return len(tickets)
}

func TestWhatIsOfferedSurvivesAStop(t *testing.T) {
	t.Parallel()
	before := newHouse(t)
	for _, name := range []string{"a.md", "b.md", "c.md"} {
		if r := before.offer(t, name, rules+name); r.State != memory.Waiting {
			t.Fatalf("%+v", r)
		}
	}
	if got := before.entries(t, memory.Filter{State: memory.Waiting}); len(got) != 3 {
		t.Fatalf("waiting: %+v", got)
	}
	// Nothing of the first house is used any more: the program was killed.
	if _, err := before.inbox.Keep(t.Context(), strings.NewReader("orphan"), 100); err != nil {
		t.Fatal(err)
	}
	after := open(t, before.db, before.dir, nil)
	defer after.run(t)()
	after.await(t, map[memory.State]int{memory.Indexed: 3})
	again := after.offer(t, "a.md", rules+"a.md")
	if !again.Unchanged || after.tickets(t) != 0 {
		t.Errorf("read twice, or left behind: %+v, %d files", again, after.tickets(t))
	}
	if a := answer(t, after.Service, coop, "Quel est le quorum de l’assemblée générale ?"); !a.Found {
		t.Errorf("nothing is found: %+v", a)
	}
}

func TestAddReadsInTheCallersTime(t *testing.T) {
	t.Parallel()
	h := newHouse(t) // nobody runs the background
	report, err := h.Add(t.Context(), coop, "a.md", time.Time{}, strings.NewReader(rules))
	if err != nil || report.State != memory.Indexed || report.Version == "" || h.tickets(t) != 0 {
		t.Fatalf("%+v, %v", report, err)
	}
	report, err = h.Add(t.Context(), coop, "vide.md", time.Time{}, strings.NewReader(" \n"))
	if err != nil || report.State != memory.Failed || report.Problem.Key != "errors.memory_no_text" {
		t.Errorf("%+v, %v", report, err)
	}
	if got := h.entries(t, memory.Filter{State: memory.Failed}); len(got) != 1 || !got[0].Kept {
		t.Errorf("the failed file is kept for another try: %+v", got)
	}
	for name, r := range map[string]io.Reader{"rien.md": strings.NewReader(""), "coupé.md": iotest.ErrReader(errors.New("cut"))} {
		if report, err := h.Add(t.Context(), coop, name, time.Time{}, r); err != nil || report.State != memory.Failed || report.Problem == nil {
			t.Errorf("%s: %+v, %v", name, report, err)
		}
	}
}

func TestVectorsFollow(t *testing.T) {
	t.Parallel()
	engine := memorytest.NewEmbedder("m")
	engine.SetAway(true)
	h := open(t, sqldbtest.SQLite(t), t.TempDir(), engine)
	defer h.run(t)()
	if _, err := h.Add(t.Context(), coop, "a.md", time.Time{}, strings.NewReader(rules)); err != nil {
		t.Fatal(err)
	}
	hits, byMeaning, err := h.Search(t.Context(), memory.Query{Organisation: coop, Text: "quorum"})
	if err != nil || len(hits) == 0 || byMeaning {
		t.Fatalf("by words at once: %d, %v, %v", len(hits), byMeaning, err)
	}
	h.awaitStatus(t, func(s memory.Status) bool { return s.Stuck != nil && !s.VectorsComplete() })
	engine.SetAway(false)
	h.WakeVectors()
	h.awaitStatus(t, func(s memory.Status) bool { return s.Stuck == nil && s.VectorsComplete() && s.Embedded > 0 })
}

func (h house) awaitStatus(t *testing.T, enough func(memory.Status) bool) {
	t.Helper()
	var status memory.Status
	for range 2000 {
		var err error
		if status, err = h.Status(t.Context(), coop); err != nil {
			t.Fatal(err)
		}
		if enough(status) {
			return
		}
		<-time.After(5 * time.Millisecond)
	}
	t.Fatalf("%+v", status)
}

func TestRemovedWhileItWaits(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	report := h.offer(t, "a.md", rules)
	if err := h.Remove(t.Context(), coop, report.Document); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Finish(t.Context(), coop, report.Document); !core.Is(err, core.NotFound) || h.tickets(t) != 0 {
		t.Errorf("%v, %d files stay", err, h.tickets(t))
	}
}

// A full disk is told for the document, keeps what it has, and is over when there is room again.
func TestAFullDisk(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	if _, err := h.Add(t.Context(), coop, "avant.md", time.Time{}, strings.NewReader(rules)); err != nil {
		t.Fatal(err)
	}
	waiting := h.offer(t, "pendant.md", strings.Repeat(rules, 200))
	h.limitPages(t, "(SELECT page_count FROM pragma_page_count)")
	report, err := h.Finish(t.Context(), coop, waiting.Document)
	if err != nil || report.State != memory.Waiting || report.Problem == nil || report.Problem.Key != "errors.memory_disk_full" {
		t.Fatalf("%+v, %v", report, err)
	}
	got := h.entries(t, memory.Filter{State: memory.Waiting})
	if len(got) != 1 || got[0].Problem == nil || got[0].Problem.Key != "errors.memory_disk_full" {
		t.Errorf("the list does not say why: %+v", got)
	}
	if status, err := h.Status(t.Context(), coop); err != nil || status.Blocked == nil {
		t.Errorf("%+v, %v", status, err)
	}
	h.limitPages(t, "1073741823")
	if report, err := h.Finish(t.Context(), coop, waiting.Document); err != nil || report.State != memory.Indexed {
		t.Errorf("with room again: %+v, %v", report, err)
	}
	if status, err := h.Status(t.Context(), coop); err != nil || status.Blocked != nil || status.States[memory.Indexed] != 2 {
		t.Errorf("%+v, %v", status, err)
	}
}

// limitPages bounds the database file, as a disk does.
func (h house) limitPages(t *testing.T, pages string) {
	t.Helper()
	err := h.db.WithTx(t.Context(), func(tx *sqldb.Tx) error {
		var n int
		if err := tx.QueryRowContext(t.Context(), "SELECT "+pages).Scan(&n); err != nil {
			return err
		}
		_, err := tx.ExecContext(t.Context(), "PRAGMA max_page_count = "+strconv.Itoa(n+4))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A file that ends the program each time it is read is given up, and the others are read.
func TestAFileThatKeepsEndingTheProgram(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	store := memorysql.New(h.db)
	bad := h.offer(t, "a.md", rules)
	h.offer(t, "b.md", rules+"b")
	h = open(t, h.db, h.dir, nil)
	for range 3 { // three starts that began to read it and went no further
		if err := store.Attempt(t.Context(), bad.Document, 1); err != nil {
			t.Fatal(err)
		}
	}
	defer h.run(t)()
	h.await(t, map[memory.State]int{memory.Indexed: 1, memory.Failed: 1})
	if got := h.entries(t, memory.Filter{State: memory.Failed}); got[0].ID != bad.Document || got[0].Problem.Key != "errors.memory_reading_stopped" {
		t.Errorf("%+v", got)
	}
	if retried, err := h.Retry(t.Context(), coop, ""); err != nil || retried.Documents != 1 {
		t.Fatalf("%+v, %v", retried, err)
	}
	h.await(t, map[memory.State]int{memory.Indexed: 2})
}

func TestArchives(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		file    []byte
		read    int
		problem string
	}{
		"docs.zip":    {memorytest.Zip(t, "a.md", rules, "sous/b.md", rules+"b", ".hidden.md", rules, "film.mp4", "x", "../../c.md", rules+"c"), 3, ""},
		"docs.tar.gz": {tarred(t, "a.md", rules, "b.md", rules+"b"), 2, ""},
		"bombe.zip":   {memorytest.Zip(t, "a.md", rules, "zéros.md", strings.Repeat("\x00", 40<<20)), 1, "errors.memory_archive_bomb"},
		"bombe.tgz":   {tarred(t, "zéros.mp4", strings.Repeat("\x00", 40<<20), "a.md", rules), 0, "errors.memory_archive_bomb"},
		"coupé.tgz":   {tarred(t, "a.md", rules, "b.md", rules)[:200], 0, "errors.memory_archive_damaged"},
		"faux.zip":    {[]byte("PK nothing"), 0, "errors.memory_archive_damaged"},
		"rien.zip":    {memorytest.Zip(t, "film.mp4", "x"), 0, "errors.memory_archive_empty"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			report, err := h.OfferArchive(t.Context(), coop, name, bytes.NewReader(c.file))
			if err != nil {
				t.Fatal(err)
			}
			if key := keyOf(report.Problem); key != c.problem || len(report.Files) != c.read {
				t.Errorf("%d files, %s: %+v", len(report.Files), key, report)
			}
			for _, f := range report.Files {
				if !strings.HasPrefix(f.Name, strings.TrimSuffix(strings.TrimSuffix(name, ".gz"), ".tar")[:4]) || strings.Contains(f.Name, "..") || f.State != memory.Waiting {
					t.Errorf("%+v", f)
				}
			}
			if h.tickets(t) != c.read {
				t.Errorf("%d files in the inbox", h.tickets(t))
			}
		})
	}
}

func keyOf(e *core.Error) string {
	if e == nil {
		return ""
	}
	return e.Key
}

func tarred(t *testing.T, pairs ...string) []byte {
	t.Helper()
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	w := tar.NewWriter(z)
	for i := 0; i < len(pairs); i += 2 {
		err := w.WriteHeader(&tar.Header{Name: pairs[i], Size: int64(len(pairs[i+1])), Mode: 0o600, Typeflag: tar.TypeReg})
		if err == nil {
			_, err = io.WriteString(w, pairs[i+1])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(w.Close(), z.Close()); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
