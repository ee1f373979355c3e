package gatewayapi

import (
	"net/http"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
)

// Text is the JSON of a version as it was read: its text, and where pages, headings and passages are in it.
type Text struct {
	Document string   `json:"document"`
	Version  string   `json:"version"`
	Title    string   `json:"title"`
	Media    string   `json:"media"`
	Dated    string   `json:"dated,omitempty"` // YYYY-MM-DD
	Seen     string   `json:"seen"`
	Newer    string   `json:"newer_version,omitempty"`
	Notice   *Problem `json:"notice,omitempty"` // what of the file could not be read
	Text     string   `json:"text"`
	Marks    []Mark   `json:"marks"`
	Passages []Range  `json:"passages"`
}

// Mark is a page or a heading, at a byte of the text.
type Mark struct {
	Start int    `json:"start"`
	Kind  string `json:"kind"` // "page" or "heading"
	Level int    `json:"level,omitempty"`
	Label string `json:"label"`
}

// Range is a passage: bytes of the text, and where they stand.
type Range struct {
	Start   int    `json:"start"`
	End     int    `json:"end"`
	Page    string `json:"page,omitempty"`
	Heading string `json:"heading,omitempty"`
}

// showText gives the newest version of a document, or the one whose hash is given.
func (a *API) showText(w http.ResponseWriter, r *http.Request, actor core.Actor) error {
	hash := r.URL.Query().Get("version")
	if hash == "" {
		document, err := a.namedDocument(r, actor, r.URL.Query().Get("document"))
		if err != nil {
			return err
		}
		hash = document.Version
	}
	version, err := a.memory.Version(r.Context(), actor.Organisation, hash)
	if err != nil {
		return err
	}
	text := textOf(version)
	text.Notice = problemFor(a.bundle, r, version.Notice)
	return writeJSON(w, text)
}

// namedDocument finds a document by its name or its id. One that could not be read says why.
func (a *API) namedDocument(r *http.Request, actor core.Actor, which string) (memory.Document, error) {
	documents, err := a.memory.Documents(r.Context(), actor.Organisation)
	if err != nil {
		return memory.Document{}, err
	}
	for _, d := range documents {
		switch {
		case d.Name != which && string(d.ID) != which:
		case d.Version != "":
			return d, nil
		case d.Problem != nil:
			return d, d.Problem
		}
	}
	return memory.Document{}, core.E(core.NotFound, "errors.memory_no_document", nil)
}

func textOf(v memory.Version) Text {
	out := Text{
		Document: v.Name, Version: v.Hash, Title: v.Title, Media: v.Media, Seen: v.Seen.UTC().Format(time.RFC3339),
		Newer: v.Newer, Text: v.Text, Marks: make([]Mark, len(v.Marks)), Passages: []Range{},
	}
	if !v.Dated.IsZero() {
		out.Dated = v.Dated.Format(time.DateOnly)
	}
	for i, m := range v.Marks {
		out.Marks[i] = Mark{Start: m.Start, Kind: m.Kind, Level: m.Level, Label: m.Label}
	}
	for _, p := range memory.CutPassages(v.Title, v.Text, v.Marks) {
		page, heading := p.Place()
		out.Passages = append(out.Passages, Range{Start: p.Start, End: p.End, Page: page, Heading: heading})
	}
	return out
}
