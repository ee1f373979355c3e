package memory

import (
	"context"
	"slices"
	"strings"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// SearchKinds lists the kinds of files that a search may be narrowed to.
func SearchKinds() []string { return []string{"pdf", "text", "word", "sheet", "slides", "mail", "web"} }

// SearchBodies lists the bodies that a search may be narrowed to.
func SearchBodies() []string { return []string{"assembly", "board", "committee"} }

// narrows tells whether anything is asked of the documents.
func (a Among) narrows() bool { return a != Among{} }

// check refuses a kind or a body that does not exist, rather than finding nothing.
func (a Among) check() error {
	if a.Kind != "" && !slices.Contains(SearchKinds(), a.Kind) {
		return core.E(core.Invalid, "errors.memory_among_kind", core.Args{"Known": strings.Join(SearchKinds(), ", ")})
	}
	if a.Body != "" && !slices.Contains(SearchBodies(), a.Body) {
		return core.E(core.Invalid, "errors.memory_among_body", core.Args{"Known": strings.Join(SearchBodies(), ", ")})
	}
	return nil
}

// takes tells whether an edition is among them.
func (a Among) takes(e Edition) bool {
	switch {
	case a.Source != "" && a.Source != e.Source && !strings.HasPrefix(e.Name, a.Source):
		return false
	case a.Kind != "" && a.Kind != kindOfMedia(e.Media):
		return false
	case a.Body != "" && a.Body != bodyOf(e):
		return false
	case !a.Since.IsZero() && e.from().Before(a.Since):
		return false
	case !a.Until.IsZero() && e.from().After(a.Until.AddDate(0, 0, 1).Add(-1)):
		return false
	}
	return true
}

// kindOfMedia puts a media type among what people call files.
func kindOfMedia(media string) string {
	has := func(parts ...string) bool {
		for _, p := range parts {
			if strings.Contains(media, p) {
				return true
			}
		}
		return false
	}
	switch {
	case has("pdf"):
		return "pdf"
	case has("spreadsheet", "csv", "excel", "sheet"):
		return "sheet"
	case has("presentation", "powerpoint"):
		return "slides"
	case has("rfc822", "mbox", "outlook", "mail"):
		return "mail"
	case has("word", "opendocument.text", "rtf"):
		return "word"
	case has("html"):
		return "web"
	}
	return "text"
}

// bodyOf tells the body that a document comes from, by what it is called; "" when its name does not say.
func bodyOf(e Edition) string {
	for _, t := range tokens(e.Name + " " + e.Title) {
		switch t.word {
		case "assemblee", "ag", "aga", "ago", "age", "agm", "assembly":
			return "assembly"
		case "comite", "committee", "commission":
			return "committee"
		case "ca", "conseil", "board", "rca":
			return "board"
		}
	}
	return ""
}

// within gives the documents among which a search looks; nil when it looks among all.
func (s *Service) within(ctx context.Context, q Query) ([]core.ID, error) {
	if !q.Among.narrows() {
		return nil, nil
	}
	if err := q.Among.check(); err != nil {
		return nil, err
	}
	times, err := s.calendar(ctx, q.Organisation)
	if err != nil {
		return nil, err
	}
	out := []core.ID{}
	for _, e := range times.editions {
		if e.Newest && q.Among.takes(e) {
			out = append(out, e.Document)
		}
	}
	return out, nil
}
