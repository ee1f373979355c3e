package memorysql_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/memory/memorysql"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb/sqldbtest"
)

// A write that fails, whichever it is, leaves the old version: findable, and counted as before.
func TestSaveFailsWhole(t *testing.T) {
	t.Parallel()
	for _, at := range []string{
		"UPDATE ON memory_documents", "DELETE ON memory_passages", "INSERT ON memory_versions", "INSERT ON memory_passages",
		"INSERT ON memory_terms", "UPDATE ON memory_index",
	} {
		t.Run(at, func(t *testing.T) {
			t.Parallel()
			db := sqldbtest.SQLite(t)
			store := memorysql.New(db)
			old := saveText(t, store, "a.md", "ancien texte qui tient bon et se retrouve")
			before := countsOf(t, db)
			breakWrites(t, db, at)
			v := memory.NewVersion{Organisation: "coop", Lang: core.French, Version: memory.Version{Hash: "new", Name: "a.md", Title: "Neuf", Text: "nouveau"},
				Passages: []memory.NewPassage{{Passage: memory.Passage{End: 7}, Body: "nouveau"}}}
			if _, err := store.Save(t.Context(), v); err == nil || !strings.Contains(err.Error(), "broken disk") {
				t.Fatalf("saved: %v", err)
			}
			if after := countsOf(t, db); after != before {
				t.Errorf("rows before %s\nafter %s", before, after)
			}
			found, err := store.Candidates(t.Context(), "coop", []memory.WeightedTerm{{Term: "ancien", Weight: 1}}, nil, 5)
			if err != nil || len(found) != 1 || found[0].ID != old.Passages[0] {
				t.Errorf("found %v, %v", found, err)
			}
		})
	}
}

// breakWrites makes one kind of write fail from now on.
func breakWrites(t *testing.T, db *sqldb.DB, at string) {
	t.Helper()
	err := db.WithTx(t.Context(), func(tx *sqldb.Tx) error {
		_, err := tx.ExecContext(t.Context(), "CREATE TRIGGER broken AFTER "+at+" BEGIN SELECT RAISE(ABORT, 'broken disk'); END")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func countsOf(t *testing.T, db *sqldb.DB) string {
	t.Helper()
	var out strings.Builder
	for _, table := range []string{"memory_documents", "memory_versions", "memory_passages", "memory_fts", "memory_terms"} {
		var n int
		if err := db.Reader().QueryRowContext(t.Context(), "SELECT COUNT(*) FROM "+table).Scan(&n); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&out, "%s %d; ", table, n)
	}
	var passages, terms, change int
	if err := db.Reader().QueryRowContext(t.Context(), "SELECT passages, terms, change FROM memory_index").Scan(&passages, &terms, &change); err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(&out, "index %d %d %d", passages, terms, change)
	return out.String()
}
