// Package gatewayhousetest is a house for tests of surfaces: the real gateway and the real adapter to engines, a fake
// engine over real HTTP, and the other rooms reduced to what a test can see.
package gatewayhousetest

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/dlp"
	"github.com/solidaire-coop/solidaire/internal/gateway"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayengine"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayopenai"
	"github.com/solidaire-coop/solidaire/internal/models"
	"github.com/solidaire-coop/solidaire/internal/models/enginetest"
	"github.com/solidaire-coop/solidaire/internal/models/modelsopenai"
	"github.com/solidaire-coop/solidaire/internal/platform/i18n"
)

// House is one. Open puts surfaces in front of it.
type House struct {
	URL     string
	Engine  *enginetest.Engine
	Log     *Leaves
	Ledger  *Budgets
	Holder  *Holder
	Text    *Text // what was logged
	Service *gateway.Service
	Shelf   Shelf
	Bundle  *i18n.Bundle
	Logger  *slog.Logger
	Errors  *gatewayopenai.ErrorWriter

	t      testing.TB
	server *httptest.Server
}

// GoodKey is the one key that opens.
const GoodKey = "sol_good"

// DecliningKey opens every door to somebody who wants no model.
const DecliningKey = "sol_declining"

// Surface is what Open opens.
type Surface interface{ Routes(mux *http.ServeMux) }

// New makes a house with a chat model, an embedding model, and those given.
func New(t testing.TB, more ...models.Model) *House {
	t.Helper()
	h := &House{t: t, Engine: enginetest.Start(t), Log: &Leaves{}, Ledger: &Budgets{}, Holder: &Holder{}, Text: &Text{}}
	h.Shelf = append(Shelf{
		{Name: "fake-chat", Kind: models.Chat, Digest: "sha256:aa", Path: "/m", Trial: true},
		{Name: "fake-embedding", Kind: models.Embedding, Digest: "sha256:bb", Path: "/m"},
	}, more...)
	client, err := modelsopenai.New(modelsopenai.Config{Address: h.Engine.URL})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	h.Logger = slog.New(slog.NewTextHandler(h.Text, nil))
	h.Service = gateway.New(gateway.Needs{
		Clock: core.SystemClock{}, Log: h.Logger, Holder: h.Holder, Scan: dlp.Scan, Charter: Rules{}, Budgets: h.Ledger,
		Memory: answers{}, Embedding: func(context.Context) (models.Model, bool) { return models.Model{}, false },
		Catalogue: h.Shelf, Engine: gatewayengine.New(wire{client}, h.Logger), Meter: meter{}, Audit: h.Log, Observer: silent{},
	})
	bundle, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	h.Bundle, h.Errors = bundle, gatewayopenai.NewErrorWriter(Rules{}, bundle, h.Logger)
	return h
}

// MaxBody bounds requests of surfaces in tests.
const MaxBody = 1 << 20

// Open serves surfaces until the test ends.
func (h *House) Open(surfaces ...Surface) *House {
	mux := http.NewServeMux()
	for _, s := range surfaces {
		s.Routes(mux)
	}
	h.server = httptest.NewServer(mux)
	h.t.Cleanup(h.server.Close)
	h.URL = h.server.URL
	return h
}

// Post sends a body with the good key and reads the whole answer.
func (h *House) Post(path, body string) (*http.Response, string) {
	h.t.Helper()
	return h.Send(h.t.Context(), path, body, GoodKey)
}

// Send sends a body with a key, "" for none.
func (h *House) Send(ctx context.Context, path, body, key string) (*http.Response, string) {
	h.t.Helper()
	req, err := http.NewRequestWithContext(ctx, "POST", h.URL+path, strings.NewReader(body))
	if err != nil {
		h.t.Fatal(err)
	}
	if key != "" {
		req.Header.Set("Authorization", "Bearer "+key)
	}
	req.Header.Set("Accept-Language", "en")
	response, err := http.DefaultClient.Do(req)
	if err != nil {
		h.t.Fatal(err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	return response, string(data)
}
