package meetings

import (
	"time"

	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/governance"
)

// NoticeFormat names the canonical form of a notice.
const NoticeFormat = "solidaire-notice/1"

// NoticeKind is why people are written to.
type NoticeKind string

// The kinds.
const (
	NoticeCall      NoticeKind = "call"
	NoticePostpone  NoticeKind = "postpone"
	NoticeLink      NoticeKind = "link" // only the address of the video tool changed
	NoticeCancelled NoticeKind = "cancelled"
)

// Notice is what the members of a body were told, as they were told it.
type Notice struct {
	Format       string                 `json:"format"`
	Organisation core.ID                `json:"organisation"`
	Meeting      core.ID                `json:"meeting"`
	Number       int                    `json:"number"` // from 1
	Why          NoticeKind             `json:"why"`
	Body         string                 `json:"body"`
	Kind         governance.MeetingKind `json:"kind"`
	Title        core.Text              `json:"title"`
	Place        string                 `json:"place"`
	Link         string                 `json:"link"`
	Starts       time.Time              `json:"starts"`
	Length       int                    `json:"minutes"`
	Items        []NoticeItem           `json:"items"`
	Rules        string                 `json:"rules"`
	RollSize     int                    `json:"roll_size"`
	RollTaken    time.Time              `json:"roll_taken"`
	Reason       string                 `json:"reason,omitempty"`
	Sent         time.Time              `json:"sent"`
}

// NoticeItem is an item as it was announced.
type NoticeItem struct {
	ID     core.ID   `json:"id"`
	Kind   ItemKind  `json:"kind"`
	Title  core.Text `json:"title"`
	Motion core.ID   `json:"motion,omitempty"`
	Length int       `json:"minutes,omitempty"`
}

func (i Item) noticed() NoticeItem {
	return NoticeItem{ID: i.ID, Kind: i.Kind, Title: i.Title, Motion: i.Motion, Length: i.Length}
}

// Canonical returns its bytes and their hash.
func (n Notice) Canonical() (text []byte, hash string, err error) {
	text, err = canonical(n)
	return text, charter.HashOf(text), err
}

// OpenNotice reads a notice that is kept under its hash.
func OpenNotice(text []byte, hash string) (Notice, error) { return open[Notice](text, hash) }

// notice writes what is told of a meeting now.
func (m Meeting) notice(why NoticeKind, taken, now time.Time, reason string) Notice {
	n := Notice{Format: NoticeFormat, Organisation: m.Organisation, Meeting: m.ID, Number: m.Notices, Why: why, Body: m.Body, Kind: m.Kind,
		Title: m.Title, Place: m.Place, Link: m.Link, Starts: m.Starts, Length: m.Length, Items: []NoticeItem{}, Rules: m.Rules,
		RollSize: m.RollSize, RollTaken: stamp(taken), Reason: reason, Sent: now}
	for _, i := range m.Items {
		n.Items = append(n.Items, i.noticed())
	}
	return n
}

// LetterState is what became of a notice for one person.
type LetterState string

// The states.
const (
	Waiting LetterState = "waiting"
	Sent    LetterState = "sent"   // taken by our mail server
	Failed  LetterState = "failed" // after several tries
	ByPost  LetterState = "post"   // no address is known: it goes by post
	NoMail  LetterState = "nomail" // no mail server is configured
)

// Letter is the notice for one person of the roll.
type Letter struct {
	Meeting core.ID
	Number  int // of the notice
	Person  core.ID
	State   LetterState
	Tries   int
	Due     time.Time // of the next try, while it waits
	Fault   string    // key of what went wrong at the last try; "" nothing did
	At      time.Time // of the last try
}

// after is how long a letter waits after so many tries that failed; false once it is given up.
func after(tries int) (time.Duration, bool) {
	waits := []time.Duration{time.Minute, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour}
	if tries > len(waits) {
		return 0, false
	}
	return waits[tries-1], true
}
