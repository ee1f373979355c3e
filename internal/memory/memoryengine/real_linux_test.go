package memoryengine_test

import (
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/memory/memoryengine"
	"github.com/solidaire-coop/solidaire/internal/models"
	"github.com/solidaire-coop/solidaire/internal/models/modelsfetch"
	"github.com/solidaire-coop/solidaire/internal/models/modelsllama"
)

// realEmbedder runs the real engine over the real model from the cache, without a network. Where the
// cache lacks them the test is skipped, or fails under SOLIDAIRE_TEST_FULL=1.
func realEmbedder(t *testing.T) *memoryengine.Embedder {
	t.Helper()
	miss := t.Skipf
	if os.Getenv("SOLIDAIRE_TEST_FULL") == "1" {
		miss = t.Fatalf
	}
	cache, err := modelsfetch.CacheDir()
	if err != nil {
		miss("no cache: %v", err)
	}
	data := t.TempDir()
	quiet := slog.New(slog.DiscardHandler)
	items := modelsfetch.Pinned()[:2] // the engine and the embedding model
	fetcher := modelsfetch.New(modelsfetch.Config{CacheDir: cache, DataDir: data, Items: items, Python: "/nowhere/python3", Log: quiet})
	var model models.Model
	for _, r := range fetcher.Ensure(t.Context(), false, nil) {
		if r.Problem != nil {
			miss("the cache %s lacks %s (%v)", cache, r.Name, r.Problem)
		}
		if r.Model != nil {
			model = *r.Model
		}
	}
	supervisor, err := modelsllama.NewSupervisor(modelsllama.Config{
		Program: filepath.Join(modelsllama.EngineDir(data), "llama-server"), DataDir: data, Clock: core.SystemClock{}, Log: quiet,
	})
	if err != nil {
		t.Fatal(err)
	}
	catalogue := one{model: model}
	engines := modelsllama.NewEngines(catalogue, func() (*modelsllama.Supervisor, error) { return supervisor, nil })
	t.Cleanup(func() { engines.Stop() })
	if err := engines.Warm(t.Context(), model); err != nil {
		t.Fatal(err)
	}
	return memoryengine.New(engines, catalogue)
}

func cosine(a, b []float32) (sum float64) {
	for i := range a {
		sum += float64(a[i]) * float64(b[i])
	}
	return sum
}

func TestRealVectors(t *testing.T) {
	e := realEmbedder(t)
	t.Run("are those of the original weights", func(t *testing.T) { realReference(t, e) })
	t.Run("bring a French question near its answer", func(t *testing.T) { realPairs(t, e) })
	t.Run("take a text of any length", func(t *testing.T) { realLong(t, e) })
}

// The references were made by another engine over the same weights before they were repacked.
func realReference(t *testing.T, e *memoryengine.Embedder) {
	raw, err := os.ReadFile("testdata/e5-reference.json")
	if err != nil {
		t.Fatal(err)
	}
	var reference struct {
		Texts []struct {
			Kind   memory.TextKind
			Text   string
			Vector []float32
		}
	}
	if err := json.Unmarshal(raw, &reference); err != nil || len(reference.Texts) == 0 {
		t.Fatal(err, len(reference.Texts))
	}
	for _, want := range reference.Texts {
		got, tokens, err := e.Embed(t.Context(), want.Kind, []string{want.Text})
		if err != nil || tokens == 0 {
			t.Fatal(err, tokens)
		}
		if c := cosine(got[0], want.Vector); c < 0.999 {
			t.Errorf("%q: cosine %.5f", want.Text, c)
		}
	}
}

func realPairs(t *testing.T, e *memoryengine.Embedder) {
	questions := []string{"Combien coûte l’adhésion ?", "Qui convoque l’assemblée ?", "Où se trouve le siège ?"}
	answers := []string{
		"La cotisation annuelle des membres s’élève à 25 $.",
		"Le conseil d’administration appelle les membres à se réunir par un avis écrit.",
		"La coopérative a ses bureaux au 12, rue des Érables, à Rimouski.",
	}
	q, _, err := e.Embed(t.Context(), memory.QueryText, questions)
	if err != nil {
		t.Fatal(err)
	}
	a, _, err := e.Embed(t.Context(), memory.PassageText, answers)
	if err != nil {
		t.Fatal(err)
	}
	for i := range q {
		for j := range a {
			if i != j && cosine(q[i], a[j]) >= cosine(q[i], a[i]) {
				t.Errorf("%q is nearer to %q (%.3f) than to its answer (%.3f)", questions[i], answers[j], cosine(q[i], a[j]), cosine(q[i], a[i]))
			}
		}
	}
}

func realLong(t *testing.T, e *memoryengine.Embedder) {
	texts := []string{
		strings.Repeat("délibération ", 5000), strings.Repeat("日本語", 2000), strings.Repeat("a", 30_000),
		strings.Repeat("1 2 3 4 5 ", 500), strings.Repeat("\u00a0", 3000), "", "</s><s><unk>", strings.Repeat("🙂", 700),
	}
	vectors, tokens, err := e.Embed(t.Context(), memory.PassageText, texts)
	if err != nil || len(vectors) != len(texts) {
		t.Fatalf("got %d vectors, %v", len(vectors), err)
	}
	if most := len(texts) * 512; tokens > most {
		t.Errorf("%d tokens, at most %d could be read", tokens, most)
	}
}
