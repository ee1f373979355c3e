package governance

import (
	"time"

	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/core"
)

// BallotFormat names the canonical form of a ballot.
const BallotFormat = "solidaire-ballot/1"

// Ballot binds what is decided, by whom and how. Its hash enters every vote.
type Ballot struct {
	Format       string    `json:"format"`
	Organisation core.ID   `json:"organisation"`
	Proposal     string    `json:"proposal"`
	RollRoot     string    `json:"roll_root"`
	RollSize     int       `json:"roll_size"`
	RollTaken    time.Time `json:"roll_taken"`
	Rules        string    `json:"rules"`
	Method       Method    `json:"method"`
	Options      int       `json:"options"` // how many; 0 for a yes-or-no question
	Opens        time.Time `json:"opens"`
	Closes       time.Time `json:"closes"` // votes are accepted before this instant
}

// Canonical returns its bytes.
func (b Ballot) Canonical() ([]byte, error) {
	if err := b.Validate(); err != nil {
		return nil, err
	}
	return encode(b, BallotFormat, maxBallot)
}

// ParseBallot reads canonical bytes, and only those.
func ParseBallot(canonical []byte) (Ballot, error) {
	return parse(canonical, BallotFormat, maxBallot, Ballot.Canonical)
}

// Hash names the ballot.
func (b Ballot) Hash() (string, error) {
	canonical, err := b.Canonical()
	if err != nil {
		return "", err
	}
	return charter.HashOf(canonical), nil
}

// Validate reports whether the ballot can be held.
func (b Ballot) Validate() error {
	ok := b.Format == BallotFormat && isID(b.Organisation) && charter.IsHash(b.Proposal) && charter.IsHash(b.RollRoot) &&
		charter.IsHash(b.Rules) && b.RollSize >= 1 && b.RollSize <= maxRoll && b.Method.valid() &&
		b.Method.hasOptions() == (b.Options >= 2) && b.Options >= 0 && b.Options != 1 && b.Options <= maxOptions
	for _, t := range []time.Time{b.RollTaken, b.Opens, b.Closes} {
		ok = ok && t.Equal(t.Truncate(time.Millisecond)) && t.Location() == time.UTC && t.Year() >= 1970 && t.Year() < 10000
	}
	if !ok || !b.Opens.Before(b.Closes) || b.RollTaken.After(b.Opens) {
		return malformed(BallotFormat, nil)
	}
	return nil
}

// NewBallot makes the ballot of a proposal under its rules. The rules say which methods may be used, how long
// it is open at least, and how long before the opening it must be called.
func NewBallot(p Proposal, r RuleSet, roll Roll, method Method, called, opens, closes time.Time) (Ballot, error) {
	id, err := p.ID()
	if err != nil {
		return Ballot{}, err
	}
	rules, err := r.Hash()
	if err != nil {
		return Ballot{}, err
	}
	if rules != p.Rules {
		return Ballot{}, core.E(core.Conflict, "errors.governance_rules_changed", nil)
	}
	d, _ := r.For(p.Kind)
	switch {
	case !d.allows(method) || method.hasOptions() != (len(p.Options) > 0):
		return Ballot{}, core.E(core.Invalid, "errors.governance_method", nil)
	case roll.Size() == 0:
		return Ballot{}, core.E(core.Invalid, "errors.governance_roll_empty", nil)
	case opens.Before(called.Add(time.Duration(d.NoticeDays) * 24 * time.Hour)):
		return Ballot{}, core.E(core.Invalid, "errors.governance_notice", core.Args{"Count": d.NoticeDays})
	case closes.Before(opens.Add(time.Duration(d.OpenHours) * time.Hour)):
		return Ballot{}, core.E(core.Invalid, "errors.governance_opening", core.Args{"Count": d.OpenHours})
	}
	if err := r.Classes.cover(roll); err != nil {
		return Ballot{}, err
	}
	b := Ballot{
		Format: BallotFormat, Organisation: p.Organisation, Proposal: id, RollRoot: roll.Root(), RollSize: roll.Size(),
		RollTaken: stamp(called.Add(-time.Duration(d.RollDays) * 24 * time.Hour)), Rules: rules, Method: method, Options: len(p.Options),
		Opens: stamp(opens), Closes: stamp(closes),
	}
	return b, b.Validate()
}

// cover reports a roll with a class that has no weight, where classes weigh.
func (c Classes) cover(roll Roll) error {
	for _, e := range roll.electors {
		if len(c.Weights) > 0 && partsOf(c.Weights, e.Class) == 0 {
			return core.E(core.Invalid, "errors.governance_class", nil)
		}
	}
	return nil
}

func (d Decision) allows(m Method) bool {
	for _, allowed := range d.Methods {
		if allowed == m {
			return true
		}
	}
	return false
}

// stamp cuts a time to what the canonical forms keep.
func stamp(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }
