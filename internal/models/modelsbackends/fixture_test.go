package modelsbackends_test

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/models"
	"github.com/solidaire-coop/solidaire/internal/models/enginetest"
	"github.com/solidaire-coop/solidaire/internal/models/modelsbackends"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// clock goes on only when told.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// local is a catalogue and engines of this machine.
type local struct{ *models.Snapshot }

func (l local) List(context.Context) ([]models.Model, error) { return l.Snapshot.List(), nil }
func (l local) Find(_ context.Context, name string) (models.Model, error) {
	return l.Snapshot.Find(name)
}
func (l local) Default(_ context.Context, kind models.Kind) (models.Model, error) {
	return l.Snapshot.Default(kind)
}
func (local) Open(context.Context, models.Model, string, []byte) (*models.Response, error) {
	return nil, core.E(core.Unavailable, "errors.engine_here", nil)
}
func (local) Health(context.Context) []models.EngineHealth { return nil }

type board struct {
	*modelsbackends.Switchboard
	t     *testing.T
	clock *clock
}

func join(t *testing.T, here []models.Model, backends ...modelsbackends.Backend) board {
	t.Helper()
	b := board{t: t, clock: newClock()}
	config := modelsbackends.Config{Backends: backends, Clock: b.clock, Log: slog.New(slog.DiscardHandler)}
	if here != nil {
		l := local{models.NewSnapshot(here)}
		config.Catalogue, config.Engines = l, l
	}
	var err error
	if b.Switchboard, err = modelsbackends.New(config); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	return b
}

// ask sends one request for a model, and gives the status and how reading ended.
func (b board) ask(name string) (status int, text string, err error) {
	b.t.Helper()
	m, err := b.Find(b.t.Context(), name)
	if err != nil {
		b.t.Fatal(err)
	}
	resp, err := b.Open(b.t.Context(), m, "/v1/chat/completions", []byte(`{"model":"`+name+`","stream":true,"messages":[]}`))
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	return resp.Status, string(data), err
}

func reply(status int, body string) enginetest.Script {
	return enginetest.Script{Reply: &enginetest.Reply{Status: status, Body: body, Header: http.Header{"Content-Type": {"application/json"}}}}
}

func names(list []models.Model) []string {
	var out []string
	for _, m := range list {
		out = append(out, m.Name)
	}
	return out
}

// later is a server whose address is known before it runs.
type later struct {
	url   string
	start func()
}

func serveLater(t *testing.T, h http.Handler) later {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	listener.Close()
	return later{url: "http://" + address, start: func() {
		listener, err := net.Listen("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		server := httptest.NewUnstartedServer(h)
		server.Listener.Close()
		server.Listener = listener
		server.Start()
		t.Cleanup(func() { server.CloseClientConnections(); server.Close() })
	}}
}
