package auditsql_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/solidaire-coop/solidaire/internal/audit"
	"github.com/solidaire-coop/solidaire/internal/audit/auditsql"
	"github.com/solidaire-coop/solidaire/internal/audit/audittest"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb/sqldbtest"
)

// seen is a projection that remembers what it was shown, unless the transaction is undone.
type seen struct {
	ids  []core.ID
	fail error
}

func (s *seen) Project(ctx context.Context, tx *sqldb.Tx, records []audit.Record) error {
	for _, r := range records {
		s.ids = append(s.ids, r.ID)
		if _, err := tx.ExecContext(ctx, `INSERT INTO meta (name, value) VALUES ($1, 'projected')`, "seen "+string(r.ID)); err != nil {
			return err
		}
	}
	return s.fail
}

func entries(from, n int) []auditsql.Entry {
	out := make([]auditsql.Entry, n)
	for i := range out {
		record := audittest.Record(from + i)
		sealed, err := record.Seal(audit.NewKey(), nil)
		if err != nil {
			panic(err)
		}
		out[i] = auditsql.Entry{Record: record, Sealed: sealed}
	}
	return out
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func ids(leaves []auditsql.Leaf) (out []core.ID) {
	for _, l := range leaves {
		out = append(out, l.ID)
	}
	return out
}

func idsOf(entries []auditsql.Entry) (out []core.ID) {
	for _, e := range entries {
		out = append(out, e.Record.ID)
	}
	return out
}

func keep(t *testing.T, v *auditsql.Vault, e []auditsql.Entry) []core.ID {
	t.Helper()
	pending, err := v.Keep(t.Context(), e)
	must(t, err)
	return ids(pending)
}

func TestKeepIsOncePerRecord(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		projection := &seen{}
		v := auditsql.New(db, projection)
		e := entries(0, 150)
		if diff := cmp.Diff(idsOf(e[:100]), keep(t, v, e[:100])); diff != "" {
			t.Error(diff)
		}
		// A crash before the indexes were noted: the log is replayed, with more behind it.
		if got := keep(t, v, e); len(got) != 150 {
			t.Errorf("%d leaves to integrate, want all that have no index", len(got))
		}
		must(t, v.Place(t.Context(), "log", []auditsql.Placed{{ID: e[3].Record.ID, Index: 7}}))
		if got := keep(t, v, append(e[2:5:5], e[2:5]...)); cmp.Diff([]core.ID{e[2].Record.ID, e[4].Record.ID}, got) != "" {
			t.Errorf("got %v", got)
		}
		if diff := cmp.Diff(idsOf(e), projection.ids); diff != "" {
			t.Errorf("projected, in order and once: %s", diff)
		}
	})
}

func TestARecordKeptFirstStays(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		v := auditsql.New(db)
		first, again := entries(1, 1)[0], entries(2, 1)[0]
		again.Record.ID = first.Record.ID
		keep(t, v, []auditsql.Entry{first, again})
		kept, err := v.Get(t.Context(), "org-1", first.Record.ID)
		must(t, err)
		if diff := cmp.Diff(first.Sealed, kept.Sealed); diff != "" {
			t.Error(diff)
		}
	})
}

func TestAFailingProjectionUndoesAll(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		broken := errors.New("broken")
		projection := &seen{fail: broken}
		v := auditsql.New(db, projection)
		e := entries(0, 3)
		if _, err := v.Keep(t.Context(), e); !errors.Is(err, broken) || !core.Is(err, core.Unavailable) {
			t.Fatalf("got %v", err)
		}
		if _, err := v.Get(t.Context(), "org-1", e[0].Record.ID); !core.Is(err, core.NotFound) {
			t.Errorf("kept all the same: %v", err)
		}
		projection.fail = nil
		if got := keep(t, v, e); len(got) != 3 {
			t.Errorf("the second try kept %d", len(got))
		}
	})
}

func TestPlace(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		v := auditsql.New(db)
		if n, err := v.Placed(t.Context(), "log"); n != 0 || err != nil {
			t.Errorf("empty vault: %d, %v", n, err)
		}
		e := entries(0, 200)
		keep(t, v, e)
		var placed []auditsql.Placed
		for i, id := range idsOf(e) {
			placed = append(placed, auditsql.Placed{ID: id, Index: uint64(1000 + i)})
		}
		must(t, v.Place(t.Context(), "log", placed))
		must(t, v.Place(t.Context(), "log", []auditsql.Placed{{ID: e[0].Record.ID, Index: 5000}})) // the leaf stands there twice
		kept, err := v.Get(t.Context(), "org-1", e[0].Record.ID)
		must(t, err)
		if kept.Log != "log" || kept.Index != 1000 {
			t.Errorf("%+v", kept)
		}
		if n, err := v.Placed(t.Context(), "log"); n != 1200 || err != nil {
			t.Errorf("%d, %v", n, err)
		}
		if n, err := v.Placed(t.Context(), "another log"); n != 0 || err != nil {
			t.Errorf("another log: %d, %v", n, err)
		}
	})
}

func TestGetIsBoundToTheOrganisation(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		v := auditsql.New(db)
		e := entries(0, 1)
		keep(t, v, e)
		_, err := v.Get(t.Context(), "org-2", e[0].Record.ID)
		if !core.Is(err, core.NotFound) {
			t.Errorf("another organisation: %v", err)
		}
		kept, err := v.Get(t.Context(), "org-1", e[0].Record.ID)
		must(t, err)
		if got, _, err := kept.Sealed.Open(); err != nil || got.ID != e[0].Record.ID || kept.Log != "" {
			t.Errorf("%v %v", kept, err)
		}
	})
}

func TestListShowsOnePersonsRecordsNewestFirst(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		v := auditsql.New(db)
		var e []auditsql.Entry
		var mine []core.ID
		for i := range 10 {
			record := audittest.Record(i * 1000)
			record.Person = core.ID(fmt.Sprint("person-", i%2))
			sealed, err := record.Seal(audit.NewKey(), nil)
			must(t, err)
			e = append(e, auditsql.Entry{Record: record, Sealed: sealed})
			if i%2 == 1 {
				mine = append([]core.ID{record.ID}, mine...)
			}
		}
		keep(t, v, e)
		page := func(before core.ID, limit int) (out []core.ID) {
			records, err := v.List(t.Context(), "org-1", "person-1", before, limit)
			must(t, err)
			for _, r := range records {
				out = append(out, r.ID)
			}
			return out
		}
		if diff := cmp.Diff(mine, page("", 100)); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(mine[2:4], page(mine[1], 2)); diff != "" {
			t.Error(diff)
		}
		if got := page(mine[4], 2); got != nil {
			t.Errorf("after the last: %v", got)
		}
		records, err := v.List(t.Context(), "org-2", "person-1", "", 5)
		if len(records) != 0 || err != nil {
			t.Errorf("another organisation: %v %v", records, err)
		}
	})
}

func TestEraseLeavesNothing(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		v := auditsql.New(db)
		e := entries(0, 3)
		keep(t, v, e)
		must(t, v.Place(t.Context(), "log", []auditsql.Placed{{ID: e[0].Record.ID, Index: 0}, {ID: e[1].Record.ID, Index: 1}}))
		must(t, v.Erase(t.Context(), "org-2", e[0].Record.ID))
		if _, err := v.Get(t.Context(), "org-1", e[0].Record.ID); err != nil {
			t.Errorf("another organisation erased it: %v", err)
		}
		must(t, v.Erase(t.Context(), "org-1", core.NewID(time.Now()), e[0].Record.ID, e[2].Record.ID))
		for i, gone := range []bool{true, false, true} {
			if _, err := v.Get(t.Context(), "org-1", e[i].Record.ID); core.Is(err, core.NotFound) != gone {
				t.Errorf("record %d: %v", i, err)
			}
		}
		var left int
		must(t, db.Reader().QueryRowContext(t.Context(), `SELECT COUNT(*) FROM audit_leaves`).Scan(&left))
		if left != 1 {
			t.Errorf("%d indexes left, want 1", left)
		}
	})
}

func BenchmarkKeep(b *testing.B) {
	v := auditsql.New(sqldbtest.SQLite(b))
	n := 0
	for b.Loop() {
		b.StopTimer()
		e := entries(n, 256)
		n += 256
		b.StartTimer()
		pending, err := v.Keep(b.Context(), e)
		if err != nil {
			b.Fatal(err)
		}
		placed := make([]auditsql.Placed, len(pending))
		for i, leaf := range pending {
			placed[i] = auditsql.Placed{ID: leaf.ID, Index: uint64(n - 256 + i)}
		}
		if err := v.Place(b.Context(), "log", placed); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "records/s")
}
