// Package sqldbtest gives tests a fresh, migrated database of each engine, so that a store's
// conformance suite runs on both. PostgreSQL is the real server, started once per test process in a
// temporary directory; see postgres.go for where it is looked for.
package sqldbtest

import (
	"path/filepath"
	"testing"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb"
)

// Each runs test once per engine, as a sub-test with a database of its own.
func Each(t *testing.T, test func(t *testing.T, db *sqldb.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, SQLite(t))
	})
	t.Run("postgres", func(t *testing.T) {
		test(t, Postgres(t))
	})
}

// SQLite opens a new database file that lives as long as the test.
func SQLite(t testing.TB) *sqldb.DB {
	t.Helper()
	db, err := sqldb.OpenSQLite(t.Context(), filepath.Join(t.TempDir(), "solidaire.db"), core.SystemClock{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}
