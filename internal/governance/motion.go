package governance

import (
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// State is where a proposal stands.
type State string

// The states. A draft is its author's; from deliberation on everybody reads it and anybody may answer; the last
// seven are final.
const (
	Draft        State = "draft"
	Deliberation State = "deliberation"
	Balloting    State = "ballot"
	Standing     State = "adopted" // until the time for contestation is over
	Enacted      State = "enacted"
	Refused      State = "rejected"
	Voided       State = "invalid"    // the votes kept are not those of the log
	Contested    State = "contested"  // by so many that it must be voted again
	Superseded   State = "superseded" // what it builds on is no longer in force
	Withdrawn    State = "withdrawn"
)

// Final reports whether nothing can happen any more.
func (s State) Final() bool {
	return s != Draft && s != Deliberation && s != Balloting && s != Standing
}

// Motion is one proposal on its way, through all its versions.
type Motion struct {
	ID           core.ID
	Organisation core.ID
	Author       core.ID
	Kind         Kind
	Body         string
	Title        core.Text
	State        State
	Version      int    // of the text, from 1
	Proposal     string // id of that version
	Ballot       string // hash; "" before the call
	Created      time.Time
	Updated      time.Time
	Due          time.Time // when the state changes by itself; zero: it does not
	Revision     int       // one more for each change: two at once cannot both be
}

// Text is one version of a proposal with what it would enact.
type Text struct {
	Number   int
	Proposal Proposal
	Document []byte // canonical bytes of the next charter or rules; nil for other kinds
	Created  time.Time
}

// Change is one step of a motion and all that is written with it, in one transaction.
type Change struct {
	Before, After Motion
	Text          *Text
	Call          *Call
	Result        *Result
	Rules         *RulesVersion
}

// Call is an opened ballot with its frozen roll.
type Call struct {
	Hash   string
	Ballot Ballot
	Roll   Roll
}

// Result is a certificate, as counted and as signed.
type Result struct {
	Proposal    string
	Certificate []byte // canonical
	Signed      []byte // a signed note over it
}

// RulesVersion is one set of rules in the chain of those an organisation had.
type RulesVersion struct {
	Number int
	Hash   string
	Bytes  []byte
	Motion core.ID // whose adoption put it in force; "" for the first, chosen at install
	Since  time.Time
}

// step starts a change at an instant.
func (m Motion) step(now time.Time, to State, due time.Time) Change {
	after := m
	after.State, after.Due, after.Updated, after.Revision = to, due, stamp(now), m.Revision+1
	return Change{Before: m, After: after}
}

// revise gives the motion another text. Signatures and arguments were given to the one before; they stay with it.
func (m Motion) revise(t Text, id string, now time.Time) (Change, error) {
	if m.State != Draft && m.State != Deliberation {
		return Change{}, wrongState(m)
	}
	c := m.step(now, m.State, time.Time{})
	c.After.Version, c.After.Proposal, c.After.Title = t.Number, id, t.Proposal.Title
	c.After.Kind, c.After.Body = t.Proposal.Kind, t.Proposal.Body
	c.Text = &t
	return c, nil
}

// publish opens the deliberation.
func (m Motion) publish(now time.Time) (Change, error) {
	if m.State != Draft {
		return Change{}, wrongState(m)
	}
	return m.step(now, Deliberation, time.Time{}), nil
}

// withdraw ends what was not called yet.
func (m Motion) withdraw(now time.Time) (Change, error) {
	if m.State != Draft && m.State != Deliberation {
		return Change{}, wrongState(m)
	}
	return m.step(now, Withdrawn, time.Time{}), nil
}

// call opens the ballot.
func (m Motion) call(c Call, now time.Time) (Change, error) {
	if m.State != Deliberation {
		return Change{}, wrongState(m)
	}
	change := m.step(now, Balloting, c.Ballot.Closes)
	change.After.Ballot = c.Hash
	change.Call = &c
	return change, nil
}

// conclude writes the result of the ballot. What is adopted waits until it may no longer be contested.
func (m Motion) conclude(c Certificate, r Result, now time.Time) (Change, error) {
	if m.State != Balloting {
		return Change{}, wrongState(m)
	}
	to, due := Refused, time.Time{}
	switch c.Decision {
	case Adopted:
		to, due = Standing, c.ContestUntil
	case Invalid:
		to = Voided
	}
	change := m.step(now, to, due)
	change.Result = &r
	return change, nil
}

// settle ends an adopted motion.
func (m Motion) settle(to State, now time.Time) (Change, error) {
	if m.State != Standing {
		return Change{}, wrongState(m)
	}
	return m.step(now, to, time.Time{}), nil
}

func wrongState(m Motion) error {
	return core.E(core.Conflict, "errors.governance_state", core.Args{"State": string(m.State)})
}
