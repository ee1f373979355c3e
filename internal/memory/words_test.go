package memory_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/memory/memorymarkdown"
	"github.com/solidaire-coop/solidaire/internal/memory/memorysnowball"
	"github.com/solidaire-coop/solidaire/internal/memory/memorysql"
	"github.com/solidaire-coop/solidaire/internal/memory/memorytest"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb/sqldbtest"
)

// watched counts what is asked of a store's full text, and can fail.
type watched struct {
	memory.Store
	fullText atomic.Int64
	living   atomic.Int64
	fail     atomic.Bool
}

func (w *watched) Candidates(ctx context.Context, organisation core.ID, terms []memory.WeightedTerm, among []core.ID, limit int) ([]memory.Candidate, error) {
	w.fullText.Add(1)
	return w.Store.Candidates(ctx, organisation, terms, among, limit)
}

func (w *watched) Living(ctx context.Context, organisation core.ID, ids []int64) ([]int64, error) {
	w.living.Add(1)
	return w.Store.Living(ctx, organisation, ids)
}

func (w *watched) Shadows(ctx context.Context, organisation core.ID, after int64, limit int) ([]memory.Candidate, error) {
	if w.fail.Load() {
		return nil, errors.New("the disk is gone")
	}
	return w.Store.Shadows(ctx, organisation, after, limit)
}

// noInbox holds no file.
type noInbox struct{ memory.Inbox }

func (noInbox) Tickets() ([]string, error) { return nil, nil }

// remembering makes a memory whose index of words may take so many bytes; 0: as many as usual.
func remembering(store memory.Store, embedder memory.Embedder, bytes int) *memory.Service {
	return memory.New(memory.Parts{Store: store, Stemmer: memorysnowball.Stemmer{}, Embedder: embedder, Extractor: memorymarkdown.New(),
		Clock: core.SystemClock{}, Log: slog.New(slog.DiscardHandler), WordMemory: bytes})
}

// article is a document of so many sections, each of which is a passage.
func article(n, sections int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# Cahier %d\n\n", n)
	for i := range sections {
		fmt.Fprintf(&b, "## Partie %d\n\n", i+1)
		for k := range 12 {
			fmt.Fprintf(&b, "Le comité %s du quartier prépare la récolte des %s et range %d paniers au dépôt. ",
				[]string{"potager", "verger", "atelier"}[(n+i+k)%3], []string{"pommes", "courges", "graines", "tomates"}[(n*i+k)%4], n*k+i)
		}
		b.WriteString("\n\n")
	}
	return b.String()
}

func search(t *testing.T, s *memory.Service, q memory.Query) []memory.Quote {
	t.Helper()
	hits, _, err := s.Search(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	return hits
}

// On both engines, by words and by meaning, narrowed or not, before and after changes, the index in memory and the store's full text
// give the same passages in the same order with the same scores.
func TestIndexAndStoreFindTheSame(t *testing.T) {
	for name, open := range map[string]func(*testing.T) memory.Store{
		"sqlite":   func(t *testing.T) memory.Store { return memorysql.New(sqldbtest.SQLite(t)) },
		"postgres": func(t *testing.T) memory.Store { return memorysql.New(sqldbtest.Postgres(t)) },
	} {
		for _, embedder := range []memory.Embedder{nil, memorytest.NewEmbedder("m")} {
			t.Run(fmt.Sprintf("%s, by meaning %v", name, embedder != nil), func(t *testing.T) {
				t.Parallel()
				store := &watched{Store: open(t)}
				inMemory, stored := remembering(store, embedder, 0), remembering(store, embedder, 1)
				sameFor(t, store, inMemory, stored)
			})
		}
	}
}

func sameFor(t *testing.T, store *watched, inMemory, stored *memory.Service) {
	same := func(when string) {
		t.Helper()
		for _, text := range []string{"Quel comité prépare la récolte ?", "pommes du verger", "Combien de paniers de tomates l’atelier range-t-il ?",
			"quorum de l’assemblée générale", "what does the committee harvest?", "inconnu", "12"} {
			for _, among := range []memory.Among{{}, {Source: "b/"}, {Source: "nowhere/"}} {
				q := memory.Query{Organisation: coop, Text: text, Limit: 50, Among: among}
				before := store.fullText.Load()
				got := search(t, inMemory, q)
				if store.fullText.Load() != before {
					t.Errorf("%s: the store was asked for %q", when, text)
				}
				if want := search(t, stored, q); !reflect.DeepEqual(got, want) {
					t.Errorf("%s, %q in %+v:\n got %+v\nwant %+v", when, text, among, got, want)
				}
			}
		}
	}
	same("empty")
	one := add(t, inMemory, coop, "a/un.md", article(1, 5))
	same("one document")
	add(t, stored, coop, "b/deux.md", article(2, 7))
	add(t, inMemory, other, "b/deux.md", article(3, 7))
	same("another one, written by another process, and another organisation's")
	add(t, inMemory, coop, "a/un.md", rules+article(4, 3))
	same("a new version")
	if err := stored.Remove(t.Context(), coop, one.Document); err != nil {
		t.Fatal(err)
	}
	same("one removed by another process")
	add(t, inMemory, coop, "a/un.md", rules)
	same("one added anew")
}

// A long memory is not read within a search: the store answers until somebody has prepared the index, and after that only for
// what is certain.
func TestTheStoreAnswersUntilTheIndexIsReady(t *testing.T) {
	t.Parallel()
	store := &watched{Store: memorysql.New(sqldbtest.SQLite(t))}
	s := remembering(store, nil, 0)
	for n := range 4 {
		add(t, s, coop, fmt.Sprintf("%d.md", n), article(n, 400))
	}
	q := memory.Query{Organisation: coop, Text: "pommes du verger"}
	want := search(t, s, q)
	if store.fullText.Load() != 1 {
		t.Fatal("the store did not answer")
	}
	if err := s.Prepare(t.Context(), coop); err != nil {
		t.Fatal(err)
	}
	got := search(t, s, q)
	if store.fullText.Load() != 1 || len(got) != len(want) {
		t.Fatalf("prepared, the store still answers, or not alike: %d and %d passages", len(got), len(want))
	}
	there := remembering(store, nil, 0)
	if err := there.Remove(t.Context(), coop, got[0].Document); err != nil {
		t.Fatal(err)
	}
	for _, h := range search(t, s, q) {
		if h.Document == got[0].Document {
			t.Errorf("a passage that another process removed is found")
		}
	}
	if store.living.Load() == 0 || store.fullText.Load() != 1 {
		t.Error("the store was not asked what is still there, or all was left to it")
	}
	if err := s.Prepare(t.Context(), coop); err != nil {
		t.Fatal(err)
	}
	before := store.living.Load()
	if search(t, s, q); store.living.Load() != before {
		t.Error("prepared, a search still asks what is there")
	}
}

// The background prepares what searches ask for, takes up again what failed, and ends with Run.
func TestTheBackgroundPreparesTheIndex(t *testing.T) {
	t.Parallel()
	store := memorysql.New(sqldbtest.SQLite(t))
	watch := &watched{Store: store}
	watch.fail.Store(true)
	s := remembering(watch, nil, 0)
	for n := range 4 {
		add(t, s, coop, fmt.Sprintf("%d.md", n), article(n, 400))
	}
	if err := s.Prepare(t.Context(), coop); err == nil {
		t.Fatal("a store that fails prepares")
	}
	q := memory.Query{Organisation: coop, Text: "pommes du verger"}
	search(t, s, q) // by the store
	watch.fail.Store(false)
	in := memory.NewIntake(s, store, noInbox{}, slog.New(slog.DiscardHandler))
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- in.Run(ctx) }()
	for before := int64(-1); before != watch.fullText.Load(); { // until a search asks the store no more
		before = watch.fullText.Load()
		search(t, s, q)
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// Searches while documents come, change and go find only what is there, and what stays is always found.
func TestSearchesWhileDocumentsChange(t *testing.T) {
	t.Parallel()
	s := remembering(memorysql.New(sqldbtest.SQLite(t)), nil, 0)
	kept := add(t, s, coop, "règlement.md", rules)
	stop := make(chan struct{})
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				hits, _, err := s.Search(context.Background(), memory.Query{Organisation: coop, Text: "quorum de l’assemblée générale"})
				if err != nil || len(hits) == 0 || hits[0].Document != kept.Document {
					t.Errorf("found %+v, %v", hits, err)
					return
				}
			}
		})
	}
	for n := range 15 {
		report := add(t, s, coop, "cahier.md", article(n, 4))
		if n%3 == 2 {
			if err := s.Remove(t.Context(), coop, report.Document); err != nil {
				t.Error(err)
			}
		}
		if err := s.Prepare(t.Context(), coop); err != nil {
			t.Error(err)
		}
	}
	close(stop)
	all.Wait()
}

// What does not fit is answered by the store; organisations that have not asked for longest make room for others.
func TestTheIndexIsBounded(t *testing.T) {
	t.Parallel()
	store := &watched{Store: memorysql.New(sqldbtest.SQLite(t))}
	s := remembering(store, nil, 40<<10)
	organisations := []core.ID{"1", "2", "3", "4", "5", "6"}
	for _, o := range organisations {
		add(t, s, o, "a.md", article(1, 20))
	}
	for range 2 {
		for _, o := range organisations {
			search(t, s, memory.Query{Organisation: o, Text: "pommes du verger"})
		}
	}
	if held := s.WordMemory(); held == 0 || held > 40<<10 {
		t.Errorf("%d bytes are held", held)
	}
	if store.fullText.Load() != 0 {
		t.Errorf("the store was asked %d times", store.fullText.Load())
	}
	add(t, s, "large", "a.md", article(1, 600))
	if hits := search(t, s, memory.Query{Organisation: "large", Text: "pommes du verger"}); len(hits) == 0 || store.fullText.Load() != 1 {
		t.Errorf("%d passages, the store asked %d times", len(hits), store.fullText.Load())
	}
}

// What the indexes hold is told as it grows, and as it goes.
func TestWhatIsHeldIsTold(t *testing.T) {
	t.Parallel()
	var held atomic.Int64
	s := memory.New(memory.Parts{Store: memorysql.New(sqldbtest.SQLite(t)), Stemmer: memorysnowball.Stemmer{}, Embedder: memorytest.NewEmbedder("m"),
		Extractor: memorymarkdown.New(), Clock: core.SystemClock{}, Log: slog.New(slog.DiscardHandler), Held: func(bytes int) { held.Store(int64(bytes)) }})
	report := add(t, s, coop, "a.md", article(1, 30))
	q := memory.Query{Organisation: coop, Text: "pommes du verger"}
	search(t, s, q)
	full := held.Load()
	if full < 10<<10 || int(full) != s.Held() || s.WordMemory() == 0 || s.WordMemory() >= s.Held() {
		t.Errorf("%d bytes are told, %d held, %d of them by words", full, s.Held(), s.WordMemory())
	}
	if err := s.Remove(t.Context(), coop, report.Document); err != nil {
		t.Fatal(err)
	}
	if search(t, s, q); held.Load() >= full/10 {
		t.Errorf("%d of %d bytes are still told", held.Load(), full)
	}
}
