package governance

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/core"
)

// The bounds of canonical bytes.
const (
	maxRules       = 256 << 10
	maxProposal    = 64 << 10
	maxBallot      = 64 << 10
	maxVote        = 16 << 10
	maxCertificate = 1 << 20
)

// encode gives the canonical bytes of a value. What is encoded has been validated.
func encode(v any, format string, limit int) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, malformed(format, err)
	}
	if b.Len() > limit+1 {
		return nil, core.E(core.TooLarge, "errors.governance_too_large", core.Args{"Format": format, "Max": limit})
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// parse reads canonical bytes and no others: what it accepts encodes to the same bytes, so that two texts
// that mean the same have the same hash.
func parse[T any](text []byte, format string, limit int, canonical func(T) ([]byte, error)) (T, error) {
	var v, none T
	if len(text) > limit {
		return none, core.E(core.TooLarge, "errors.governance_too_large", core.Args{"Format": format, "Max": limit})
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&v); err != nil {
		return none, malformed(format, err)
	}
	if _, err := d.Token(); err != io.EOF {
		return none, malformed(format, fmt.Errorf("bytes after the end"))
	}
	again, err := canonical(v)
	if err != nil {
		return none, err
	}
	if !bytes.Equal(again, text) {
		return none, malformed(format, fmt.Errorf("not canonical"))
	}
	return v, nil
}

func malformed(format string, cause error) error {
	return core.Wrap(cause, core.Invalid, "errors.governance_malformed", core.Args{"Format": format})
}

// checkText reports what is wrong with a text that members will read.
func checkText(field, text string, limit int) error {
	if !charter.Tidy(text) || utf8.RuneCountInString(text) > limit {
		return core.E(core.Invalid, "errors.governance_text", core.Args{"Field": field, "Max": limit})
	}
	if r, found := charter.Strange(text); found {
		return core.E(core.Invalid, "errors.governance_characters", core.Args{"Field": field, "Character": fmt.Sprintf("U+%04X", r)})
	}
	return nil
}

// checkBoth is the same in both languages.
func checkBoth(field string, text core.Text, limit int) error {
	if err := checkText(field+".fr", text.FR, limit); err != nil {
		return err
	}
	return checkText(field+".en", text.EN, limit)
}

// validKey accepts what a body, a class or a set of rules is called.
func validKey(key string) bool {
	if key == "" || len(key) > 40 {
		return false
	}
	for _, c := range []byte(key) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '.' {
			return false
		}
	}
	return true
}
