package gatewayapi

import (
	"net/http"
	"strconv"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
)

// maxSearch bounds the passages of one search.
const maxSearch = 100

// Hit is the JSON of one passage found.
type Hit struct {
	Document string  `json:"document"`
	Version  string  `json:"version"`
	Start    int     `json:"start"`
	End      int     `json:"end"`
	Text     string  `json:"text"`
	Score    float64 `json:"score"`
	Page     string  `json:"page,omitempty"`
	Slide    bool    `json:"slide,omitempty"` // page is the number of a slide
	Heading  string  `json:"heading,omitempty"`
	Sheet    bool    `json:"sheet,omitempty"` // heading names a sheet
	Dated    string  `json:"dated,omitempty"` // YYYY-MM-DD
	Newer    bool    `json:"newer_version_exists,omitempty"`
}

func (a *API) search(w http.ResponseWriter, r *http.Request, actor core.Actor) error {
	limit, err := strconv.Atoi(r.URL.Query().Get("limit"))
	if err != nil || limit < 1 || limit > maxSearch {
		limit = 10
	}
	among, err := among(r.URL.Query())
	if err != nil {
		return err
	}
	hits, byMeaning, err := a.memory.Search(r.Context(), memory.Query{
		Organisation: actor.Organisation, Text: r.URL.Query().Get("q"), Limit: limit, Among: among, ByWords: actor.DeclinesAI})
	if err != nil {
		return err
	}
	answer := struct {
		Hits      []Hit `json:"hits"`
		ByMeaning bool  `json:"by_meaning"`
	}{Hits: make([]Hit, len(hits)), ByMeaning: byMeaning}
	for i, q := range hits {
		answer.Hits[i] = Hit{Document: q.Name, Version: q.Version, Start: q.Start, End: q.End, Text: q.Text, Score: q.Score, Page: q.Page, Slide: q.Slide, Heading: q.Heading, Sheet: q.Sheet(), Newer: q.Newer}
		if !q.Dated.IsZero() {
			answer.Hits[i].Dated = q.Dated.Format(time.DateOnly)
		}
	}
	return writeJSON(w, answer)
}
