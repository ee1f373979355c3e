package modelsbackends

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/models"
	"github.com/solidaire-coop/solidaire/internal/models/modelsopenai"
)

// Backend is a server of the configuration.
type Backend struct {
	Name    string // how people and receipts call it
	Address string
	Key     string
	Dialect models.Dialect
	// Engine says that it takes the place of this machine's engines: documents get their vectors from it.
	Engine bool
	// Whole says that it is asked for whole answers, where it speaks OpenAI's dialect: see models.Model.
	Whole bool
	// Models says what is known of its models: Remote is the name that it uses, Name the one that people
	// use where that is another. When there are any, only those are served.
	Models []models.Model
}

// How often the list of a server is read again: often while it cannot be read.
const (
	refreshEvery = 30 * time.Second
	retryEvery   = 5 * time.Second
	listWait     = 5 * time.Second
)

// backend is a server at work.
type backend struct {
	Backend
	client  *modelsopenai.Client
	breaker breaker
	clock   core.Clock
	log     *slog.Logger

	view    atomic.Pointer[models.Snapshot] // what it serves, under the names that people use; nil: never read
	problem atomic.Pointer[core.Error]      // why the list cannot be read; nil when it was

	learning sync.Mutex
	learned  map[string]models.Model // what Ollama tells of each model, by name and digest
}

func newBackend(b Backend, waits Waits, clock core.Clock, log *slog.Logger) (*backend, error) {
	client, err := modelsopenai.New(modelsopenai.Config{
		Address: b.Address, Key: b.Key, Dialect: b.Dialect, HeaderWait: waits.Header, IdleWait: waits.Idle,
	})
	if err != nil {
		return nil, err
	}
	made := &backend{Backend: b, client: client, clock: clock, log: log, learned: map[string]models.Model{}}
	made.breaker.clock = clock
	if len(b.Models) > 0 {
		made.publish(nil) // what the configuration says is served before the server has listed anything
	}
	return made, nil
}

// refresh reads what the server serves. When it cannot be read, the last list stays.
func (b *backend) refresh(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, listWait)
	defer cancel()
	listed, err := b.listed(ctx)
	if err != nil {
		told := core.AsError(err)
		if b.problem.Swap(told) == nil {
			b.log.Warn("a server does not list its models", "backend", b.Name, "error", err)
		}
		if told.Key == "errors.engine_unreachable" && ctx.Err() == nil {
			b.breaker.failed()
		}
		return err
	}
	if b.problem.Swap(nil) != nil {
		b.log.Info("a server lists its models again", "backend", b.Name)
		b.breaker.reachable()
	}
	b.publish(listed)
	return nil
}

// publish makes the list of what was read and of what the configuration says.
func (b *backend) publish(listed []models.Model) {
	var list []models.Model
	if len(b.Models) == 0 {
		for _, m := range listed {
			list = append(list, b.named(m))
		}
	}
	for _, said := range b.Models {
		list = append(list, b.named(merge(said, find(listed, said.Remote))))
	}
	b.view.Store(models.NewSnapshot(list))
}

func find(list []models.Model, remote string) models.Model {
	for _, m := range list {
		if m.Remote == remote {
			return m
		}
	}
	return models.Model{Remote: remote}
}

// merge completes what the configuration says of a model by what the server says.
func merge(said, seen models.Model) models.Model {
	seen.Remote = said.Remote
	if said.Name != "" {
		seen.Name = said.Name
	}
	if said.Kind != "" {
		seen.Kind = said.Kind
	}
	if said.Context > 0 {
		seen.Context = said.Context
	}
	if said.Parameters > 0 {
		seen.Parameters = said.Parameters
	}
	for _, ability := range []struct{ to, from *models.Known }{
		{&seen.Tools, &said.Tools}, {&seen.Images, &said.Images}, {&seen.Thinking, &said.Thinking},
	} {
		if *ability.from != models.NotSaid {
			*ability.to = *ability.from
		}
	}
	if said.Languages != "" {
		seen.Languages = said.Languages
	}
	return seen
}

// named gives a model the marks of its server, and a name that is safe in an address, a header and a log.
func (b *backend) named(m models.Model) models.Model {
	if m.Name == "" {
		m.Name = safeName(m.Remote)
	}
	if m.Kind == "" {
		m.Kind = models.KindByName(m.Remote)
	}
	m.Whole = b.Whole && b.Dialect == models.OpenAI
	m.Backend, m.Dialect, m.Digest, m.Origin = b.Name, b.Dialect, models.UnknownDigest, b.Address
	return m
}

// safeName makes a model's name of whatever a server calls it.
func safeName(remote string) string {
	if models.CheckName(remote) == nil {
		return remote
	}
	safe := strings.Map(func(r rune) rune {
		if models.CheckName("a"+string(r)) != nil {
			return '-'
		}
		return r
	}, remote)
	safe = strings.TrimLeft(safe, "._-:/")
	if len(safe) > 100 {
		safe = safe[len(safe)-100:] // the end of a path tells more than its beginning
	}
	if safe = strings.TrimLeft(safe, "._-:/"); safe == "" {
		return "model"
	}
	return safe
}

// run keeps the list fresh until ctx ends.
func (b *backend) run(ctx context.Context) {
	for {
		wait := refreshEvery
		if b.refresh(ctx) != nil {
			wait = retryEvery
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
		}
	}
}

// health says how the server is, from what is known: nothing is asked.
func (b *backend) health() models.EngineHealth {
	h := models.EngineHealth{Backend: b.Name, State: models.EngineReady, Program: b.Address, Circuit: b.breaker.circuit()}
	if b.Engine {
		h.Backend = ""
	}
	if h.Circuit.State == models.CircuitResting {
		h.State, h.Detail = models.EngineFailed, restError(b.Name, turned{wait: h.Circuit.Wait})
	} else if problem := b.problem.Load(); problem != nil {
		h.State, h.Detail = models.EngineFailed, problem
	}
	return h
}
