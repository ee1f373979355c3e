package sqldb_test

import (
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestBothEnginesHaveTheSameMigrations(t *testing.T) {
	t.Parallel()
	if diff := cmp.Diff(names(t, "migrations/sqlite"), names(t, "migrations/postgres")); diff != "" {
		t.Error(diff)
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
