package memory_test

import (
	"strings"
	"testing"

	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/memory/memorysql"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb/sqldbtest"
)

// TestWordsThatStandForTheSameFindEachOther promises that what co-operatives call by several names is found by each of them, and
// that the very word counts more.
func TestWordsThatStandForTheSameFindEachOther(t *testing.T) {
	t.Parallel()
	s := newService(t, memorysql.New(sqldbtest.SQLite(t)), nil)
	add(t, s, coop, "statuts.md", "# Statuts\n\n## Trésorerie\n\nLes comptes sont tenus avec soin par la personne qui a la charge de la trésorerie.")
	add(t, s, coop, "guide.md", "# Guide\n\n## Rémunération\n\nLa rémunération est la même pour tout le monde, quel que soit le poste occupé.")
	for question, want := range map[string]string{
		"Que fait la trésorière ?": "Trésorerie",
		"Et les salaires ?":        "Rémunération",
	} {
		hits, _, err := s.Search(t.Context(), memory.Query{Organisation: coop, Text: question})
		if err != nil || len(hits) == 0 || !strings.Contains(hits[0].Text, want) {
			t.Errorf("%s: %+v, %v", question, hits, err)
		}
	}
	add(t, s, coop, "paie.md", "# Paie\n\n## Salaires\n\nLes salaires sont versés le dernier jeudi de chaque mois par virement, sans exception aucune.")
	hits, _, err := s.Search(t.Context(), memory.Query{Organisation: coop, Text: "Et les salaires ?"})
	if err != nil || len(hits) != 2 || !strings.Contains(hits[0].Text, "Salaires") {
		t.Errorf("%+v, %v", hits, err)
	}
}
