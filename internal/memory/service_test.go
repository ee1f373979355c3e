package memory_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"go.uber.org/goleak"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/memory/memorymarkdown"
	"github.com/solidaire-coop/solidaire/internal/memory/memorysnowball"
	"github.com/solidaire-coop/solidaire/internal/memory/memorysql"
	"github.com/solidaire-coop/solidaire/internal/memory/memorytest"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb/sqldbtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	coop  core.ID = "0000000000000000000000coop"
	other core.ID = "000000000000000000000other"
)

// rules is a document with one article per matter.
const rules = `# Règlement

Adopté le 12 mars 2025.

## Article 18. Quorum

Le quorum de l’assemblée générale est fixé à 25 % des membres en règle. Il est constaté à l’ouverture par la personne qui préside, après le compte des membres présents sur place ou à distance.

## Article 24. Mandat

Le mandat des administrateurs est de deux ans. Nul ne peut siéger plus de trois mandats de suite, même si le conseil le lui demande, sauf lorsqu’aucune autre candidature n’est reçue dans le délai prévu.

## Article 38. Dissolution

Le solde de l’actif est dévolu à une autre coopérative désignée par l’assemblée, après le remboursement de toutes les dettes et de toutes les parts détenues par les membres de chacune des catégories.
`

func newService(t *testing.T, store memory.Store, embedder memory.Embedder) *memory.Service {
	t.Helper()
	return newReading(store, embedder, memorymarkdown.New())
}

func newReading(store memory.Store, embedder memory.Embedder, extractor memory.Extractor) *memory.Service {
	return memory.New(memory.Parts{Store: store, Stemmer: memorysnowball.Stemmer{}, Embedder: embedder, Extractor: extractor,
		Clock: core.SystemClock{}, Log: slog.New(slog.DiscardHandler)})
}

func add(t *testing.T, s *memory.Service, organisation core.ID, name, text string) memory.Report {
	t.Helper()
	report, err := s.Add(t.Context(), organisation, name, time.Time{}, strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func answer(t *testing.T, s *memory.Service, organisation core.ID, question string) memory.Answer {
	t.Helper()
	a, err := s.Answer(t.Context(), memory.Query{Organisation: organisation, Text: question})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func onlyDocument(t *testing.T, s *memory.Service, organisation core.ID) memory.Document {
	t.Helper()
	docs, err := s.Documents(t.Context(), organisation)
	if err != nil || len(docs) != 1 {
		t.Fatalf("documents: %v, %v", docs, err)
	}
	return docs[0]
}

// forbidden is an engine that must not be asked questions.
type forbidden struct {
	memory.Embedder
	t *testing.T
}

func (f forbidden) Embed(ctx context.Context, kind memory.TextKind, texts []string) ([][]float32, int, error) {
	if kind == memory.QueryText {
		f.t.Error("a question by words was shown to a model")
	}
	return f.Embedder.Embed(ctx, kind, texts)
}

func TestAQuestionByWordsIsShownToNoModel(t *testing.T) {
	t.Parallel()
	s := newService(t, memorysql.New(sqldbtest.SQLite(t)), forbidden{memorytest.NewEmbedder("m"), t})
	add(t, s, coop, "règlement.md", rules)
	query := memory.Query{Organisation: coop, Text: "Quel est le quorum de l’assemblée générale ?", ByWords: true}
	if a, err := s.Answer(t.Context(), query); err != nil || !a.Found || a.ByMeaning || a.Embedded != 0 {
		t.Errorf("answer: %+v, %v", a, err)
	}
	if hits, byMeaning, err := s.Search(t.Context(), query); err != nil || len(hits) == 0 || byMeaning {
		t.Errorf("search: %d, %v, %v", len(hits), byMeaning, err)
	}
}

func TestAnswerQuotesWordForWord(t *testing.T) {
	t.Parallel()
	for name, embedder := range map[string]memory.Embedder{"full text": nil, "by meaning": memorytest.NewEmbedder("m")} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newService(t, memorysql.New(sqldbtest.SQLite(t)), embedder)
			report := add(t, s, coop, "règlement.md", rules)
			a := answer(t, s, coop, "Quel est le quorum de l’assemblée générale ?")
			if !a.Found || a.ByMeaning != (embedder != nil) || (a.Embedded > 0) != (embedder != nil) {
				t.Fatalf("answer: %+v", a)
			}
			q := a.Quotes[0]
			if want := "Le quorum de l’assemblée générale est fixé à 25 % des membres en règle."; !strings.HasPrefix(q.Text, want) {
				t.Errorf("quote %q, want %q and what explains it", q.Text, want)
			}
			if got := q.Text[q.Highlight[0]:q.Highlight[1]]; got != "25 %" {
				t.Errorf("highlight %q", got)
			}
			v, err := s.Version(t.Context(), coop, q.Version)
			if err != nil || v.Text[q.Start:q.End] != q.Text || v.Document != report.Document || q.Document != report.Document {
				t.Errorf("the quote is not bound to its version: %+v, %v", q, err)
			}
			if q.Heading != "Article 18. Quorum" || q.Title != "Règlement" || q.Dated.Format(time.DateOnly) != "2025-03-12" || len(q.SHA256) != 64 {
				t.Errorf("placed by %+v", q)
			}
			if len(a.Passages) == 0 || !strings.Contains(a.Passages[0].Text, q.Text) {
				t.Errorf("passages: %+v", a.Passages)
			}
		})
	}
}

func TestAnswerIsSilentWithoutASource(t *testing.T) {
	t.Parallel()
	s := newService(t, memorysql.New(sqldbtest.SQLite(t)), nil)
	if a := answer(t, s, coop, "Quel est le quorum ?"); a.Found || len(a.Nearest) > 0 {
		t.Errorf("an empty memory says %+v", a)
	}
	add(t, s, coop, "règlement.md", rules)
	a := answer(t, s, coop, "Quel est le prix du billet de train pour l’assemblée de Montréal ?")
	if a.Found || len(a.Quotes) > 0 || len(a.Nearest) == 0 {
		t.Errorf("says %+v", a)
	}
}

func TestAddAgain(t *testing.T) {
	t.Parallel()
	s := newService(t, memorysql.New(sqldbtest.SQLite(t)), nil)
	first := add(t, s, coop, "./a//règlement.md", rules)
	if first.Name != "a/règlement.md" || first.State != memory.Indexed || first.Unchanged {
		t.Fatalf("first: %+v", first)
	}
	if again := add(t, s, coop, "a/règlement.md", rules); !again.Unchanged || again.Document != first.Document || again.Version != first.Version {
		t.Errorf("the same bytes: %+v", again)
	}
	changed := add(t, s, coop, "a/règlement.md", strings.ReplaceAll(rules, "25 %", "30 %"))
	if changed.Unchanged || changed.Document != first.Document || changed.Version == first.Version {
		t.Errorf("changed: %+v", changed)
	}
	if a := answer(t, s, coop, "Quel est le quorum de l’assemblée générale ?"); !strings.Contains(a.Quotes[0].Text, "30 %") || len(a.Quotes) != 1 {
		t.Errorf("answers from %+v", a.Quotes)
	}
	old, err := s.Version(t.Context(), coop, first.Version)
	if err != nil || !strings.Contains(old.Text, "25 %") || old.Newer != changed.Version {
		t.Errorf("old version: %+v, %v", old, err)
	}
}

func TestRefusedFilesSayWhy(t *testing.T) {
	t.Parallel()
	s := newService(t, memorysql.New(sqldbtest.SQLite(t)), nil)
	for name, c := range map[string]struct {
		file io.Reader
		key  string
	}{
		"vide.md":   {strings.NewReader(""), "errors.memory_file_empty"},
		"blanc.md":  {strings.NewReader(" \n \n"), "errors.memory_no_text"},
		"image.png": {strings.NewReader("\x89PNG"), "errors.memory_format_unknown"},
		"gros.md":   {&endless{}, "errors.memory_file_large"},
		"coupé.md":  {iotest.ErrReader(errors.New("disk gone")), "errors.memory_file_unreadable"},
	} {
		report, err := s.Add(t.Context(), coop, name, time.Time{}, c.file)
		if err != nil || report.State != memory.Failed || report.Problem == nil || report.Problem.Key != c.key {
			t.Errorf("%s: %+v, %v, want %s", name, report, err, c.key)
		}
	}
	docs, err := s.Documents(t.Context(), coop)
	if err != nil || len(docs) != 5 {
		t.Fatalf("%d documents, %v", len(docs), err)
	}
	for _, d := range docs {
		if d.State != memory.Failed || d.Problem == nil {
			t.Errorf("%+v", d)
		}
	}
	if report := add(t, s, coop, "vide.md", rules); report.State != memory.Indexed || report.Problem != nil {
		t.Errorf("mended: %+v", report)
	}
	if _, err := s.Add(t.Context(), coop, "../..", time.Time{}, strings.NewReader("x")); !core.Is(err, core.Invalid) {
		t.Errorf("a name that is none: %v", err)
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) {
	return copy(p, bytes.Repeat([]byte("a "), len(p)/2+1)), nil
}

func TestQuestionsAreBounded(t *testing.T) {
	t.Parallel()
	s := newService(t, memorysql.New(sqldbtest.SQLite(t)), nil)
	for text, code := range map[string]core.Code{"": core.Invalid, " \x00 ": core.Invalid, strings.Repeat("a ", 3000): core.TooLarge} {
		if _, err := s.Answer(t.Context(), memory.Query{Organisation: coop, Text: text}); !core.Is(err, code) {
			t.Errorf("%.10q: %v, want %s", text, err, code)
		}
	}
	add(t, s, coop, "a.md", rules)
	for _, text := range []string{`" OR *`, "NEAR(a b)", "l’", "''''", strings.Repeat("quorum ", 400), "?"} {
		answer(t, s, coop, text)
	}
}

func TestOrganisationsAreApart(t *testing.T) {
	t.Parallel()
	s := newService(t, memorysql.New(sqldbtest.SQLite(t)), memorytest.NewEmbedder("m"))
	report := add(t, s, coop, "règlement.md", rules)
	add(t, s, other, "recette.md", "# Recette\n\nLa tarte aux pommes demande six pommes et une pâte.")
	a := answer(t, s, other, "Quel est le quorum de l’assemblée générale ?")
	for _, q := range append(append(a.Quotes, a.Nearest...), a.Passages...) {
		if q.Document == report.Document {
			t.Errorf("another organisation reads %q", q.Text)
		}
	}
	if _, err := s.Version(t.Context(), other, report.Version); !core.Is(err, core.NotFound) {
		t.Errorf("version: %v", err)
	}
	if err := s.Remove(t.Context(), other, report.Document); !core.Is(err, core.NotFound) {
		t.Errorf("remove: %v", err)
	}
}

func TestRemovedIsForgotten(t *testing.T) {
	t.Parallel()
	s := newService(t, memorysql.New(sqldbtest.SQLite(t)), memorytest.NewEmbedder("m"))
	report := add(t, s, coop, "règlement.md", rules)
	answer(t, s, coop, "Quel est le quorum ?")
	if err := s.Remove(t.Context(), coop, report.Document); err != nil {
		t.Fatal(err)
	}
	if a := answer(t, s, coop, "Quel est le quorum ?"); a.Found || len(a.Nearest) > 0 {
		t.Errorf("still says %+v", a)
	}
}

func TestVectorsWaitForTheEngine(t *testing.T) {
	t.Parallel()
	engine := memorytest.NewEmbedder("m")
	engine.SetAway(true)
	s := newService(t, memorysql.New(sqldbtest.SQLite(t)), engine)
	if report := add(t, s, coop, "règlement.md", rules); report.State != memory.Indexed {
		t.Fatalf("without engine: %+v", report)
	}
	if a := answer(t, s, coop, "Quel est le quorum de l’assemblée générale ?"); !a.Found || a.ByMeaning {
		t.Errorf("by full text: %+v", a)
	}
	if _, err := s.Reembed(t.Context()); !core.Is(err, core.Unavailable) {
		t.Errorf("Reembed without engine: %v", err)
	}
	engine.SetAway(false)
	done, err := s.Reembed(t.Context())
	if d := onlyDocument(t, s, coop); err != nil || done != d.Passages || !d.Vectors {
		t.Errorf("completed %d, %v: %+v", done, err, d)
	}
	if a := answer(t, s, coop, "Quel est le quorum de l’assemblée générale ?"); !a.ByMeaning {
		t.Error("not by meaning though every passage has its vector")
	}
	before := engine.Texts()
	if done, err := s.Reembed(t.Context()); done != 0 || err != nil || engine.Texts() != before {
		t.Errorf("nothing was left to do: %d, %v", done, err)
	}
}

func TestAnotherModelMakesItsOwnVectors(t *testing.T) {
	t.Parallel()
	engine := memorytest.NewEmbedder("m")
	s := newService(t, memorysql.New(sqldbtest.SQLite(t)), engine)
	add(t, s, coop, "règlement.md", rules)
	engine.SetModel("n")
	if d := onlyDocument(t, s, coop); d.Vectors {
		t.Error("vectors of the old model count for the new one")
	}
	if _, err := s.Reembed(t.Context()); err != nil {
		t.Fatal(err)
	}
	if d := onlyDocument(t, s, coop); !d.Vectors {
		t.Error("not completed")
	}
	if a := answer(t, s, coop, "Quel est le quorum de l’assemblée générale ?"); !a.Found || !a.ByMeaning {
		t.Errorf("answer: %+v", a)
	}
}

func TestInterruptedVectorsAreTakenUpAgain(t *testing.T) {
	t.Parallel()
	engine := memorytest.NewEmbedder("m")
	engine.FailWith(func(call int) error {
		if call > 2 {
			return core.E(core.Unavailable, "errors.engine_unavailable", nil)
		}
		return nil
	})
	s := newService(t, memorysql.New(sqldbtest.SQLite(t)), engine)
	long := strings.Repeat(rules, 6)
	add(t, s, coop, "long.md", long)
	engine.FailWith(nil)
	done, err := s.Reembed(t.Context())
	d := onlyDocument(t, s, coop)
	if err != nil || done == 0 || done >= d.Passages || !d.Vectors {
		t.Errorf("completed %d of %d, %v", done, d.Passages, err)
	}
}

// Two processes share one database: what one adds or removes the other finds or loses.
func TestAnotherProcessIsFollowed(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "shared.db")
	open := func() *memory.Service {
		db, err := sqldb.OpenSQLite(t.Context(), path, core.SystemClock{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { db.Close() })
		return newService(t, memorysql.New(db), memorytest.NewEmbedder("m"))
	}
	here, there := open(), open()
	add(t, here, coop, "autre.md", "# Autre\n\nUn texte sans rapport avec la question posée par les membres.")
	question := "Quel est le quorum de l’assemblée générale ?"
	answer(t, here, coop, question)
	report := add(t, there, coop, "règlement.md", rules)
	if a := answer(t, here, coop, question); !a.Found || a.Quotes[0].Document != report.Document {
		t.Errorf("not found here: %+v", a)
	}
	if err := there.Remove(t.Context(), coop, report.Document); err != nil {
		t.Fatal(err)
	}
	if a := answer(t, here, coop, question); a.Found {
		t.Errorf("still found here: %+v", a.Quotes)
	}
}

func TestCancelledReadingLeavesNoTrace(t *testing.T) {
	t.Parallel()
	s := newService(t, memorysql.New(sqldbtest.SQLite(t)), nil)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Add(ctx, coop, "a.md", time.Time{}, strings.NewReader(rules)); !core.Is(err, core.Cancelled) {
		t.Errorf("error: %v", err)
	}
	if docs, err := s.Documents(t.Context(), coop); err != nil || len(docs) != 0 || len(s.Progress()) != 0 {
		t.Errorf("documents: %v, %v; in hand: %v", docs, err, s.Progress())
	}
}

// slowExtractor waits inside Extract until it is let go.
type slowExtractor struct{ entered, leave chan struct{} }

func (slowExtractor) Media(string, []byte) string { return "text/plain" }

func (x slowExtractor) Extract(ctx context.Context, _ string, file []byte) (memory.Extracted, error) {
	x.entered <- struct{}{}
	<-x.leave
	return memory.Extracted{Text: string(file)}, nil
}

func TestReadingIsVisible(t *testing.T) {
	t.Parallel()
	x := slowExtractor{make(chan struct{}), make(chan struct{})}
	s := newReading(memorysql.New(sqldbtest.SQLite(t)), nil, x)
	done := make(chan error, 1)
	go func() {
		_, err := s.Add(context.Background(), coop, "a.txt", time.Time{}, strings.NewReader("texte"))
		done <- err
	}()
	<-x.entered
	if d := onlyDocument(t, s, coop); d.State != memory.Reading || d.Name != "a.txt" {
		t.Errorf("while reading: %+v", d)
	}
	if p := s.Progress(); len(p) != 1 || p[0].State != memory.Reading {
		t.Errorf("progress: %+v", p)
	}
	if docs, err := s.Documents(t.Context(), other); err != nil || len(docs) != 0 {
		t.Errorf("another organisation sees %v, %v", docs, err)
	}
	close(x.leave)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if d := onlyDocument(t, s, coop); d.State != memory.Indexed {
		t.Errorf("after: %+v", d)
	}
}

// brokenExtractor panics, as a parser fed with hostile bytes may.
type brokenExtractor struct{}

func (brokenExtractor) Media(string, []byte) string { return "text/plain" }

func (brokenExtractor) Extract(context.Context, string, []byte) (memory.Extracted, error) {
	panic("parser")
}

func TestAPanicHarmsOneFileOnly(t *testing.T) {
	t.Parallel()
	s := newReading(memorysql.New(sqldbtest.SQLite(t)), nil, brokenExtractor{})
	if report := add(t, s, coop, "a.txt", "x"); report.State != memory.Failed || report.Problem.Key != "errors.memory_file_damaged" {
		t.Errorf("report: %+v", report)
	}
}
