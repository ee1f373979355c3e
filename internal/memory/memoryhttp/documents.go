package memoryhttp

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/platform/web"
)

// documentRow is one line of the list.
type documentRow struct {
	Title   string
	Name    string // shown when it is not the title
	Href    string // of the newest version; "" when there is none
	Erase   string // address
	State   memory.State
	Problem *core.Error
	Notice  *core.Error // what of it could not be read
	Dated   time.Time
	Pages   int
	Vectors bool
	Source  string  // where it comes from; "" for a file that somebody added
	Talk    bool    // a conversation that a member saved
	Retry   core.ID // to try it again; "" when it cannot be
	// Passages that can be found by meaning so far, and in all.
	Embedded, Passages int
}

// filterView is what the list is narrowed to.
type filterView struct {
	Text    string
	State   memory.State
	Source  core.ID
	Noticed bool // only documents of which something could not be read
	Sources []sourceOption
}

// Any reports whether the list is narrowed at all.
func (f filterView) Any() bool { return f.Text != "" || f.State != "" || f.Source != "" || f.Noticed }

type sourceOption struct {
	ID       core.ID
	Name     string
	Selected bool
}

// stateLink narrows the list to a state.
type stateLink struct {
	State   memory.State // "" for all
	Count   int
	Href    string
	Current bool
}

// pager tells which documents of a long list are shown.
type pager struct {
	From, To       int
	Previous, Next string // addresses; "" when there is none
}

// list prepares the page without a search.
func (p *Pages) list(r *http.Request) (indexView, error) {
	ctx, of := r.Context(), organisation(r)
	view := indexView{Page: p.site.Page(r, p.site.Localizer(r).T("memorypages.title"), web.Memory),
		MaxQuery: maxQuery, MaxFiles: maxFiles, MaxBytes: memory.MaxFileBytes, MaxArchive: memory.MaxArchiveBytes}
	view.Scripts = []string{"upload.js", "memory.js"}
	var err error
	if view.Status, err = p.memory.Status(ctx, of); err != nil {
		return indexView{}, err
	}
	for _, n := range view.Status.States {
		view.Total += n
	}
	if view.Filter, err = p.filter(r); err != nil {
		return indexView{}, err
	}
	asked, _ := strconv.Atoi(r.URL.Query().Get("page")) // what is no number shows the first page
	f := memory.Filter{Organisation: of, Text: view.Filter.Text, State: view.Filter.State, Source: view.Filter.Source, Noticed: view.Filter.Noticed,
		Offset: (min(max(asked, 1), maxPage) - 1) * pageOf, Limit: pageOf}
	page, err := p.memory.Page(ctx, f)
	if err == nil && len(page.Entries) == 0 && page.Total > 0 { // a page that does not exist is the last one
		f.Offset = (page.Total - 1) / pageOf * pageOf
		page, err = p.memory.Page(ctx, f)
	}
	if err != nil {
		return indexView{}, err
	}
	view.Found = page.Total
	for _, e := range page.Entries {
		view.Documents = append(view.Documents, rowOf(e))
	}
	view.Pager = turn(r, f.Offset, page.Total)
	view.States = stateLinks(r, view.Status, view.Filter.State)
	return view, nil
}

// maxPage keeps an address from asking for what no memory holds.
const maxPage = 100_000

// filter reads what the list is narrowed to.
func (p *Pages) filter(r *http.Request) (filterView, error) {
	q := r.URL.Query()
	f := filterView{Text: strings.TrimSpace(strings.ToValidUTF8(q.Get("name"), "")), Source: core.ID(q.Get("source")), Noticed: q.Get("noticed") != ""}
	if utf8.RuneCountInString(f.Text) > maxQuery {
		return f, core.E(core.Invalid, "errors.memorypages_query_too_long", core.Args{"Max": maxQuery})
	}
	switch state := memory.State(q.Get("state")); state {
	case memory.Waiting, memory.Indexed, memory.Failed:
		f.State = state
	}
	sources, err := p.sources.Sources(r.Context(), organisation(r))
	for _, s := range sources {
		f.Sources = append(f.Sources, sourceOption{s.ID, s.Name, s.ID == f.Source})
	}
	return f, err
}

func rowOf(e memory.Entry) documentRow {
	row := documentRow{Title: title(e.Title, e.Name), Name: valid(e.Name), State: e.State, Problem: e.Problem, Notice: e.Notice, Dated: e.Dated,
		Pages: e.Pages, Vectors: e.Vectors, Source: valid(e.From), Erase: eraseHref(e.ID), Embedded: e.Embedded, Passages: e.Passages}
	if e.Version != "" {
		row.Href = versionHref(e.Version)
	}
	row.Talk = e.Kind == memory.Conversations
	if row.Name == row.Title {
		row.Name = ""
	}
	if e.State == memory.Failed && (e.Kept || e.Kind != memory.Files) {
		row.Retry = e.ID
	}
	return row
}

// with is the list's address with one part of its query changed, from the first page on.
func with(r *http.Request, name, value string) string {
	q := url.Values{}
	for _, key := range []string{"name", "state", "source", "noticed"} {
		if v := r.URL.Query().Get(key); v != "" {
			q.Set(key, v)
		}
	}
	q.Del(name)
	if value != "" {
		q.Set(name, value)
	}
	if len(q) == 0 {
		return "/memory"
	}
	return "/memory?" + q.Encode()
}

// turn tells where in the list the page is.
func turn(r *http.Request, offset, total int) pager {
	page, last := offset/pageOf+1, max(1, (total+pageOf-1)/pageOf)
	pg := pager{From: offset + 1, To: min(offset+pageOf, total)}
	if page > 1 {
		pg.Previous = with(r, "page", strconv.Itoa(page-1))
	}
	if page < last {
		pg.Next = with(r, "page", strconv.Itoa(page+1))
	}
	return pg
}

func stateLinks(r *http.Request, s memory.Status, current memory.State) []stateLink {
	total := 0
	for _, n := range s.States {
		total += n
	}
	links := []stateLink{{Count: total, Href: with(r, "state", ""), Current: current == ""}}
	for _, state := range []memory.State{memory.Indexed, memory.Waiting, memory.Failed} {
		n := s.States[state]
		if state == memory.Waiting {
			n += s.States[memory.Reading]
		}
		if n > 0 || state == current {
			links = append(links, stateLink{state, n, with(r, "state", string(state)), state == current})
		}
	}
	return links
}

// retry makes failed documents wait again: one, or all.
func (p *Pages) retry(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	id := core.ID("")
	if text := form.Get("document"); text != "" {
		if id, err = core.ParseID(text); err != nil {
			return err
		}
	}
	if _, err := p.sources.Retry(r.Context(), organisation(r), id); err != nil {
		return err
	}
	http.Redirect(w, r, "/memory?done=retried", http.StatusSeeOther)
	return nil
}
