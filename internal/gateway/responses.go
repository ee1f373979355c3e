package gateway

import (
	"context"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// KeptResponse is an answer that a program may go on from later without sending the conversation again.
type KeptResponse struct {
	ID       core.ID // of its receipt too
	Previous core.ID // the response that it goes on from, "" for none
	Created  time.Time
	Input    []byte // JSON list of the items that were asked
	Body     []byte // JSON, as it was answered
}

// Responses keeps them, each for its person alone and for as long as the charter keeps conversations. Every method
// returns core.NotFound for a response that is not the person's own.
type Responses interface {
	Keep(ctx context.Context, actor core.Actor, response KeptResponse) error
	Find(ctx context.Context, actor core.Actor, id core.ID) (KeptResponse, error)
	// Chain gives a response and all that it goes on from, oldest first; core.NotFound when one of them is gone.
	Chain(ctx context.Context, actor core.Actor, id core.ID) ([]KeptResponse, error)
	// Delete erases one response; its receipt stays.
	Delete(ctx context.Context, actor core.Actor, id core.ID) error
}

// MaxChain bounds how many responses one may go on from.
const MaxChain = 1000
