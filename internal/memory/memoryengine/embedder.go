// Package memoryengine turns texts into vectors on the installed embedding engine, as
// memory.Embedder.
//
// Promises: every vector has length one and as many dimensions as its neighbours; a text is
// normalised, given its model's prefix and cut by tokens to what the model reads, never refused for
// its length; a question never waits behind more than a handful of passages; whatever goes wrong is
// core.Unavailable (core.Cancelled when the caller left), so that the memory falls back on full text.
package memoryengine

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/models"
)

const (
	// passageBatch is how many passages go to the engine at once. More would not be faster, and a
	// question waits until they are done.
	passageBatch = 4
	// questionWait is how long a question waits for its vector before full text must do. It leaves an
	// engine that was idle the time to start.
	questionWait = 20 * time.Second
	// maxAnswer bounds what the engine may answer to one batch.
	maxAnswer = 64 << 20
	// maxDimensions bounds one vector.
	maxDimensions = 1 << 14
)

// Embedder asks the default embedding model of the catalogue. It is safe for concurrent use.
type Embedder struct {
	engines   models.Engines
	catalogue models.Catalogue
	passages  chan struct{} // held by the one batch of passages under way
}

// New makes an Embedder. Nothing is started before the first text.
func New(engines models.Engines, catalogue models.Catalogue) *Embedder {
	return &Embedder{engines: engines, catalogue: catalogue, passages: make(chan struct{}, 1)}
}

// Model names the model and its digest as "name@digest"; "" when no embedding model is installed.
func (e *Embedder) Model(ctx context.Context) string {
	m, err := e.catalogue.Default(ctx, models.Embedding)
	if err != nil {
		return ""
	}
	return m.Name + "@" + m.Digest
}

// Embed returns one unit vector per text and the tokens used. See memory.Embedder.
func (e *Embedder) Embed(ctx context.Context, kind memory.TextKind, texts []string) ([][]float32, int, error) {
	model, err := e.catalogue.Default(ctx, models.Embedding)
	if err != nil {
		return nil, 0, unavailable(ctx, err)
	}
	outer := ctx
	if kind == memory.QueryText {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, questionWait)
		defer cancel()
	}
	vectors, tokens := make([][]float32, 0, len(texts)), 0
	for len(texts) > 0 {
		n := min(passageBatch, len(texts))
		got, used, err := e.batch(ctx, model, kind, texts[:n])
		if err != nil {
			return nil, 0, unavailable(outer, err)
		}
		vectors, tokens, texts = append(vectors, got...), tokens+used, texts[n:]
	}
	return vectors, tokens, nil
}

// batch takes its turn among passages; questions have no turn to wait for.
func (e *Embedder) batch(ctx context.Context, model models.Model, kind memory.TextKind, texts []string) ([][]float32, int, error) {
	if kind != memory.QueryText {
		select {
		case e.passages <- struct{}{}:
			defer func() { <-e.passages }()
		case <-ctx.Done():
			return nil, 0, ctx.Err()
		}
	}
	ready := make([]string, len(texts))
	for i, text := range texts {
		fitted, err := e.fit(ctx, model, prefix(model.Name, kind)+Normalise(text))
		if err != nil {
			return nil, 0, err
		}
		ready[i] = fitted
	}
	return e.request(ctx, model, ready)
}

// request asks for the vectors. Where the engine finds a text too long after all, the texts go one by
// one and that one is halved until it fits.
func (e *Embedder) request(ctx context.Context, model models.Model, texts []string) ([][]float32, int, error) {
	vectors, tokens, err := e.ask(ctx, model, texts)
	if !core.Is(err, core.TooLarge) {
		return vectors, tokens, err
	}
	if len(texts) > 1 {
		for _, text := range texts {
			one, used, err := e.request(ctx, model, []string{text})
			if err != nil {
				return nil, 0, err
			}
			vectors, tokens = append(vectors, one...), tokens+used
		}
		return vectors, tokens, nil
	}
	half := cutAt(texts[0], len(texts[0])/2)
	if half == "" {
		return nil, 0, err
	}
	return e.request(ctx, model, []string{half})
}

// answer is what an engine answers; only what is needed is read.
type answer struct {
	Data []struct {
		Index     int       `json:"index"`
		Embedding []float32 `json:"embedding"`
	} `json:"data"`
	Usage struct {
		Prompt int `json:"prompt_tokens"`
	} `json:"usage"`
}

func (e *Embedder) ask(ctx context.Context, model models.Model, texts []string) ([][]float32, int, error) {
	var got answer
	body := map[string]any{"model": model.Name, "input": texts, "encoding_format": "float"}
	if err := e.post(ctx, model, "/v1/embeddings", body, &got); err != nil {
		return nil, 0, err
	}
	if len(got.Data) != len(texts) {
		return nil, 0, bad(fmt.Errorf("%d vectors for %d texts", len(got.Data), len(texts)))
	}
	vectors := make([][]float32, len(texts))
	for _, d := range got.Data {
		if d.Index < 0 || d.Index >= len(texts) || vectors[d.Index] != nil {
			return nil, 0, bad(fmt.Errorf("vector numbered %d of %d", d.Index, len(texts)))
		}
		if len(d.Embedding) != len(got.Data[0].Embedding) || len(d.Embedding) > maxDimensions || !normalise(d.Embedding) {
			return nil, 0, bad(fmt.Errorf("vector of %d dimensions, or without length", len(d.Embedding)))
		}
		vectors[d.Index] = d.Embedding
	}
	return vectors, max(got.Usage.Prompt, 0), nil
}

// post sends JSON and reads JSON.
func (e *Embedder) post(ctx context.Context, model models.Model, path string, body, into any) error {
	raw, err := json.Marshal(body)
	if err != nil {
		return bad(err)
	}
	resp, err := e.engines.Open(ctx, model, path, raw)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.Problem != nil {
		return resp.Problem
	}
	read, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return err
	}
	if err := json.Unmarshal(read, into); err != nil {
		return bad(err)
	}
	return nil
}

func bad(cause error) error {
	return core.Wrap(fmt.Errorf("embedding engine: %w", cause), core.Unavailable, "errors.embedding_answer", nil)
}

// unavailable keeps the reason and makes the code what the memory expects.
func unavailable(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return core.Wrap(ctx.Err(), core.Cancelled, "errors.engine_cancelled", nil)
	}
	told := core.AsError(err)
	if told.Code == core.Unavailable {
		return told
	}
	if told.Code == core.Cancelled || told.Code == core.Internal { // our own deadline, or nothing of the house's
		return core.Wrap(err, core.Unavailable, "errors.embedding_slow", nil)
	}
	return core.Wrap(err, core.Unavailable, told.Key, told.Args)
}

// normalise gives the vector length one; false when it has none or holds what is not a number.
func normalise(v []float32) bool {
	var sum float64
	for _, x := range v {
		sum += float64(x) * float64(x)
	}
	if sum == 0 || math.IsNaN(sum) || math.IsInf(sum, 0) {
		return false
	}
	scale := 1 / math.Sqrt(sum)
	for i := range v {
		v[i] = float32(float64(v[i]) * scale)
	}
	return true
}
