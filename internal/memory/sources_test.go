package memory_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/memory/memoryfiles"
	"github.com/solidaire-coop/solidaire/internal/memory/memorysql"
	"github.com/solidaire-coop/solidaire/internal/memory/memorytest"
)

// estate is a house with one source.
type estate struct {
	house
	sources *memory.Sources
	place   *memorytest.Place
	source  memory.Source
	secrets string
	log     *bytes.Buffer
}

func newEstate(t *testing.T, place *memorytest.Place) *estate {
	t.Helper()
	e := &estate{house: newHouse(t), place: place, secrets: t.TempDir(), log: new(bytes.Buffer)}
	e.sources = e.keeper()
	source, err := e.sources.Add(t.Context(), memory.NewSource{Organisation: coop, Kind: memory.Folder, Name: "Nuage",
		Given: map[string]string{"path": "/srv", "password": "hunter2"}, Every: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	e.source = source
	return e
}

func (e *estate) keeper() *memory.Sources {
	store := memorysql.New(e.db)
	return memory.NewSources(e.Intake, store, memoryfiles.NewSecrets(e.secrets), []memory.Connector{e.place}, core.SystemClock{},
		slog.New(slog.NewTextHandler(e.log, nil)))
}

// look runs the source once, as somebody asks, and gives the run.
func (e *estate) look(t *testing.T, all bool) memory.Run {
	t.Helper()
	before := e.now(t).Last.Started
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- e.sources.RunAsked(ctx) }()
	defer func() {
		cancel()
		<-done
	}()
	if err := e.sources.Ask(t.Context(), coop, e.source.ID, all); err != nil {
		t.Fatal(err)
	}
	return e.ended(t, before)
}

func (e *estate) now(t *testing.T) memory.Source {
	t.Helper()
	s, err := e.sources.Source(t.Context(), coop, e.source.ID)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (e *estate) ended(t *testing.T, after time.Time) memory.Run {
	t.Helper()
	for range 4000 {
		if r := e.now(t).Last; r.Started.After(after) && !r.Ended.IsZero() {
			return r
		}
		<-time.After(2 * time.Millisecond)
	}
	t.Fatal("the run does not end")
	return memory.Run{}
}

func (e *estate) names(t *testing.T) (out []string) {
	t.Helper()
	for _, d := range e.entries(t, memory.Filter{}) {
		out = append(out, d.Name+" "+string(d.State))
	}
	slices.Sort(out)
	return out
}

func (e *estate) want(t *testing.T, names ...string) {
	t.Helper()
	if got := e.names(t); !slices.Equal(got, names) {
		t.Errorf("documents %q\nwant %q", got, names)
	}
}

func text(word string) string {
	return strings.ReplaceAll(rules, "25 %", word) + "\n\nFin " + word + ".\n"
}

func TestASourceIsFollowed(t *testing.T) {
	t.Parallel()
	e := newEstate(t, memorytest.NewPlace("a.md", text("10 %"), "sous/b.md", text("20 %"), "film.mp4", "x", "vide.md", " "))
	run := e.look(t, false)
	if run.Listed != 3 || run.Added != 2 || run.LeftOut != 1 || run.Failed != 1 || run.Problem != nil || len(run.Problems) != 1 || run.Problems[0].Name != "Nuage/vide.md" {
		t.Fatalf("first: %+v", run)
	}
	e.want(t, "Nuage/a.md indexed", "Nuage/sous/b.md indexed", "Nuage/vide.md failed")
	first, reads := e.entries(t, memory.Filter{Name: "Nuage/a.md"})[0], e.place.Reads()

	if run = e.look(t, false); run.Added+run.Changed+run.Renamed+run.Removed+run.Failed != 0 || e.place.Reads() != reads {
		t.Errorf("nothing changed, yet %+v, %d reads", run, e.place.Reads()-reads)
	}
	e.place.Put("a.md", text("30 %"))
	e.place.Move("sous/b.md", "ailleurs/b2.md")
	e.place.Put("c.md", text("40 %"))
	e.place.Put("vide.md", "")
	moved := e.entries(t, memory.Filter{Name: "Nuage/sous/b.md"})[0]
	if run = e.look(t, false); run.Changed != 1 || run.Renamed != 1 || run.Added != 1 || run.Removed != 1 || run.Problem != nil {
		t.Errorf("changes: %+v", run)
	}
	e.want(t, "Nuage/a.md indexed", "Nuage/ailleurs/b2.md indexed", "Nuage/c.md indexed")
	if a := e.entries(t, memory.Filter{Name: "Nuage/a.md"})[0]; a.ID != first.ID || a.Version == first.Version {
		t.Errorf("a change is a new version of the same document: %+v", a)
	}
	if b := e.entries(t, memory.Filter{Name: "Nuage/ailleurs/b2.md"})[0]; b.ID != moved.ID || b.Version != moved.Version {
		t.Errorf("a renamed document keeps its identity and history: %+v", b)
	}
	if old, err := e.Version(t.Context(), coop, first.Version); err != nil || old.Newer == "" {
		t.Errorf("the older version stays readable: %+v, %v", old, err)
	}
}

// What changes or goes between the listing and the reading is read as it is then, or not at all, and what went with the
// whole source is kept: nothing is lost, nothing fails, and the next run puts right what the listing had wrong.
func TestASourceThatChangesWhileItIsRead(t *testing.T) {
	t.Parallel()
	e := newEstate(t, memorytest.NewPlace("a.md", text("10 %"), "b.md", text("20 %"), "c.md", text("30 %")))
	e.look(t, false)
	c := e.entries(t, memory.Filter{Name: "Nuage/c.md"})[0]
	e.place.Put("a.md", text("11 %"))
	e.place.Put("b.md", text("21 %"))
	e.place.Put("c.md", text("31 %"))
	e.place.Put("d.md", text("40 %"))
	e.place.SetFault(func(step, key string) error {
		switch step + " " + key {
		case "read a.md": // it changes
			e.place.Put("a.md", text("12 %"))
		case "read b.md", "read d.md": // it goes
			e.place.Put(key, "")
		case "read c.md": // the source itself goes
			return core.E(core.Unavailable, "errors.source_unreachable", nil)
		}
		return nil
	})
	if run := e.look(t, false); run.Changed != 1 || run.Added != 0 || run.Removed != 0 || run.Failed != 1 {
		t.Errorf("while it changes: %+v", run)
	}
	e.want(t, "Nuage/a.md indexed", "Nuage/b.md indexed", "Nuage/c.md failed")
	if now := e.entries(t, memory.Filter{Name: "Nuage/c.md"})[0]; now.Version != c.Version {
		t.Errorf("the version that was read is gone: %+v", now)
	}
	a := e.entries(t, memory.Filter{Name: "Nuage/a.md"})[0]
	if v, err := e.Version(t.Context(), coop, a.Version); err != nil || !strings.Contains(v.Text, "12 %") {
		t.Errorf("what was read is what was there: %.80q, %v", v.Text, err)
	}
	e.place.SetFault(nil)
	if run := e.look(t, false); run.Failed != 0 || run.Problem != nil {
		t.Errorf("the next run: %+v", run)
	}
	e.want(t, "Nuage/a.md indexed", "Nuage/c.md indexed")
}

// A document that its source renamed and rewrote at once is the same one where the source can tell.
func TestAnIdentityOutlivesARename(t *testing.T) {
	t.Parallel()
	e := newEstate(t, memorytest.NewPlace("a.md", text("10 %")))
	e.place.Identify("a.md", "fileid:7")
	e.look(t, false)
	before := e.entries(t, memory.Filter{})[0]
	e.place.Move("a.md", "b.md")
	e.place.Put("b.md", text("50 %"))
	run := e.look(t, false)
	after := e.entries(t, memory.Filter{})
	if len(after) != 1 || after[0].ID != before.ID || after[0].Name != "Nuage/b.md" || after[0].Version == before.Version || run.Renamed != 1 || run.Changed != 1 || run.Removed != 0 {
		t.Errorf("%+v, %+v", run, after)
	}
}

// Nothing is removed by mistake: a source must answer, whole, and say itself that something is gone.
func TestWhatLooksLikeAMistakeRemovesNothing(t *testing.T) {
	t.Parallel()
	many := func() *memorytest.Place {
		p := memorytest.NewPlace()
		for i := range 30 {
			p.Put(fmt.Sprintf("%02d.md", i), text(fmt.Sprint(i)))
		}
		return p
	}
	away := func(at string) func(step, key string) error {
		return func(step, _ string) error {
			if step == at {
				return core.E(core.Unavailable, "errors.source_unreachable", nil)
			}
			return nil
		}
	}
	for name, c := range map[string]struct {
		change func(p *memorytest.Place)
		want   string // key of the run's problem
		held   int
	}{
		"it does not answer":                   {func(p *memorytest.Place) { p.SetFault(away("connect")) }, "errors.source_unreachable", 0},
		"its listing breaks off":               {func(p *memorytest.Place) { p.SetFault(cutAfter("10.md")) }, "errors.source_unreachable", 0},
		"it panics":                            {func(p *memorytest.Place) { p.SetFault(func(string, string) error { panic("boom") }) }, "errors.source_broken", 0},
		"it is empty":                          {func(p *memorytest.Place) { clear(p, 30) }, "errors.source_empty", 30},
		"it lost most":                         {func(p *memorytest.Place) { clear(p, 20) }, "errors.source_shrunk", 20},
		"it does not say what is gone":         {func(p *memorytest.Place) { clear(p, 5); p.SetFault(away("read")) }, "", 0},
		"a new file could not be read":         {func(p *memorytest.Place) { clear(p, 5); p.Put("neuf.md", text("x")); p.SetFault(away("read")) }, "", 0},
		"something went, and nothing is wrong": {func(p *memorytest.Place) { clear(p, 5) }, "", -5},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := newEstate(t, many())
			e.look(t, false)
			c.change(e.place)
			run := e.look(t, false)
			left := len(e.entries(t, memory.Filter{State: memory.Indexed}))
			if keyOf(run.Problem) != c.want || run.Held != max(0, c.held) || left != 30+min(0, c.held) {
				t.Errorf("%d documents left, %+v", left, run)
			}
			e.place.SetFault(nil)
			if c.held > 0 {
				if run = e.look(t, true); run.Removed != c.held || run.Problem != nil {
					t.Errorf("accepted: %+v", run)
				}
			}
		})
	}
}

func clear(p *memorytest.Place, n int) {
	for i := range n {
		p.Put(fmt.Sprintf("%02d.md", i), "")
	}
}

func cutAfter(last string) func(step, key string) error {
	return func(step, key string) error {
		if step == "list" && key > last {
			return core.E(core.Unavailable, "errors.source_unreachable", nil)
		}
		return nil
	}
}

func TestWhatSomebodyErasedDoesNotComeBack(t *testing.T) {
	t.Parallel()
	e := newEstate(t, memorytest.NewPlace("a.md", text("10 %"), "b.md", text("20 %")))
	e.look(t, false)
	secret := e.entries(t, memory.Filter{Name: "Nuage/b.md"})[0]
	if err := e.Remove(t.Context(), coop, secret.ID); err != nil {
		t.Fatal(err)
	}
	if run := e.look(t, false); run.Erased != 1 || run.Added != 0 {
		t.Errorf("%+v", run)
	}
	e.place.Move("b.md", "c.md") // under another name, the same bytes
	if run := e.look(t, false); run.Erased != 1 || run.Added != 0 {
		t.Errorf("renamed: %+v", run)
	}
	e.want(t, "Nuage/a.md indexed")
	if err := e.sources.Readmit(t.Context(), coop, e.source.ID); err != nil {
		t.Fatal(err)
	}
	if run := e.look(t, false); run.Added != 1 {
		t.Errorf("readmitted: %+v", run)
	}
}

// A stop in the middle of a run loses nothing: the run begins again by itself and reads what is left.
func TestARunIsTakenUpAfterAStop(t *testing.T) {
	t.Parallel()
	e := newEstate(t, memorytest.NewPlace("a.md", text("10 %"), "b.md", text("20 %"), "c.md", text("30 %")))
	reading, release := make(chan bool, 8), make(chan bool)
	e.place.SetFault(func(step, key string) error {
		if step == "read" && key != "a.md" {
			reading <- true
			<-release
		}
		return nil
	})
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- e.sources.Run(ctx) }()
	<-reading
	waiting := e.names(t)
	if !slices.Contains(waiting, "Nuage/b.md waiting") && !slices.Contains(waiting, "Nuage/b.md reading") {
		t.Errorf("what is to be read does not show: %v", waiting)
	}
	stop()
	close(release)
	<-done
	e.place.SetFault(nil)
	started := e.now(t).Last.Started
	if !e.now(t).Last.Going() {
		t.Errorf("a run that a stop cut short is not over: %+v", e.now(t).Last)
	}
	e.sources = e.keeper() // the next start
	ctx, stop = context.WithCancel(t.Context())
	go func() { done <- e.sources.Run(ctx) }()
	run := e.ended(t, started)
	stop()
	<-done
	e.want(t, "Nuage/a.md indexed", "Nuage/b.md indexed", "Nuage/c.md indexed")
	if run.Problem != nil || run.Failed != 0 {
		t.Errorf("%+v", run)
	}
}

func TestPauseStopsAndResumeGoesOn(t *testing.T) {
	t.Parallel()
	e := newEstate(t, memorytest.NewPlace("a.md", text("10 %"), "b.md", text("20 %")))
	reading, release := make(chan bool, 8), make(chan bool)
	e.place.SetFault(func(step, _ string) error {
		if step == "read" {
			reading <- true
			<-release
		}
		return nil
	})
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- e.sources.Run(ctx) }()
	<-reading
	paused := make(chan error, 1)
	go func() { paused <- e.sources.Pause(t.Context(), coop, e.source.ID, true) }()
	<-time.After(10 * time.Millisecond) // the pause cancels the run while it reads
	close(release)
	if err := <-paused; err != nil {
		t.Fatal(err)
	}
	if s := e.now(t); !s.Paused || s.Last.Going() {
		t.Errorf("paused: %+v", s)
	}
	started := e.now(t).Last.Started
	e.place.SetFault(nil)
	if err := e.sources.Pause(t.Context(), coop, e.source.ID, false); err != nil {
		t.Fatal(err)
	}
	e.ended(t, started)
	e.want(t, "Nuage/a.md indexed", "Nuage/b.md indexed")
	stop()
	<-done
}

func TestASourceIsRemovedWithItsDocumentsOrWithout(t *testing.T) {
	t.Parallel()
	for _, keep := range []bool{true, false} {
		e := newEstate(t, memorytest.NewPlace("a.md", text("10 %"), "vide.md", " "))
		e.look(t, false)
		if err := e.sources.Remove(t.Context(), coop, e.source.ID, keep); err != nil {
			t.Fatal(err)
		}
		if keep {
			e.want(t, "Nuage/a.md indexed")
		} else {
			e.want(t)
		}
		if files, _ := os.ReadDir(e.secrets); len(files) != 0 {
			t.Errorf("secrets stay: %v", files)
		}
		if _, err := e.sources.Source(t.Context(), coop, e.source.ID); !core.Is(err, core.NotFound) {
			t.Errorf("still there: %v", err)
		}
	}
}

// A password is in its own file, readable by its owner, and nowhere else.
func TestSecretsStayOutOfTheDatabaseAndTheLog(t *testing.T) {
	t.Parallel()
	e := newEstate(t, memorytest.NewPlace("a.md", text("10 %")))
	e.place.SetFault(func(step, _ string) error { return core.E(core.Unavailable, "errors.source_refused", nil) })
	e.look(t, false)
	if err := e.db.Checkpoint(t.Context()); err != nil {
		t.Fatal(err)
	}
	var name string
	if err := e.db.Reader().QueryRowContext(t.Context(), "SELECT file FROM pragma_database_list WHERE name = 'main'").Scan(&name); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(name)
	if err != nil || bytes.Contains(data, []byte("hunter2")) || strings.Contains(e.log.String(), "hunter2") {
		t.Errorf("the password leaks (%v)", err)
	}
	files, err := filepath.Glob(e.secrets + "/*")
	if err != nil || len(files) != 1 {
		t.Fatalf("%v, %v", files, err)
	}
	if info, err := os.Stat(files[0]); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	// A setting may change without the password being given again.
	e.place.SetFault(nil)
	if _, err := e.sources.Change(t.Context(), e.source.ID, memory.NewSource{Organisation: coop, Given: map[string]string{"path": "/mnt"}}); err != nil {
		t.Fatal(err)
	}
	if kept, err := memoryfiles.NewSecrets(e.secrets).Get(e.source.ID); err != nil || kept["password"] != "hunter2" {
		t.Errorf("%v, %v", kept, err)
	}
}

func TestSourcesAreChecked(t *testing.T) {
	t.Parallel()
	e := newEstate(t, memorytest.NewPlace("a.md", text("10 %")))
	good := func() memory.NewSource {
		return memory.NewSource{Organisation: coop, Kind: memory.Folder, Name: "Autre", Given: map[string]string{"path": "/srv"}}
	}
	for want, change := range map[string]func(n *memory.NewSource){
		"errors.source_name_taken":      func(n *memory.NewSource) { n.Name = "nuage" },
		"errors.source_name_invalid":    func(n *memory.NewSource) { n.Name = "a/b" },
		"errors.source_name_missing":    func(n *memory.NewSource) { n.Name = " " },
		"errors.source_kind_unknown":    func(n *memory.NewSource) { n.Kind = "ftp" },
		"errors.source_setting_missing": func(n *memory.NewSource) { n.Given = map[string]string{} },
		"errors.source_setting_unknown": func(n *memory.NewSource) { n.Given["port"] = "80" },
		"errors.source_setting_invalid": func(n *memory.NewSource) { n.Given["path"] = "a\nb" },
		"errors.source_schedule":        func(n *memory.NewSource) { n.Every = time.Second },
	} {
		n := good()
		change(&n)
		if _, err := e.sources.Add(t.Context(), n); core.AsError(err).Key != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if sample, err := e.sources.Try(t.Context(), good()); err != nil || sample.Count != 1 || sample.Names[0] != "a.md" {
		t.Errorf("%+v, %v", sample, err)
	}
	if list, _ := e.sources.Sources(t.Context(), coop); len(list) != 1 {
		t.Errorf("kept what was only tried: %+v", list)
	}
}
