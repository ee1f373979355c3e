// Package memorytest holds what tests of the memory share: an embedder that needs no engine, a
// plain extractor, and the suite that every store must pass.
package memorytest

import (
	"context"
	"hash/fnv"
	"math"
	"strings"
	"sync"
	"unicode"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
)

// Embedder makes vectors from the words of a text: texts that share words are near each other. It
// can be taken away and given another model, and it counts what it was asked.
type Embedder struct {
	mu    sync.Mutex
	model string
	away  bool
	texts int
	fail  func(call int) error
	calls int
}

var _ memory.Embedder = (*Embedder)(nil)

// NewEmbedder makes an embedder that answers under a model's name.
func NewEmbedder(model string) *Embedder { return &Embedder{model: model} }

// SetModel changes the model.
func (e *Embedder) SetModel(model string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.model = model
}

// SetAway makes the engine unreachable, or reachable again.
func (e *Embedder) SetAway(away bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.away = away
}

// FailWith makes calls fail by their number, from 1; nil lets them pass.
func (e *Embedder) FailWith(fail func(call int) error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.fail, e.calls = fail, 0
}

// Texts counts the texts embedded so far.
func (e *Embedder) Texts() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.texts
}

// Model names the model, "" while the engine is away.
func (e *Embedder) Model(context.Context) string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.model
}

const width = 64

// Embed hashes each word to a dimension.
func (e *Embedder) Embed(ctx context.Context, _ memory.TextKind, texts []string) ([][]float32, int, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.calls++
	switch {
	case ctx.Err() != nil:
		return nil, 0, ctx.Err()
	case e.away:
		return nil, 0, core.E(core.Unavailable, "errors.engine_unavailable", nil)
	case e.fail != nil:
		if err := e.fail(e.calls); err != nil {
			return nil, 0, err
		}
	}
	out := make([][]float32, len(texts))
	tokens := 0
	for i, text := range texts {
		words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
		tokens += len(words)
		out[i] = vector(e.model, words)
	}
	e.texts += len(texts)
	return out, tokens, nil
}

func vector(model string, words []string) []float32 {
	v := make([]float32, width)
	for _, w := range words {
		h := fnv.New32a()
		h.Write([]byte(model + w))
		v[h.Sum32()%width]++
	}
	norm := 0.0
	for _, x := range v {
		norm += float64(x * x)
	}
	if norm == 0 {
		v[0], norm = 1, 1
	}
	for i := range v {
		v[i] /= float32(math.Sqrt(norm))
	}
	return v
}
