package gatewayengine

import (
	"github.com/tidwall/gjson"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewaydialect"
	"github.com/solidaire-coop/solidaire/internal/models"
)

// embedding is how an embeddings request goes to a model's engine, and how its answer is read as OpenAI's.
type embedding struct {
	path       string
	body       []byte
	understand func(answer []byte) ([]byte, error)
}

func embeddingFor(model models.Model, body []byte) (embedding, error) {
	switch model.Dialect {
	case models.Ollama:
		packed := gjson.GetBytes(body, "encoding_format").Str == "base64"
		sent, err := gatewaydialect.EmbeddingsToOllama(body, model.EngineName())
		return embedding{"/api/embed", sent, func(answer []byte) ([]byte, error) {
			return gatewaydialect.OllamaToEmbeddings(answer, packed)
		}}, err
	case models.Anthropic:
		return embedding{}, core.E(core.Invalid, "errors.model_not_for_embedding", core.Args{"Model": model.Name})
	}
	return embedding{"/v1/embeddings", body, func(answer []byte) ([]byte, error) { return answer, nil }}, nil
}
