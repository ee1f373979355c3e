package memorysql_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/memory/memorysql"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb"
)

// What was removed must be gone from the bytes of the database and of its log, not only from its rows.
func TestRemoveLeavesNoByte(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "solidaire.db")
	db, err := sqldb.OpenSQLite(t.Context(), path, core.SystemClock{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	store := memorysql.New(db)
	keep := saveText(t, store, "garde.md", strings.Repeat("une phrase que l’on garde ", 200))
	secrets := []string{"zxqsecrettexte", "zxqsecretnom", "zxqsecrettitre", "zxqsecretmarque", "zxqsecretombre", "zxqsecretprobleme", "zxqsecretmodele"}
	// Two versions, vectors, and a failure: every place that content can reach.
	saveText(t, store, "zxqsecretnom.md", strings.Repeat("zxqsecrettexte ancien ", 300))
	saved := saveText(t, store, "zxqsecretnom.md", strings.Repeat("zxqsecrettexte nouveau ", 300))
	vectors := []memory.PassageVectors{{ID: saved.Passages[0], Whole: []float32{0.123456}, Sentences: [][]float32{{1}}}}
	if err := store.PutVectors(t.Context(), "coop", "zxqsecretmodele", vectors); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Fail(t.Context(), "coop", "zxqsecretnom.md", core.E(core.Corrupt, "errors.zxqsecretprobleme", nil)); err != nil {
		t.Fatal(err)
	}
	for _, s := range secrets {
		if traces(t, path, s) == 0 {
			t.Fatalf("%q is not in the files before removal: the test would prove nothing", s)
		}
	}
	if err := store.Remove(t.Context(), "coop", saved.Document); err != nil {
		t.Fatal(err)
	}
	for _, s := range secrets {
		if n := traces(t, path, s); n > 0 {
			t.Errorf("%q: %d traces after removal", s, n)
		}
	}
	if passages, err := store.Passages(t.Context(), "coop", "", keep.Passages); err != nil || len(passages) != 1 {
		t.Errorf("what was kept: %v, %v", passages, err)
	}
}

func saveText(t *testing.T, store *memorysql.Store, name, text string) memory.Saved {
	t.Helper()
	v := memory.NewVersion{Organisation: "coop", Lang: core.French,
		Version: memory.Version{Hash: text[:30], Name: name, Title: "zxqsecrettitre", Text: text,
			Marks: []memory.Mark{{Kind: memory.MarkHeading, Level: 1, Label: "zxqsecretmarque"}}},
		Passages: []memory.NewPassage{{Passage: memory.Passage{End: len(text), Context: "zxqsecrettitre",
			Marks: []memory.Mark{{Kind: memory.MarkHeading, Level: 1, Label: "zxqsecretmarque"}}},
			Body: strings.ToLower(text), Header: "zxqsecretombre"}}}
	if name == "garde.md" {
		v.Version.Title, v.Version.Marks, v.Passages[0].Context = "Garde", nil, "Garde"
		v.Passages[0].Marks, v.Passages[0].Header = nil, "garde"
	}
	saved, err := store.Save(t.Context(), v)
	if err != nil {
		t.Fatal(err)
	}
	return saved
}

// traces counts a word in every file beside the database.
func traces(t *testing.T, path, word string) int {
	t.Helper()
	files, err := filepath.Glob(path + "*")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		n += bytes.Count(b, []byte(word))
	}
	return n
}
