package gatewayopenai

import (
	"net/http"

	"github.com/tidwall/gjson"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway"
)

// maxPassages bounds the passages of one rerank request.
const maxPassages = 10_000

// rerank orders passages by a question, in the shape that Jina, Cohere and llama.cpp's server share.
func (a *API) rerank(w http.ResponseWriter, r *http.Request, actor core.Actor) error {
	req, body, err := a.request(w, r)
	if err != nil {
		return err
	}
	if query, _ := req.get("query"); query.Type != gjson.String || query.Str == "" {
		return param("errors.input_empty", "query")
	}
	documents, _ := req.get("documents")
	switch count := len(documents.Array()); {
	case !documents.IsArray() || count == 0:
		return param("errors.input_empty", "documents")
	case count > maxPassages:
		return core.E(core.TooLarge, "errors.messages_too_many", core.Args{"Max": maxPassages})
	}
	result, err := a.gateway.Rerank(r.Context(), actor, gateway.EmbeddingRequest{Model: req.model, Text: text(body), Body: body})
	if err != nil {
		return err
	}
	setHeaders(w, result.Receipt, false)
	answer, err := withUsage(result.Body, result.Result)
	if err != nil {
		return err
	}
	return writeJSON(w, answer)
}
