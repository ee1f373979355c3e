package models

import (
	"context"
	"io"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// Kind says what a model is for.
type Kind string

// The kinds.
const (
	Chat          Kind = "chat"
	Embedding     Kind = "embedding"
	Rerank        Kind = "rerank"        // orders passages by a question
	Transcription Kind = "transcription" // speech to text
	Speech        Kind = "speech"        // text to speech
)

// Kinds lists them.
func Kinds() []Kind { return []Kind{Chat, Embedding, Rerank, Transcription, Speech} }

// Dialect is the HTTP language that the engine of a model speaks.
type Dialect string

// The dialects.
const (
	OpenAI    Dialect = "" // chat/completions, embeddings and what else the engine has
	Anthropic Dialect = "anthropic"
	Ollama    Dialect = "ollama"
)

// UnknownDigest stands where the bytes of a model cannot be seen, as on a remote engine.
const UnknownDigest = "unknown"

// Model is one entry of the catalogue.
type Model struct {
	Name       string // what people and API clients write
	Kind       Kind
	Digest     string // "sha256:" + hex of the file, or UnknownDigest
	Path       string // file in the data directory; "" on a remote engine
	Bytes      int64
	Parameters int64  // 0: unknown
	Context    int    // tokens; 0: unknown
	Quantised  string // "Q4_1"; "" unknown
	Licence    string // SPDX id; "" unknown
	Trial      bool   // proves the path; unfit for real use
	WritesFrom bool   // passed our own test of cited answers: may write from documents
	Score      Score  // in that test
	Dialect    Dialect
	Backend    string // the configured backend that serves it; "" an engine of this machine, or the one of --engine
	// Whole: its engine is asked for a whole answer where the caller wants one. Otherwise every answer is streamed from it, so
	// that it stops working as soon as the caller leaves: many engines notice that late while they answer at one go.
	Whole  bool
	Remote string // what its engine calls it, when that is not Name
	Abilities
	Origin string // where it came from: package name and version, URL or file name
	Added  time.Time
}

// EngineName is what the model's engine calls it.
func (m Model) EngineName() string {
	if m.Remote != "" {
		return m.Remote
	}
	return m.Name
}

// Since is when the model was added, and 1970 where nobody knows: dialects want an instant, and their clients one that they can read.
func (m Model) Since() time.Time {
	if m.Added.IsZero() {
		return time.Unix(0, 0).UTC()
	}
	return m.Added.UTC()
}

// Catalogue lists what is installed.
type Catalogue interface {
	List(ctx context.Context) ([]Model, error)
	// Find returns the model that bears the name; core.NotFound with the installed names otherwise.
	// It does not touch the disk.
	Find(ctx context.Context, name string) (Model, error)
	// Default returns the model to use for a kind when none is named; core.Unavailable when none is.
	Default(ctx context.Context, kind Kind) (Model, error)
}

// Alternatives tells who else serves a model: the same name may stand on several engines.
type Alternatives interface {
	// Candidates lists the models that the name stands for, the preferred one first: what Find returns,
	// then the same model on other engines. An engine that rests after failures comes last. core.NotFound as
	// Find does.
	Candidates(ctx context.Context, name string) ([]Model, error)
	// Rests reports whether the engine of this very model is left alone now, after failures or because it asked for it.
	// It asks nobody.
	Rests(ctx context.Context, model Model) bool
}

// Response is an engine's answer, read as it arrives. Close releases the engine at once.
type Response struct {
	Status      int    // HTTP status
	ContentType string // "text/event-stream" or "application/json"
	RetryAfter  string // the engine's Retry-After header, "" when absent
	Body        io.ReadCloser
	// Problem is what to tell the caller when Status is not 2xx, nil otherwise. Body then holds no word
	// of the engine's own, which may name paths or repeat a prompt: only the status and, where the
	// engine gave one that is known, the type of its error.
	Problem *core.Error
	// Distrust tells the engine room that what was read made no sense, such as a page of HTML under the
	// status 200: only the reader can see it. Nil where nobody keeps count.
	Distrust func()
}

// Engines reach the engine of a model, starting it when it is supervised and not yet running.
type Engines interface {
	// Open posts an OpenAI-dialect body to path ("/v1/chat/completions", "/v1/embeddings") of the
	// engine that serves the model. Cancelling ctx closes the engine's request at once, before the
	// first token too. core.Unavailable when the engine is missing or does not start.
	//
	// An HTTP error of the engine is a Response with a Problem, not an error. Reading Body fails with
	// core.Interrupted when the engine dies in the middle, core.Cancelled when ctx ended.
	Open(ctx context.Context, model Model, path string, body []byte) (*Response, error)
	// Health says what runs and what does not, for /readyz, doctor and the pages.
	Health(ctx context.Context) []EngineHealth
}

// EngineState is where an engine stands.
type EngineState string

// The states.
const (
	EngineReady    EngineState = "ready"
	EngineStarting EngineState = "starting"
	EngineIdle     EngineState = "idle"    // will start when first asked
	EngineMissing  EngineState = "missing" // no program to run it
	EngineFailed   EngineState = "failed"
)

// EngineHealth describes one engine.
type EngineHealth struct {
	Model   string // "" for an engine that serves any
	Backend string // the configured backend that it is; "" an engine of this machine
	Kind    Kind
	State   EngineState
	Program string // path or address; where it was found
	Detail  *core.Error
	Circuit Circuit
}

// CircuitState is how far an engine is trusted after its failures.
type CircuitState string

// The states of a circuit.
const (
	CircuitTrusted CircuitState = ""
	CircuitDoubted CircuitState = "doubted" // it failed, not yet too often
	CircuitResting CircuitState = "resting" // it is left alone
	CircuitTrying  CircuitState = "trying"  // its rest is over: one request tries it
)

// Circuit tells what failures have come to.
type Circuit struct {
	State    CircuitState
	Failures int           // in a row
	Wait     time.Duration // until it is asked again
	Paused   []string      // models that the engine itself asked to leave alone for a while
}
