package modelsllama

import (
	"context"
	"sync"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/models"
)

// Engines reaches the engine of any model of this machine: its supervised child. It implements models.Engines.
type Engines struct {
	catalogue models.Catalogue
	find      func() (*Supervisor, error)

	mu         sync.Mutex
	supervisor *Supervisor // nil: no program was found yet
	stopped    bool
}

// NewEngines makes the way to the engines. find makes their supervisor; while it fails, it is asked again by each request, so
// that an engine installed later is used at once.
func NewEngines(catalogue models.Catalogue, find func() (*Supervisor, error)) *Engines {
	return &Engines{catalogue: catalogue, find: find}
}

// children is who supervises the engines, or why there is nobody.
func (e *Engines) children() (*Supervisor, *core.Error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	switch {
	case e.supervisor != nil:
		return e.supervisor, nil
	case e.stopped:
		return nil, core.E(core.Unavailable, "errors.server_stopping", nil)
	}
	found, err := e.find()
	if err != nil {
		return nil, core.AsError(err)
	}
	e.supervisor = found
	return found, nil
}

// Open posts to the engine of the model. See models.Engines.
func (e *Engines) Open(ctx context.Context, model models.Model, path string, body []byte) (*models.Response, error) {
	if model.Path == "" {
		return nil, core.E(core.Unavailable, "errors.engine_missing", nil)
	}
	supervisor, missing := e.children()
	if missing != nil {
		return nil, missing
	}
	return supervisor.Open(ctx, model, path, body)
}

// Warm starts the supervised engine of a model ahead of the first request.
func (e *Engines) Warm(ctx context.Context, model models.Model) error {
	if model.Path == "" {
		return nil
	}
	supervisor, missing := e.children()
	if missing != nil {
		return missing
	}
	return supervisor.Warm(ctx, model)
}

// Rests reports whether the engine of a model is left alone after it failed to start.
func (e *Engines) Rests(_ context.Context, model models.Model) bool {
	supervisor, _ := e.children()
	return supervisor != nil && supervisor.health(model).Circuit.State == models.CircuitResting
}

// Health has one entry per model that a child would serve; where there is none, one entry that says what is
// missing.
func (e *Engines) Health(ctx context.Context) []models.EngineHealth {
	var all []models.EngineHealth
	supervisor, missing := e.children()
	list, err := e.catalogue.List(ctx)
	for _, m := range list {
		switch {
		case m.Path == "":
		case missing != nil:
			all = append(all, models.EngineHealth{Model: m.Name, Kind: m.Kind, State: models.EngineMissing, Detail: missing})
		default:
			all = append(all, supervisor.health(m))
		}
	}
	switch {
	case len(all) > 0:
	case err != nil:
		all = append(all, models.EngineHealth{State: models.EngineFailed, Detail: core.AsError(err)})
	case missing != nil:
		all = append(all, models.EngineHealth{State: models.EngineMissing, Detail: missing})
	default:
		all = append(all, models.EngineHealth{State: models.EngineIdle, Program: supervisor.config.Program})
	}
	return all
}

// Stop ends every supervised child, within 5 s, and finds no more.
func (e *Engines) Stop() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.stopped = true
	if e.supervisor == nil {
		return nil
	}
	return e.supervisor.Stop()
}
