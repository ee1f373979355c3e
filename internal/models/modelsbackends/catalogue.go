package modelsbackends

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/models"
)

// Config says what is joined.
type Config struct {
	// Catalogue and Engines are what runs on this machine; Catalogue is nil where nothing does.
	Catalogue models.Catalogue
	Engines   models.Engines
	Backends  []Backend // in the order of preference
	Waits     Waits
	Clock     core.Clock
	Log       *slog.Logger
}

// Waits bound the silence of a server; zero is the default of package modelsopenai.
type Waits struct {
	Header time.Duration // before its first header
	Idle   time.Duration // between two pieces of an answer
}

// Switchboard implements models.Catalogue, models.Alternatives and models.Engines over this machine and the servers of the
// configuration. Safe for concurrent use.
type Switchboard struct {
	local    models.Catalogue
	engines  models.Engines
	backends []*backend
}

var (
	_ models.Catalogue    = (*Switchboard)(nil)
	_ models.Alternatives = (*Switchboard)(nil)
	_ models.Engines      = (*Switchboard)(nil)
)

// New joins them. Refresh or Run reads what the servers serve.
func New(config Config) (*Switchboard, error) {
	s := &Switchboard{local: config.Catalogue, engines: config.Engines}
	for _, b := range config.Backends {
		made, err := newBackend(b, config.Waits, config.Clock, config.Log)
		if err != nil {
			s.Close()
			return nil, err
		}
		s.backends = append(s.backends, made)
	}
	return s, nil
}

// Refresh reads the lists of all servers once, at the same time.
func (s *Switchboard) Refresh(ctx context.Context) error {
	failed := make([]error, len(s.backends))
	var all sync.WaitGroup
	for i, b := range s.backends {
		all.Go(func() { failed[i] = b.refresh(ctx) })
	}
	all.Wait()
	return errors.Join(failed...)
}

// Run keeps the lists fresh until ctx ends. It returns nil.
func (s *Switchboard) Run(ctx context.Context) error {
	var all sync.WaitGroup
	for _, b := range s.backends {
		all.Go(func() { b.run(ctx) })
	}
	all.Wait()
	return nil
}

// Close drops idle connections.
func (s *Switchboard) Close() {
	for _, b := range s.backends {
		b.client.Close()
	}
}

// List returns the models by name. A model that several have is listed once under its name, and once for each server
// under "server/name".
func (s *Switchboard) List(ctx context.Context) ([]models.Model, error) {
	list, err := s.localList(ctx)
	if err != nil || len(s.backends) == 0 {
		return list, err
	}
	owners := map[string]int{}
	for _, m := range list {
		owners[m.Name]++
	}
	var served []models.Model
	for _, b := range s.backends {
		for _, m := range b.view.Load().List() {
			if owners[m.Name]++; owners[m.Name] == 1 {
				list = append(list, m)
			}
			served = append(served, m)
		}
	}
	for _, m := range served {
		if owners[m.Name] > 1 {
			list = append(list, s.qualified(m))
		}
	}
	slices.SortStableFunc(list, func(a, b models.Model) int { return cmp.Compare(a.Name, b.Name) })
	return slices.CompactFunc(list, func(a, b models.Model) bool { return a.Name == b.Name }), nil
}

func (s *Switchboard) localList(ctx context.Context) ([]models.Model, error) {
	if s.local == nil {
		return nil, nil
	}
	return s.local.List(ctx)
}

// prefix is how a model is named together with its server.
func (b *backend) prefix() string {
	if b.Engine {
		return "engine/"
	}
	return b.Name + "/"
}

// qualified names a model together with its server.
func (s *Switchboard) qualified(m models.Model) models.Model {
	for _, b := range s.backends {
		if b.Name == m.Backend {
			m.Remote, m.Name = m.EngineName(), b.prefix()+m.Name
			return m
		}
	}
	return m
}

// Find returns the model that bears the name: of this machine, else of the first server that has it, else the one that
// "server/name" means.
func (s *Switchboard) Find(ctx context.Context, name string) (models.Model, error) {
	m, _, err := s.find(ctx, name)
	return m, err
}

// find tells also whether the name means one server alone.
func (s *Switchboard) find(ctx context.Context, name string) (m models.Model, alone bool, err error) {
	if s.local != nil {
		if m, err = s.local.Find(ctx, name); err == nil || len(s.backends) == 0 {
			return m, false, err
		}
	}
	for _, b := range s.backends {
		if m, err = b.view.Load().Find(name); err == nil {
			return m, false, nil
		}
	}
	for _, b := range s.backends {
		if rest, ok := strings.CutPrefix(name, b.prefix()); ok {
			if m, err = b.view.Load().Find(rest); err == nil {
				return s.qualified(m), true, nil
			}
		}
	}
	return models.Model{}, false, s.missing(ctx, name)
}

// missing says that nobody has the model, or that nobody could be asked.
func (s *Switchboard) missing(ctx context.Context, name string) error {
	list, err := s.List(ctx)
	if err != nil {
		return err
	}
	if problem := s.unread(); problem != nil && len(list) == 0 {
		return problem
	}
	_, err = models.NewSnapshot(list).Find(name)
	return err
}

// unread says why the list of a server was never read; nil when all were.
func (s *Switchboard) unread() error {
	for _, b := range s.backends {
		if problem := b.problem.Load(); problem != nil && b.view.Load() == nil {
			return problem
		}
	}
	return nil
}

// Default returns the model to use for a kind when none is named: of this machine, else of the first server that has one. A
// trial model is used only when nobody has another. Documents get their vectors here, or from the server that takes the
// place of the engines here: no other one is sent what is in the memory.
func (s *Switchboard) Default(ctx context.Context, kind models.Kind) (models.Model, error) {
	var found models.Model
	var failed error
	if s.local != nil {
		if found, failed = s.local.Default(ctx, kind); failed == nil && !found.Trial {
			return found, nil
		}
	}
	for _, b := range s.backends {
		if kind == models.Embedding && !b.Engine {
			continue
		}
		if m, err := b.view.Load().Default(kind); err == nil {
			return m, nil
		}
	}
	if s.local != nil {
		return found, failed
	}
	if problem := s.unread(); problem != nil {
		return models.Model{}, problem
	}
	return (*models.Snapshot)(nil).Default(kind)
}

// Candidates implements models.Alternatives.
func (s *Switchboard) Candidates(ctx context.Context, name string) ([]models.Model, error) {
	found, alone, err := s.find(ctx, name)
	if err != nil || alone || len(s.backends) == 0 {
		return []models.Model{found}, err
	}
	var list, tired []models.Model
	if found.Backend == "" {
		list = append(list, found)
	}
	for _, b := range s.backends {
		m, err := b.view.Load().Find(name)
		switch {
		case err != nil || m.Kind != found.Kind:
		case b.breaker.rests(m.EngineName()):
			tired = append(tired, m)
		default:
			list = append(list, m)
		}
	}
	return append(list, tired...), nil
}

// Rests implements models.Alternatives.
func (s *Switchboard) Rests(ctx context.Context, model models.Model) bool {
	if model.Backend == "" {
		here, ok := s.engines.(interface {
			Rests(ctx context.Context, model models.Model) bool
		})
		return ok && here.Rests(ctx, model)
	}
	for _, b := range s.backends {
		if b.Name == model.Backend {
			return b.breaker.rests(model.EngineName())
		}
	}
	return false
}
