package memoryhttp

import (
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/platform/web"
)

// sourcesView lists the sources and the kinds that can be added.
type sourcesView struct {
	web.Page
	Done    string // what was just done
	Sources []sourceRow
	Kinds   []memory.SourceKind
	Going   bool // one is being read, or soon will be: the page follows it
}

// sourceRow is one source and its last run.
type sourceRow struct {
	ID        core.ID
	Kind      memory.SourceKind
	Name      string
	Every     time.Duration
	Paused    bool
	Due       time.Time
	Run       memory.Run
	Going     bool
	Documents string // address of the list of its documents
}

func sourceRowOf(s memory.Source) sourceRow {
	row := sourceRow{ID: s.ID, Kind: s.Kind, Name: valid(s.Name), Every: s.Every, Paused: s.Paused, Due: s.Due, Run: s.Last, Going: s.Last.Going(),
		Documents: "/memory?source=" + url.QueryEscape(string(s.ID))}
	for i, p := range row.Run.Problems {
		row.Run.Problems[i].Name = valid(p.Name)
	}
	return row
}

func (p *Pages) listSources(w http.ResponseWriter, r *http.Request) error {
	list, err := p.sources.Sources(r.Context(), organisation(r))
	if err != nil {
		return err
	}
	view := sourcesView{Page: p.site.Page(r, p.site.Localizer(r).T("sourcepages.title"), web.Memory), Done: r.URL.Query().Get("done")}
	view.Scripts = []string{"memory.js"}
	for _, s := range list {
		row := sourceRowOf(s)
		view.Sources = append(view.Sources, row)
		view.Going = view.Going || row.Going
	}
	view.Going = view.Going || view.Done != ""
	for _, c := range p.sources.Connectors() {
		view.Kinds = append(view.Kinds, c.Kind())
	}
	return p.templates.Render(w, r, "sources.html", view)
}

// sourceView is the form of one source, new or known.
type sourceView struct {
	web.Page
	Kind    memory.SourceKind
	Action  string
	Known   *sourceRow // nil for a new one
	Name    string
	Fields  []fieldView
	Every   []everyOption
	Sample  *memory.Sample
	Problem *core.Error
	Done    string
}

// fieldView is one setting as it is asked for. A secret never goes back to the page.
type fieldView struct {
	memory.Field
	Value string
	Kept  bool // a secret that stays when nothing is written
}

type everyOption struct {
	Minutes  int
	Every    time.Duration
	Selected bool
}

func everyOptions(chosen time.Duration) []everyOption {
	var out []everyOption
	found := false
	for _, minutes := range []int{15, 60, 6 * 60, 24 * 60, 7 * 24 * 60, 0} {
		every := time.Duration(minutes) * time.Minute
		found = found || every == chosen
		out = append(out, everyOption{minutes, every, every == chosen})
	}
	if !found { // as a command has set it
		out = append([]everyOption{{int(chosen / time.Minute), chosen, true}}, out...)
	}
	return out
}

// fields asks for the settings of a kind, filled with what is known.
func (p *Pages) fields(kind memory.SourceKind, values map[string]string, known bool) ([]fieldView, error) {
	for _, c := range p.sources.Connectors() {
		if c.Kind() != kind {
			continue
		}
		var out []fieldView
		for _, f := range c.Fields() {
			view := fieldView{Field: f, Value: values[f.Name]}
			if f.Kind == memory.SecretField {
				view.Value, view.Kept = "", known
			}
			out = append(out, view)
		}
		return out, nil
	}
	return nil, core.E(core.NotFound, "errors.source_kind_unknown", nil)
}

func (p *Pages) newSource(w http.ResponseWriter, r *http.Request) error {
	kind := memory.SourceKind(r.URL.Query().Get("kind"))
	return p.showNew(w, r, http.StatusOK, sourceView{Kind: kind, Every: everyOptions(time.Hour)}, nil)
}

func (p *Pages) showNew(w http.ResponseWriter, r *http.Request, status int, view sourceView, values map[string]string) (err error) {
	l := p.site.Localizer(r)
	view.Page = p.site.Page(r, l.T("sourcepages.new.title", core.Args{"Kind": l.T("source.kind." + string(view.Kind))}), web.Memory)
	view.Action = "/memory/sources/new"
	view.Here = "/memory/sources/new?kind=" + url.QueryEscape(string(view.Kind))
	if view.Fields, err = p.fields(view.Kind, values, false); err != nil {
		return err
	}
	return p.templates.RenderStatus(w, r, "source.html", status, view)
}

// given reads a source from a form.
func (p *Pages) given(r *http.Request, kind memory.SourceKind) (memory.NewSource, url.Values, error) {
	form, err := web.Form(r)
	if err != nil {
		return memory.NewSource{}, nil, err
	}
	if kind == "" {
		kind = memory.SourceKind(form.Get("kind"))
	}
	fields, err := p.fields(kind, nil, false)
	if err != nil {
		return memory.NewSource{}, nil, err
	}
	minutes, err := strconv.Atoi(form.Get("every"))
	if err != nil || minutes < 0 || minutes > int(memory.MaxEvery/time.Minute) {
		return memory.NewSource{}, nil, core.E(core.Invalid, "errors.source_schedule", core.Args{"Days": int(memory.MaxEvery / (24 * time.Hour))})
	}
	n := memory.NewSource{Organisation: organisation(r), Kind: kind, Name: form.Get("name"), Given: map[string]string{}, Every: time.Duration(minutes) * time.Minute}
	for _, f := range fields {
		n.Given[f.Name] = form.Get("field-" + f.Name)
	}
	return n, form, nil
}

// addSource adds a source, or only tries it. What is wrong is told beside what was written.
func (p *Pages) addSource(w http.ResponseWriter, r *http.Request) error {
	n, form, err := p.given(r, "")
	if err != nil {
		return err
	}
	view := sourceView{Kind: n.Kind, Name: n.Name, Every: everyOptions(n.Every)}
	if form.Get("do") == "try" {
		sample, err := p.sources.Try(r.Context(), n)
		return tried(view, sample, err, func(v sourceView, status int) error { return p.showNew(w, r, status, v, n.Given) })
	}
	if _, err := p.sources.Add(r.Context(), n); err != nil {
		return tried(view, memory.Sample{}, err, func(v sourceView, status int) error { return p.showNew(w, r, status, v, n.Given) })
	}
	http.Redirect(w, r, "/memory/sources?done=added", http.StatusSeeOther)
	return nil
}

// tried shows a form again, with what a look at the source gave or what is wrong.
func tried(view sourceView, sample memory.Sample, err error, show func(sourceView, int) error) error {
	if core.Is(err, core.Internal) || core.Is(err, core.Cancelled) || core.Is(err, core.NotFound) && core.AsError(err).Key == "errors.source_unknown" {
		return err
	}
	if err != nil {
		view.Problem = core.AsError(err)
		return show(view, http.StatusUnprocessableEntity)
	}
	for i, name := range sample.Names {
		sample.Names[i] = valid(name)
	}
	view.Sample = &sample
	return show(view, http.StatusOK)
}

// known finds the source of the address.
func (p *Pages) known(r *http.Request) (memory.Source, error) {
	id, err := core.ParseID(r.PathValue("id"))
	if err != nil {
		return memory.Source{}, err
	}
	return p.sources.Source(r.Context(), organisation(r), id)
}

func (p *Pages) editSource(w http.ResponseWriter, r *http.Request) error {
	source, err := p.known(r)
	if err != nil {
		return err
	}
	view := sourceView{Every: everyOptions(source.Every), Done: r.URL.Query().Get("done")}
	return p.showKnown(w, r, http.StatusOK, view, source, source.Settings)
}

func (p *Pages) showKnown(w http.ResponseWriter, r *http.Request, status int, view sourceView, source memory.Source, values map[string]string) (err error) {
	row := sourceRowOf(source)
	view.Page = p.site.Page(r, row.Name, web.Memory)
	view.Kind, view.Known, view.Name, view.Action = source.Kind, &row, row.Name, sourceHref(source.ID)
	view.Here = view.Action
	view.Scripts = []string{"memory.js"}
	if view.Fields, err = p.fields(source.Kind, values, true); err != nil {
		return err
	}
	return p.templates.RenderStatus(w, r, "source.html", status, view)
}

func sourceHref(id core.ID) string { return "/memory/sources/" + id.String() }

func (p *Pages) changeSource(w http.ResponseWriter, r *http.Request) error {
	source, err := p.known(r)
	if err != nil {
		return err
	}
	n, form, err := p.given(r, source.Kind)
	if err != nil {
		return err
	}
	show := func(v sourceView, status int) error { return p.showKnown(w, r, status, v, source, n.Given) }
	view := sourceView{Every: everyOptions(n.Every)}
	if form.Get("do") == "try" {
		sample, err := p.sources.TryChange(r.Context(), source.ID, n)
		return tried(view, sample, err, show)
	}
	if _, err := p.sources.Change(r.Context(), source.ID, n); err != nil {
		return tried(view, memory.Sample{}, err, show)
	}
	http.Redirect(w, r, sourceHref(source.ID)+"?done=changed", http.StatusSeeOther)
	return nil
}

// orderSource carries out what a button of a source asks for.
func (p *Pages) orderSource(w http.ResponseWriter, r *http.Request) error {
	source, err := p.known(r)
	if err != nil {
		return err
	}
	ctx, of, done := r.Context(), organisation(r), r.PathValue("order")
	switch done {
	case "run":
		err = p.sources.Ask(ctx, of, source.ID, false)
	case "accept":
		err = p.sources.Ask(ctx, of, source.ID, true)
	case "pause":
		err = p.sources.Pause(ctx, of, source.ID, true)
	case "resume":
		err = p.sources.Pause(ctx, of, source.ID, false)
	case "readmit":
		err = p.sources.Readmit(ctx, of, source.ID)
	case "keep":
		err = p.sources.Remove(ctx, of, source.ID, true)
	case "erase":
		err = p.sources.Remove(ctx, of, source.ID, false)
	default:
		err = core.E(core.NotFound, "errors.source_unknown", nil)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/memory/sources?done="+done, http.StatusSeeOther)
	return nil
}

// removeView asks what becomes of a source's documents.
type removeView struct {
	web.Page
	Source sourceRow
	Count  int // of its documents
	Action string
}

func (p *Pages) confirmRemove(w http.ResponseWriter, r *http.Request) error {
	source, err := p.known(r)
	if err != nil {
		return err
	}
	page, err := p.memory.Page(r.Context(), memory.Filter{Organisation: organisation(r), Source: source.ID, Limit: 1})
	if err != nil {
		return err
	}
	view := removeView{Page: p.site.Page(r, p.site.Localizer(r).T("sourcepages.remove.title", core.Args{"Name": valid(source.Name)}), web.Memory),
		Source: sourceRowOf(source), Count: page.Total, Action: sourceHref(source.ID)}
	return p.templates.Render(w, r, "source-remove.html", view)
}
