package gatewaytest

import (
	"context"
	"slices"
	"sync"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway"
)

// Conversations keeps conversations in memory.
type Conversations struct {
	clock core.Clock
	mu    sync.Mutex
	kept  []*kept
	added chan struct{}
}

type kept struct {
	gateway.Conversation
	turns []gateway.Turn
}

// NewConversations makes an empty one.
func NewConversations(clock core.Clock) *Conversations {
	return &Conversations{clock: clock, added: make(chan struct{}, 1000)}
}

// Added receives once for each turn that was added.
func (c *Conversations) Added() <-chan struct{} { return c.added }

// Start implements gateway.Conversations.
func (c *Conversations) Start(_ context.Context, actor core.Actor, kind gateway.ConversationKind, title string) (gateway.Conversation, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.clock.Now()
	k := &kept{Conversation: gateway.Conversation{
		ID: core.NewID(now), Organisation: actor.Organisation, Person: actor.Person,
		Kind: kind, Title: title, Created: now, Updated: now,
	}}
	c.kept = append(c.kept, k)
	return k.Conversation, nil
}

// List implements gateway.Conversations.
func (c *Conversations) List(_ context.Context, actor core.Actor, limit int) ([]gateway.Conversation, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var list []gateway.Conversation
	for _, k := range slices.Backward(c.kept) {
		if k.Person == actor.Person && len(list) < limit {
			list = append(list, k.Conversation)
		}
	}
	return list, nil
}

// Turns implements gateway.Conversations.
func (c *Conversations) Turns(_ context.Context, actor core.Actor, id core.ID) (gateway.Conversation, []gateway.Turn, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	k, err := c.own(actor, id)
	if err != nil {
		return gateway.Conversation{}, nil, err
	}
	return k.Conversation, slices.Clone(k.turns), nil
}

// Add implements gateway.Conversations.
func (c *Conversations) Add(_ context.Context, actor core.Actor, id core.ID, turn gateway.Turn) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	k, err := c.own(actor, id)
	if err != nil {
		return err
	}
	k.turns, k.Updated = append(k.turns, turn), c.clock.Now()
	c.added <- struct{}{}
	return nil
}

// Rename implements gateway.Conversations.
func (c *Conversations) Rename(_ context.Context, actor core.Actor, id core.ID, title string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	k, err := c.own(actor, id)
	if err != nil {
		return err
	}
	k.Title = title
	return nil
}

// Delete implements gateway.Conversations.
func (c *Conversations) Delete(_ context.Context, actor core.Actor, id core.ID) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, err := c.own(actor, id); err != nil {
		return err
	}
	c.kept = slices.DeleteFunc(c.kept, func(k *kept) bool { return k.ID == id })
	return nil
}

func (c *Conversations) own(actor core.Actor, id core.ID) (*kept, error) {
	for _, k := range c.kept {
		if k.ID == id && k.Person == actor.Person {
			return k, nil
		}
	}
	return nil, core.E(core.NotFound, "errors.page_not_found", nil)
}
