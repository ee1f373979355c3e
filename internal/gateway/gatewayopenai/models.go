package gatewayopenai

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/models"
)

// modelEntry is OpenAI's shape and Anthropic's, which share no name, with our own facts beside them. Neither shape tells a
// chat model from another one: what many servers add for that is here too.
type modelEntry struct {
	ID           string       `json:"id"`
	Object       string       `json:"object"`
	Created      int64        `json:"created"`
	OwnedBy      string       `json:"owned_by"`
	Type         string       `json:"type"`
	DisplayName  string       `json:"display_name"`
	CreatedAt    time.Time    `json:"created_at"`
	Context      int          `json:"context_length,omitempty"`
	Architecture architecture `json:"architecture"`
	Capabilities capabilities `json:"capabilities"`
	Facts        modelFacts   `json:"solidaire"`
}

// architecture says what goes into a model and what comes out, as OpenRouter writes it.
type architecture struct {
	Modality string   `json:"modality"`
	Input    []string `json:"input_modalities"`
	Output   []string `json:"output_modalities"`
}

// capabilities says what a model is asked for, as Mistral writes it. What nobody told is left out.
type capabilities struct {
	Chat   bool  `json:"completion_chat"`
	Tools  *bool `json:"function_calling,omitempty"`
	Vision *bool `json:"vision,omitempty"`
}

func architectureOf(m models.Model) architecture {
	in, out := []string{"text"}, []string{"text"}
	switch {
	case m.Kind == models.Embedding:
		out = []string{"embeddings"}
	case m.Kind == models.Rerank:
		out = []string{"rerank"}
	case m.Kind == models.Transcription:
		in = []string{"audio"}
	case m.Kind == models.Speech:
		out = []string{"audio"}
	case m.Images == models.Yes:
		in = append(in, "image")
	}
	return architecture{Modality: strings.Join(in, "+") + "->" + strings.Join(out, "+"), Input: in, Output: out}
}

func capabilitiesOf(m models.Model) capabilities {
	told := func(known models.Known) *bool {
		if known == models.NotSaid {
			return nil
		}
		yes := known == models.Yes
		return &yes
	}
	return capabilities{Chat: m.Kind == models.Chat, Tools: told(m.Tools), Vision: told(m.Images)}
}

// wanted keeps the models of which something that is asked for comes out: "text", "embeddings", "audio", with commas between
// them. Without a wish, or with "all", it keeps every one.
func wanted(list []models.Model, wish string) []models.Model {
	if wish == "" || wish == "all" {
		return list
	}
	asked := strings.Split(wish, ",")
	return slices.DeleteFunc(slices.Clone(list), func(m models.Model) bool {
		return !slices.ContainsFunc(architectureOf(m).Output, func(out string) bool { return slices.Contains(asked, out) })
	})
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
	return modelEntry{ID: m.Name, Object: "model", Created: m.Since().Unix(), OwnedBy: "organisation",
		Type: "model", DisplayName: m.Name, CreatedAt: m.Since().Truncate(time.Second),
		Context: m.Context, Architecture: architectureOf(m), Capabilities: capabilitiesOf(m),
		Facts: modelFacts{Kind: m.Kind, Digest: m.Digest, Trial: m.Trial}}
}

func (a *API) listModels(w http.ResponseWriter, r *http.Request, _ core.Actor) error {
	all, err := a.catalogue.List(r.Context())
	if err != nil {
		return err
	}
	all = wanted(all, r.URL.Query().Get("output_modalities"))
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
