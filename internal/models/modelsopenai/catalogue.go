package modelsopenai

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/models"
)

// refreshEvery is how often the list of a remote engine is read again.
const refreshEvery = 10 * time.Second

// Catalogue shows what a remote engine serves as models.Catalogue. It answers from memory; Run keeps
// the memory fresh. When the engine cannot be reached, the last list that it gave stays.
type Catalogue struct {
	client    *Client
	origin    string
	embedding []string
	clock     core.Clock
	log       *slog.Logger
	view      atomic.Pointer[models.Snapshot]
	problem   atomic.Pointer[core.Error]
}

// CatalogueConfig describes a remote engine to its catalogue.
type CatalogueConfig struct {
	Origin    string   // address shown as the origin of its models
	Embedding []string // names that are embedding models, beside those whose name says so
	Clock     core.Clock
	Log       *slog.Logger
}

// NewCatalogue makes an empty catalogue. Refresh or Run fills it.
func NewCatalogue(client *Client, config CatalogueConfig) *Catalogue {
	return &Catalogue{client: client, origin: config.Origin, embedding: config.Embedding, clock: config.Clock, log: config.Log}
}

// Refresh reads the engine's list now.
func (c *Catalogue) Refresh(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	listed, err := c.client.Models(ctx)
	if err != nil {
		if c.problem.Swap(core.AsError(err)) == nil {
			c.log.Warn("remote engine does not list its models", "engine", c.origin, "error", err)
		}
		return err
	}
	c.problem.Store(nil)
	list := make([]models.Model, len(listed))
	for i, m := range listed {
		list[i] = c.model(m)
	}
	c.view.Store(models.NewSnapshot(list))
	return nil
}

func (c *Catalogue) model(m Listed) models.Model {
	kind := models.KindByName(m.Name)
	can := func(what string) bool {
		return slices.ContainsFunc(m.Can, func(s string) bool { return strings.HasPrefix(s, what) })
	}
	if slices.Contains(c.embedding, m.Name) || (can("embed") && !can("completion")) {
		kind = models.Embedding
	}
	return models.Model{
		Name: m.Name, Kind: kind, Digest: models.UnknownDigest, Bytes: m.Bytes,
		Parameters: m.Parameters, Context: m.Context, Origin: c.origin, Added: c.clock.Now(),
	}
}

// Run refreshes until ctx ends. It returns nil.
func (c *Catalogue) Run(ctx context.Context) error {
	ticker := time.NewTicker(refreshEvery)
	defer ticker.Stop()
	for {
		_ = c.Refresh(ctx) // logged there; the last list stays
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// List returns the models by name.
func (c *Catalogue) List(context.Context) ([]models.Model, error) { return c.view.Load().List(), nil }

// Find returns the model that bears the name, from memory.
func (c *Catalogue) Find(_ context.Context, name string) (models.Model, error) {
	m, err := c.view.Load().Find(name)
	return m, c.because(err)
}

// Default returns the model to use for a kind.
func (c *Catalogue) Default(_ context.Context, kind models.Kind) (models.Model, error) {
	m, err := c.view.Load().Default(kind)
	return m, c.because(err)
}

// because says that the engine is out of reach where the list was never read.
func (c *Catalogue) because(err error) error {
	if problem := c.problem.Load(); err != nil && problem != nil && c.view.Load() == nil {
		return problem
	}
	return err
}
