package meetings

import (
	"slices"
	"strings"
	"time"

	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/governance"
)

// MinutesFormat names the canonical form of minutes.
const MinutesFormat = "solidaire-minutes/1"

// Minutes are what a meeting was, from facts, with what its secretary wrote. They hold names: they are for the body.
type Minutes struct {
	Format       string                 `json:"format"`
	Organisation core.ID                `json:"organisation"`
	Name         string                 `json:"organisation_name"`
	Meeting      core.ID                `json:"meeting"`
	Body         string                 `json:"body"`
	BodyName     core.Text              `json:"body_name"`
	Kind         governance.MeetingKind `json:"kind"`
	Again        core.ID                `json:"second_call_of,omitempty"`
	Title        core.Text              `json:"title"`
	Place        string                 `json:"place"`
	Remote       bool                   `json:"remote"` // there was an address to take part from afar
	Planned      time.Time              `json:"planned"`
	Opened       time.Time              `json:"opened"`
	Ended        time.Time              `json:"ended"`
	Zone         string                 `json:"zone"`
	Chair        string                 `json:"chair"`
	Secretary    string                 `json:"secretary"`
	Rules        string                 `json:"rules"`
	RulesTitle   core.Text              `json:"rules_title"`
	Rule         governance.MeetingRule `json:"rule"`
	Notices      []MinutesNotice        `json:"notices"`
	Present      []Presence             `json:"present"`
	Absent       int                    `json:"absent"` // on the roll, neither present nor represented at any time
	AtOpening    Tally                  `json:"quorum_at_opening"`
	AtEnd        Tally                  `json:"quorum_at_end"`
	Items        []MinutesItem          `json:"items"`
	Note         string                 `json:"note,omitempty"`
	ApprovedBy   string                 `json:"approved_by,omitempty"`
	ApprovedAs   string                 `json:"approved_as,omitempty"` // secretary or chair
	ApprovedAt   *time.Time             `json:"approved_at,omitempty"`
	Salt         string                 `json:"salt,omitempty"` // 32 random bytes in hex: the hash in the log tells nothing
}

// MinutesNotice is a notice in short.
type MinutesNotice struct {
	Number int        `json:"number"`
	Why    NoticeKind `json:"why"`
	Sent   time.Time  `json:"sent"`
	Starts time.Time  `json:"starts"`
	Hash   string     `json:"hash"`
}

// Presence is one line of the list of those who took part.
type Presence struct {
	Name    string     `json:"name"`
	Class   string     `json:"class,omitempty"`
	OnRoll  bool       `json:"on_roll"`
	How     How        `json:"how,omitempty"` // "": represented
	Arrived *time.Time `json:"arrived,omitempty"`
	Left    *time.Time `json:"left,omitempty"`
	Holder  string     `json:"represented_by,omitempty"`
}

// MinutesItem is what became of one point.
type MinutesItem struct {
	Number  int           `json:"number"`
	Kind    ItemKind      `json:"kind"`
	Title   core.Text     `json:"title"`
	Mark    Mark          `json:"since_notice,omitempty"`
	By      string        `json:"asked_by,omitempty"`
	Outcome Outcome       `json:"outcome,omitempty"`
	At      *time.Time    `json:"at,omitempty"`
	Text    string        `json:"text,omitempty"`
	Quorum  *Tally        `json:"quorum,omitempty"` // when it was put to the ballot
	Ballot  *MinutesVoted `json:"ballot,omitempty"`
}

// MinutesVoted is the ballot of a decision, as its certificate has it when the minutes are written.
type MinutesVoted struct {
	Motion      core.ID           `json:"motion"`
	Title       core.Text         `json:"title"`
	Ballot      string            `json:"ballot"`
	Closes      time.Time         `json:"closes"`
	Method      governance.Method `json:"method"`
	Certificate string            `json:"certificate,omitempty"` // SHA-256; "" while the ballot is open
	Decision    string            `json:"decision,omitempty"`
	Roll        int               `json:"roll"`
	Votes       int               `json:"votes"`
	Yes         int64             `json:"yes"`
	No          int64             `json:"no"`
	Abstained   int64             `json:"abstained"`
}

// Canonical returns their bytes and their hash.
func (m Minutes) Canonical() (text []byte, hash string, err error) {
	text, err = canonical(m)
	return text, charter.HashOf(text), err
}

// OpenMinutes reads minutes that are kept under their hash.
func OpenMinutes(text []byte, hash string) (Minutes, error) { return open[Minutes](text, hash) }

// Facts are what minutes are made of.
type Facts struct {
	Meeting    Meeting
	Name       string // of the organisation
	BodyName   core.Text
	Zone       string
	Rules      governance.RuleSet
	Attendance Attendance
	Notices    []Notice
	Names      map[core.ID]string
	Voted      map[core.ID]MinutesVoted // by motion
}

// Compile writes the minutes that follow from facts: the same facts give the same minutes.
func Compile(f Facts) (Minutes, error) {
	m := f.Meeting
	out := Minutes{
		Format: MinutesFormat, Organisation: m.Organisation, Name: f.Name, Meeting: m.ID, Body: m.Body, BodyName: f.BodyName, Kind: m.Kind, Again: m.Again,
		Title: m.Title, Place: m.Place, Remote: m.Link != "", Planned: m.Starts, Opened: m.Opened, Ended: m.Ended, Zone: f.Zone,
		Chair: f.Names[m.Chair], Secretary: f.Names[m.Secretary], Rules: m.Rules, RulesTitle: f.Rules.Title, Rule: f.Attendance.Rule,
		Notices: []MinutesNotice{}, Items: []MinutesItem{}, Note: m.Note,
		AtOpening: f.Attendance.At(m.Opened), AtEnd: f.Attendance.At(lastInstant(m)),
	}
	for _, n := range f.Notices {
		_, hash, err := n.Canonical()
		if err != nil {
			return out, err
		}
		out.Notices = append(out.Notices, MinutesNotice{Number: n.Number, Why: n.Why, Sent: n.Sent, Starts: n.Starts, Hash: hash})
	}
	out.Present, out.Absent = f.present()
	out.Items = f.items()
	return out, nil
}

// lastInstant is just before everybody leaves.
func lastInstant(m Meeting) time.Time {
	if m.Ended.IsZero() {
		return m.Updated
	}
	return m.Ended.Add(-time.Millisecond)
}

// present lists who took part or was represented, by name, then by arrival.
func (f Facts) present() (list []Presence, absent int) {
	list = []Presence{}
	roll := make(map[core.ID]string, len(f.Attendance.Roll))
	there := map[core.ID]bool{}
	for _, e := range f.Attendance.Roll {
		roll[e.Person] = e.Class
	}
	for _, s := range f.Attendance.Sittings {
		if !s.Left.IsZero() && !s.Left.After(f.Meeting.Opened) {
			continue // left before it began
		}
		class, listed := roll[s.Person]
		there[s.Person] = true
		list = append(list, Presence{Name: f.Names[s.Person], Class: class, OnRoll: listed, How: s.How, Arrived: moment(s.Arrived), Left: moment(s.Left)})
	}
	for _, g := range f.Attendance.Proxies {
		if there[g.Giver] || !there[g.Holder] || !g.Until.IsZero() && !g.Until.After(f.Meeting.Opened) {
			continue
		}
		there[g.Giver] = true
		list = append(list, Presence{Name: f.Names[g.Giver], Class: roll[g.Giver], OnRoll: true, Holder: f.Names[g.Holder]})
	}
	for person := range roll {
		if !there[person] {
			absent++
		}
	}
	slices.SortStableFunc(list, func(x, y Presence) int { return strings.Compare(x.Name, y.Name) })
	return list, absent
}

func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func (f Facts) items() []MinutesItem {
	out := []MinutesItem{}
	marks := map[core.ID]Mark{}
	if last, ok := lastCall(f.Notices); ok {
		marks, _ = f.Meeting.Since(last)
	}
	for n, i := range f.Meeting.Items {
		line := MinutesItem{Number: n + 1, Kind: i.Kind, Title: i.Title, Mark: marks[i.ID], By: f.Names[i.By], Outcome: i.Outcome, At: moment(i.At), Text: i.Text}
		if i.Outcome == Balloted {
			tally := f.Attendance.At(i.At)
			line.Quorum = &tally
		}
		if voted, ok := f.Voted[i.Motion]; ok && i.Outcome == Balloted {
			line.Ballot = &voted
		}
		out = append(out, line)
	}
	return out
}

// lastCall is the last notice that carried the agenda.
func lastCall(notices []Notice) (Notice, bool) {
	for i := len(notices) - 1; i >= 0; i-- {
		if notices[i].Why == NoticeCall || notices[i].Why == NoticePostpone {
			return notices[i], true
		}
	}
	return Notice{}, false
}
