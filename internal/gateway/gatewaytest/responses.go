package gatewaytest

import (
	"context"
	"sync"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway"
)

// Responses keeps responses in memory.
type Responses struct {
	mu   sync.Mutex
	kept map[core.ID]owned
	fail error
}

type owned struct {
	person core.ID
	gateway.KeptResponse
}

// NewResponses makes an empty one.
func NewResponses() *Responses { return &Responses{kept: map[core.ID]owned{}} }

// Fail makes every further Keep fail.
func (s *Responses) Fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fail = err
}

// Len counts what is kept.
func (s *Responses) Len() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.kept)
}

// Keep implements gateway.Responses.
func (s *Responses) Keep(_ context.Context, actor core.Actor, r gateway.KeptResponse) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fail == nil {
		s.kept[r.ID] = owned{actor.Person, r}
	}
	return s.fail
}

// Find implements gateway.Responses.
func (s *Responses) Find(_ context.Context, actor core.Actor, id core.ID) (gateway.KeptResponse, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.kept[id]
	if !ok || r.person != actor.Person {
		return gateway.KeptResponse{}, core.E(core.NotFound, "errors.response_unknown", nil)
	}
	return r.KeptResponse, nil
}

// Chain implements gateway.Responses.
func (s *Responses) Chain(ctx context.Context, actor core.Actor, id core.ID) ([]gateway.KeptResponse, error) {
	r, err := s.Find(ctx, actor, id)
	if err != nil || r.Previous == "" {
		return []gateway.KeptResponse{r}, err
	}
	before, err := s.Chain(ctx, actor, r.Previous)
	return append(before, r), err
}

// Delete implements gateway.Responses.
func (s *Responses) Delete(ctx context.Context, actor core.Actor, id core.ID) error {
	if _, err := s.Find(ctx, actor, id); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.kept, id)
	return nil
}
