package memoryengine_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"unicode/utf8"

	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/memory/memoryengine"
	"github.com/solidaire-coop/solidaire/internal/models"
	"github.com/solidaire-coop/solidaire/internal/models/enginetest"
	"github.com/solidaire-coop/solidaire/internal/models/modelsopenai"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// one is a catalogue of one model and the engines that reach it.
type one struct {
	model  models.Model
	client *modelsopenai.Client
}

func (o one) List(context.Context) ([]models.Model, error) { return []models.Model{o.model}, nil }
func (o one) Find(context.Context, string) (models.Model, error) {
	return o.model, nil
}
func (o one) Default(_ context.Context, kind models.Kind) (models.Model, error) {
	if kind != o.model.Kind {
		return models.Model{}, core.E(core.Unavailable, "errors.model_no_embedding", nil)
	}
	return o.model, nil
}
func (o one) Open(ctx context.Context, _ models.Model, path string, body []byte) (*models.Response, error) {
	return o.client.Open(ctx, path, body)
}
func (o one) Health(context.Context) []models.EngineHealth { return nil }

var e5 = models.Model{Name: "multilingual-e5-small", Kind: models.Embedding, Digest: "sha256:aa", Path: "/m.gguf", Context: 512}

func embedder(t *testing.T, m models.Model) (*memoryengine.Embedder, *enginetest.Engine) {
	t.Helper()
	engine := enginetest.Start(t)
	client, err := modelsopenai.New(modelsopenai.Config{Address: engine.URL})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	house := one{m, client}
	return memoryengine.New(house, house), engine
}

func inputs(t *testing.T, r *enginetest.Request) []string {
	t.Helper()
	var body struct{ Input []string }
	if err := json.Unmarshal(r.Body, &body); err != nil {
		t.Fatal(err)
	}
	return body.Input
}

func TestEmbedGivesUnitVectorsInOrder(t *testing.T) {
	t.Parallel()
	e, engine := embedder(t, e5)
	var texts []string
	for i := range 11 {
		texts = append(texts, fmt.Sprintf("texte numéro %d", i))
	}
	vectors, tokens, err := e.Embed(t.Context(), memory.PassageText, texts)
	if err != nil || len(vectors) != len(texts) || tokens == 0 {
		t.Fatalf("got %d vectors, %d tokens, %v", len(vectors), tokens, err)
	}
	for i, v := range vectors {
		want := enginetest.Vector(texts[i])
		var dot, length float64
		for j := range v {
			dot += float64(v[j]) * float64(want[j])
			length += float64(v[j]) * float64(v[j])
		}
		if dot < 0.9999 || math.Abs(length-1) > 1e-5 {
			t.Errorf("text %d: cosine %f, length² %f", i, dot, length)
		}
	}
	for _, r := range engine.Requests() {
		if n := len(inputs(t, r)); n > 4 {
			t.Errorf("%d passages at once", n)
		}
	}
	if got := e.Model(t.Context()); got != "multilingual-e5-small@sha256:aa" {
		t.Errorf("model: %s", got)
	}
}

func TestPrefixes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		model string
		kind  memory.TextKind
		want  string
	}{
		{"multilingual-e5-small", memory.QueryText, "query: Où ?"},
		{"multilingual-e5-small", memory.PassageText, "passage: Où ?"},
		{"nomic-embed-text", memory.PassageText, "search_document: Où ?"},
		{"bge-m3", memory.QueryText, "Où ?"},
	} {
		e, engine := embedder(t, models.Model{Name: c.model, Kind: models.Embedding})
		if _, _, err := e.Embed(t.Context(), c.kind, []string{"Ou\u0300\u00a0?"}); err != nil {
			t.Fatal(err)
		}
		if got := inputs(t, engine.Await(t)); got[0] != c.want {
			t.Errorf("%s %s: got %q, want %q", c.model, c.kind, got[0], c.want)
		}
	}
}

func TestLongTextsAreCutNeverRefused(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("délibération ", 3000)
	for name, c := range map[string]struct {
		model models.Model
		play  func(*enginetest.Engine)
	}{
		"counted by the engine": {e5, nil},
		"an engine that does not count": {models.Model{Name: "e5", Kind: models.Embedding}, func(e *enginetest.Engine) {
			missing := enginetest.Script{Reply: &enginetest.Reply{Status: 404}}
			e.PlayAt("/tokenize", missing, missing, missing)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e, engine := embedder(t, c.model)
			if c.play != nil {
				c.play(engine)
			}
			vectors, tokens, err := e.Embed(t.Context(), memory.PassageText, []string{"court", long, "autre"})
			if err != nil || len(vectors) != 3 {
				t.Fatalf("got %d vectors, %v", len(vectors), err)
			}
			if tokens < 256 || tokens > 3*512 {
				t.Errorf("%d tokens: cut far too short, or not at all", tokens)
			}
		})
	}
}

func TestWhateverGoesWrongIsUnavailable(t *testing.T) {
	t.Parallel()
	reply := func(status int, body string) enginetest.Script {
		return enginetest.Script{Reply: &enginetest.Reply{Status: status, Body: body}}
	}
	for name, script := range map[string]enginetest.Script{
		"its own fault":       enginetest.ServerError(),
		"refused":             reply(400, `{"error":{}}`),
		"busy":                enginetest.TooMany("1"),
		"not JSON":            reply(200, "<html>"),
		"too few vectors":     reply(200, `{"data":[]}`),
		"the same one twice":  reply(200, `{"data":[{"index":0,"embedding":[1]},{"index":0,"embedding":[1]}]}`),
		"numbered below zero": reply(200, `{"data":[{"index":-1,"embedding":[1]},{"index":0,"embedding":[1]}]}`),
		"of unequal length":   reply(200, `{"data":[{"index":0,"embedding":[1]},{"index":1,"embedding":[1,2]}]}`),
		"without length":      reply(200, `{"data":[{"index":0,"embedding":[0,0]},{"index":1,"embedding":[1,1]}]}`),
		"empty vectors":       reply(200, `{"data":[{"index":0},{"index":1}]}`),
		"dies":                {End: enginetest.Dies},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e, engine := embedder(t, e5)
			engine.PlayAt("/v1/embeddings", script)
			vectors, _, err := e.Embed(t.Context(), memory.PassageText, []string{"a", "b"})
			if !core.Is(err, core.Unavailable) || vectors != nil {
				t.Errorf("got %v, %v; want unavailable", vectors, err)
			}
		})
	}
	t.Run("no model", func(t *testing.T) {
		t.Parallel()
		e, _ := embedder(t, models.Model{Name: "m", Kind: models.Chat})
		if _, _, err := e.Embed(t.Context(), memory.QueryText, []string{"a"}); !core.Is(err, core.Unavailable) {
			t.Errorf("got %v", err)
		}
		if got := e.Model(t.Context()); got != "" {
			t.Errorf("model: %q", got)
		}
	})
}

func TestACallerWhoLeavesFreesTheEngine(t *testing.T) {
	t.Parallel()
	e, engine := embedder(t, e5)
	engine.PlayAt("/v1/embeddings", enginetest.Script{End: enginetest.Stalls})
	ctx, leave := context.WithCancel(t.Context())
	failed := make(chan error, 1)
	go func() {
		_, _, err := e.Embed(ctx, memory.PassageText, []string{"a"})
		failed <- err
	}()
	request := engine.Await(t)
	leave()
	enginetest.AwaitSignal(t, "the engine notices", request.Cancelled())
	if err := <-failed; !core.Is(err, core.Cancelled) || !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want cancelled", err)
	}
}

func TestAQuestionDoesNotWaitForPassages(t *testing.T) {
	t.Parallel()
	e, engine := embedder(t, e5)
	hold := make(chan struct{})
	engine.PlayAt("/v1/embeddings", enginetest.Script{HoldHeader: hold})
	done := make(chan error, 1)
	go func() {
		_, _, err := e.Embed(t.Context(), memory.PassageText, make([]string, 100))
		done <- err
	}()
	engine.Await(t)
	if _, _, err := e.Embed(t.Context(), memory.QueryText, []string{"quorum"}); err != nil {
		t.Error(err)
	}
	close(hold)
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestNormalise(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                               "",
		"  a \t\n b\u00a0c  ":            "a b c",
		"e\u0301te\u0301":                "été",
		"ﬁn ½ Ⅷ":                         "fin 1⁄2 VIII",
		"zero\u200bwidth\ufeff":          "zero width",
		"con\x00trol\x07":                "control",
		"cassé\xff":                      "cassé",
		"ligne\u2028une\u2581deux":       "ligne une deux",
		strings.Repeat("é", 100):         strings.Repeat("é", 100),
		"l\u2019assemblée « ordinaire »": "l\u2019assemblée « ordinaire »",
	} {
		if got := memoryengine.Normalise(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func TestNormaliseIsStableAndBounded(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		got := memoryengine.Normalise(rapid.String().Draw(t, "text"))
		if !utf8.ValidString(got) || strings.Contains(got, "  ") || strings.TrimSpace(got) != got {
			t.Fatalf("got %q", got)
		}
		if again := memoryengine.Normalise(got); again != got {
			t.Fatalf("not stable: %q then %q", got, again)
		}
	})
}

func FuzzNormalise(f *testing.F) {
	f.Add("Où est-ce\u00a0?")
	f.Fuzz(func(t *testing.T, text string) {
		if got := memoryengine.Normalise(text); !utf8.ValidString(got) {
			t.Errorf("%q gave %q", text, got)
		}
	})
}
