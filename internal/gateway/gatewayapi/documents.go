package gatewayapi

import (
	"net/http"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/platform/i18n"
)

// Bounds of what a query may say.
const (
	maxName   = 1024
	maxSearch = 100
)

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
	ID       core.ID      `json:"id"`
	Name     string       `json:"name"`
	Title    string       `json:"title"`
	State    memory.State `json:"state"`
	Version  string       `json:"version,omitempty"`
	Dated    string       `json:"dated,omitempty"` // YYYY-MM-DD
	Added    time.Time    `json:"added"`
	Pages    int          `json:"pages,omitempty"`
	Passages int          `json:"passages"`
	Vectors  bool         `json:"vectors"`
	Problem  *Problem     `json:"problem,omitempty"`
}

// Hit is the JSON of one passage found.
type Hit struct {
	Document string  `json:"document"`
	Version  string  `json:"version"`
	Start    int     `json:"start"`
	End      int     `json:"end"`
	Text     string  `json:"text"`
	Score    float64 `json:"score"`
	Page     string  `json:"page,omitempty"`
	Heading  string  `json:"heading,omitempty"`
}

func (a *API) addDocument(w http.ResponseWriter, r *http.Request, actor core.Actor) error {
	name := r.URL.Query().Get("name")
	if name == "" || len(name) > maxName || !utf8.ValidString(name) {
		return core.E(core.Invalid, "errors.document_name", nil)
	}
	modified := time.Time{}
	if ms, err := strconv.ParseInt(r.URL.Query().Get("modified"), 10, 64); err == nil {
		modified = time.UnixMilli(ms).UTC()
	}
	body := http.MaxBytesReader(w, r.Body, memory.MaxFileBytes+1) // the memory itself says when it is too large
	report, err := a.memory.Add(r.Context(), actor.Organisation, name, modified, body)
	if err != nil {
		return err
	}
	return writeJSON(w, Report{
		Name: report.Name, Document: report.Document, Version: report.Version, State: report.State,
		Unchanged: report.Unchanged, Problem: a.problem(r, report.Problem),
	})
}

func (a *API) listDocuments(w http.ResponseWriter, r *http.Request, actor core.Actor) error {
	documents, err := a.memory.Documents(r.Context(), actor.Organisation)
	if err != nil {
		return err
	}
	list := make([]Document, len(documents))
	for i, d := range documents {
		list[i] = Document{ID: d.ID, Name: d.Name, Title: d.Title, State: d.State, Version: d.Version, Added: d.Added,
			Pages: d.Pages, Passages: d.Passages, Vectors: d.Vectors, Problem: a.problem(r, d.Problem)}
		if !d.Dated.IsZero() {
			list[i].Dated = d.Dated.Format(time.DateOnly)
		}
	}
	return writeJSON(w, list)
}

func (a *API) removeDocument(w http.ResponseWriter, r *http.Request, actor core.Actor) error {
	id, err := core.ParseID(r.PathValue("id"))
	if err != nil {
		return err
	}
	if err := a.memory.Remove(r.Context(), actor.Organisation, id); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (a *API) search(w http.ResponseWriter, r *http.Request, actor core.Actor) error {
	limit, err := strconv.Atoi(r.URL.Query().Get("limit"))
	if err != nil || limit < 1 || limit > maxSearch {
		limit = 10
	}
	hits, byMeaning, err := a.memory.Search(r.Context(), memory.Query{Organisation: actor.Organisation, Text: r.URL.Query().Get("q"), Limit: limit})
	if err != nil {
		return err
	}
	answer := struct {
		Hits      []Hit `json:"hits"`
		ByMeaning bool  `json:"by_meaning"`
	}{Hits: make([]Hit, len(hits)), ByMeaning: byMeaning}
	for i, q := range hits {
		answer.Hits[i] = Hit{Document: q.Name, Version: q.Version, Start: q.Start, End: q.End, Text: q.Text, Score: q.Score, Page: q.Page, Heading: q.Heading}
	}
	return writeJSON(w, answer)
}

func (a *API) problem(r *http.Request, problem *core.Error) *Problem {
	if problem == nil {
		return nil
	}
	message, next := a.bundle.For(i18n.Negotiate(r.Header.Get("Accept-Language"), "")).Error(problem)
	return &Problem{Message: message, Next: next}
}
