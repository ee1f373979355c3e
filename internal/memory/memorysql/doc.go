// Package memorysql keeps the memory in SQLite or PostgreSQL.
//
// Promises: a version and its passages appear in one transaction or not at all; every query carries
// the organisation; terms and their counts are the same on both engines, so ranks are too. Remove
// leaves no byte of a document in SQLite's file and log: deleted cells are overwritten
// (secure_delete), the full text index overwrites its own (its secure-delete option), and the log is
// truncated. On PostgreSQL rows are deleted and vacuumed, but the server may keep old bytes in free
// pages and in its own log until they are used again.
//
// Vectors are floats in plain columns, compared in Go: exact, and the same everywhere.
package memorysql

import (
	"context"
	"database/sql"

	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb"
)

// Store satisfies memory.Store.
type Store struct{ db *sqldb.DB }

var _ memory.Store = (*Store)(nil)

// New makes the store on an open, migrated database.
func New(db *sqldb.DB) *Store { return &Store{db: db} }

// querier is what reading needs: the pool of readers or a transaction.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// list reads all rows of a query through scan.
func list[T any](ctx context.Context, q querier, scan func(*sql.Rows) (T, error), query string, args ...any) ([]T, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []T
	for rows.Next() {
		item, err := scan(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, item)
	}
	return out, rows.Err()
}
