package gatewayapi

import (
	"context"
	"net/http"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayopenai"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/platform/i18n"
)

// maxName bounds a document's name.
const maxName = 1024

// finishPatience bounds how long one request waits for a document; the caller asks again.
const finishPatience = 25 * time.Second

// Library is the part of the surface that fills the memory: documents as they arrive, their states, and the
// sources that they come from.
type Library struct {
	memory  *memory.Intake
	sources *memory.Sources
	keys    gatewayopenai.Authenticator
	errors  *gatewayopenai.ErrorWriter
	bundle  *i18n.Bundle
}

// NewLibrary makes it.
func NewLibrary(m *memory.Intake, sources *memory.Sources, keys gatewayopenai.Authenticator, errors *gatewayopenai.ErrorWriter, bundle *i18n.Bundle) *Library {
	return &Library{memory: m, sources: sources, keys: keys, errors: errors, bundle: bundle}
}

// Routes adds the surface to mux.
func (l *Library) Routes(mux *http.ServeMux) {
	for route, h := range map[string]struct {
		role core.Role
		handler
	}{
		"POST /api/memory/documents":        {core.RoleOperator, l.addDocument},
		"GET /api/memory/documents":         {core.RoleMember, l.listDocuments},
		"GET /api/memory/documents/{id}":    {core.RoleMember, l.showDocument},
		"DELETE /api/memory/documents/{id}": {core.RoleOperator, l.removeDocument},
		"POST /api/memory/archives":         {core.RoleOperator, l.addArchive},
		"POST /api/memory/retry":            {core.RoleOperator, l.retry},
		"GET /api/memory/status":            {core.RoleMember, l.status},

		"GET /api/memory/sources":               {core.RoleOperator, l.listSources},
		"GET /api/memory/sources/kinds":         {core.RoleOperator, l.sourceKinds},
		"POST /api/memory/sources":              {core.RoleOperator, l.addSource},
		"POST /api/memory/sources/try":          {core.RoleOperator, l.trySource},
		"PUT /api/memory/sources/{id}":          {core.RoleOperator, l.changeSource},
		"DELETE /api/memory/sources/{id}":       {core.RoleOperator, l.removeSource},
		"POST /api/memory/sources/{id}/{order}": {core.RoleOperator, l.orderSource},
	} {
		mux.Handle(route, as(l.errors, l.keys, h.role, h.handler))
	}
}

// Report is the JSON of one document's arrival.
type Report struct {
	Name      string       `json:"name"`
	Document  core.ID      `json:"document,omitempty"`
	Version   string       `json:"version,omitempty"`
	State     memory.State `json:"state"`
	Unchanged bool         `json:"unchanged"`
	Problem   *Problem     `json:"problem,omitempty"`
}

// Problem is a failure in the reader's language.
type Problem struct {
	Message string `json:"message"`
	Next    string `json:"next"`
}

// Document is the JSON of one document.
type Document struct {
	ID       core.ID           `json:"id"`
	Name     string            `json:"name"`
	Title    string            `json:"title"`
	State    memory.State      `json:"state"`
	Version  string            `json:"version,omitempty"`
	Dated    string            `json:"dated,omitempty"` // YYYY-MM-DD
	Added    time.Time         `json:"added"`
	Pages    int               `json:"pages,omitempty"`
	Passages int               `json:"passages"`
	Embedded int               `json:"embedded"` // passages that can be found by their meaning
	Vectors  bool              `json:"vectors"`  // all of them
	Kind     memory.SourceKind `json:"kind"`     // of the source
	Source   string            `json:"source,omitempty"`
	Problem  *Problem          `json:"problem,omitempty"`
	Notice   *Problem          `json:"notice,omitempty"` // what of it could not be read
}

// Archive is the JSON of an archive's arrival.
type Archive struct {
	Files   []Report `json:"files"`
	LeftOut int      `json:"left_out"`
	Problem *Problem `json:"problem,omitempty"`
}

// Status is the JSON of what the memory is doing.
type Status struct {
	Documents       int                  `json:"documents"`
	States          map[memory.State]int `json:"states"`
	Passages        int                  `json:"passages"`
	Embedded        int                  `json:"embedded"`
	VectorsComplete bool                 `json:"vectors_complete"`
	Model           string               `json:"model,omitempty"`
	Vectors         *Problem             `json:"vectors_problem,omitempty"`
	Blocked         *Problem             `json:"blocked,omitempty"`
	Reading         []string             `json:"reading"`
	Failed          []Document           `json:"failed"`
	Noticed         []Document           `json:"noticed"` // of which something could not be read
	NoticedCount    int                  `json:"noticed_count"`
	Sources         []Source             `json:"sources,omitempty"`
}

// maxShownFailures bounds the failures of a status; the list of documents has them all.
const maxShownFailures = 100

func (l *Library) addDocument(w http.ResponseWriter, r *http.Request, actor core.Actor) error {
	name, err := nameOf(r)
	if err != nil {
		return err
	}
	modified := time.Time{}
	if ms, err := strconv.ParseInt(r.URL.Query().Get("modified"), 10, 64); err == nil {
		modified = time.UnixMilli(ms).UTC()
	}
	add := l.memory.Add
	if r.URL.Query().Get("wait") == "false" {
		add = l.memory.Offer
	}
	body := http.MaxBytesReader(w, r.Body, memory.MaxFileBytes+1) // the memory itself says when it is too large
	report, err := add(r.Context(), actor.Organisation, name, modified, body)
	if err != nil {
		return err
	}
	return writeJSON(w, l.report(r, report))
}

func nameOf(r *http.Request) (string, error) {
	name := r.URL.Query().Get("name")
	if name == "" || len(name) > maxName || !utf8.ValidString(name) {
		return "", core.E(core.Invalid, "errors.document_name", nil)
	}
	return name, nil
}

func (l *Library) report(r *http.Request, report memory.Report) Report {
	return Report{Name: report.Name, Document: report.Document, Version: report.Version, State: report.State,
		Unchanged: report.Unchanged, Problem: l.problem(r, report.Problem)}
}

func (l *Library) addArchive(w http.ResponseWriter, r *http.Request, actor core.Actor) error {
	name, err := nameOf(r)
	if err != nil {
		return err
	}
	if !memory.IsArchive(name) {
		return core.E(core.Invalid, "errors.memory_archive_kind", nil)
	}
	body := http.MaxBytesReader(w, r.Body, memory.MaxArchiveBytes+1)
	report, err := l.memory.OfferArchive(r.Context(), actor.Organisation, name, body)
	if err != nil {
		return err
	}
	out := Archive{Files: make([]Report, len(report.Files)), LeftOut: report.LeftOut, Problem: l.problem(r, report.Problem)}
	for i, f := range report.Files {
		out.Files[i] = l.report(r, f)
	}
	return writeJSON(w, out)
}

func (l *Library) listDocuments(w http.ResponseWriter, r *http.Request, actor core.Actor) error {
	q := r.URL.Query()
	offset, _ := strconv.Atoi(q.Get("offset")) // what is no number begins at the first
	limit, _ := strconv.Atoi(q.Get("limit"))
	page, err := l.memory.Page(r.Context(), memory.Filter{Organisation: actor.Organisation, Name: q.Get("name"), Text: q.Get("q"),
		State: memory.State(q.Get("state")), Source: core.ID(q.Get("source")), Offset: max(0, offset), Limit: limit})
	if err != nil {
		return err
	}
	w.Header().Set("X-Total-Count", strconv.Itoa(page.Total))
	return writeJSON(w, l.documents(r, page.Entries))
}

func (l *Library) documents(r *http.Request, entries []memory.Entry) []Document {
	list := make([]Document, len(entries))
	for i, d := range entries {
		list[i] = l.document(r, d)
	}
	return list
}

func (l *Library) document(r *http.Request, d memory.Entry) Document {
	out := Document{ID: d.ID, Name: d.Name, Title: d.Title, State: d.State, Version: d.Version, Added: d.Added, Pages: d.Pages,
		Passages: d.Passages, Embedded: d.Embedded, Vectors: d.Vectors, Kind: d.Kind, Source: d.From, Problem: l.problem(r, d.Problem), Notice: l.problem(r, d.Notice)}
	if !d.Dated.IsZero() {
		out.Dated = d.Dated.Format(time.DateOnly)
	}
	return out
}

// showDocument tells where a document stands; with wait it first waits for it to be read, for a while.
func (l *Library) showDocument(w http.ResponseWriter, r *http.Request, actor core.Actor) error {
	id, err := core.ParseID(r.PathValue("id"))
	if err != nil {
		return err
	}
	if r.URL.Query().Get("wait") == "true" {
		ctx, cancel := context.WithTimeout(r.Context(), finishPatience)
		defer cancel()
		if _, err := l.memory.Finish(ctx, actor.Organisation, id); err != nil && !core.Is(err, core.Cancelled) {
			return err
		}
	}
	entry, err := l.memory.Document(r.Context(), actor.Organisation, id)
	if err != nil {
		return err
	}
	return writeJSON(w, l.document(r, entry))
}

func (l *Library) removeDocument(w http.ResponseWriter, r *http.Request, actor core.Actor) error {
	id, err := core.ParseID(r.PathValue("id"))
	if err != nil {
		return err
	}
	if err := l.memory.Remove(r.Context(), actor.Organisation, id); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (l *Library) retry(w http.ResponseWriter, r *http.Request, actor core.Actor) error {
	n, err := l.sources.Retry(r.Context(), actor.Organisation, core.ID(r.URL.Query().Get("document")))
	if err != nil {
		return err
	}
	return writeJSON(w, map[string]int{"documents": n})
}

func (l *Library) status(w http.ResponseWriter, r *http.Request, actor core.Actor) error {
	status, err := l.memory.Status(r.Context(), actor.Organisation)
	if err != nil {
		return err
	}
	failed, err := l.memory.Page(r.Context(), memory.Filter{Organisation: actor.Organisation, State: memory.Failed, Limit: maxShownFailures})
	if err != nil {
		return err
	}
	noticed, err := l.memory.Page(r.Context(), memory.Filter{Organisation: actor.Organisation, Noticed: true, Limit: maxShownFailures})
	if err != nil {
		return err
	}
	out := Status{Noticed: l.documents(r, noticed.Entries), NoticedCount: status.Noticed, States: map[memory.State]int{}, Passages: status.Passages, Embedded: status.Embedded, VectorsComplete: status.VectorsComplete(),
		Model: status.Model, Vectors: l.problem(r, status.Stuck), Blocked: l.problem(r, status.Blocked),
		Reading: append([]string{}, status.Reading...), Failed: l.documents(r, failed.Entries)}
	for _, state := range []memory.State{memory.Waiting, memory.Reading, memory.Indexed, memory.Failed} {
		out.States[state] = status.States[state]
		out.Documents += status.States[state]
	}
	if actor.Has(core.RoleOperator) {
		sources, err := l.sources.Sources(r.Context(), actor.Organisation)
		if err != nil {
			return err
		}
		for _, s := range sources {
			out.Sources = append(out.Sources, l.source(r, s))
		}
	}
	return writeJSON(w, out)
}

func (l *Library) problem(r *http.Request, problem *core.Error) *Problem {
	return problemFor(l.bundle, r, problem)
}

// problemFor words a failure in the reader's language.
func problemFor(bundle *i18n.Bundle, r *http.Request, problem *core.Error) *Problem {
	if problem == nil {
		return nil
	}
	message, next := bundle.For(i18n.Negotiate(r.Header.Get("Accept-Language"), "")).Error(problem)
	return &Problem{Message: message, Next: next}
}
