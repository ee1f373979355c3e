package app

import (
	"context"
	"path/filepath"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/memory/memoryengine"
	"github.com/solidaire-coop/solidaire/internal/memory/memoryformats"
	"github.com/solidaire-coop/solidaire/internal/memory/memorypdfium"
	"github.com/solidaire-coop/solidaire/internal/memory/memorysnowball"
	"github.com/solidaire-coop/solidaire/internal/memory/memorysql"
	"github.com/solidaire-coop/solidaire/internal/models"
	"github.com/solidaire-coop/solidaire/internal/models/modelsllama"
	"github.com/solidaire-coop/solidaire/internal/models/modelsopenai"
	"github.com/solidaire-coop/solidaire/internal/models/modelssql"
)

// openModels opens the catalogue and the way to the engines: of a server given by its address, or of children started
// here, whichever program discovery finds. Without any, everything else works and Health says why.
func (a *App) openModels(ctx context.Context) error {
	if a.config.Engine.URL != "" {
		return a.openRemote(ctx, a.config.Engine.URL)
	}
	catalogue, err := modelssql.New(ctx, a.db, string(a.dir), a.log)
	if err != nil {
		return err
	}
	a.catalogue = catalogue
	a.services = append(a.services, catalogue.Run)
	found := modelsllama.Discover(ctx, modelsllama.Search{Configured: a.config.Engine.Program, DataDir: string(a.dir)})
	a.log.InfoContext(ctx, "engine", "source", string(found.Source), "program", found.Program, "address", found.Address)
	switch {
	case found.Address != "":
		return a.openRemote(ctx, found.Address)
	case found.Program == "":
		a.engines = modelsllama.NewEngines(catalogue, nil, found.Problem)
		return nil
	}
	supervisor, err := modelsllama.NewSupervisor(modelsllama.Config{
		Program: found.Program, DataDir: string(a.dir), Clock: a.clock, Log: a.log,
	})
	if err != nil {
		return err
	}
	engines := modelsllama.NewEngines(catalogue, supervisor, nil)
	a.engines = engines
	a.onClose(engines.Stop)
	a.services = append(a.services, func(ctx context.Context) error { return a.warm(ctx, engines) })
	return nil
}

// openRemote uses a server that already runs. Its models are read now if it answers, and again while we run.
func (a *App) openRemote(ctx context.Context, address string) error {
	key, err := a.config.EngineKey()
	if err != nil {
		return err
	}
	client, err := modelsopenai.New(modelsopenai.Config{Address: address, Key: key})
	if err != nil {
		return err
	}
	a.onClose(func() error { client.Close(); return nil })
	catalogue := modelsopenai.NewCatalogue(client, modelsopenai.CatalogueConfig{Origin: address, Clock: a.clock, Log: a.log})
	soon, cancel := context.WithTimeout(ctx, remoteFirst)
	defer cancel()
	if err := catalogue.Refresh(soon); err != nil {
		a.log.WarnContext(ctx, "the engine's server does not answer yet", "error", err)
	}
	a.catalogue = catalogue
	engines := modelsllama.NewEngines(catalogue, nil, nil, modelsllama.Remote{Address: address, Client: client})
	a.engines = engines
	a.services = append(a.services, catalogue.Run, func(ctx context.Context) error { return a.warm(ctx, engines) })
	return nil
}

// remoteFirst bounds the wait for a server's list of models at the start.
const remoteFirst = 3 * time.Second

// warm starts the embedding engine ahead of the first question, then gives vectors to what was added without.
func (a *App) warm(ctx context.Context, engines *modelsllama.Engines) error {
	model, err := a.catalogue.Default(ctx, models.Embedding)
	if err != nil {
		return nil // none installed: full text answers, and doctor says how to install one
	}
	if err := engines.Warm(ctx, model); err != nil {
		return err
	}
	n, err := a.memory.Reembed(ctx)
	if n > 0 {
		a.log.InfoContext(ctx, "vectors completed", "embedded", n)
	}
	return err
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

// pdfIdle is how long PDFium stays in memory after the last PDF.
const pdfIdle = 30 * time.Second

func (a *App) openMemory(context.Context) error {
	pdf := memorypdfium.New(filepath.Join(a.dir.RunFiles(), "pdfium"), pdfIdle)
	a.onClose(pdf.Close)
	embedder := afterStart{Embedder: memoryengine.New(a.engines, a.catalogue), started: a.listening}
	if a.listen && a.config.Engine.URL == "" { // a single command waits: it has nothing better to do
		embedder.starting = a.embeddingStarts
	}
	a.memory = memory.New(memory.Parts{
		Store: memorysql.New(a.db), Stemmer: memorysnowball.Stemmer{}, Embedder: embedder,
		Extractor: memoryformats.New(memoryformats.Config{PDF: pdf}), Clock: a.clock, Log: a.log,
	})
	return nil
}
