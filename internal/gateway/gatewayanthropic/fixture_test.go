package gatewayanthropic_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayanthropic"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayhousetest"
	"github.com/solidaire-coop/solidaire/internal/models"
	"github.com/solidaire-coop/solidaire/internal/models/enginetest"
)

// newHouse is a house with this surface in front, and one model for each dialect that engines speak.
func newHouse(t testing.TB) *gatewayhousetest.House {
	t.Helper()
	h := gatewayhousetest.New(t,
		models.Model{Name: "far-anthropic", Kind: models.Chat, Digest: models.UnknownDigest, Dialect: models.Anthropic, Origin: "far"},
		models.Model{Name: "far-ollama", Kind: models.Chat, Digest: models.UnknownDigest, Dialect: models.Ollama, Origin: "far"},
	)
	return h.Open(gatewayanthropic.New(h.Service, gatewayhousetest.Keys{}, h.Errors, gatewayhousetest.MaxBody))
}

func reply(status int, body string) enginetest.Script {
	return enginetest.Script{Reply: &enginetest.Reply{Status: status, Header: http.Header{"Content-Type": {"application/json"}}, Body: body}}
}

// sse is a reply of events.
func sse(events ...string) enginetest.Script {
	return enginetest.Script{Reply: &enginetest.Reply{Status: 200, Header: http.Header{"Content-Type": {"text/event-stream"}}, Body: "data: " + strings.Join(events, "\n\ndata: ") + "\n\n"}}
}

const hello = `{"model":"fake-chat","max_tokens":50,"messages":[{"role":"user","content":"Bonjour"}]`
