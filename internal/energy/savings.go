package energy

import (
	"context"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// Savings is what leaving the choice of the model to "auto" came to over some days. All figures are estimates by the sizes of
// models, from the energy of the answers themselves.
type Savings struct {
	Requests int         // answers whose model was chosen
	Known    int         // of those, how many have a figure
	Saved    core.Energy // of the known ones, against the largest model that could have answered
	Bigger   int         // wishes for a bigger model
	Extra    core.Energy // what those added that have a figure
}

// Accounts reads savings back.
type Accounts interface {
	// Savings sums the days of [from, to) of one person, or of the whole organisation when person is "".
	Savings(ctx context.Context, organisation, person core.ID, from, to time.Time) (Savings, error)
}
