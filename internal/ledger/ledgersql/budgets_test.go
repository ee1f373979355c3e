package ledgersql_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/solidaire-coop/solidaire/internal/audit"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/ledger"
	"github.com/solidaire-coop/solidaire/internal/ledger/ledgersql"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb/sqldbtest"
)

// clock is a time that tests move.
type clock struct{ ms atomic.Int64 }

func at(t time.Time) *clock {
	c := &clock{}
	c.ms.Store(t.UnixMilli())
	return c
}

func (c *clock) Now() time.Time          { return time.UnixMilli(c.ms.Load()).UTC() }
func (c *clock) advance(d time.Duration) { c.ms.Add(d.Milliseconds()) }

var noon = time.Date(2025, 3, 12, 12, 0, 0, 0, time.UTC)

func TestBudgets(t *testing.T) {
	t.Parallel()
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		t.Run("limits hold when requests arrive together", func(t *testing.T) { limitsHoldTogether(t, db) })
		t.Run("a reservation ends once", func(t *testing.T) { endsOnce(t, db) })
		t.Run("a new day starts afresh", func(t *testing.T) { newDay(t, db) })
		t.Run("books survive a restart", func(t *testing.T) { survivesRestart(t, db) })
		t.Run("nothing remains of a projection that is rolled back", func(t *testing.T) { rollsBack(t, db) })
		t.Run("people and organisations are apart", func(t *testing.T) { apart(t, db) })
	})
}

func limitsHoldTogether(t *testing.T, db *sqldb.DB) {
	budgets := ledgersql.New(db, at(noon))
	limits := ledger.Limits{Tokens: 1000}
	var settled atomic.Int64
	var together sync.WaitGroup
	for range 16 {
		together.Go(func() {
			for range 50 {
				asked := rand.Int64N(40) + 1
				r, err := budgets.Reserve(t.Context(), "o", "crowd", ledger.Amounts{Tokens: asked}, limits)
				if err != nil {
					if !core.Is(err, core.Exhausted) {
						t.Error(err)
					}
					continue
				}
				if rand.N(3) == 0 {
					r.Release()
					continue
				}
				actual := rand.Int64N(asked + 1)
				settled.Add(actual)
				r.Settle(ledger.Amounts{Tokens: actual})
			}
		})
	}
	together.Wait()
	used, err := budgets.Used(t.Context(), "o", "crowd")
	if err != nil || used.Tokens != settled.Load() || used.Tokens > limits.Tokens {
		t.Errorf("used %d of %d, settled %d, %v", used.Tokens, limits.Tokens, settled.Load(), err)
	}
}

func endsOnce(t *testing.T, db *sqldb.DB) {
	budgets := ledgersql.New(db, at(noon))
	r := reserve(t, budgets, "once", 10, 100)
	r.Settle(ledger.Amounts{Tokens: 7})
	r.Settle(ledger.Amounts{Tokens: 7})
	r.Release()
	if used, _ := budgets.Used(t.Context(), "o", "once"); used.Tokens != 7 {
		t.Errorf("used %d after one settlement of 7", used.Tokens)
	}
	reserve(t, budgets, "once", 93, 100).Release() // all that is left can still be had
}

func newDay(t *testing.T, db *sqldb.DB) {
	now := at(noon)
	budgets := ledgersql.New(db, now)
	reserve(t, budgets, "daily", 90, 100).Settle(ledger.Amounts{Tokens: 90})
	open := reserve(t, budgets, "daily", 10, 100)
	_, err := budgets.Reserve(t.Context(), "o", "daily", ledger.Amounts{Tokens: 1}, ledger.Limits{Tokens: 100})
	if midnight := noon.Add(12 * time.Hour); !core.Is(err, core.Exhausted) || core.AsError(err).Args["Renews"] != midnight {
		t.Errorf("over the limit: %v", err)
	}
	now.advance(12 * time.Hour)
	reserve(t, budgets, "daily", 100, 100).Release()
	open.Settle(ledger.Amounts{Tokens: 10}) // counts on the day it was reserved
	if used, _ := budgets.Used(t.Context(), "o", "daily"); used.Tokens != 0 {
		t.Errorf("the new day begins with %d used", used.Tokens)
	}
	now.advance(-time.Hour) // a clock set back finds the old book again
	if used, _ := budgets.Used(t.Context(), "o", "daily"); used.Tokens != 100 {
		t.Errorf("the day before ended with %d used", used.Tokens)
	}
	now.advance(49 * time.Hour)
	reserve(t, budgets, "daily", 1, 100).Release()
}

func survivesRestart(t *testing.T, db *sqldb.DB) {
	run := 0
	rapid.Check(t, func(rt *rapid.T) {
		run++
		person := core.ID(fmt.Sprint("restart", run))
		before := ledgersql.New(db, at(noon))
		var records []audit.Record
		for i := range rapid.IntRange(0, 5).Draw(rt, "requests") {
			joules := rapid.Float64Range(0, 100).Draw(rt, "joules")
			record := audit.Record{
				ID: core.ID(fmt.Sprint(person, i)), Organisation: "o", Person: person, Time: noon,
				PromptTokens: rapid.IntRange(0, 100).Draw(rt, "prompt"), Energy: core.Energy{Joules: &joules},
				Outcome: rapid.SampledFrom([]audit.Outcome{audit.Completed, audit.Cancelled, audit.Blocked}).Draw(rt, "outcome"),
			}
			reserve(t, before, person, 100, 0).Settle(ledger.AmountsOf(record))
			records = append(records, record)
		}
		cut := rapid.IntRange(0, len(records)).Draw(rt, "batches")
		project(t, db, records[:cut])
		project(t, db, records[cut:])
		want, err := before.Used(t.Context(), "o", person)
		if err != nil {
			rt.Fatal(err)
		}
		if got, err := ledgersql.New(db, at(noon)).Used(t.Context(), "o", person); got != want || err != nil {
			rt.Fatalf("after a restart %v, before %v, %v", got, want, err)
		}
	})
	var sum int64
	if err := db.Reader().QueryRowContext(t.Context(), "SELECT COALESCE(SUM(balance), 0) FROM ledger_balances").Scan(&sum); err != nil || sum != 0 {
		t.Errorf("stored balances sum to %d, %v", sum, err)
	}
}

func rollsBack(t *testing.T, db *sqldb.DB) {
	broken := errors.New("broken afterwards")
	err := db.WithTx(t.Context(), func(tx *sqldb.Tx) error {
		record := audit.Record{ID: "r", Organisation: "o", Person: "undone", Time: noon, PromptTokens: 5}
		return errors.Join(ledgersql.New(db, at(noon)).Project(t.Context(), tx, []audit.Record{record}), broken)
	})
	if !errors.Is(err, broken) {
		t.Fatal(err)
	}
	if used, err := ledgersql.New(db, at(noon)).Used(t.Context(), "o", "undone"); used != (ledger.Amounts{}) || err != nil {
		t.Errorf("used %v, %v", used, err)
	}
}

func apart(t *testing.T, db *sqldb.DB) {
	project(t, db, []audit.Record{
		{ID: "1", Organisation: "o1", Person: "p", Time: noon, PromptTokens: 1},
		{ID: "2", Organisation: "o2", Person: "p", Time: noon, PromptTokens: 2},
		{ID: "3", Organisation: "o1", Person: "q", Time: noon, PromptTokens: 3},
	})
	budgets := ledgersql.New(db, at(noon))
	for who, want := range map[[2]core.ID]int64{{"o1", "p"}: 1, {"o2", "p"}: 2, {"o1", "q"}: 3, {"o2", "q"}: 0} {
		if used, err := budgets.Used(t.Context(), who[0], who[1]); used.Tokens != want || err != nil {
			t.Errorf("%v used %d, want %d, %v", who, used.Tokens, want, err)
		}
	}
}

func TestUnreadableBookIsTriedAgain(t *testing.T) {
	t.Parallel()
	db := sqldbtest.SQLite(t)
	budgets := ledgersql.New(db, at(noon))
	gone, leave := context.WithCancel(t.Context())
	leave()
	if _, err := budgets.Reserve(gone, "o", "p", ledger.Amounts{}, ledger.Limits{}); !core.Is(err, core.Unavailable) {
		t.Errorf("reading for a caller that left: %v", err)
	}
	reserve(t, budgets, "p", 1, 1).Release()
}

func reserve(t *testing.T, b *ledgersql.Budgets, person core.ID, tokens, limit int64) ledger.Reservation {
	t.Helper()
	r, err := b.Reserve(t.Context(), "o", person, ledger.Amounts{Tokens: tokens}, ledger.Limits{Tokens: limit})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func project(t *testing.T, db *sqldb.DB, records []audit.Record) {
	t.Helper()
	err := db.WithTx(t.Context(), func(tx *sqldb.Tx) error { return ledgersql.New(db, at(noon)).Project(t.Context(), tx, records) })
	if err != nil {
		t.Fatal(err)
	}
}

func BenchmarkReserveSettle(b *testing.B) {
	budgets := ledgersql.New(sqldbtest.SQLite(b), core.SystemClock{})
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			r, err := budgets.Reserve(b.Context(), "o", "p", ledger.Amounts{Tokens: 10}, ledger.Limits{Tokens: 1 << 40})
			if err != nil {
				b.Fatal(err)
			}
			r.Settle(ledger.Amounts{Tokens: 5})
		}
	})
}

func BenchmarkProject(b *testing.B) {
	db := sqldbtest.SQLite(b)
	budgets := ledgersql.New(db, core.SystemClock{})
	records := make([]audit.Record, 256)
	for i := range records {
		records[i] = audit.Record{ID: core.NewID(noon), Organisation: "o", Person: core.ID(fmt.Sprint("p", i%8)), Time: noon, PromptTokens: 100}
	}
	for b.Loop() {
		err := db.WithTx(b.Context(), func(tx *sqldb.Tx) error { return budgets.Project(b.Context(), tx, records) })
		if err != nil {
			b.Fatal(err)
		}
	}
}
