package ledger

import (
	"context"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// Amounts is a quantity of each asset.
type Amounts struct {
	Tokens      int64 // prompt and output tokens together
	Millijoules int64 // 0 when the energy is unknown
}

// Limits bound what one person may use in one UTC day; zero means no bound.
type Limits struct {
	Tokens      int64
	Millijoules int64
}

// Budgets reserves. Safe for concurrent use.
type Budgets interface {
	// Reserve sets the amounts aside for the person, atomically: core.Exhausted with what is left
	// when settled use plus open reservations plus amounts would pass a limit.
	Reserve(ctx context.Context, organisation, person core.ID, amounts Amounts, limits Limits) (Reservation, error)
}

// Reservation must end in exactly one Settle or Release; a second call does nothing.
type Reservation interface {
	// Settle replaces the reservation with what was really used.
	Settle(actual Amounts)
	// Release gives all of it back.
	Release()
}
