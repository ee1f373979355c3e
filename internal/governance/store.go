package governance

import (
	"context"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// Store keeps what members propose and decide. Each method that writes is one transaction.
type Store interface {
	Opinions
	// Contributions lists what a person said or did, oldest first.
	Contributions(ctx context.Context, organisation, person core.ID) ([]Contribution, error)

	// RulesHistory lists the sets of rules that an organisation had, oldest first.
	RulesHistory(ctx context.Context, organisation core.ID) ([]RulesVersion, error)
	// BeginRules adds the first; nothing happens when there is one.
	BeginRules(ctx context.Context, organisation core.ID, first RulesVersion) error

	// Motions lists them, the last changed first.
	Motions(ctx context.Context, organisation core.ID) ([]Motion, error)
	// Motion finds one; core.NotFound.
	Motion(ctx context.Context, organisation, id core.ID) (Motion, error)
	// Due lists those whose time has come, oldest due first, and when the next one's will (zero: none has one).
	Due(ctx context.Context, organisation core.ID, now time.Time) (due []Motion, next time.Time, err error)
	// Apply writes a change. core.Conflict when the motion is no longer as it was before.
	Apply(ctx context.Context, c Change) error
	// Texts lists the versions of a motion, oldest first.
	Texts(ctx context.Context, motion core.ID) ([]Text, error)
	// TextOf finds one version by the proposal's id.
	TextOf(ctx context.Context, organisation core.ID, proposal string) (Text, error)

	// Sign adds a co-signature; signing twice is signing once.
	Sign(ctx context.Context, proposal string, s Signature) error
	Signatures(ctx context.Context, proposal string) ([]Signature, error)

	AddArgument(ctx context.Context, a Argument) error
	// HideArgument keeps it, out of sight, with who hid it and why.
	HideArgument(ctx context.Context, motion, id, by core.ID, why string) error
	Arguments(ctx context.Context, motion core.ID) ([]Argument, error)

	AddAmendment(ctx context.Context, a Amendment) error
	Amendments(ctx context.Context, motion core.ID) ([]Amendment, error)
	// SettleAmendment answers one that is open; with a change when it was accepted.
	SettleAmendment(ctx context.Context, id core.ID, to AmendmentState, c *Change) error

	// Ballot finds a ballot and its roll by the ballot's hash.
	Ballot(ctx context.Context, hash string) (Call, error)
	// OnRoll finds one line of it.
	OnRoll(ctx context.Context, hash string, person core.ID) (Elector, bool, error)
	// Cast reads what a vote is checked against, asks make for the vote with its chain and its seal, and writes it.
	Cast(ctx context.Context, hash string, person, voice core.ID, make func(Before) (Kept, error)) (Kept, error)
	// Votes lists the votes of a ballot, oldest first.
	Votes(ctx context.Context, hash string) ([]Kept, error)
	// VoteOf finds the vote of one voice.
	VoteOf(ctx context.Context, hash string, voice core.ID) (Kept, bool, error)
	// Turnout counts the votes of a ballot.
	Turnout(ctx context.Context, hash string) (int, error)

	// GiveProxy lets the holder vote for the giver; taking it back gives it to nobody ("").
	GiveProxy(ctx context.Context, hash string, giver, holder core.ID, limit int) error
	Proxies(ctx context.Context, hash string) ([]Proxy, error)

	Result(ctx context.Context, proposal string) (Result, error)
	AddContest(ctx context.Context, proposal string, c Contest) error
	Contests(ctx context.Context, proposal string) ([]Contest, error)
}

// Kept is a vote as it is stored. Seal is signed with the log's key before the vote is written, so that a row that
// this program did not write is never taken for a vote that a crash kept out of the log.
type Kept struct {
	Vote  Vote
	Chain string
	Seal  []byte
}

// Signature is a person's support of one version.
type Signature struct {
	Person core.ID
	Time   time.Time
}

// ArgumentKind is what somebody says of a proposal.
type ArgumentKind string

// The kinds.
const (
	For      ArgumentKind = "for"
	Against  ArgumentKind = "against"
	Question ArgumentKind = "question"
	Answer   ArgumentKind = "answer" // to another argument
)

// Argument is one contribution to a deliberation.
type Argument struct {
	ID, Motion core.ID
	Parent     core.ID // of an answer
	Author     core.ID
	Kind       ArgumentKind
	Text       string
	Time       time.Time
	HiddenBy   core.ID // "": shown
	HiddenWhy  string
}

// AmendmentState is what became of an amendment.
type AmendmentState string

// The states.
const (
	AmendmentOpen     AmendmentState = "open"
	AmendmentAccepted AmendmentState = "accepted"
	AmendmentDeclined AmendmentState = "declined"
)

// Amendment is another text that somebody asks the author to take.
type Amendment struct {
	ID, Motion core.ID
	Author     core.ID
	Base       string // the proposal that it changes
	Reasons    string
	Text       Text
	State      AmendmentState
	Time       time.Time
}

// Proxy is a voice given to somebody for one ballot.
type Proxy struct {
	Giver, Holder core.ID
}

// Contest is a member's objection to how a decision was taken.
type Contest struct {
	Person  core.ID
	Reasons string
	Time    time.Time
}
