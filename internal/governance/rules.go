package governance

import (
	"slices"

	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/core"
)

// RulesFormat names the canonical form of a set of rules.
const RulesFormat = "solidaire-rules/1"

// RuleSet says how an organisation decides: law and by-laws as data. Members vote it like anything else.
type RuleSet struct {
	Format    string     `json:"format"`
	ID        string     `json:"id"`      // such as "quebec-c-67.2"
	Edition   int        `json:"edition"` // of this set, from 1
	Title     core.Text  `json:"title"`
	Scope     core.Text  `json:"scope"` // whom it is for, and what it does not replace
	Decisions []Decision `json:"decisions"`
	Classes   Classes    `json:"classes"`
	Proxies   Proxies    `json:"proxies"`
	Lines     []Line     `json:"lines"`
	// Meetings came later: a set from before has none, and its bytes stay what they were.
	Meetings []MeetingRule `json:"meetings,omitempty"`
}

// Kind is what a decision is about.
type Kind string

// The kinds, in the order of RuleSet.Decisions.
const (
	KindCharter  Kind = "charter"  // adopts the next charter
	KindRules    Kind = "rules"    // adopts the next set of rules
	KindMandate  Kind = "mandate"  // names somebody to a body
	KindOrdinary Kind = "ordinary" // anything else
)

// Kinds lists them.
func Kinds() []Kind { return []Kind{KindCharter, KindRules, KindMandate, KindOrdinary} }

// Base is what a share is a share of.
type Base string

// The bases. Present, for a quorum, is satisfied by whoever takes part. Cast counts abstentions, expressed
// leaves them out, roll counts everybody who may vote.
const (
	BaseNone      Base = "none"
	BasePresent   Base = "present"
	BaseRoll      Base = "roll"
	BaseCast      Base = "cast"
	BaseExpressed Base = "expressed"
)

// Quorum is how many must take part.
type Quorum struct {
	Base     Base     `json:"base"` // none, present or roll
	Fraction Fraction `json:"fraction"`
	Strict   bool     `json:"strict"` // more than the fraction, not just that much
}

// Threshold is how many must agree.
type Threshold struct {
	Base     Base     `json:"base"` // cast, expressed or roll
	Fraction Fraction `json:"fraction"`
	Strict   bool     `json:"strict"`
}

// Decision says how one kind is decided.
type Decision struct {
	Kind              Kind      `json:"kind"`
	Methods           []Method  `json:"methods"`
	Quorum            Quorum    `json:"quorum"`
	Threshold         Threshold `json:"threshold"`
	CoSigners         int       `json:"co_signers"`  // beside the author, before the author may call a ballot
	NoticeDays        int       `json:"notice_days"` // between the call and the opening
	RollDays          int       `json:"roll_days"`   // how long before the call the roll is taken
	OpenHours         int       `json:"open_hours"`  // at least
	CloseWhenAllVoted bool      `json:"close_when_all_voted"`
	ContestationHours int       `json:"contestation_hours"`
	ContestShare      Fraction  `json:"contest_share"` // of the roll: so many contestations stop an enactment
	CountHidden       bool      `json:"count_hidden"`  // until the ballot closes
	ChoicesShown      bool      `json:"choices_shown"` // who voted how, after it closed
}

// Classes are the colleges, and what each weighs. Without any, everybody counts together.
type Classes struct {
	Allowed bool     `json:"allowed"`
	Least   Fraction `json:"least"` // what one class weighs at least; den 0: not said
	Most    Fraction `json:"most"`
	Weights []Weight `json:"weights"`
	// Voices lets each member of the assembly carry as many voices as the register gives, as in a federation. It came later: a
	// set without it keeps its bytes.
	Voices bool `json:"voices,omitempty"`
}

// Weight is what the total of one class weighs, in parts of the sum.
type Weight struct {
	Class string `json:"class"`
	Parts int64  `json:"parts"`
}

// Proxies are votes given in the place of somebody else.
type Proxies struct {
	Allowed bool     `json:"allowed"`
	Cap     int      `json:"cap"`        // per holder
	Share   Fraction `json:"share"`      // of the roll, where that is more; den 0: not said
	Small   int      `json:"small_roll"` // below so many electors only Cap applies
}

// Source is where a line comes from.
type Source string

// The sources.
const (
	FromLaw    Source = "law"     // the article says so
	FromByLaws Source = "by-laws" // the law leaves it to them
	FromHouse  Source = "house"   // neither: a careful default
)

// Line explains one rule. Counsel must confirm every line.
type Line struct {
	About  string    `json:"about"` // what it explains: "quorum", "threshold" …
	Source Source    `json:"source"`
	Law    core.Text `json:"law"`     // the act
	Where  core.Text `json:"article"` // as cited, or that the number is to be found
	Text   core.Text `json:"text"`
}

// Subjects lists what each set of rules explains, each by at least one line.
func Subjects() []string {
	return []string{"voice", "quorum", "threshold", "abstention", "classes", "proxies", "notice", "roll", "opening", "contestation", "methods"}
}

// Canonical returns the bytes that are voted.
func (r RuleSet) Canonical() ([]byte, error) {
	if err := r.Validate(); err != nil {
		return nil, err
	}
	return encode(r, RulesFormat, maxRules)
}

// ParseRules reads canonical bytes, and only those.
func ParseRules(canonical []byte) (RuleSet, error) {
	return parse(canonical, RulesFormat, maxRules, RuleSet.Canonical)
}

// Hash names the rules.
func (r RuleSet) Hash() (string, error) {
	b, err := r.Canonical()
	return charter.HashOf(b), err
}

// For returns how a kind is decided.
func (r RuleSet) For(kind Kind) (Decision, bool) {
	i := slices.IndexFunc(r.Decisions, func(d Decision) bool { return d.Kind == kind })
	if i < 0 {
		return Decision{}, false
	}
	return r.Decisions[i], true
}

// Limit is how many proxies one person may hold where so many may vote.
func (p Proxies) Limit(roll int) int {
	switch {
	case !p.Allowed:
		return 0
	case p.Share.absent() || roll < p.Small:
		return p.Cap
	}
	return max(p.Cap, int(int64(roll)*p.Share.Num/p.Share.Den))
}

// ContestNeeded is how many contestations stop an enactment where so many may vote.
func (d Decision) ContestNeeded(roll int) int64 {
	return max(1, d.ContestShare.of(int64(roll), false))
}
