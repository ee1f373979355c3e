package gatewayopenai_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/solidaire-coop/solidaire/internal/audit"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayhousetest"
	"github.com/solidaire-coop/solidaire/internal/models"
)

// Nothing of somebody who declines AI reaches a model, by whatever door; each refusal has its receipt, and the memory
// still answers with quotations.
func TestWhoDeclinesAIReachesNoModel(t *testing.T) {
	t.Parallel()
	for path, body := range map[string]string{
		"/v1/chat/completions": hello + `}`,
		"/v1/completions":      `{"model":"fake-chat","prompt":"Bonjour","stream":true}`,
		"/v1/embeddings":       `{"model":"fake-embedding","input":"Bonjour"}`,
		"/v1/responses":        `{"model":"auto","input":"Bonjour"}`,
		"/v1/rerank":           `{"model":"far-rerank","query":"a","documents":["b"]}`,
	} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, far("far-rerank", models.Rerank))
			response, text := h.Send(t.Context(), path, body, gatewayhousetest.DecliningKey)
			var said problem
			if err := json.Unmarshal([]byte(text), &said); err != nil || response.StatusCode != http.StatusForbidden || !strings.Contains(said.Error.Message, "You chose not to use AI") ||
				!strings.Contains(said.Error.Next+said.Error.Message, "My data") {
				t.Fatalf("%d %s", response.StatusCode, text)
			}
			if n := len(h.Engine.Requests()); n != 0 {
				t.Errorf("%d requests reached the engine", n)
			}
			r := h.Log.Only(t)
			if r.Decision != audit.Refused || r.Outcome != audit.Blocked || r.ErrorKey != "errors.ai_declined" || len(r.Articles) != 0 || h.Ledger.Open() != 0 {
				t.Errorf("record: %+v", r)
			}
		})
	}
	h := newHouse(t)
	response, text := h.Send(t.Context(), "/api/ask", `{"question":"Quel est le quorum ?"}`, gatewayhousetest.DecliningKey)
	if response.StatusCode != http.StatusOK || !strings.Contains(text, "25 %") {
		t.Errorf("a question to the memory: %d %s", response.StatusCode, text)
	}
}
