package gateway

import (
	"context"

	"github.com/solidaire-coop/solidaire/internal/models"
)

// Engine is the dialect that engines speak, as this room needs it. Its adapter knows the wire.
type Engine interface {
	// Chat sends a request for text and returns the reply as it arrives: streamed, or as one event where the call wants it
	// whole. Leaving closes the engine's request at once. Errors are *core.Error.
	Chat(ctx context.Context, model models.Model, call Call) (Reply, error)
	// Count has the engine count the tokens of a request for text; core.NotFound when it cannot.
	Count(ctx context.Context, model models.Model, call Call) (int, error)
	// Embed sends an embeddings body and returns the engine's answer whole.
	Embed(ctx context.Context, model models.Model, call Call) (Embeddings, error)
	// Rerank sends a rerank body and returns the engine's answer whole.
	Rerank(ctx context.Context, model models.Model, call Call) (Embeddings, error)
	// Speak sends a speech body and returns the sound whole; Transcribe sends sound and returns what was said.
	Speak(ctx context.Context, model models.Model, body []byte) (Sound, error)
	Transcribe(ctx context.Context, model models.Model, recording Recording) (Transcript, error)
	// ChatBody writes a body for messages that come from our own pages.
	ChatBody(model string, messages []Message, maxOutput int) []byte
}

// Reply is a chat answer under way.
type Reply interface {
	// Next returns the next event. io.EOF means that the engine said the answer was finished; an end
	// without a reason to finish is a *core.Error of code Interrupted. Data is valid until the next call.
	Next() (Event, error)
	Close() error
}

// Event is one piece of a reply.
type Event struct {
	Data     []byte // one JSON chunk of OpenAI's dialect, or of the call's own, as the engine sent it
	Text     string // text that it adds to the answer, "" for none
	Empty    bool   // announces an answer, such as its role, and says nothing of it yet
	Finished bool   // carries a finish reason, and leaves no choice open
	Usage    *Usage // token counts, when it carries them
	Whole    bool   // Data is the whole answer, not a chunk of it
	Plain    bool   // Text, added to the only choice, is all it says
	More     bool   // the next event is here already: writing on may wait for it
}

// Usage counts tokens as the engine counted them.
type Usage struct {
	Prompt int
	Output int
}

// Embeddings is an engine's answer to an embeddings request.
type Embeddings struct {
	Body         []byte         // JSON, as the engine sent it
	Dialect      models.Dialect // what Body is written in: OpenAI's, or the call's own
	PromptTokens int
}
