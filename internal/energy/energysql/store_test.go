package energysql_test

import (
	"errors"
	"math"
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

var day = time.Date(2025, 3, 12, 0, 0, 0, 0, time.UTC)

func published(joules float64) core.Energy {
	low, high := joules/2, joules*2
	return core.Energy{Joules: &joules, Low: &low, High: &high, Label: core.EnergyEstimatedPublished}
}

func metered(joules float64) core.Energy {
	return core.Energy{Joules: &joules, Label: core.EnergyMeteredPartial}
}

func TestDays(t *testing.T) {
	t.Parallel()
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		store := energysql.New(db)
		record := func(id, person core.ID, after time.Duration, e core.Energy) audit.Record {
			return audit.Record{ID: id, Organisation: "o", Person: person, Time: day.Add(after), Energy: e, Outcome: audit.Completed}
		}
		refused := record("x", "p", 0, published(100))
		refused.Outcome = audit.Blocked
		withModel := record("c", "p", 2*time.Hour, published(3))
		withModel.Model = "smollm2"
		foreign := record("f", "p", 0, published(100))
		foreign.Organisation = "other"
		twice := record("a", "p", time.Hour, published(1))
		project(t, db, store,
			twice, twice, refused, withModel, foreign,
			record("d", "p", 3*time.Hour, core.UnknownEnergy()),
			record("e", "p", 4*time.Hour, core.Energy{}),
		)
		project(t, db, store,
			record("b", "q", time.Hour, metered(0.5)),
			record("g", "p", 23*time.Hour+59*time.Minute, published(0.0002)),
			record("h", "p", 24*time.Hour, published(7)),
		)
		project(t, db, store) // an empty batch is no batch

		first := energy.Day{Date: day, Parts: []energy.Part{
			{Requests: 3, Energy: published(4)},
			{Requests: 2, Energy: core.UnknownEnergy()},
		}}
		second := energy.Day{Date: day.AddDate(0, 0, 1), Parts: []energy.Part{{Requests: 1, Energy: published(7)}}}
		wantDays(t, store, "p", day, day.AddDate(0, 0, 2), first, second)
		wantDays(t, store, "p", day.AddDate(0, 0, 1), day.AddDate(0, 0, 2), second)
		wantDays(t, store, "p", day, day)
		wantDays(t, store, "nobody", day, day.AddDate(0, 0, 2))

		everybody := energy.Day{Date: day, Parts: append([]energy.Part{{Requests: 1, Energy: metered(0.5)}}, first.Parts...)}
		wantDays(t, store, "", day, day.AddDate(0, 0, 1), everybody)
	})
}

func TestUnbelievableFiguresAreUnknown(t *testing.T) {
	t.Parallel()
	db := sqldbtest.SQLite(t)
	store := energysql.New(db)
	var records []audit.Record
	for i, joules := range []float64{-1, math.NaN(), math.Inf(1), 1e300} {
		records = append(records, audit.Record{ID: core.ID(rune('a' + i)), Organisation: "o", Person: "p", Time: day, Energy: metered(joules)})
	}
	project(t, db, store, records...)
	wantDays(t, store, "p", day, day.AddDate(0, 0, 1), energy.Day{Date: day, Parts: []energy.Part{{Requests: 4, Energy: core.UnknownEnergy()}}})
}

func TestNothingRemainsOfARollBack(t *testing.T) {
	t.Parallel()
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		store := energysql.New(db)
		broken := errors.New("broken afterwards")
		err := db.WithTx(t.Context(), func(tx *sqldb.Tx) error {
			records := []audit.Record{{ID: "a", Organisation: "o", Person: "p", Time: day, Energy: metered(1)}}
			return errors.Join(store.Project(t.Context(), tx, records), broken)
		})
		if !errors.Is(err, broken) {
			t.Fatal(err)
		}
		wantDays(t, store, "", day, day.AddDate(0, 0, 1))
	})
}

func TestAClosedDatabaseIsSaid(t *testing.T) {
	t.Parallel()
	db := sqldbtest.SQLite(t)
	db.Close()
	if _, err := energysql.New(db).Daily(t.Context(), "o", "", day, day.AddDate(0, 0, 1)); !core.Is(err, core.Unavailable) {
		t.Errorf("Daily: %v", err)
	}
}

func project(t *testing.T, db *sqldb.DB, store *energysql.Store, records ...audit.Record) {
	t.Helper()
	err := db.WithTx(t.Context(), func(tx *sqldb.Tx) error { return store.Project(t.Context(), tx, records) })
	if err != nil {
		t.Fatal(err)
	}
}

func wantDays(t *testing.T, store *energysql.Store, person core.ID, from, to time.Time, want ...energy.Day) {
	t.Helper()
	got, err := store.Daily(t.Context(), "o", person, from, to)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("days of %q from %s: %s", person, from.Format(time.DateOnly), diff)
	}
}
