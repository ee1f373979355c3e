package auditsql

import (
	"context"

	"github.com/solidaire-coop/solidaire/internal/audit"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb"
)

// Projector keeps what another room derives from the records, such as balances and daily energy.
type Projector interface {
	// Project adds records to the projection, inside the transaction that puts those records in the
	// vault. It is called exactly once per record, in the order of the log, replays after a crash
	// included. An error undoes the whole transaction; it is tried again later, so it must not
	// refuse a record for good. It must not keep the slice.
	Project(ctx context.Context, tx *sqldb.Tx, records []audit.Record) error
}
