package memoryhttp

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/platform/web"
)

const (
	maxQuery = 500 // characters of a search
	maxHits  = 10
	pageOf   = 100 // documents
	maxFiles = 50  // in one upload
)

// indexView is the first page: search, what was found, the documents, and adding some.
type indexView struct {
	web.Page
	Query     string
	MaxQuery  int
	Searched  bool
	Hits      []hit
	Narrow    narrowView
	ByMeaning bool
	Declines  bool // the reader wants no model to read for them

	Status    memory.Status
	Total     int // documents of the memory
	Found     int // of them, those of the filter
	Filter    filterView
	States    []stateLink
	Documents []documentRow
	Pager     pager

	Done                 string // what was just done: "erased", "retried"
	MaxFiles             int
	MaxBytes, MaxArchive int64
	Report               *report
}

// Left counts the documents that wait to be read.
func (v indexView) Left() int {
	return v.Status.States[memory.Waiting] + v.Status.States[memory.Reading]
}

// VectorsLeft reports whether passages wait for their vectors.
func (v indexView) VectorsLeft() bool { return v.Status.Model != "" && !v.Status.VectorsComplete() }

// Working reports whether the page will soon be another.
func (v indexView) Working() bool { return v.Left() > 0 || v.VectorsLeft() }

// hit is one passage found.
type hit struct {
	Title   string
	Heading string
	Sheet   bool // Heading names a sheet
	Page    string
	Slide   bool // Page is the number of a slide
	Dated   time.Time
	Newer   bool
	Href    string
	Excerpt excerpt
}

func (p *Pages) index(w http.ResponseWriter, r *http.Request) error {
	view, err := p.list(r)
	if err != nil {
		return err
	}
	if err := p.search(r, &view); err != nil {
		return err
	}
	view.Done = r.URL.Query().Get("done")
	return p.templates.Render(w, r, "memory.html", view)
}

// search adds what was found, when something was searched.
func (p *Pages) search(r *http.Request, view *indexView) error {
	view.Narrow = narrowed(r.URL.Query(), view.Filter.Sources)
	query := strings.TrimSpace(strings.ToValidUTF8(r.URL.Query().Get("q"), ""))
	if query == "" {
		return nil
	}
	if utf8.RuneCountInString(query) > maxQuery {
		return core.E(core.Invalid, "errors.memorypages_query_too_long", core.Args{"Max": maxQuery})
	}
	if view.Query = query; view.Narrow.Problem != nil {
		return nil
	}
	reader, _ := web.ActorFrom(r.Context())
	view.Declines = reader.DeclinesAI
	quotes, byMeaning, err := p.memory.Search(r.Context(), memory.Query{
		Organisation: organisation(r), Text: query, Limit: maxHits, ByWords: view.Declines, Among: view.Narrow.Among})
	if core.Is(err, core.Invalid) { // a kind or a body that does not exist
		view.Narrow.Problem = core.AsError(err)
		return nil
	}
	if err != nil {
		return err
	}
	view.Searched, view.ByMeaning = true, byMeaning
	words := searchWords(query)
	for _, q := range quotes {
		found := hit{Title: title(q.Title, q.Name), Heading: valid(q.Heading), Sheet: q.Sheet(), Page: valid(q.Page), Slide: q.Slide,
			Dated: q.Dated, Newer: q.Newer, Href: quoteHref(q), Excerpt: excerptOf(q, words)}
		if found.Heading == found.Title {
			found.Heading = ""
		}
		view.Hits = append(view.Hits, found)
	}
	return nil
}

func versionHref(hash string) string { return "/memory/versions/" + url.PathEscape(hash) }

// quoteHref leads to the exact range in the reader.
func quoteHref(q memory.Quote) string {
	return fmt.Sprintf("%s?start=%d&end=%d#q", versionHref(q.Version), q.Start, q.End)
}
