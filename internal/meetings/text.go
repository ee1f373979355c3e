package meetings

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/core"
)

// checkLine reports what is wrong with a line that people will read: nothing invisible, nothing that reorders it.
func checkLine(field, text string, limit int) error {
	if !charter.Tidy(text) || utf8.RuneCountInString(text) > limit {
		return core.E(core.Invalid, "errors.meetings_text", core.Args{"Field": field, "Max": limit})
	}
	if r, found := charter.Strange(text); found {
		return core.E(core.Invalid, "errors.governance_characters", core.Args{"Field": field, "Character": fmt.Sprintf("U+%04X", r)})
	}
	return nil
}

// checkLines is the same for a text of several lines, which may be empty.
func checkLines(field, text string, limit int) error {
	if utf8.RuneCountInString(text) > limit || strings.TrimSpace(text) != text {
		return core.E(core.Invalid, "errors.meetings_text", core.Args{"Field": field, "Max": limit})
	}
	for line := range strings.SplitSeq(text, "\n") {
		if line == "" {
			continue
		}
		if err := checkLine(field, line, limit); err != nil {
			return err
		}
	}
	return nil
}

// maxLink bounds an address.
const maxLink = 500

// checkLink accepts nothing, or an address that a browser opens.
func checkLink(link string) error {
	if link == "" {
		return nil
	}
	u, err := url.Parse(link)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || len(link) > maxLink || strings.ContainsAny(link, " \t\r\n\"<>") {
		return core.E(core.Invalid, "errors.meetings_link", nil)
	}
	if _, found := charter.Strange(link); found {
		return core.E(core.Invalid, "errors.meetings_link", nil)
	}
	return nil
}

// canonical gives the bytes that are hashed: JSON without insignificant whitespace, fields in the order of their type.
func canonical(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, core.Wrap(err, core.Internal, "errors.internal", nil)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// open reads canonical bytes whose hash is known: core.Corrupt when they are no longer what they were.
func open[T any](text []byte, hash string) (v T, err error) {
	if charter.HashOf(text) != hash {
		return v, altered(fmt.Errorf("the bytes are not those of %s", hash))
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&v); err != nil {
		return v, altered(err)
	}
	again, err := canonical(v)
	if err == nil && !bytes.Equal(again, text) {
		err = altered(fmt.Errorf("the bytes are not canonical"))
	}
	return v, err
}

func altered(cause error) error {
	return core.Wrap(cause, core.Corrupt, "errors.meetings_altered", nil)
}
