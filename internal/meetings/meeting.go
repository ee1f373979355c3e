package meetings

import (
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/governance"
)

// State is where a meeting stands.
type State string

// The states. Members of the body see a meeting from its draft on, so that they can ask for items.
const (
	Draft     State = "draft"
	Convened  State = "convened"
	Open      State = "open"
	Closed    State = "closed"
	Drafted   State = "drafted"  // the minutes are shown to the body
	Approved  State = "approved" // by the secretary or the chair; frozen
	Cancelled State = "cancelled"
)

// Over reports whether the meeting took place or never will.
func (s State) Over() bool {
	return s == Closed || s == Drafted || s == Approved || s == Cancelled
}

// Meeting is one meeting of a body, with its agenda.
type Meeting struct {
	ID           core.ID
	Organisation core.ID
	Body         string
	Kind         governance.MeetingKind
	Title        core.Text
	Place        string // "" when it is held from afar only
	Link         string // to the organisation's own video tool; "" when there is none
	Starts       time.Time
	Length       int // minutes, as planned
	State        State
	Author       core.ID
	Items        []Item
	Again        core.ID // the meeting without quorum that this one follows, on second call

	Rules    string // hash of the set under which it was convened
	Notices  int
	RollSize int

	Chair, Secretary core.ID
	Opened, Ended    time.Time
	Note             string  // of the secretary, at the end of the minutes
	Minutes          string  // SHA-256 of the approved minutes
	ApprovedBy       core.ID //
	ApprovedAt       time.Time
	Adopted          core.ID // motion by which members adopted the minutes

	Created, Updated time.Time
	Revision         int
}

// Ends is when it is planned to end.
func (m Meeting) Ends() time.Time { return m.Starts.Add(time.Duration(m.Length) * time.Minute) }

// The bounds of a meeting.
const (
	maxTitle    = 200
	maxPlace    = 300
	maxText     = 8000 // characters of an item's minutes
	maxItems    = 60
	maxRequests = 200
	maxLength   = 24 * 60
	maxAhead    = 2 * 366 * 24 * time.Hour
	maxDrafts   = 50 // meetings that are not over
)

// Plan is what a secretary writes of a meeting.
type Plan struct {
	Body   string
	Kind   governance.MeetingKind
	Title  core.Text
	Place  string
	Link   string
	Starts time.Time
	Length int
}

// fits reports whether a kind of meeting is one of that body.
func fits(kind governance.MeetingKind, body string) bool {
	switch kind {
	case governance.MeetingOrdinary, governance.MeetingExtraordinary, governance.MeetingSpecial:
		return body == governance.Assembly
	case governance.MeetingBoard, governance.MeetingCommittee:
		return body != governance.Assembly
	}
	return false
}

// check reports the first thing wrong with a plan.
func (p Plan) check(now time.Time) error {
	for _, title := range []string{p.Title.FR, p.Title.EN} {
		if err := checkLine("title", title, maxTitle); err != nil {
			return err
		}
	}
	switch {
	case !fits(p.Kind, p.Body):
		return core.E(core.Invalid, "errors.meetings_kind", nil)
	case p.Place == "" && p.Link == "":
		return core.E(core.Invalid, "errors.meetings_where", nil)
	case p.Length < 1 || p.Length > maxLength:
		return core.E(core.Invalid, "errors.meetings_length", core.Args{"Max": maxLength / 60})
	case p.Starts.IsZero() || p.Starts.After(now.Add(maxAhead)):
		return core.E(core.Invalid, "errors.meetings_date", nil)
	}
	if p.Place != "" {
		if err := checkLine("place", p.Place, maxPlace); err != nil {
			return err
		}
	}
	return checkLink(p.Link)
}

// with gives the meeting another plan.
func (m Meeting) with(p Plan) Meeting {
	m.Body, m.Kind, m.Title, m.Place, m.Link, m.Starts, m.Length = p.Body, p.Kind, p.Title, p.Place, p.Link, stamp(p.Starts), p.Length
	return m
}

// Plan gives back what was written.
func (m Meeting) Plan() Plan {
	return Plan{Body: m.Body, Kind: m.Kind, Title: m.Title, Place: m.Place, Link: m.Link, Starts: m.Starts, Length: m.Length}
}

// Change is one step of a meeting and all that is written with it, in one transaction.
type Change struct {
	Before, After Meeting
	Notice        *Notice
	Roll          []governance.Elector // with a notice
	Letters       []Letter             // with a notice; they replace those before
	Minutes       *Kept
}

// step begins a change.
func (m Meeting) step(now time.Time, to State) Change {
	after := m
	after.State, after.Updated, after.Revision = to, now, m.Revision+1
	return Change{Before: m, After: after}
}

// in refuses a step in another state than those.
func (m Meeting) in(states ...State) error {
	for _, s := range states {
		if m.State == s {
			return nil
		}
	}
	return core.E(core.Conflict, "errors.meetings_state", nil)
}

// stamp cuts a time to what is kept.
func stamp(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }
