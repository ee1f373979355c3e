package memoryzipxml

import (
	"context"
	"encoding/xml"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Saved is when an Office document was last saved, by what it says; zero when it does not.
func (a *Archive) Saved(ctx context.Context) (time.Time, error) {
	return a.Date(ctx, "docProps/core.xml", "modified")
}

// Date reads the last date that stands in elements of a name; zero when there is none.
func (a *Archive) Date(ctx context.Context, part, element string) (time.Time, error) {
	var at time.Time
	inside := false
	err := a.Walk(ctx, part, Handler{
		Start: func(_ *Walker, e xml.StartElement) error { inside = e.Name.Local == element; return nil },
		Text: func(s string) {
			if s = strings.TrimSpace(s); inside && len(s) >= len(time.DateOnly) {
				if t, err := time.Parse(time.DateOnly, s[:len(time.DateOnly)]); err == nil {
					at = t
				}
			}
		},
		End: func(string) error { inside = false; return nil },
	})
	return at, err
}

// maxHeading is the longest paragraph, in characters, that may be a heading by its looks alone.
const maxHeading = 120

// LooksLikeHeading tells whether a paragraph that is bold from end to end can be a heading: short, with
// letters, and not a sentence.
func LooksLikeHeading(s string) bool {
	s = strings.TrimSpace(s)
	last, _ := utf8.DecodeLastRuneInString(s)
	return s != "" && utf8.RuneCountInString(s) <= maxHeading && !strings.ContainsRune(".;,:!?…", last) && strings.IndexFunc(s, unicode.IsLetter) >= 0
}
