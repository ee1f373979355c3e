package modelsllama

import (
	"context"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/models"
)

// Engines reaches the engine of any model of this machine: its supervised child. It implements models.Engines.
type Engines struct {
	catalogue  models.Catalogue
	supervisor *Supervisor // nil: no program to supervise
	missing    *core.Error // why, when nil
}

// NewEngines joins what there is. supervisor may be nil; missing then says why.
func NewEngines(catalogue models.Catalogue, supervisor *Supervisor, missing *core.Error) *Engines {
	if supervisor == nil && missing == nil {
		missing = core.E(core.Unavailable, "errors.engine_missing", nil)
	}
	return &Engines{catalogue: catalogue, supervisor: supervisor, missing: missing}
}

// Open posts to the engine of the model. See models.Engines.
func (e *Engines) Open(ctx context.Context, model models.Model, path string, body []byte) (*models.Response, error) {
	switch {
	case model.Path == "":
		return nil, core.E(core.Unavailable, "errors.engine_missing", nil)
	case e.supervisor == nil:
		return nil, e.missing
	}
	return e.supervisor.Open(ctx, model, path, body)
}

// Warm starts the supervised engine of a model ahead of the first request.
func (e *Engines) Warm(ctx context.Context, model models.Model) error {
	if model.Path == "" {
		return nil
	}
	if e.supervisor == nil {
		return e.missing
	}
	return e.supervisor.Warm(ctx, model)
}

// Rests reports whether the engine of a model is left alone after it failed to start.
func (e *Engines) Rests(_ context.Context, model models.Model) bool {
	return e.supervisor != nil && e.supervisor.health(model).Circuit.State == models.CircuitResting
}

// Health has one entry per model that a child would serve; where there is none, one entry that says what is
// missing.
func (e *Engines) Health(ctx context.Context) []models.EngineHealth {
	var all []models.EngineHealth
	list, err := e.catalogue.List(ctx)
	for _, m := range list {
		switch {
		case m.Path == "":
		case e.supervisor == nil:
			all = append(all, models.EngineHealth{Model: m.Name, Kind: m.Kind, State: models.EngineMissing, Detail: e.missing})
		default:
			all = append(all, e.supervisor.health(m))
		}
	}
	switch {
	case len(all) > 0:
	case err != nil:
		all = append(all, models.EngineHealth{State: models.EngineFailed, Detail: core.AsError(err)})
	case e.supervisor == nil:
		all = append(all, models.EngineHealth{State: models.EngineMissing, Detail: e.missing})
	default:
		all = append(all, models.EngineHealth{State: models.EngineIdle, Program: e.supervisor.config.Program})
	}
	return all
}

// Stop ends every supervised child, within 5 s.
func (e *Engines) Stop() error {
	if e.supervisor == nil {
		return nil
	}
	return e.supervisor.Stop()
}
