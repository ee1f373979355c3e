package gatewayollama

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayopenai"
	"github.com/solidaire-coop/solidaire/internal/models"
)

// compatible is the version of Ollama's API that this surface keeps to; programs ask for it before they rely on a
// feature.
const compatible = "0.17.4"

// entry is a model as Ollama shows it.
type entry struct {
	Name     string     `json:"name"`
	Model    string     `json:"model"`
	Modified *time.Time `json:"modified_at,omitempty"`
	Size     int64      `json:"size"`
	Digest   string     `json:"digest"`
	Details  details    `json:"details"`
	Context  int        `json:"context_length,omitempty"`
	Can      []string   `json:"capabilities"`
}

type details struct {
	Parent       string   `json:"parent_model"`
	Format       string   `json:"format"`
	Family       string   `json:"family"`
	Families     []string `json:"families"`
	Parameters   string   `json:"parameter_size"`
	Quantisation string   `json:"quantization_level"`
}

func entryOf(m models.Model) entry {
	since := m.Since()
	return entry{Name: m.Name, Model: m.Name, Modified: &since, Size: m.Bytes, Digest: digestOf(m), Details: detailsOf(m), Can: capabilities(m)}
}

func digestOf(m models.Model) string {
	hex, known := strings.CutPrefix(m.Digest, "sha256:")
	if !known {
		return ""
	}
	return hex
}

func detailsOf(m models.Model) details {
	d := details{Quantisation: m.Quantised, Parameters: size(m.Parameters)}
	if m.Path != "" {
		d.Format = "gguf"
	}
	return d
}

// size writes a number of parameters in millions or billions, "" when it is not known.
func size(parameters int64) string {
	switch {
	case parameters <= 0:
		return ""
	case parameters >= 1_000_000_000:
		return strconv.FormatFloat(float64(parameters)/1e9, 'f', 1, 64) + "B"
	}
	return strconv.FormatFloat(float64(parameters)/1e6, 'f', 1, 64) + "M"
}

// tags lists the models that this surface can answer with.
func (a *API) tags(w http.ResponseWriter, r *http.Request, _ core.Actor) error {
	all, err := a.Catalogue.List(r.Context())
	if err != nil {
		return err
	}
	list := []entry{}
	for _, m := range all {
		if m.Kind == models.Chat || m.Kind == models.Embedding {
			list = append(list, entryOf(m))
		}
	}
	return writeJSON(w, map[string]any{"models": list})
}

// running lists the models whose engines are up.
func (a *API) running(w http.ResponseWriter, r *http.Request, _ core.Actor) error {
	list := []entry{}
	for _, h := range a.Engines.Health(r.Context()) {
		if h.State != models.EngineReady || h.Model == "" {
			continue
		}
		m, err := a.Catalogue.Find(r.Context(), h.Model)
		if err != nil {
			continue // taken out meanwhile
		}
		up := entryOf(m)
		up.Modified, up.Context = nil, m.Context
		list = append(list, up)
	}
	return writeJSON(w, map[string]any{"models": list})
}

func (a *API) version(w http.ResponseWriter, _ *http.Request, _ core.Actor) error {
	return writeJSON(w, map[string]string{"version": compatible, "solidaire": a.Version})
}

// show tells what is known of a model. What is not known is left out.
func (a *API) show(w http.ResponseWriter, r *http.Request, _ core.Actor) error {
	body, err := a.object(w, r)
	if err != nil {
		return err
	}
	asked := gjson.GetBytes(body, "model").Str
	if asked == "" {
		asked = gjson.GetBytes(body, "name").Str // as older clients write it
	}
	name, err := a.name(r.Context(), asked)
	if err != nil {
		return err
	}
	m, err := a.Catalogue.Find(r.Context(), name)
	if err != nil {
		return err
	}
	// The architecture is part of the names of the other facts.
	facts := map[string]any{"general.architecture": "model"}
	if m.Parameters > 0 {
		facts["general.parameter_count"] = m.Parameters
	}
	if m.Context > 0 {
		facts["model.context_length"] = m.Context
	}
	return writeJSON(w, map[string]any{
		"license": m.Licence, "modelfile": "", "parameters": "", "template": "", "details": detailsOf(m),
		"model_info": facts, "capabilities": capabilities(m), "modified_at": m.Since(),
	})
}

func capabilities(m models.Model) []string {
	if m.Kind == models.Embedding {
		return []string{"embedding"}
	}
	can := []string{"completion"}
	for _, ability := range []struct {
		name  string
		known models.Known
	}{{"tools", m.Tools}, {"vision", m.Images}, {"thinking", m.Thinking}} {
		if ability.known == models.Yes {
			can = append(can, ability.name)
		}
	}
	return can
}

func writeJSON(w http.ResponseWriter, value any) error {
	data, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return gatewayopenai.WriteJSON(w, data)
}
