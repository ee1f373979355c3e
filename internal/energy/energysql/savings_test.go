package energysql_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/solidaire-coop/solidaire/internal/audit"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/energy"
	"github.com/solidaire-coop/solidaire/internal/energy/energysql"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb/sqldbtest"
)

func TestSavings(t *testing.T) {
	t.Parallel()
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		store := energysql.New(db)
		chosen := func(id, person core.ID, after time.Duration, saved, extra *core.Energy, bigger string) audit.Record {
			return audit.Record{ID: id, Organisation: "o", Person: person, Time: day.Add(after), Energy: published(1), Outcome: audit.Completed,
				Auto: &audit.Auto{Saved: saved, Extra: extra, Bigger: bigger}}
		}
		of := func(j float64) *core.Energy { e := published(j); return &e }
		unknown := core.UnknownEnergy()
		named := audit.Record{ID: "n", Organisation: "o", Person: "p", Time: day, Energy: published(9), Outcome: audit.Completed}
		cut := chosen("i", "p", 0, of(100), nil, "")
		cut.Outcome = audit.Interrupted
		project(t, db, store, named, cut,
			chosen("a", "p", time.Hour, of(4), nil, ""),
			chosen("a", "p", time.Hour, of(4), nil, ""), // the same again
			chosen("b", "p", time.Hour, nil, nil, ""),
			chosen("c", "p", time.Hour, &unknown, nil, ""),
			chosen("d", "p", 2*time.Hour, of(0), of(6), "trop court"),
		)
		project(t, db, store, chosen("e", "q", time.Hour, of(2), nil, ""), chosen("f", "p", 25*time.Hour, of(8), nil, ""))
		for name, c := range map[string]struct {
			person core.ID
			days   int
			want   energy.Savings
		}{
			"one day of one person":   {"p", 1, energy.Savings{Requests: 4, Known: 2, Saved: published(4), Bigger: 1, Extra: published(6)}},
			"two days":                {"p", 2, energy.Savings{Requests: 5, Known: 3, Saved: published(12), Bigger: 1, Extra: published(6)}},
			"the whole organisation":  {"", 2, energy.Savings{Requests: 6, Known: 4, Saved: published(14), Bigger: 1, Extra: published(6)}},
			"nobody: unknown, not 0":  {"x", 2, energy.Savings{Saved: core.UnknownEnergy(), Extra: core.UnknownEnergy()}},
			"nobody wished for extra": {"q", 1, energy.Savings{Requests: 1, Known: 1, Saved: published(2), Extra: core.UnknownEnergy()}},
		} {
			got, err := store.Savings(t.Context(), "o", c.person, day, day.AddDate(0, 0, c.days))
			if diff := cmp.Diff(c.want, got); err != nil || diff != "" {
				t.Errorf("%s: %v %s", name, err, diff)
			}
		}
		db.Close()
		if _, err := store.Savings(t.Context(), "o", "", day, day); !core.Is(err, core.Unavailable) {
			t.Errorf("a closed database: %v", err)
		}
	})
}
