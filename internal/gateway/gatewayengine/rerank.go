package gatewayengine

import (
	"context"
	"io"

	"github.com/tidwall/gjson"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway"
	"github.com/solidaire-coop/solidaire/internal/models"
)

// maxRanking bounds what an engine may answer to a rerank request, which may repeat the passages.
const maxRanking = 64 << 20

// Rerank implements gateway.Engine.
func (e *Engine) Rerank(ctx context.Context, model models.Model, call gateway.Call) (gateway.Embeddings, error) {
	if model.Dialect != models.OpenAI {
		return gateway.Embeddings{}, core.E(core.Invalid, "errors.model_not_for_rerank", core.Args{"Model": model.Name})
	}
	data, _, err := e.fetch(ctx, model, "/v1/rerank", call.Body, maxRanking)
	if err != nil {
		return gateway.Embeddings{}, err
	}
	answer := gjson.ParseBytes(data)
	if !gjson.ValidBytes(data) || !answer.Get("results").IsArray() {
		return gateway.Embeddings{}, core.E(core.Unavailable, "errors.engine_unintelligible", nil)
	}
	tokens := answer.Get("usage.prompt_tokens")
	if !tokens.Exists() {
		tokens = answer.Get("usage.total_tokens")
	}
	return gateway.Embeddings{Body: data, PromptTokens: int(max(tokens.Int(), 0))}, nil
}

// readSome reads at most limit bytes; more make no sense.
func readSome(r io.Reader, limit int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = core.E(core.Unavailable, "errors.engine_unintelligible", nil)
	}
	return data, err
}
