package sqldb_test

import (
	"errors"
	"testing"

	"github.com/solidaire-coop/solidaire/internal/platform/sqldb"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb/sqldbtest"
)

func TestWithTx(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		insert := func(name string) func(tx *sqldb.Tx) error {
			return func(tx *sqldb.Tx) error {
				_, err := tx.ExecContext(t.Context(), "INSERT INTO meta (name, value) VALUES ($1, $2)", name, "v")
				return err
			}
		}
		t.Run("commits what succeeds", func(t *testing.T) {
			if err := db.WithTx(t.Context(), insert("kept")); err != nil {
				t.Fatal(err)
			}
			wantCount(t, db, "kept", 1)
		})
		t.Run("leaves nothing of what fails", func(t *testing.T) {
			boom := errors.New("boom")
			err := db.WithTx(t.Context(), func(tx *sqldb.Tx) error {
				if err := insert("lost")(tx); err != nil {
					return err
				}
				return boom
			})
			if !errors.Is(err, boom) {
				t.Fatalf("got %v, want %v", err, boom)
			}
			wantCount(t, db, "lost", 0)
		})
		t.Run("leaves nothing of what panics", func(t *testing.T) {
			func() {
				defer func() { recover() }()
				db.WithTx(t.Context(), func(tx *sqldb.Tx) error { insert("panicked")(tx); panic("boom") })
			}()
			wantCount(t, db, "panicked", 0)
		})
	})
}

func wantCount(t *testing.T, db *sqldb.DB, name string, want int) {
	t.Helper()
	var got int
	if err := db.Reader().QueryRowContext(t.Context(), "SELECT COUNT(*) FROM meta WHERE name = $1", name).Scan(&got); err != nil {
		t.Fatal(err)
	}
	if got != want {
		t.Errorf("rows named %s: got %d, want %d", name, got, want)
	}
}
