package gatewayopenai_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/solidaire-coop/solidaire/internal/audit"
	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/dlp"
	"github.com/solidaire-coop/solidaire/internal/energy"
	"github.com/solidaire-coop/solidaire/internal/gateway"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayengine"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayopenai"
	"github.com/solidaire-coop/solidaire/internal/ledger"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/models"
	"github.com/solidaire-coop/solidaire/internal/models/enginetest"
	"github.com/solidaire-coop/solidaire/internal/platform/i18n"
)

// house is the surface over real gateway code, a fake engine over real HTTP, and rooms reduced to what a test can
// see.
type house struct {
	t      testing.TB
	url    string
	engine *enginetest.Engine
	log    *leaves
	ledger *budgets
	holder *holder
	memory memory.Memory
	text   *bytes.Buffer // what was logged
}

const goodKey = "sol_good"

func newHouse(t testing.TB) *house {
	t.Helper()
	h := &house{t: t, engine: enginetest.Start(t), log: &leaves{}, ledger: &budgets{}, holder: &holder{}, text: &bytes.Buffer{}}
	logger := slog.New(slog.NewTextHandler(&locked{w: h.text}, nil))
	service := gateway.New(gateway.Needs{
		Clock: core.SystemClock{}, Log: logger, Holder: h.holder, Scan: dlp.Scan, Charter: rules{}, Budgets: h.ledger,
		Memory: answers{}, Embedding: func(context.Context) (models.Model, bool) { return models.Model{}, false },
		Catalogue: shelf{}, Engine: gatewayengine.New(wire{h.engine.URL}, logger), Meter: meter{}, Audit: h.log, Observer: silent{},
	})
	bundle, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	gatewayopenai.New(service, keys{}, shelf{}, rules{}, bundle, logger, 1<<20).Routes(mux)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	h.url = server.URL
	return h
}

func (h *house) post(path, body string) (*http.Response, string) {
	h.t.Helper()
	return h.send(h.t.Context(), path, body, goodKey)
}

func (h *house) send(ctx context.Context, path, body, key string) (*http.Response, string) {
	h.t.Helper()
	req, err := http.NewRequestWithContext(ctx, "POST", h.url+path, strings.NewReader(body))
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

type problem struct {
	Error struct {
		Message, Type, Code, Next, ID string
		Param                         *string
		Article                       int
		Charter                       string
		Receipt                       core.ID
	}
}

func problemOf(t *testing.T, body string) problem {
	t.Helper()
	var p problem
	if err := json.Unmarshal([]byte(body), &p); err != nil {
		t.Fatalf("%v in %q", err, body)
	}
	return p
}

// leaves remembers records.
type leaves struct {
	mu      sync.Mutex
	records []audit.Record
	fail    error
}

func (l *leaves) Append(_ context.Context, record audit.Record) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.fail == nil {
		l.records = append(l.records, record)
	}
	return l.fail
}

func (l *leaves) only(t *testing.T) audit.Record {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.records) != 1 {
		t.Fatalf("records: got %d, want 1", len(l.records))
	}
	return l.records[0]
}

// budgets counts what is open and what was settled; full refuses.
type budgets struct {
	mu   sync.Mutex
	open int
	used ledger.Amounts
	full bool
}

func (b *budgets) Reserve(context.Context, core.ID, core.ID, ledger.Amounts, ledger.Limits) (ledger.Reservation, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.full {
		return nil, core.E(core.Exhausted, "errors.budget_exhausted", nil)
	}
	b.open++
	return &reservation{b: b}, nil
}

type reservation struct {
	b    *budgets
	once sync.Once
}

func (r *reservation) Settle(a ledger.Amounts) {
	r.once.Do(func() {
		r.b.mu.Lock()
		defer r.b.mu.Unlock()
		r.b.open--
		r.b.used.Tokens += a.Tokens
	})
}
func (r *reservation) Release() { r.Settle(ledger.Amounts{}) }

type holder struct {
	mu      sync.Mutex
	revoked bool
}

func (h *holder) Holds(context.Context, core.ID) (bool, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return !h.revoked, nil
}

// rules forbids sensitive data under article 4 and allows the rest under article 3.
type rules struct{}

func (rules) Decide(_ context.Context, q charter.Question) (charter.Decision, error) {
	if len(q.DataClasses) > 0 {
		return charter.Decision{Charter: "4f2a", Articles: []int{4}}, nil
	}
	return charter.Decision{Allow: true, Charter: "4f2a", Articles: []int{3}, Obligations: charter.Obligations{MaxOutputTokens: 500}}, nil
}

func (rules) InForce() charter.Version {
	return charter.Version{Hash: "4f2a", Document: charter.Document{Articles: []charter.Article{{
		Number: 4, Title: core.Text{FR: "Données protégées", EN: "Protected data"}, Remedy: core.Text{FR: "Retirez-le.", EN: "Take it out."},
	}}}}
}

type keys struct{}

func (keys) Authenticate(_ context.Context, secret string) (core.Actor, error) {
	if secret != goodKey {
		return core.Actor{}, core.E(core.Unauthenticated, "errors.key_unknown", nil)
	}
	return core.Actor{Organisation: "org", Person: "amelie", Credential: "key", ByKey: true}, nil
}

type shelf struct{}

func (shelf) List(context.Context) ([]models.Model, error) {
	return []models.Model{
		{Name: "fake-chat", Kind: models.Chat, Digest: "sha256:aa", Path: "/m", Trial: true},
		{Name: "fake-embedding", Kind: models.Embedding, Digest: "sha256:bb", Path: "/m"},
	}, nil
}

func (s shelf) Find(ctx context.Context, name string) (models.Model, error) {
	all, _ := s.List(ctx)
	i := slices.IndexFunc(all, func(m models.Model) bool { return m.Name == name })
	if i < 0 {
		return models.Model{}, core.E(core.NotFound, "errors.model_unknown", core.Args{"Model": name})
	}
	return all[i], nil
}

func (s shelf) Default(ctx context.Context, kind models.Kind) (models.Model, error) {
	return s.Find(ctx, "fake-"+string(kind))
}

// wire reaches the fake engine over HTTP.
type wire struct{ url string }

func (w wire) Open(ctx context.Context, _ models.Model, path string, body []byte) (*models.Response, error) {
	req, err := http.NewRequestWithContext(ctx, "POST", w.url+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	response, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	return &models.Response{Status: response.StatusCode, ContentType: response.Header.Get("Content-Type"),
		RetryAfter: response.Header.Get("Retry-After"), Body: response.Body}, nil
}

func (wire) Health(context.Context) []models.EngineHealth { return nil }

type answers struct{ memory.Memory }

func (answers) Answer(_ context.Context, q memory.Query) (memory.Answer, error) {
	if !strings.Contains(q.Text, "quorum") {
		return memory.Answer{Nearest: []memory.Quote{{Name: "statuts.md", Text: "Autre chose.", Version: "v1"}}}, nil
	}
	return memory.Answer{Found: true, Quotes: []memory.Quote{{Name: "statuts.md", Text: "Le quorum est de 25 %.", Version: "v1", Start: 10, End: 33}}}, nil
}

type meter struct{}

func (meter) Begin() energy.Span { return span{} }

type span struct{}

func (span) End(energy.Work) core.Energy {
	joules := 0.5
	return core.Energy{Joules: &joules, Label: core.EnergyEstimatedPublished}
}

type silent struct{}

func (silent) Request(string, string, time.Duration)   {}
func (silent) FirstToken(string, time.Duration)        {}
func (silent) Tokens(model string, prompt, output int) {}
func (silent) EngineError(string, string)              {}
func (silent) BudgetRefused(string)                    {}

// locked makes a buffer safe for a logger and a test together.
type locked struct {
	mu sync.Mutex
	w  io.Writer
}

func (l *locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}
