package governance

import (
	"context"
	"io"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/members"
)

// Elsewhere is what a file says of an election that was held with another program, such as Belenios.
type Elsewhere struct {
	Program     string    `json:"program"` // "belenios"
	ID          string    `json:"id"`      // as that program names it
	Name        string    `json:"name"`
	Description string    `json:"description,omitempty"`
	Fingerprint string    `json:"fingerprint"` // of the election, as that program shows it to voters
	Head        string    `json:"head"`        // SHA-256 of the last event, hex: it binds all before it
	File        string    `json:"file"`        // SHA-256 of the whole file, hex
	Began       time.Time `json:"began"`
	Events      int       `json:"events"`
	Ballots     int       `json:"ballots"` // cast, those that replace another included
	Counted     int       `json:"counted"`
	Weight      int64     `json:"weight"` // of what was counted; the same as Counted where every voice weighs one
	Questions   []Asked   `json:"questions"`
}

// Asked is one question of such an election with what came of it.
type Asked struct {
	Question string   `json:"question"`
	Answers  []string `json:"answers"`
	// Totals are the voices of each answer; nil where the method has no totals, and the program's own count must be read.
	Totals []int64 `json:"totals,omitempty"`
	Blank  *int64  `json:"blank,omitempty"` // blank voices, where they were possible
}

// BlankVotes are the blank voices, 0 where none were possible.
func (a Asked) BlankVotes() int64 {
	if a.Blank == nil {
		return 0
	}
	return *a.Blank
}

// Election is an election held elsewhere, as it was brought in. It names nobody for anything: mandates are entered by those who may,
// or by a decision of the members.
type Election struct {
	ID       core.ID   `json:"id"`
	Motion   core.ID   `json:"motion,omitempty"` // the proposal that it carries out; "" none
	Imported time.Time `json:"imported"`
	By       core.ID   `json:"by"`
	Elsewhere
}

// ElectionStore keeps them.
type ElectionStore interface {
	// AddElection adds one; core.Conflict when the same file was brought in before.
	AddElection(ctx context.Context, organisation core.ID, e Election) error
	// Elections lists them, the newest first.
	Elections(ctx context.Context, organisation core.ID) ([]Election, error)
}

// Elections brings in the results of elections held elsewhere.
//
// It promises: only who keeps the register brings one in; what is kept is what the file says, checked as far as its reader says and
// no further; nothing follows from it by itself.
type Elections struct {
	Store  ElectionStore
	Powers members.Powers
	Motion func(ctx context.Context, a core.Actor, id core.ID) (Motion, error)
	Read   func(r io.Reader) (Elsewhere, error)
	Clock  core.Clock
}

// May reports whether the actor may bring one in.
func (s Elections) May(ctx context.Context, a core.Actor) (bool, error) {
	keeping, err := s.Powers.Keeping(ctx, a)
	return keeping.May, err
}

// Import reads a file and keeps what it says; the same file only once.
func (s Elections) Import(ctx context.Context, a core.Actor, motion core.ID, file io.Reader) (Election, error) {
	may, err := s.May(ctx, a)
	if err != nil {
		return Election{}, err
	}
	if !may {
		return Election{}, core.E(core.Forbidden, "errors.election_right", nil)
	}
	if motion != "" {
		m, err := s.Motion(ctx, a, motion)
		if err != nil {
			return Election{}, err
		}
		motion = m.ID
	}
	said, err := s.Read(file)
	if err != nil {
		return Election{}, err
	}
	now := s.Clock.Now().UTC().Truncate(time.Millisecond)
	e := Election{ID: core.NewID(now), Motion: motion, Imported: now, By: a.Person, Elsewhere: said}
	return e, s.Store.AddElection(ctx, a.Organisation, e)
}

// List lists them, the newest first.
func (s Elections) List(ctx context.Context, a core.Actor) ([]Election, error) {
	return s.Store.Elections(ctx, a.Organisation)
}

// PlainLine reports whether a text of another program can be shown on a line as it is: bounded, visible, and in the order of its bytes.
func PlainLine(text string, most int) bool {
	unseen := func(r rune) bool {
		return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029' || r == utf8.RuneError
	}
	return utf8.ValidString(text) && utf8.RuneCountInString(text) <= most && !strings.ContainsFunc(text, unseen)
}
