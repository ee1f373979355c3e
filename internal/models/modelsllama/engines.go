package modelsllama

import (
	"context"
	"sync"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/models"
	"github.com/solidaire-coop/solidaire/internal/models/modelsopenai"
)

// Remote is an engine that runs elsewhere or already runs here.
type Remote struct {
	Address string // the origin of its models in the catalogue
	Client  *modelsopenai.Client
}

// Engines reaches the engine of any model: a file goes to a supervised child, a model of a remote
// engine to that engine. It implements models.Engines.
type Engines struct {
	catalogue  models.Catalogue
	supervisor *Supervisor // nil: no program to supervise
	missing    *core.Error // why, when nil
	remotes    []Remote
}

// NewEngines joins what there is. supervisor may be nil; missing then says why.
func NewEngines(catalogue models.Catalogue, supervisor *Supervisor, missing *core.Error, remotes ...Remote) *Engines {
	if supervisor == nil && missing == nil {
		missing = core.E(core.Unavailable, "errors.engine_missing", nil)
	}
	return &Engines{catalogue: catalogue, supervisor: supervisor, missing: missing, remotes: remotes}
}

// Open posts to the engine of the model. See models.Engines.
func (e *Engines) Open(ctx context.Context, model models.Model, path string, body []byte) (*models.Response, error) {
	if model.Path != "" {
		if e.supervisor == nil {
			return nil, e.missing
		}
		return e.supervisor.Open(ctx, model, path, body)
	}
	for _, r := range e.remotes {
		if r.Address == model.Origin {
			return r.Client.Open(ctx, path, body)
		}
	}
	return nil, core.E(core.Unavailable, "errors.engine_missing", nil)
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

// Health has one entry per model that a child would serve and one per remote engine; where there is
// neither, one entry that says what is missing.
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
	all = append(all, e.remoteHealth(ctx)...)
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

func (e *Engines) remoteHealth(ctx context.Context) []models.EngineHealth {
	all := make([]models.EngineHealth, len(e.remotes))
	var group sync.WaitGroup
	for i, r := range e.remotes {
		group.Go(func() {
			all[i] = models.EngineHealth{State: models.EngineReady, Program: r.Address}
			if err := r.Client.Health(ctx); err != nil {
				all[i].State, all[i].Detail = models.EngineFailed, core.AsError(err)
			}
		})
	}
	group.Wait()
	return all
}

// Stop ends every supervised child, within 5 s.
func (e *Engines) Stop() error {
	for _, r := range e.remotes {
		r.Client.Close()
	}
	if e.supervisor == nil {
		return nil
	}
	return e.supervisor.Stop()
}
