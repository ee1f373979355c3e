package memory_test

import (
	"strings"
	"testing"

	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/memory/memorysql"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb/sqldbtest"
)

// TestWordsOfOneFamilyFindEachOther promises that a word which no document holds is sought by words that begin alike: here
// « dissoudrait » by « dissolution », in the organisation's own vocabulary only.
func TestWordsOfOneFamilyFindEachOther(t *testing.T) {
	t.Parallel()
	s := newService(t, memorysql.New(sqldbtest.SQLite(t)), nil)
	add(t, s, coop, "rules.md", rules)
	add(t, s, other, "theirs.md", "# Cloches\n\nLe bruit des cloches a troublé la réunion de tous les membres du village voisin.")
	hits, _, err := s.Search(t.Context(), memory.Query{Organisation: coop, Text: "Et si on dissolvait ?"})
	if err != nil {
		t.Fatal(err)
	}
	if len(hits) != 1 || !strings.Contains(hits[0].Text, "Dissolution") {
		t.Errorf("found %d passages: %+v", len(hits), hits)
	}
	if hits, _, _ := s.Search(t.Context(), memory.Query{Organisation: other, Text: "Et si on dissolvait ?"}); len(hits) != 0 {
		t.Errorf("another organisation's words were found: %+v", hits)
	}
}
