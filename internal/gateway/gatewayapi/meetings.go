package gatewayapi

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayopenai"
	"github.com/solidaire-coop/solidaire/internal/governance"
	"github.com/solidaire-coop/solidaire/internal/meetings"
)

// MeetingRoom is what the surface needs of the room where bodies meet; meetings.Service satisfies it.
type MeetingRoom interface {
	Meetings(ctx context.Context, a core.Actor) ([]meetings.Meeting, error)
	Show(ctx context.Context, a core.Actor, id core.ID) (meetings.Detail, error)
	Minutes(ctx context.Context, a core.Actor, id core.ID) (meetings.Minutes, meetings.Kept, error)
}

// MinutesText writes minutes as a text in a language; hash is "" before they are approved.
type MinutesText func(lang core.Lang, m meetings.Minutes, hash string) string

// Meetings shows programs how bodies meet. Programs read: people convene, sign and approve.
type Meetings struct {
	room   MeetingRoom
	text   MinutesText
	keys   gatewayopenai.Authenticator
	errors *gatewayopenai.ErrorWriter
}

// NewMeetings makes it.
func NewMeetings(room MeetingRoom, text MinutesText, keys gatewayopenai.Authenticator, errors *gatewayopenai.ErrorWriter) *Meetings {
	return &Meetings{room: room, text: text, keys: keys, errors: errors}
}

// Routes adds it to mux.
func (s *Meetings) Routes(mux *http.ServeMux) {
	mux.Handle("GET /api/meetings", as(s.errors, s.keys, core.RoleMember, s.list))
	mux.Handle("GET /api/meetings/{id}", as(s.errors, s.keys, core.RoleMember, s.show))
	mux.Handle("GET /api/meetings/{id}/minutes", as(s.errors, s.keys, core.RoleMember, s.minutes))
}

// Meeting is one line of the list.
type Meeting struct {
	ID      core.ID                `json:"id"`
	Title   core.Text              `json:"title"`
	Body    string                 `json:"body"`
	Kind    governance.MeetingKind `json:"kind"`
	State   meetings.State         `json:"state"`
	Starts  time.Time              `json:"starts"`
	Minutes int                    `json:"minutes"` // planned
	Place   string                 `json:"place,omitempty"`
	Link    string                 `json:"link,omitempty"`
}

// MeetingDetail is one meeting, as far as it went.
type MeetingDetail struct {
	Meeting
	Items      []MeetingItem   `json:"items"`
	Notices    []MeetingNotice `json:"notices"`
	Rules      string          `json:"rules"` // SHA-256 of the set that is followed, hex
	NoticeDays int             `json:"notice_days"`
	Quorum     meetings.Tally  `json:"quorum"` // now, or at the end
	Opened     *time.Time      `json:"opened,omitempty"`
	Ended      *time.Time      `json:"ended,omitempty"`
	Hash       string          `json:"minutes_hash,omitempty"` // of the approved minutes, hex
}

// MeetingItem is one point of the agenda.
type MeetingItem struct {
	Kind    meetings.ItemKind `json:"kind"`
	Title   core.Text         `json:"title"`
	Minutes int               `json:"minutes,omitempty"`
	Motion  core.ID           `json:"proposal,omitempty"`
	Outcome meetings.Outcome  `json:"outcome,omitempty"`
}

// MeetingNotice is one notice that was sent.
type MeetingNotice struct {
	Number int                 `json:"number"`
	Why    meetings.NoticeKind `json:"why"`
	Sent   time.Time           `json:"sent"`
	Hash   string              `json:"hash"`
}

// MeetingMinutes are the minutes, as they stand or as they were approved.
type MeetingMinutes struct {
	Hash      string          `json:"hash,omitempty"` // SHA-256 of Canonical, once approved, hex
	Stated    bool            `json:"stated"`         // the log holds the hash
	Document  json.RawMessage `json:"document"`
	Canonical []byte          `json:"canonical"` // the very bytes of Document, base64
	Text      string          `json:"text"`      // the same as Markdown, in the language of ?lang=
}

func (s *Meetings) list(w http.ResponseWriter, r *http.Request, actor core.Actor) error {
	all, err := s.room.Meetings(r.Context(), actor)
	if err != nil {
		return err
	}
	lines := make([]Meeting, len(all))
	for i, m := range all {
		lines[i] = meetingLine(m)
	}
	return writeJSON(w, lines)
}

func meetingLine(m meetings.Meeting) Meeting {
	return Meeting{ID: m.ID, Title: m.Title, Body: m.Body, Kind: m.Kind, State: m.State, Starts: m.Starts, Minutes: m.Length, Place: m.Place, Link: m.Link}
}

func (s *Meetings) show(w http.ResponseWriter, r *http.Request, actor core.Actor) error {
	id, err := core.ParseID(r.PathValue("id"))
	if err != nil {
		return core.E(core.NotFound, "errors.meetings_unknown", nil)
	}
	d, err := s.room.Show(r.Context(), actor, id)
	if err != nil {
		return err
	}
	m := d.Meeting
	answer := MeetingDetail{Meeting: meetingLine(m), Items: []MeetingItem{}, Notices: []MeetingNotice{}, Rules: d.Ruled.Hash, NoticeDays: d.Ruled.Rule.NoticeDays,
		Quorum: d.Tally, Opened: whenSet(m.Opened), Ended: whenSet(m.Ended), Hash: m.Minutes}
	for _, i := range m.Items {
		answer.Items = append(answer.Items, MeetingItem{Kind: i.Kind, Title: i.Title, Minutes: i.Length, Motion: i.Motion, Outcome: i.Outcome})
	}
	for _, n := range d.Told {
		_, hash, err := n.Canonical()
		if err != nil {
			return err
		}
		answer.Notices = append(answer.Notices, MeetingNotice{Number: n.Number, Why: n.Why, Sent: n.Sent, Hash: hash})
	}
	return writeJSON(w, answer)
}

func whenSet(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func (s *Meetings) minutes(w http.ResponseWriter, r *http.Request, actor core.Actor) error {
	id, err := core.ParseID(r.PathValue("id"))
	if err != nil {
		return core.E(core.NotFound, "errors.meetings_unknown", nil)
	}
	m, kept, err := s.room.Minutes(r.Context(), actor, id)
	if err != nil {
		return err
	}
	document := kept.Bytes
	if document == nil {
		if document, _, err = m.Canonical(); err != nil {
			return err
		}
	}
	return writeJSON(w, MeetingMinutes{Hash: kept.Hash, Stated: kept.Stated, Document: document, Canonical: document, Text: s.text(core.Lang(r.URL.Query().Get("lang")), m, kept.Hash)})
}
