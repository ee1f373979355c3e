package memoryhttp

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/platform/i18n"
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
	ByMeaning bool

	Total     int
	Latest    *documentRow
	Documents []documentRow
	Pager     pager

	Erased   bool
	MaxFiles int
	MaxBytes int64
	Report   *report
}

// hit is one passage found.
type hit struct {
	Title   string
	Heading string
	Page    string
	Dated   time.Time
	Newer   bool
	Href    string
	Excerpt excerpt
}

// documentRow is one line of the list.
type documentRow struct {
	Title   string
	Name    string // shown when it is not the title
	Href    string // of the newest version; "" when there is none
	Erase   string // address; "" while the document is not kept yet
	State   memory.State
	Problem *core.Error
	Dated   time.Time
	Added   time.Time
	Pages   int
	Vectors bool
	// Passages read by meaning so far, and in all; both 0 when the document is not in hand.
	Done, Passages int
}

// pager tells which documents of a long list are shown.
type pager struct {
	From, To       int
	Previous, Next string // addresses; "" when there is none
}

func (p *Pages) index(w http.ResponseWriter, r *http.Request) error {
	view, err := p.list(r)
	if err != nil {
		return err
	}
	if err := p.search(r, &view); err != nil {
		return err
	}
	view.Erased = r.URL.Query().Get("done") == "erased"
	return p.templates.Render(w, r, "memory.html", view)
}

// list prepares the page without a search.
func (p *Pages) list(r *http.Request) (indexView, error) {
	l := p.site.Localizer(r)
	view := indexView{Page: p.site.Page(r, l.T("memorypages.title"), web.Memory),
		MaxQuery: maxQuery, MaxFiles: maxFiles, MaxBytes: memory.MaxFileBytes}
	view.Scripts = []string{"upload.js"}
	documents, err := p.memory.Documents(r.Context(), organisation(r))
	if err != nil {
		return indexView{}, err
	}
	i18n.Sort(l, documents, func(d memory.Document) string { return title(d.Title, d.Name) })
	view.Total = len(documents)
	if last, ok := newest(documents); ok {
		row := rowOf(last)
		view.Latest = &row
	}
	inHand := p.inHand(organisation(r))
	from, to := view.Pager.turn(r, len(documents))
	for _, d := range documents[from:to] {
		row := rowOf(d)
		row.Done, row.Passages = inHand[d.Name].Done, inHand[d.Name].Total
		view.Documents = append(view.Documents, row)
	}
	return view, nil
}

// inHand gives the progress of the organisation's files, by name.
func (p *Pages) inHand(organisation core.ID) map[string]memory.Progress {
	out := map[string]memory.Progress{}
	for _, progress := range p.memory.Progress() {
		if progress.Organisation == organisation {
			out[progress.Name] = progress
		}
	}
	return out
}

func rowOf(d memory.Document) documentRow {
	row := documentRow{Title: title(d.Title, d.Name), Name: valid(d.Name), State: d.State,
		Problem: d.Problem, Dated: d.Dated, Added: d.Added, Pages: d.Pages, Vectors: d.Vectors}
	if d.ID != "" {
		row.Erase = eraseHref(d.ID)
	}
	if d.Version != "" {
		row.Href = versionHref(d.Version)
	}
	if row.Name == row.Title {
		row.Name = ""
	}
	return row
}

// turn chooses the documents to show from the page asked for; a page that does not exist is the nearest.
func (pg *pager) turn(r *http.Request, total int) (from, to int) {
	asked, _ := strconv.Atoi(r.URL.Query().Get("page")) // what is no number shows the first page
	last := max(1, (total+pageOf-1)/pageOf)
	page := min(max(asked, 1), last)
	from, to = (page-1)*pageOf, min(page*pageOf, total)
	pg.From, pg.To = from+1, to
	if page > 1 {
		pg.Previous = fmt.Sprintf("/memory?page=%d", page-1)
	}
	if page < last {
		pg.Next = fmt.Sprintf("/memory?page=%d", page+1)
	}
	return from, to
}

// search adds what was found, when something was searched.
func (p *Pages) search(r *http.Request, view *indexView) error {
	query := strings.TrimSpace(strings.ToValidUTF8(r.URL.Query().Get("q"), ""))
	if query == "" {
		return nil
	}
	if utf8.RuneCountInString(query) > maxQuery {
		return core.E(core.Invalid, "errors.memorypages_query_too_long", core.Args{"Max": maxQuery})
	}
	quotes, byMeaning, err := p.memory.Search(r.Context(), memory.Query{
		Organisation: organisation(r), Text: query, Limit: maxHits})
	if err != nil {
		return err
	}
	view.Query, view.Searched, view.ByMeaning = query, true, byMeaning
	words := searchWords(query)
	for _, q := range quotes {
		found := hit{Title: title(q.Title, q.Name), Heading: valid(q.Heading), Page: valid(q.Page),
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
