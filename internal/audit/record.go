package audit

import (
	"context"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// Decision is what the charter said.
type Decision string

// The decisions.
const (
	Allowed Decision = "allow"
	Refused Decision = "refuse"
)

// Outcome says how the request ended.
type Outcome string

// The outcomes.
const (
	Completed   Outcome = "completed"
	NotFound    Outcome = "not_found" // the memory held no sufficient source
	Interrupted Outcome = "interrupted"
	Cancelled   Outcome = "cancelled"
	Failed      Outcome = "failed"
	Blocked     Outcome = "refused" // by the charter or a budget: nothing left the gateway
)

// Record is the private record of one request. It is kept in the vault, belongs to the person,
// and can be erased. It never holds a prompt or an answer, only their SHA-256.
type Record struct {
	ID           core.ID          `json:"id"` // also the receipt's id
	Organisation core.ID          `json:"organisation"`
	Person       core.ID          `json:"person"`
	Credential   core.ID          `json:"credential,omitempty"`
	Time         time.Time        `json:"time"`    // arrival, UTC, millisecond
	Action       string           `json:"action"`  // charter action: "chat", "embed", "ask"
	Charter      string           `json:"charter"` // SHA-256 of the charter in force, hex
	Decision     Decision         `json:"decision"`
	Articles     []int            `json:"articles"`              // that allowed or refused
	Restriction  string           `json:"restriction,omitempty"` // that refused what the charter allows: its chain in the log, hex
	DataClasses  []core.DataClass `json:"data_classes,omitempty"`
	Model        string           `json:"model,omitempty"`        // empty: no chat model
	ModelDigest  string           `json:"model_digest,omitempty"` // "sha256:…", or "unknown"
	Node         string           `json:"node"`
	Tried        []Try            `json:"tried,omitempty"` // what failed before that, in order
	Auto         *Auto            `json:"auto,omitempty"`  // how the model was chosen, when it was left to us
	Mode         string           `json:"mode,omitempty"`  // "extractive" or "model" for questions to the memory
	Sources      []Source         `json:"sources,omitempty"`
	PromptSHA256 string           `json:"prompt_sha256"`
	AnswerSHA256 string           `json:"answer_sha256,omitempty"`
	PromptTokens int              `json:"prompt_tokens,omitempty"`
	OutputTokens int              `json:"output_tokens,omitempty"`
	// UsageEstimated is true when the engine did not count the tokens itself, as after a cancellation.
	UsageEstimated bool        `json:"usage_estimated,omitempty"`
	Energy         core.Energy `json:"energy"`
	Outcome        Outcome     `json:"outcome"`
	ErrorKey       string      `json:"error,omitempty"` // translation key of the failure
}

// Source is one citation, bound to the exact range of an immutable version.
type Source struct {
	Document string `json:"document"` // name as it was added
	Version  string `json:"version"`  // SHA-256 of the version's extracted text, hex
	Start    int    `json:"start"`    // byte offsets into the version's extracted text
	End      int    `json:"end"`
	SHA256   string `json:"sha256"` // of the quoted bytes
}

// Try is an engine that failed before another one was asked, without a word of an answer.
type Try struct {
	Node  string `json:"node"`
	Model string `json:"model"`
	Error string `json:"error"` // translation key
}

// Auto says how a model was chosen for a request that left the choice to us: the smallest that does.
type Auto struct {
	Task    string   `json:"task"`              // kind of task, as a word that the interface translates
	Why     []string `json:"why"`               // the rules that decided, as such words
	Bigger  string   `json:"bigger,omitempty"`  // why the member asked for a bigger model, in the member's words
	Instead string   `json:"instead,omitempty"` // the model that would have answered otherwise
	Biggest string   `json:"biggest,omitempty"` // the largest that could have answered
	// Saved is what the largest would have used beyond this answer, Extra what this one used beyond the model
	// that would have answered otherwise: estimates, absent where the sizes are not known.
	Saved *core.Energy `json:"saved,omitempty"`
	Extra *core.Energy `json:"extra,omitempty"`
}

// Log accepts records.
type Log interface {
	// Append makes the record permanent: when it returns nil, the record, its key and its leaf
	// are on stable storage and the leaf will be integrated in the Merkle log, whatever happens to
	// this process. On an error nothing is acknowledged: core.Unavailable when the disk refuses.
	// Safe for concurrent use; concurrent calls share one fsync.
	Append(ctx context.Context, record Record) error
}

// Receipts reads them back.
type Receipts interface {
	// Receipt returns the receipt file of the record, waiting up to ctx for its leaf to be
	// integrated. core.NotFound when the id is unknown or was erased.
	Receipt(ctx context.Context, organisation, id core.ID) (Receipt, error)
	// List returns the newest records of one person, at most limit, before the given id when it is
	// not empty.
	List(ctx context.Context, organisation, person core.ID, before core.ID, limit int) ([]Record, error)
}

// Receipt is the content of a receipt file: all that is needed to verify it offline.
type Receipt struct {
	Format   string `json:"format"`   // "solidaire-receipt/1"
	Record   []byte `json:"record"`   // canonical bytes of the private record
	Key      []byte `json:"key"`      // opens the commitment; 32 bytes
	Leaf     []byte `json:"leaf"`     // canonical bytes of the envelope
	Proof    string `json:"proof"`    // C2SP tlog-proof@v1: inclusion proof and signed checkpoint
	Verifier string `json:"verifier"` // C2SP signed-note verifier key of the log
}
