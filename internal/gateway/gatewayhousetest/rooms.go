package gatewayhousetest

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/solidaire-coop/solidaire/internal/audit"
	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/energy"
	"github.com/solidaire-coop/solidaire/internal/ledger"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/models"
	"github.com/solidaire-coop/solidaire/internal/models/modelsopenai"
)

// Leaves remembers records.
type Leaves struct {
	mu      sync.Mutex
	records []audit.Record
	fail    error
}

// Fail makes every further record fail.
func (l *Leaves) Fail(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.fail = err
}

// All gives the records so far.
func (l *Leaves) All() []audit.Record {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.records)
}

// Append implements audit.Log.
func (l *Leaves) Append(_ context.Context, record audit.Record) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.fail == nil {
		l.records = append(l.records, record)
	}
	return l.fail
}

// Only gives the one record; the test fails when there is another number of them.
func (l *Leaves) Only(t testing.TB) audit.Record {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.records) != 1 {
		t.Fatalf("records: got %d, want 1", len(l.records))
	}
	return l.records[0]
}

// Budgets counts what is open and what was settled.
type Budgets struct {
	mu   sync.Mutex
	open int
	used ledger.Amounts
	full bool
}

// Exhaust makes every further reservation fail.
func (b *Budgets) Exhaust() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.full = true
}

// Open counts reservations that are neither settled nor released.
func (b *Budgets) Open() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.open
}

// Used gives what was settled.
func (b *Budgets) Used() ledger.Amounts {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.used
}

// Reserve implements ledger.Budgets.
func (b *Budgets) Reserve(context.Context, core.ID, core.ID, ledger.Amounts, ledger.Limits) (ledger.Reservation, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.full {
		return nil, core.E(core.Exhausted, "errors.budget_exhausted", nil)
	}
	b.open++
	return &reservation{b: b}, nil
}

type reservation struct {
	b    *Budgets
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

// Holder vouches for every credential until Revoke.
type Holder struct {
	mu      sync.Mutex
	revoked bool
}

// Revoke withdraws them all.
func (h *Holder) Revoke() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.revoked = true
}

// Holds implements gateway.Holder.
func (h *Holder) Holds(context.Context, core.ID) (bool, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return !h.revoked, nil
}

// Rules forbids sensitive data under article 4 and allows the rest under article 3.
type Rules struct{}

// Decide implements charter.Evaluator.
func (Rules) Decide(_ context.Context, q charter.Question) (charter.Decision, error) {
	if len(q.DataClasses) > 0 {
		return charter.Decision{Charter: "4f2a", Articles: []int{4}}, nil
	}
	return charter.Decision{Allow: true, Charter: "4f2a", Articles: []int{3}, Obligations: charter.Obligations{MaxOutputTokens: 500}}, nil
}

// InForce implements charter.Evaluator.
func (Rules) InForce() charter.Version {
	return charter.Version{Hash: "4f2a", Document: charter.Document{Articles: []charter.Article{{
		Number: 4, Title: core.Text{FR: "Données protégées", EN: "Protected data"}, Remedy: core.Text{FR: "Retirez-le.", EN: "Take it out."},
	}}}}
}

// Keys knows GoodKey and DecliningKey.
type Keys struct{}

// Authenticate implements gatewayopenai.Authenticator.
func (Keys) Authenticate(_ context.Context, secret string) (core.Actor, error) {
	if secret != GoodKey && secret != DecliningKey {
		return core.Actor{}, core.E(core.Unauthenticated, "errors.key_invalid", nil)
	}
	return core.Actor{Organisation: "org", Person: "amelie", Credential: "key", ByKey: true, DeclinesAI: secret == DecliningKey}, nil
}

// Shelf is a catalogue.
type Shelf []models.Model

// List implements models.Catalogue.
func (s Shelf) List(context.Context) ([]models.Model, error) { return slices.Clone(s), nil }

// Find implements models.Catalogue.
func (s Shelf) Find(_ context.Context, name string) (models.Model, error) {
	i := slices.IndexFunc(s, func(m models.Model) bool { return m.Name == name })
	if i < 0 {
		return models.Model{}, core.E(core.NotFound, "errors.model_unknown", core.Args{"Model": name})
	}
	return s[i], nil
}

// Default implements models.Catalogue.
func (s Shelf) Default(ctx context.Context, kind models.Kind) (models.Model, error) {
	return s.Find(ctx, "fake-"+string(kind))
}

// wire reaches the fake engine as the engine room does.
type wire struct{ client *modelsopenai.Client }

func (w wire) Open(ctx context.Context, _ models.Model, path string, body []byte) (*models.Response, error) {
	return w.client.Open(ctx, path, body)
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

// Text is a buffer that a logger and a test share.
type Text struct {
	mu sync.Mutex
	b  bytes.Buffer
}

// Write implements io.Writer.
func (t *Text) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.b.Write(p)
}

// String is what was written so far.
func (t *Text) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.b.String()
}
