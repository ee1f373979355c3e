package gatewayanthropic

import (
	"encoding/json"
	"net/http"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayopenai"
)

// count says how many tokens a request would be. Where the engine cannot count, the figure is an estimate and says so.
func (a *API) count(w http.ResponseWriter, r *http.Request, actor core.Actor) error {
	_, completion, err := a.read(w, r, true)
	if err != nil {
		return err
	}
	counted, err := a.gateway.Count(r.Context(), actor, completion)
	if err != nil {
		return err
	}
	w.Header().Set(gatewayopenai.ReceiptHeader, string(counted.Receipt))
	data, err := json.Marshal(struct {
		Tokens    int  `json:"input_tokens"`
		Estimated bool `json:"estimated,omitempty"`
	}{counted.Tokens, counted.Estimated})
	if err != nil {
		return err
	}
	return gatewayopenai.WriteJSON(w, data)
}
