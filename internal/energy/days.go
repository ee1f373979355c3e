package energy

import (
	"context"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// Day is what the requests of one UTC day used, told apart by how far each figure can be trusted.
type Day struct {
	Date  time.Time // midnight, UTC
	Parts []Part    // one per label present, strongest label first
}

// Part is the share of a day whose figures carry the same label. Requests of an unknown figure are
// counted, never added: their Energy has no joules.
type Part struct {
	Requests int
	Energy   core.Energy
}

// Days reads back what was recorded.
type Days interface {
	// Daily returns the days of [from, to) on which there was at least one request, oldest first, of
	// one person, or of the whole organisation when person is "".
	Daily(ctx context.Context, organisation, person core.ID, from, to time.Time) ([]Day, error)
}
