package gatewayopenai

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/models"
)

// modelEntry is OpenAI's shape and Anthropic's, which share no name, with our own facts beside them.
type modelEntry struct {
	ID          string     `json:"id"`
	Object      string     `json:"object"`
	Created     int64      `json:"created"`
	OwnedBy     string     `json:"owned_by"`
	Type        string     `json:"type"`
	DisplayName string     `json:"display_name"`
	CreatedAt   time.Time  `json:"created_at"`
	Facts       modelFacts `json:"solidaire"`
}

type modelList struct {
	Object  string       `json:"object"`
	Data    []modelEntry `json:"data"`
	HasMore bool         `json:"has_more"` // never: the list is whole
	FirstID *string      `json:"first_id"`
	LastID  *string      `json:"last_id"`
}

type modelFacts struct {
	Kind   models.Kind `json:"kind"`
	Digest string      `json:"digest"`
	Trial  bool        `json:"trial"`
}

func entryOf(m models.Model) modelEntry {
	return modelEntry{ID: m.Name, Object: "model", Created: max(m.Added.Unix(), 0), OwnedBy: "organisation",
		Type: "model", DisplayName: m.Name, CreatedAt: m.Added.UTC().Truncate(time.Second),
		Facts: modelFacts{Kind: m.Kind, Digest: m.Digest, Trial: m.Trial}}
}

func (a *API) listModels(w http.ResponseWriter, r *http.Request, _ core.Actor) error {
	all, err := a.catalogue.List(r.Context())
	if err != nil {
		return err
	}
	list := modelList{Object: "list", Data: make([]modelEntry, len(all))}
	for i, m := range all {
		list.Data[i] = entryOf(m)
	}
	if n := len(list.Data); n > 0 {
		list.FirstID, list.LastID = &list.Data[0].ID, &list.Data[n-1].ID
	}
	data, err := json.Marshal(list)
	if err != nil {
		return err
	}
	return writeJSON(w, data)
}

func (a *API) showModel(w http.ResponseWriter, r *http.Request, _ core.Actor) error {
	model, err := a.catalogue.Find(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	data, err := json.Marshal(entryOf(model))
	if err != nil {
		return err
	}
	return writeJSON(w, data)
}
