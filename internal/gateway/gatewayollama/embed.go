package gatewayollama

import (
	"net/http"
	"strconv"

	"github.com/tidwall/gjson"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewaydialect"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayopenai"
	"github.com/solidaire-coop/solidaire/internal/models"
)

func (a *API) embed(w http.ResponseWriter, r *http.Request, actor core.Actor) error {
	return a.vectors(w, r, actor, false)
}

// embeddings is the older way: one text, one vector.
func (a *API) embeddings(w http.ResponseWriter, r *http.Request, actor core.Actor) error {
	return a.vectors(w, r, actor, true)
}

func (a *API) vectors(w http.ResponseWriter, r *http.Request, actor core.Actor, older bool) error {
	body, err := a.object(w, r)
	if err != nil {
		return err
	}
	name, err := a.name(r.Context(), gjson.GetBytes(body, "model").Str)
	if err != nil {
		return err
	}
	sent, err := gatewaydialect.OllamaToEmbeddingsRequest(body, name, older)
	if err != nil {
		return err
	}
	began := a.Clock.Now()
	asked := gateway.EmbeddingRequest{Model: name, Text: gatewayopenai.Text(body), Body: sent}
	if !older {
		asked.Dialect, asked.Native = models.Ollama, body
	}
	result, err := a.Gateway.Embed(r.Context(), actor, asked)
	if err != nil {
		return err
	}
	answer := result.Body
	if result.Dialect != models.Ollama {
		answer = gatewaydialect.EmbeddingsToOllamaAnswer(result.Body, name, older)
	}
	switch took := a.Clock.Now().Sub(began); {
	case older:
	case result.Dialect == models.Ollama:
		answer = gatewaydialect.WithFields(answer, gatewayopenai.ResultExtra(result.Result))
	default:
		answer = gatewaydialect.WithFields(answer, []byte(`{"total_duration":`+strconv.FormatInt(int64(took), 10)+`,"load_duration":0}`))
		answer = gatewaydialect.WithFields(answer, gatewayopenai.ResultExtra(result.Result))
	}
	w.Header().Set(gatewayopenai.ReceiptHeader, string(result.Receipt))
	return gatewayopenai.WriteJSON(w, answer)
}
