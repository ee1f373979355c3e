package memoryhttp

import (
	"net/url"
	"strings"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
)

// narrowView is what a search is narrowed to, and what it may be narrowed to.
type narrowView struct {
	memory.Among
	Since, Until string // YYYY-MM-DD
	Sources      []choice
	Kinds        []string
	Bodies       []string
	Problem      *core.Error
}

// Open reports whether anything is narrowed: then the choices are shown.
func (n narrowView) Open() bool { return n.Among != (memory.Among{}) || n.Problem != nil }

// choice is one value of a list.
type choice struct {
	Value, Name string
	Selected    bool
}

// narrowed reads what a search is narrowed to. A date that cannot be read is told, and nothing is searched.
func narrowed(query url.Values, sources []sourceOption) narrowView {
	n := narrowView{Among: memory.Among{Source: strings.ToValidUTF8(query.Get("from"), ""), Kind: query.Get("kind"), Body: query.Get("body")},
		Since: query.Get("since"), Until: query.Get("until"), Kinds: memory.SearchKinds(), Bodies: memory.SearchBodies()}
	n.Among.Since, n.Among.Until = n.day(n.Since), n.day(n.Until)
	for _, s := range sources {
		value := s.Name + "/"
		n.Sources = append(n.Sources, choice{value, s.Name, value == n.Source})
	}
	return n
}

// day reads a date; zero for none.
func (n *narrowView) day(text string) time.Time {
	if text == "" {
		return time.Time{}
	}
	day, err := time.Parse(time.DateOnly, text)
	if err != nil {
		n.Problem = core.Wrap(err, core.Invalid, "errors.memory_among_date", nil)
	}
	return day
}
