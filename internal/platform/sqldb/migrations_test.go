package sqldb_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb"
)

func TestBothEnginesHaveTheSameMigrations(t *testing.T) {
	t.Parallel()
	if diff := cmp.Diff(names(t, "migrations/sqlite"), names(t, "migrations/postgres")); diff != "" {
		t.Error(diff)
	}
}

// A database made between two landings lacks a number below its newest: it is opened all the same, and gets what it lacks.
func TestADatabaseThatLacksAnEarlierMigrationGetsIt(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "solidaire.db")
	clock := core.SystemClock{}
	db, err := sqldb.Open(t.Context(), file, clock)
	if err != nil {
		t.Fatal(err)
	}
	err = db.WithTx(t.Context(), func(tx *sqldb.Tx) error {
		for _, statement := range []string{
			"ALTER TABLE memory_versions DROP COLUMN notice", "DROP TABLE memory_feedback", "DROP TABLE memory_measurements",
			"DROP TABLE memory_questions", "DELETE FROM goose_db_version WHERE version_id = 11",
		} {
			if _, err := tx.ExecContext(t.Context(), statement); err != nil {
				return err
			}
		}
		return nil
	})
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	again, err := sqldb.Open(t.Context(), file, clock)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	var n int
	if err := again.Reader().QueryRowContext(t.Context(), "SELECT COUNT(*) FROM memory_feedback").Scan(&n); err != nil {
		t.Error(err)
	}
}

func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	list := make([]string, len(entries))
	for i, entry := range entries {
		list[i] = entry.Name()
	}
	return list
}
