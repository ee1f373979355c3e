package gatewayollama_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayhousetest"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayollama"
	"github.com/solidaire-coop/solidaire/internal/models"
	"github.com/solidaire-coop/solidaire/internal/models/enginetest"
)

type engines struct{}

func (engines) Health(context.Context) []models.EngineHealth {
	return []models.EngineHealth{{Model: "fake-chat", State: models.EngineReady}, {Model: "seeing", State: models.EngineIdle}}
}

// newHouse is a house with this surface in front, and one model for each dialect that engines speak.
func newHouse(t testing.TB) *gatewayhousetest.House {
	t.Helper()
	h := gatewayhousetest.New(t,
		models.Model{Name: "far-anthropic", Kind: models.Chat, Digest: models.UnknownDigest, Dialect: models.Anthropic, Origin: "far"},
		models.Model{Name: "far-ollama", Kind: models.Chat, Digest: models.UnknownDigest, Dialect: models.Ollama, Origin: "far"},
		models.Model{Name: "far-vectors", Kind: models.Embedding, Digest: models.UnknownDigest, Dialect: models.Ollama, Origin: "far"},
		models.Model{Name: "seeing", Kind: models.Chat, Digest: "sha256:cc", Path: "/m", Bytes: 7, Parameters: 1_234_000_000, Context: 2048,
			Abilities: models.Abilities{Images: models.Yes, Tools: models.Yes, Thinking: models.No}},
	)
	return h.Open(gatewayollama.New(gatewayollama.Config{
		Gateway: h.Service, Keys: gatewayhousetest.Keys{}, Catalogue: h.Shelf, Engines: engines{}, Errors: h.Errors,
		Clock: core.SystemClock{}, MaxBody: gatewayhousetest.MaxBody, Version: "test",
	}))
}

func reply(kind string, lines ...string) enginetest.Script {
	return enginetest.Script{Reply: &enginetest.Reply{Status: 200, Header: http.Header{"Content-Type": {kind}}, Body: strings.Join(lines, "\n") + "\n"}}
}

// linesOf reads a stream of lines.
func linesOf(t *testing.T, body string) []gjson.Result {
	t.Helper()
	var list []gjson.Result
	for line := range strings.Lines(body) {
		if !gjson.Valid(line) {
			t.Errorf("not JSON: %q", line)
		}
		list = append(list, gjson.Parse(line))
	}
	return list
}

func get(t *testing.T, h *gatewayhousetest.House, method, path string) (int, gjson.Result) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, h.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+gatewayhousetest.GoodKey)
	response, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, gjson.ParseBytes(body)
}

const hello = `{"model":"fake-chat","messages":[{"role":"user","content":"Bonjour"}]`
