package chartersql_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/charter/chartersql"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb/sqldbtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// clock is set by the test.
type clock struct{ ms atomic.Int64 }

func (c *clock) Now() time.Time       { return sqldb.Time(c.ms.Load()) }
func (c *clock) pass(d time.Duration) { c.ms.Add(d.Milliseconds()) }

type house struct {
	*chartersql.Store
	db    *sqldb.DB
	clock *clock
}

// newHouse gives an organisation without a charter.
func newHouse(t *testing.T, db *sqldb.DB) *house {
	t.Helper()
	h := &house{db: db, clock: &clock{}}
	h.clock.ms.Store(time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC).UnixMilli())
	id := core.NewID(h.clock.Now())
	h.exec(t, "INSERT INTO organisations (id, name, lang, created) VALUES ($1, 'Coop', 'fr', 0)", id)
	h.Store = chartersql.New(db, h.clock, id)
	return h
}

func (h *house) exec(t *testing.T, statement string, args ...any) {
	t.Helper()
	err := h.db.WithTx(t.Context(), func(tx *sqldb.Tx) error {
		_, err := tx.ExecContext(t.Context(), statement, args...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func wantCode(t *testing.T, err error, code core.Code) {
	t.Helper()
	if core.CodeOf(err) != code {
		t.Fatalf("got %v, want code %q", err, code)
	}
}

// grow adds a voted version, a day later.
func (h *house) grow(t *testing.T, parent charter.Version, template string) charter.Version {
	t.Helper()
	d, err := charter.Template(template)
	if err != nil {
		t.Fatal(err)
	}
	h.clock.pass(24 * time.Hour)
	next, err := parent.Next(d, []byte("certificate"), h.clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Append(t.Context(), next); err != nil {
		t.Fatal(err)
	}
	return next
}

func TestChainOfCharters(t *testing.T) {
	t.Parallel()
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		ctx := t.Context()
		wantCode(t, h.Append(ctx, charter.Version{Number: 1}), core.NotFound)
		_, err := h.Genesis(ctx, "anarchique")
		wantCode(t, err, core.NotFound)

		first, err := h.Genesis(ctx, "equilibree")
		if err != nil {
			t.Fatal(err)
		}
		if first.Number != 1 || first.Status != charter.Provisional || first.Parent != "" || !first.Effective.Equal(h.clock.Now()) {
			t.Errorf("first: %d %s %q %v", first.Number, first.Status, first.Parent, first.Effective)
		}
		_, err = h.Genesis(ctx, "prudente")
		wantCode(t, err, core.Conflict)

		second := h.grow(t, first, "prudente")
		wantCode(t, h.Append(ctx, second), core.Conflict)
		chain, err := h.Load(ctx)
		if err != nil || len(chain) != 2 || chain[1].Parent != chain[0].Hash || string(chain[1].Certificate) != "certificate" {
			t.Fatalf("chain of %d, %v", len(chain), err)
		}
		other := newHouse(t, db)
		if chain, err := other.Load(ctx); err != nil || len(chain) != 0 {
			t.Errorf("another organisation sees %d versions, %v", len(chain), err)
		}
	})
}

func TestAnOrganisationGetsItsFirstCharterOnce(t *testing.T) {
	t.Parallel()
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		var given, refused atomic.Int32
		var wg sync.WaitGroup
		for i := range 12 {
			wg.Go(func() {
				_, err := h.Genesis(t.Context(), charter.Templates()[i%3])
				switch core.CodeOf(err) {
				case "":
					given.Add(1)
				case core.Conflict:
					refused.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if given.Load() != 1 || refused.Load() != 11 {
			t.Errorf("%d given, %d refused", given.Load(), refused.Load())
		}
	})
}

func TestARowChangedByHandIsACorruptCharter(t *testing.T) {
	t.Parallel()
	for name, statement := range map[string]string{
		"a policy loosened": "UPDATE charter_versions SET bytes = $1 WHERE number = 1",
		"a hash":            "UPDATE charter_versions SET hash = parent WHERE number = 2",
		"a parent":          "UPDATE charter_versions SET parent = seal WHERE number = 2",
		"a status":          "UPDATE charter_versions SET status = 'voted' WHERE number = 1",
		"a date":            "UPDATE charter_versions SET effective = effective - 1 WHERE number = 2",
		"a certificate":     "UPDATE charter_versions SET certificate = bytes WHERE number = 2",
		"a seal":            "UPDATE charter_versions SET seal = hash WHERE number = 1",
		"a number":          "UPDATE charter_versions SET number = 3 WHERE number = 2",
		"the first deleted": "DELETE FROM charter_versions WHERE number = 1",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
				h := newHouse(t, db)
				first, err := h.Genesis(t.Context(), "ouverte")
				if err != nil {
					t.Fatal(err)
				}
				second := h.grow(t, first, "prudente")
				if name == "a policy loosened" {
					h.exec(t, statement, second.Bytes)
				} else {
					h.exec(t, statement)
				}
				_, err = h.Load(t.Context())
				wantCode(t, err, core.Corrupt)
				wantCode(t, h.Append(t.Context(), second), core.Corrupt)
			})
		})
	}
}

func TestADatabaseThatIsGone(t *testing.T) {
	t.Parallel()
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		cancelled, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := h.Genesis(cancelled, "ouverte")
		wantCode(t, err, core.Cancelled)
		db.Close()
		_, err = h.Load(t.Context())
		wantCode(t, err, core.Unavailable)
	})
}
