package app

import (
	"context"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/memory/memoryengine"
	"github.com/solidaire-coop/solidaire/internal/memory/memoryoriginals"
	"github.com/solidaire-coop/solidaire/internal/memory/memorysnowball"
	"github.com/solidaire-coop/solidaire/internal/memory/memorysql"
	"github.com/solidaire-coop/solidaire/internal/models"
	"github.com/solidaire-coop/solidaire/internal/models/modelsbackends"
	"github.com/solidaire-coop/solidaire/internal/models/modelsllama"
	"github.com/solidaire-coop/solidaire/internal/models/modelssql"
	"github.com/solidaire-coop/solidaire/internal/platform/config"
)

// openModels opens the catalogue and the way to the engines: children started here, or a server that takes their place,
// whichever is configured or discovery finds, and the other servers of the configuration beside them. Without any,
// everything else works and Health says why.
func (a *App) openModels(ctx context.Context) error {
	if a.config.Engine.URL != "" {
		return a.openServers(ctx, a.config.Engine.URL, nil, nil)
	}
	catalogue, err := modelssql.New(ctx, a.db, string(a.dir), a.log)
	if err != nil {
		return err
	}
	a.services = append(a.services, catalogue.Run)
	a.adopter = catalogue
	search := modelsllama.Search{Configured: a.config.Engine.Program, DataDir: string(a.dir)}
	found := modelsllama.Discover(ctx, search)
	a.log.InfoContext(ctx, "engine", "source", string(found.Source), "program", found.Program, "address", found.Address)
	if found.Address != "" {
		a.adopter = nil // a server's list is not ours to write in
		return a.openServers(ctx, found.Address, nil, nil)
	}
	engines := modelsllama.NewEngines(catalogue, func() (*modelsllama.Supervisor, error) { return a.supervise(search) })
	a.onClose(engines.Stop)
	return a.openServers(ctx, "", modelsllama.Bounded(catalogue, int(a.config.Engine.Context)), engines)
}

// supervise finds the program of the engines, now or once it has been installed.
func (a *App) supervise(search modelsllama.Search) (*modelsllama.Supervisor, error) {
	found := modelsllama.Program(search)
	if found.Program == "" {
		return nil, found.Problem
	}
	return modelsllama.NewSupervisor(modelsllama.Config{
		Program: found.Program, DataDir: string(a.dir), Clock: a.clock, Log: a.log,
		HeaderWait: a.config.Engine.HeaderWait, IdleWait: a.config.Engine.IdleWait,
		Slots: int(a.config.Engine.Slots), Context: int(a.config.Engine.Context),
	})
}

// openServers joins what runs here with the servers of the configuration. engine is the address of the one that takes the
// place of the engines here; "" for none. The servers' models are read now if they answer, and again while we run.
func (a *App) openServers(ctx context.Context, engine string, catalogue models.Catalogue, here *modelsllama.Engines) error {
	joined := modelsbackends.Config{
		Catalogue: catalogue, Clock: a.clock, Log: a.log,
		Waits: modelsbackends.Waits{Header: a.config.Engine.HeaderWait, Idle: a.config.Engine.IdleWait},
	}
	if here != nil {
		joined.Engines = here
	}
	var err error
	if joined.Backends, err = a.backends(engine); err != nil {
		return err
	}
	board, err := modelsbackends.New(joined)
	if err != nil {
		return err
	}
	a.onClose(func() error { board.Close(); return nil })
	a.catalogue, a.engines, a.others = board, board, board
	if len(joined.Backends) > 0 {
		soon, cancel := context.WithTimeout(ctx, remoteFirst)
		defer cancel()
		if err := board.Refresh(soon); err != nil {
			a.log.WarnContext(ctx, "a server does not answer yet", "error", err)
		}
		a.services = append(a.services, board.Run)
	}
	a.services = append(a.services, func(ctx context.Context) error { return a.warm(ctx, here) })
	return nil
}

// backends lists the servers: the one that is the engine, then those of the configuration.
func (a *App) backends(engine string) ([]modelsbackends.Backend, error) {
	var list []modelsbackends.Backend
	if engine != "" {
		key, err := a.config.EngineKey()
		if err != nil {
			return nil, err
		}
		list = append(list, modelsbackends.Backend{Name: engine, Address: engine, Key: key, Engine: true, Whole: a.config.Engine.Replies == config.Whole})
	}
	for _, b := range a.config.Backends {
		key, err := b.Key()
		if err != nil {
			return nil, err
		}
		server := modelsbackends.Backend{Name: b.Name, Address: b.URL, Key: key, Dialect: dialect(b.Dialect), Whole: b.Replies == config.Whole}
		for _, m := range b.Models {
			server.Models = append(server.Models, said(m))
		}
		list = append(list, server)
	}
	return list, nil
}

func dialect(name string) models.Dialect {
	if name == "openai" {
		return models.OpenAI
	}
	return models.Dialect(name)
}

// said is what the configuration says of a model.
func said(m config.BackendModel) models.Model {
	known := func(yes *bool) models.Known {
		if yes == nil {
			return models.NotSaid
		}
		return models.KnownIf(*yes)
	}
	return models.Model{
		Remote: m.Name, Name: m.Alias, Kind: models.Kind(m.Kind), Context: int(m.Context), Parameters: m.Parameters,
		Abilities: models.Abilities{Tools: known(m.Tools), Images: known(m.Vision), Thinking: known(m.Thinking), Languages: m.Languages},
	}
}

// remoteFirst bounds the wait for a server's list of models at the start.
const remoteFirst = 3 * time.Second

// warm starts the embedding engine ahead of the first question, then gives vectors to what was added without.
func (a *App) warm(ctx context.Context, here *modelsllama.Engines) error {
	model, err := a.catalogue.Default(ctx, models.Embedding)
	if err != nil {
		return nil // none installed: full text answers, and doctor says how to install one
	}
	if here != nil {
		if err := here.Warm(ctx, model); err != nil {
			return err
		}
	}
	a.memory.WakeVectors()
	return nil
}

// afterStart gives vectors only once the program runs. What is added before, as the demonstration is, waits for no engine:
// it is findable by words at once, and warm gives it its vectors. A question does not wait either while the engine of a
// server starts: it is answered by words, and says so.
type afterStart struct {
	memory.Embedder
	started  <-chan struct{}
	starting func(ctx context.Context) bool // nil: questions wait
}

// Embed implements memory.Embedder.
func (e afterStart) Embed(ctx context.Context, kind memory.TextKind, texts []string) ([][]float32, int, error) {
	if kind == memory.QueryText && e.starting != nil && e.starting(ctx) {
		return nil, 0, core.E(core.Unavailable, "errors.engine_starting", nil)
	}
	return e.Embedder.Embed(ctx, kind, texts)
}

// embeddingStarts says whether a child of ours that makes vectors is on its way up.
func (a *App) embeddingStarts(ctx context.Context) bool {
	for _, h := range a.engines.Health(ctx) {
		if h.Kind == models.Embedding && h.State == models.EngineStarting {
			return true
		}
	}
	return false
}

// Model implements memory.Embedder. There is none before the start.
func (e afterStart) Model(ctx context.Context) string {
	select {
	case <-e.started:
		return e.Embedder.Model(ctx)
	default:
		return ""
	}
}

func (a *App) openMemory(context.Context) error {
	originals, err := memoryoriginals.Open(a.dir.Documents())
	if err != nil {
		return dataDirError(err, a.dir)
	}
	a.reading = a.openReading()
	a.onClose(a.reading.Close)
	embedder := afterStart{Embedder: suspendedEmbedder{memoryengine.New(a.engines, a.catalogue), a}, started: a.listening}
	if a.listen && a.config.Engine.URL == "" { // a single command waits: it has nothing better to do
		embedder.starting = a.embeddingStarts
	}
	service := memory.New(memory.Parts{
		Store: memorysql.New(a.db), Stemmer: memorysnowball.Stemmer{}, Embedder: embedder,
		Extractor: a.reading, Originals: originals, Renderer: a.reading, Clock: a.clock, Log: a.log, Held: a.held,
	})
	return a.openIntake(service)
}
