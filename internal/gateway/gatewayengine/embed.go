package gatewayengine

import (
	"context"

	"github.com/tidwall/gjson"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewaydialect"
	"github.com/solidaire-coop/solidaire/internal/models"
)

// Embed implements gateway.Engine.
func (e *Engine) Embed(ctx context.Context, model models.Model, call gateway.Call) (gateway.Embeddings, error) {
	sent, err := embeddingFor(model, call)
	if err != nil {
		return gateway.Embeddings{}, err
	}
	data, _, err := e.fetch(ctx, model, sent.path, sent.body, maxEmbeddings)
	if err != nil {
		return gateway.Embeddings{}, err
	}
	if data, err = sent.understand(data); err != nil {
		return gateway.Embeddings{}, core.Wrap(err, core.Unavailable, "errors.engine_unintelligible", nil)
	}
	answer := gjson.ParseBytes(data)
	if !gjson.ValidBytes(data) || !answer.Get(sent.vectors).IsArray() {
		return gateway.Embeddings{}, core.E(core.Unavailable, "errors.engine_unintelligible", nil)
	}
	return gateway.Embeddings{Body: data, Dialect: call.Dialect, PromptTokens: int(max(answer.Get(sent.tokens).Int(), 0))}, nil
}

// embedding is how an embeddings request goes to a model's engine, and how its answer is read.
type embedding struct {
	path            string
	body            []byte
	understand      func(answer []byte) ([]byte, error)
	vectors, tokens string // where they are in what understand gives
}

func embeddingFor(model models.Model, call gateway.Call) (embedding, error) {
	same := func(answer []byte) ([]byte, error) { return answer, nil }
	switch {
	case call.Dialect == models.Ollama:
		return embedding{"/api/embed", call.Body, same, "embeddings", "prompt_eval_count"}, nil
	case model.Dialect == models.Ollama:
		packed := gjson.GetBytes(call.Body, "encoding_format").Str == "base64"
		sent, err := gatewaydialect.EmbeddingsToOllama(call.Body, model.EngineName())
		return embedding{"/api/embed", sent, func(answer []byte) ([]byte, error) {
			return gatewaydialect.OllamaToEmbeddings(answer, packed)
		}, "data", "usage.prompt_tokens"}, err
	case model.Dialect == models.Anthropic:
		return embedding{}, core.E(core.Invalid, "errors.model_not_for_embedding", core.Args{"Model": model.Name})
	}
	return embedding{"/v1/embeddings", call.Body, same, "data", "usage.prompt_tokens"}, nil
}
