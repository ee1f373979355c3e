package gateway

import (
	"github.com/solidaire-coop/solidaire/internal/audit"
	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/energy"
	"github.com/solidaire-coop/solidaire/internal/memory"
)

// Result is what every request ends with, whatever its surface.
type Result struct {
	Receipt  core.ID
	Decision charter.Decision
	Node     string // "local" or the address of a remote engine
	Energy   core.Energy
	Outcome  audit.Outcome
	Model    string      // chat model that wrote; "" when none did
	Trial    bool        // that model is a trial model
	Auto     *audit.Auto // how it was chosen; nil: it was named
	Tried    []audit.Try // engines that failed before
	Carbon   energy.Carbon
}

// AskResult is the answer to a question put to the memory.
type AskResult struct {
	Result
	Question string
	Mode     string // "extractive" or "model"
	Answer   memory.Answer
	Written  string // what the model wrote, in mode "model"
	// Checked is Written held against the passages, once it is whole; nil in mode "extractive".
	Checked *memory.CheckedAnswer
}
