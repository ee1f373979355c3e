package charter

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/solidaire-coop/solidaire/internal/audit"
	"github.com/solidaire-coop/solidaire/internal/core"
)

// KindRestriction is the kind of the statements by which the log says that a restriction began, was lifted or ended.
const KindRestriction = "restriction"

// How long an emergency restriction lasts. The longest leaves time to convene those who can decide otherwise; whoever wants
// more makes a new one, under their name, or has a charter voted.
const (
	DefaultRestriction = 24 * time.Hour
	MaxRestriction     = 7 * 24 * time.Hour
	minRestriction     = time.Minute
)

// actFormat is the version tag of the canonical bytes of an act.
const actFormat = "solidaire-restriction/1"

// Bounds of an act.
const (
	maxActBytes     = 8 << 10
	maxActReason    = 500 // characters
	maxRestrictions = 10_000
)

// What an act does.
const (
	actRestrict = "restrict"
	actLift     = "lift" // before its time
	actEnd      = "end"  // its time had come
)

// act is one entry of the record of restrictions. Only members see it: the log holds a hash that binds it.
type act struct {
	Format       string    `json:"format"`
	Organisation core.ID   `json:"organisation"`
	Number       int       `json:"number"` // in the record, from 1
	Act          string    `json:"act"`
	Of           int       `json:"of,omitempty"`    // the number of the restriction that is lifted or has ended
	Scope        *Scope    `json:"scope,omitempty"` // of a restriction
	Reason       string    `json:"reason,omitempty"`
	By           core.ID   `json:"by,omitempty"`     // who did it
	Office       string    `json:"office,omitempty"` // by what right: an office, or "operator" at this machine
	Body         string    `json:"body,omitempty"`   // where the office is held
	Time         time.Time `json:"time"`
	Until        time.Time `json:"until,omitzero"`
	Salt         string    `json:"salt"` // so that the public hash tells nothing
}

func newSalt() string {
	salt := make([]byte, 32)
	rand.Read(salt) // never fails
	return hex.EncodeToString(salt)
}

func (a act) canonical() ([]byte, error) {
	if err := a.validate(); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(a); err != nil || b.Len() > maxActBytes {
		return nil, core.Wrap(err, core.Invalid, "errors.restriction_reason", core.Args{"Max": maxActReason})
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

func (a act) validate() error {
	malformed := core.E(core.Invalid, "errors.restriction_malformed", nil)
	switch {
	case a.Format != actFormat, a.Number < 1, a.Number > maxRestrictions, len(a.Salt) != 64, a.Time.IsZero():
		return malformed
	case (a.Act == actRestrict) != (a.Scope != nil), (a.Act == actRestrict) != !a.Until.IsZero(), (a.Act == actRestrict) != (a.Of == 0):
		return malformed
	case a.Act == actEnd && (a.By != "" || a.Reason != ""):
		return malformed
	case a.Act != actEnd && (a.By == "" || checkReason(a.Reason) != nil):
		return malformed
	case a.Act == actRestrict:
		if err := checkDuration(a.Until.Sub(a.Time)); err != nil {
			return err
		}
		return a.Scope.validate()
	case a.Of < 1 || a.Of >= a.Number || a.Act != actLift && a.Act != actEnd:
		return malformed
	}
	return nil
}

func checkReason(reason string) error {
	unseen := func(r rune) bool {
		return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029'
	}
	if !tidy(reason) || utf8.RuneCountInString(reason) > maxActReason || strings.ContainsFunc(reason, unseen) {
		return core.E(core.Invalid, "errors.restriction_reason", core.Args{"Max": maxActReason})
	}
	return nil
}

func checkDuration(d time.Duration) error {
	if d < minRestriction || d > MaxRestriction {
		return core.E(core.Invalid, "errors.restriction_duration", core.Args{"Days": int(MaxRestriction / (24 * time.Hour))})
	}
	return nil
}

// parseAct reads canonical bytes and no others.
func parseAct(canonical []byte) (a act, err error) {
	malformed := func(cause error) (act, error) {
		return act{}, core.Wrap(cause, core.Corrupt, "errors.restriction_malformed", nil)
	}
	if len(canonical) > maxActBytes {
		return malformed(nil)
	}
	dec := json.NewDecoder(bytes.NewReader(canonical))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&a); err != nil {
		return malformed(err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return malformed(err)
	}
	again, err := a.canonical()
	if err != nil || !bytes.Equal(again, canonical) {
		return malformed(err)
	}
	return a, nil
}

// stated is what the log says of an act: all that holds without the members' record.
type stated struct {
	number int
	chain  string
	act    string
	of     int   // of a lift or an end
	scope  Scope // of a restriction, as the log words it
	until  time.Time
	time   time.Time // to the hour
}

func restrictionSeries(organisation core.ID) string {
	return HashOf([]byte("solidaire-restrictions/1\n" + string(organisation) + "\n"))
}

// actChain binds an act and all before it.
func actChain(before string, canonical []byte) string {
	return HashOf([]byte(before + "\n" + HashOf(canonical) + "\n"))
}

func (a act) statement(before string, canonical []byte) audit.Statement {
	says := a.Act + " " + strconv.Itoa(a.Of)
	if a.Act == actRestrict {
		says = actRestrict + " " + a.Scope.public().words() + " until " + a.Until.UTC().Format(time.RFC3339)
	}
	return audit.Statement{Kind: KindRestriction, Subject: restrictionSeries(a.Organisation), Number: a.Number,
		Chain: actChain(before, canonical), Time: a.Time, Says: says}
}

// readStated reads a statement's words.
func readStated(s audit.Statement) (stated, error) {
	said := stated{number: s.Number, chain: s.Chain, time: s.Time}
	words := strings.Fields(s.Says)
	bad := func(cause error) (stated, error) {
		return stated{}, core.Wrap(cause, core.Corrupt, "errors.restriction_log", core.Args{"Number": s.Number})
	}
	if len(words) < 2 {
		return bad(fmt.Errorf("%q", s.Says))
	}
	said.act = words[0]
	var err error
	switch said.act {
	case actRestrict:
		at := slices.Index(words, "until")
		if at < 2 || at != len(words)-2 {
			return bad(fmt.Errorf("%q", s.Says))
		}
		if said.scope, err = parseScope(words[1:at]); err == nil {
			said.until, err = time.Parse(time.RFC3339, words[at+1])
		}
	case actLift, actEnd:
		said.of, err = strconv.Atoi(words[1])
	default:
		err = fmt.Errorf("%q", s.Says)
	}
	if err != nil {
		return bad(err)
	}
	return said, nil
}

// Restriction is an emergency restriction as members see it.
type Restriction struct {
	Number int
	Chain  string // what the log calls it; the receipts of its refusals cite it
	Scope  Scope
	Reason string
	By     core.ID
	Who    string // their name
	Office string
	Body   string
	Began  time.Time
	Until  time.Time

	Lifted    time.Time // zero: not before its time
	LiftedBy  core.ID
	LiftedWho string
	LiftedWhy string
	Ended     bool // its time has come
	// Lost: the members' record of it is missing or was altered. What the log says of it is obeyed, which is as strict or
	// stricter.
	Lost bool
}

// Over reports whether it refuses nothing any more.
func (r Restriction) Over() bool { return r.Ended || !r.Lifted.IsZero() }
