// Package governancesql keeps proposals, ballots, votes and results in the program's database.
//
// Promises: each write is one transaction, and a change of a motion is written only if nobody changed it since it
// was read; votes, texts, rolls and results are only added; a ballot is read with its whole roll, in the order that its
// root was made of. Rows that were altered by hand are found by hashes and by the log, not here.
package governancesql

import (
	"context"
	"database/sql"
	"errors"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/governance"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb"
)

// Store implements governance.Store.
type Store struct{ db *sqldb.DB }

// New returns the store.
func New(db *sqldb.DB) *Store { return &Store{db: db} }

var _ governance.Store = (*Store)(nil)

// failure leaves an error that a person can read alone, and makes one of the database's.
func failure(ctx context.Context, err error) error {
	switch code := core.CodeOf(err); {
	case err == nil:
		return nil
	case errors.Is(err, sql.ErrNoRows):
		return core.E(core.NotFound, "errors.governance_unknown", nil)
	case code != core.Internal:
		return err
	case ctx.Err() != nil:
		return core.Wrap(err, core.Cancelled, "errors.governance_cancelled", nil)
	}
	return core.Wrap(err, core.Unavailable, "errors.governance_unavailable", nil)
}

// querier reads, inside a transaction or outside.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// list reads all lines of a query.
func list[T any](ctx context.Context, q querier, read func(sqldb.Scanner) (T, error), query string, args ...any) ([]T, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	out, err := sqldb.Collect(rows, err, read)
	return out, failure(ctx, err)
}

// write runs one statement in a transaction of its own.
func (s *Store) write(ctx context.Context, query string, args ...any) error {
	return failure(ctx, s.db.WithTx(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.ExecContext(ctx, query, args...)
		return err
	}))
}

// touched reports a statement that changed nothing as a conflict.
func touched(result sql.Result, err error) error {
	if err != nil {
		return err
	}
	n, err := result.RowsAffected()
	if err == nil && n == 0 {
		return core.E(core.Conflict, "errors.governance_changed", nil)
	}
	return err
}
