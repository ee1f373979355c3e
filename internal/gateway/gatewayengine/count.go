package gatewayengine

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/tidwall/gjson"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewaydialect"
	"github.com/solidaire-coop/solidaire/internal/models"
)

// maxCounted bounds what an engine may answer to a count: the tokens of a long prompt, or the prompt itself.
const maxCounted = 64 << 20

// Count implements gateway.Engine. llama.cpp's server writes the prompt as the model will read it, then cuts it into
// tokens; Anthropic's engines count by themselves; others cannot.
func (e *Engine) Count(ctx context.Context, model models.Model, call gateway.Call) (int, error) {
	if model.Dialect == models.Anthropic {
		return e.countAnthropic(ctx, model, call)
	}
	if model.Dialect != models.OpenAI || call.Prompt {
		return 0, core.E(core.NotFound, "errors.engine_counts_not", nil)
	}
	body, err := local(model, call.Body)
	if err != nil {
		return 0, err
	}
	written, err := e.whole(ctx, model, "/apply-template", body)
	if err != nil {
		return 0, err
	}
	question, err := json.Marshal(map[string]any{"content": written.Get("prompt").Str, "add_special": true, "parse_special": true})
	if err != nil {
		return 0, err
	}
	cut, err := e.whole(ctx, model, "/tokenize", question)
	if err != nil {
		return 0, err
	}
	if !written.Get("prompt").Exists() || !cut.Get("tokens").IsArray() {
		return 0, core.E(core.Unavailable, "errors.engine_unintelligible", nil)
	}
	return int(cut.Get("tokens.#").Int()), nil
}

func (e *Engine) countAnthropic(ctx context.Context, model models.Model, call gateway.Call) (int, error) {
	sent, err := wireFor(model, call)
	if err != nil {
		return 0, err
	}
	answer, err := e.whole(ctx, model, "/v1/messages/count_tokens", gatewaydialect.AnthropicCount(sent.body))
	if err != nil {
		return 0, err
	}
	tokens := answer.Get("input_tokens")
	if tokens.Type != gjson.Number || tokens.Num < 0 {
		return 0, core.E(core.Unavailable, "errors.engine_unintelligible", nil)
	}
	return int(tokens.Int()), nil
}

// whole asks for an answer that is one JSON object; core.NotFound when the engine has no such address.
func (e *Engine) whole(ctx context.Context, model models.Model, path string, body []byte) (gjson.Result, error) {
	response, err := e.engines.Open(ctx, model, path, body)
	if err != nil {
		return gjson.Result{}, e.unreachable(ctx, err)
	}
	switch response.Status {
	case http.StatusOK:
	case http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusNotImplemented:
		response.Body.Close()
		return gjson.Result{}, core.E(core.NotFound, "errors.engine_counts_not", nil)
	default:
		return gjson.Result{}, e.refused(ctx, response)
	}
	defer response.Body.Close()
	data, err := readSome(response.Body, maxCounted)
	if err != nil {
		return gjson.Result{}, e.unreachable(ctx, err)
	}
	if !gjson.ValidBytes(data) {
		return gjson.Result{}, core.E(core.Unavailable, "errors.engine_unintelligible", nil)
	}
	return gjson.ParseBytes(data), nil
}
