package modelsbackends

import (
	"context"
	"encoding/json"
	"io"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/models"
)

// Bounds of what Ollama may tell.
const (
	maxOllamaModels = 1000
	maxSheet        = 4 << 20
)

// listed reads what the server serves, in the words of its dialect. Remote is set, Name is not.
func (b *backend) listed(ctx context.Context) ([]models.Model, error) {
	if b.Dialect == models.Ollama {
		return b.listOllama(ctx)
	}
	all, err := b.client.Models(ctx) // Anthropic lists in the same shape
	if err != nil {
		return nil, err
	}
	list := make([]models.Model, 0, len(all))
	for _, m := range all {
		model := models.Model{Remote: m.Name, Context: m.Context, Parameters: m.Parameters, Bytes: m.Bytes}
		model.Kind, model.Abilities = abilities(m.Name, m.Can)
		list = append(list, model)
	}
	return list, nil
}

// abilities reads the words that servers use for what a model can do. Where they use any, what they leave out it cannot.
func abilities(name string, can []string) (models.Kind, models.Abilities) {
	if len(can) == 0 {
		return models.KindByName(name), models.Abilities{}
	}
	has := func(words ...string) bool {
		return slices.ContainsFunc(can, func(s string) bool {
			return slices.ContainsFunc(words, func(word string) bool { return strings.HasPrefix(strings.ToLower(s), word) })
		})
	}
	kind := models.KindByName(name)
	if has("embed") && !has("completion", "chat") {
		kind = models.Embedding
	}
	return kind, models.Abilities{
		Tools:  models.KnownIf(has("tool", "function")),
		Images: models.KnownIf(has("vision", "image", "multimodal")), Thinking: models.KnownIf(has("thinking", "reasoning")),
	}
}

// ollamaModel is one line of Ollama's /api/tags.
type ollamaModel struct {
	Name    string `json:"name"`
	Digest  string `json:"digest"`
	Size    int64  `json:"size"`
	Details struct {
		Parameters string `json:"parameter_size"`
		Quantised  string `json:"quantization_level"`
	} `json:"details"`
}

func (b *backend) listOllama(ctx context.Context) ([]models.Model, error) {
	raw, err := b.client.Get(ctx, "/api/tags")
	if err != nil {
		return nil, err
	}
	var tags struct {
		Models []ollamaModel `json:"models"`
	}
	if err := json.Unmarshal(raw, &tags); err != nil {
		return nil, core.Wrap(err, core.Unavailable, "errors.engine_not_openai", nil)
	}
	list := make([]models.Model, 0, len(tags.Models))
	for _, m := range tags.Models[:min(len(tags.Models), maxOllamaModels)] {
		if m.Name == "" || len(m.Name) > 200 {
			continue
		}
		list = append(list, b.learn(ctx, m))
	}
	return list, nil
}

// learn asks Ollama once for what it knows of a model. What it does not tell stays unknown.
func (b *backend) learn(ctx context.Context, tag ollamaModel) models.Model {
	b.learning.Lock()
	defer b.learning.Unlock()
	key := tag.Name + "@" + tag.Digest
	if known, ok := b.learned[key]; ok {
		return known
	}
	model := models.Model{Remote: tag.Name, Kind: models.KindByName(tag.Name), Bytes: max(tag.Size, 0),
		Parameters: Parameters(tag.Details.Parameters), Quantised: short(tag.Details.Quantised)}
	sheet, ok := b.sheet(ctx, tag.Name)
	if !ok {
		return model // asked again with the next list
	}
	model.Kind, model.Abilities = abilities(tag.Name, sheet.Capabilities)
	for name, value := range sheet.Info {
		if n, ok := value.(float64); ok && strings.HasSuffix(name, ".context_length") && n > 0 && n < math.MaxInt32 {
			model.Context = int(n)
		}
	}
	if len(b.learned) < maxOllamaModels {
		b.learned[key] = model
	}
	return model
}

// sheet is Ollama's /api/show.
type sheet struct {
	Capabilities []string       `json:"capabilities"`
	Info         map[string]any `json:"model_info"`
}

func (b *backend) sheet(ctx context.Context, name string) (s sheet, ok bool) {
	body, err := json.Marshal(map[string]string{"model": name})
	if err != nil {
		return s, false
	}
	response, err := b.client.Open(ctx, "/api/show", body)
	if err != nil {
		return s, false
	}
	defer response.Body.Close()
	if response.Status != http.StatusOK {
		return s, false
	}
	return s, json.NewDecoder(io.LimitReader(response.Body, maxSheet)).Decode(&s) == nil
}

// Parameters reads a size as people write it: "7B", "1.7B", "350M", "1500000". Zero when it is none.
func Parameters(text string) int64 {
	text = strings.ToUpper(strings.TrimSpace(text))
	factor := 1.0
	for suffix, f := range map[string]float64{"K": 1e3, "M": 1e6, "B": 1e9, "T": 1e12} {
		if number, ok := strings.CutSuffix(text, suffix); ok {
			text, factor = strings.TrimSpace(number), f
			break
		}
	}
	n, err := strconv.ParseFloat(text, 64)
	if n *= factor; err != nil || !(n > 0) || n > 1e15 {
		return 0
	}
	return int64(math.Round(n))
}

func short(text string) string {
	if len(text) > 32 {
		return ""
	}
	return text
}
