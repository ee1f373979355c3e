package charter

import (
	"context"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// Action is what somebody wants to do.
type Action string

// The actions of the first whole.
const (
	ActionChat   Action = "chat"   // send messages to a chat model
	ActionEmbed  Action = "embed"  // send text to an embedding model
	ActionAsk    Action = "ask"    // ask the memory; quoted answer
	ActionAnswer Action = "answer" // have a model write an answer from passages of the memory

	ActionRead           Action = "read"            // read a conversation or the record of a receipt
	ActionErase          Action = "erase"           // erase one
	ActionReadUsage      Action = "read_usage"      // see what somebody, or everybody together, used
	ActionChooseTemplate Action = "choose_template" // replace a provisional charter by another template
)

// Actions lists what can be asked of a charter.
func Actions() []Action {
	return []Action{ActionChat, ActionEmbed, ActionAsk, ActionAnswer,
		ActionRead, ActionErase, ActionReadUsage, ActionChooseTemplate}
}

// ModelFacts is what policies may know of a model.
type ModelFacts struct {
	Name   string
	Digest string // "sha256:…" or "unknown"
	Kind   string // "chat" or "embedding"; "" when no model is involved
	Trial  bool   // labelled unfit for real use
	Local  bool   // runs on a node that the organisation owns
	Node   string // what serves it, as receipts name it; restrictions see it, policies do not
}

// Question is everything a decision may depend on.
type Question struct {
	Actor       core.Actor
	Action      Action
	DataClasses []core.DataClass // found in what would be sent
	Model       ModelFacts
	Owner       core.ID // whose conversation, record or usage it is; "" for what is everybody's
}

// Obligations bind whoever acts on an allow.
type Obligations struct {
	MaxOutputTokens int // 0: no cap
}

// Ground says how the charter refuses.
type Ground string

// The grounds.
const (
	GroundForbidden  Ground = ""            // the articles cited forbid it, or could not be decided
	GroundSilent     Ground = "silent"      // none permits it; the article cited speaks of such requests
	GroundUnspoken   Ground = "unspoken"    // none permits it, and none speaks of it: article 1 stands for the charter
	GroundNotAdopted Ground = "not_adopted" // the model is not among those that the settings name
)

// Decision is the answer, always citing.
type Decision struct {
	Allow       bool
	Charter     string // SHA-256 of the charter that decided, hex
	Articles    []int  // the articles that allowed or refused, ascending; none where a restriction refuses
	Obligations Obligations
	Ground      Ground       // of a refusal by the charter
	Restriction *Restriction // the emergency restriction that refuses what the charter allows; nil: none does
}

// Evaluator decides. Safe for concurrent use.
type Evaluator interface {
	// Decide answers from the charter in force. An error means no decision could be made: treat it
	// as a refusal.
	Decide(ctx context.Context, q Question) (Decision, error)
	// InForce returns the version that Decide uses now.
	InForce() Version
}
