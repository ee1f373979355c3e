package gateway

import (
	"context"
	"log/slog"
	"time"

	"github.com/solidaire-coop/solidaire/internal/audit"
	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/energy"
	"github.com/solidaire-coop/solidaire/internal/ledger"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/models"
)

// Needs is what the service is made of: one interface for each step of the way.
type Needs struct {
	Clock     core.Clock
	Log       *slog.Logger
	Holder    Holder
	Scan      func(text []byte) []core.DataClass
	Charter   charter.Evaluator
	Budgets   ledger.Budgets
	Memory    memory.Memory
	Embedding func(ctx context.Context) (models.Model, bool) // the model that Memory embeds with
	Catalogue models.Catalogue
	Others    models.Alternatives // nil: each name stands on one engine alone
	Engine    Engine
	Meter     energy.Meter
	Audit     audit.Log
	Observer  Observer
	Adopter   Adopter // nil: results of the test of cited answers are not kept
	Demanding int64   // size of model that auto gives code and calculation to at least; 0: any
	Grid      energy.Grid
	Told      func(ctx context.Context, d Done) // of each request that ended; nil: nobody listens
}

// Holder says whether a credential is still in force; members satisfies it.
type Holder interface {
	Holds(ctx context.Context, credential core.ID) (bool, error)
}

// Observer counts what happens, without content. Telemetry satisfies it.
type Observer interface {
	Request(action string, outcome string, took time.Duration)
	FirstToken(model string, took time.Duration)
	Tokens(model string, prompt, output int)
	EngineError(model, code string)
	BudgetRefused(asset string)
}

// Service carries requests along the way. Safe for concurrent use.
type Service struct {
	Needs
	traffic traffic
}

// New makes the service.
func New(needs Needs) *Service { return &Service{Needs: needs} }

// rightCheck is how often a credential and the emergency restrictions are looked at again while an answer is under way: an answer
// under a revoked key ends within this time plus the second that Holder allows itself.
const rightCheck = 500 * time.Millisecond

// settleTimeout bounds what must still be written after the caller has left.
const settleTimeout = 10 * time.Second

// Writers lists the models that passed our own test of cited answers, smallest first.
func (s *Service) Writers(ctx context.Context) ([]ModelChoice, error) {
	return s.choices(ctx, func(m models.Model) bool { return m.Kind == models.Chat && m.WritesFrom && !m.Trial })
}

// Chatters lists the chat models, smallest first, after auto where there is a choice.
func (s *Service) Chatters(ctx context.Context) ([]ModelChoice, error) {
	list, err := s.choices(ctx, func(m models.Model) bool { return m.Kind == models.Chat })
	if len(list) > 1 {
		list = append([]ModelChoice{{Name: AutoModel}}, list...)
	}
	return list, err
}

func (s *Service) choices(ctx context.Context, keep func(models.Model) bool) ([]ModelChoice, error) {
	all, err := s.Catalogue.List(ctx)
	if err != nil {
		return nil, err
	}
	var kept []models.Model
	for _, m := range all {
		if keep(m) {
			kept = append(kept, m)
		}
	}
	bySize(kept)
	choices := make([]ModelChoice, len(kept))
	for i, m := range kept {
		choices[i] = ModelChoice{Name: m.Name, Trial: m.Trial}
	}
	return choices, nil
}
