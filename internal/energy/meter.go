package energy

import (
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// Work is what one request made a node do.
type Work struct {
	Parameters    int64   // of the model, 0 unknown
	BitsPerWeight float64 // 0 unknown
	Local         bool    // ran on this node
	PromptTokens  int
	OutputTokens  int
	Busy          time.Duration // time the engine or this process was busy with it
}

// Meter attributes energy. Safe for concurrent use.
type Meter interface {
	// Begin opens the account of one request; it must be ended exactly once.
	Begin() Span
}

// Span is one request under way.
type Span interface {
	// End closes the account and returns the figure with its label; UnknownEnergy when neither
	// probe nor estimate applies. A second call returns the same figure.
	End(work Work) core.Energy
}
