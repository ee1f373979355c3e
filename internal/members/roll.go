package members

import (
	"context"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// Rolls is what a vote asks of this room.
type Rolls interface {
	// Roll lists who may vote in a body at an instant, past ones too, sorted by person. In the assembly: every member with
	// a vote who had joined and not left. In another body: whoever held a mandate there and had not left the organisation.
	Roll(ctx context.Context, organisation core.ID, body string, at time.Time) ([]Elector, error)
}

// Roll implements Rolls.
func (s *Service) Roll(ctx context.Context, organisation core.ID, body string, at time.Time) ([]Elector, error) {
	if body == Assembly {
		roll, err := s.store.AssemblyRoll(ctx, organisation, at)
		return roll, failure(ctx, err, "")
	}
	b, err := s.body(ctx, organisation, body)
	if err != nil {
		return nil, err
	}
	roll, err := s.store.BodyRoll(ctx, b.ID, at)
	return roll, failure(ctx, err, "")
}
