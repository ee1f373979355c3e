package auditlog

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/solidaire-coop/solidaire/internal/audit"
	"github.com/solidaire-coop/solidaire/internal/audit/auditsql"
	"github.com/solidaire-coop/solidaire/internal/audit/audittessera"
	"github.com/solidaire-coop/solidaire/internal/audit/audittest"
	"github.com/solidaire-coop/solidaire/internal/audit/audittlog"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb/sqldbtest"
)

func TestMain(m *testing.M) {
	audittessera.RouteDriverLogs(slog.New(slog.DiscardHandler))
	if os.Getenv(childDir) != "" {
		appendUntilKilled()
	}
	goleak.VerifyTestMain(m)
}

func config(t testing.TB, db *sqldb.DB) Config {
	t.Helper()
	dir := audittest.Dir(t)
	return Config{
		Dir: filepath.Join(dir, "audit"), SecretsDir: filepath.Join(dir, "secrets"), Origin: "coop.example/log",
		DB: db, Logger: slog.New(slog.DiscardHandler), Clock: core.SystemClock{}, Pace: time.Millisecond,
	}
}

func open(t testing.TB, cfg Config) *Log {
	t.Helper()
	l, err := Open(t.Context(), cfg)
	must(t, err)
	t.Cleanup(func() { l.Close(context.Background()) })
	return l
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantKey(t testing.TB, err error, code core.Code, key string) {
	t.Helper()
	if err == nil || core.AsError(err).Key != key || core.CodeOf(err) != code {
		t.Errorf("got %v, want %s (%s)", err, key, code)
	}
}

func appendAll(t testing.TB, l *Log, records ...audit.Record) {
	t.Helper()
	for _, r := range records {
		must(t, l.Append(t.Context(), r))
	}
}

func records(from, n int) []audit.Record {
	out := make([]audit.Record, n)
	for i := range out {
		out[i] = audittest.Record(from + i)
	}
	return out
}

// wantReceipt checks that the receipt verifies, under the log's own key, and is the record's.
func wantReceipt(t testing.TB, l *Log, want audit.Record) audittlog.Verified {
	t.Helper()
	receipt, err := l.Receipt(t.Context(), want.Organisation, want.ID)
	must(t, err)
	file, err := receipt.Encode()
	must(t, err)
	got, err := audittlog.Verify(file, audittlog.Options{Pin: l.Verifier()})
	must(t, err)
	if diff := cmp.Diff(want, got.Record); diff != "" {
		t.Error(diff)
	}
	return got
}

// tally counts projections per record, inside the database, so that an undone transaction undoes it.
type tally struct {
	mu   sync.Mutex
	fail error
}

func (c *tally) Project(ctx context.Context, tx *sqldb.Tx, records []audit.Record) error {
	for _, r := range records {
		if _, err := tx.ExecContext(ctx, `INSERT INTO meta (name, value) VALUES ($1, '')`, "projected "+string(r.ID)); err != nil {
			return err
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.fail
}

func (c *tally) set(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.fail = err
}

func projected(t testing.TB, db *sqldb.DB) (n int) {
	t.Helper()
	must(t, db.Reader().QueryRowContext(t.Context(), `SELECT COUNT(*) FROM meta WHERE name LIKE 'projected %'`).Scan(&n))
	return n
}

func TestEveryAcknowledgedRecordHasAReceipt(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		cfg := config(t, db)
		cfg.Projectors = []auditsql.Projector{&tally{}}
		l := open(t, cfg)
		all := records(0, 30)
		appendAll(t, l, all[:29]...)
		for _, r := range all[:29] {
			wantReceipt(t, l, r)
		}
		appendAll(t, l, all[29])
		must(t, l.Close(t.Context()))
		again := open(t, cfg)
		if v := wantReceipt(t, again, all[29]); v.Size != 30 {
			t.Errorf("%d leaves for 30 records", v.Size)
		}
		if again.Verifier() != l.Verifier() || again.Origin() != "coop.example/log" || again.Fingerprint() == "" {
			t.Error("the log changed its key")
		}
		list, err := again.List(t.Context(), "org-1", "person-1", "", 100)
		must(t, err)
		if len(list) != 30 || projected(t, db) != 30 {
			t.Errorf("%d listed, %d projected, want 30", len(list), projected(t, db))
		}
		must(t, again.Health(t.Context()))
	})
}

func TestAnUnknownReceiptIsNotFound(t *testing.T) {
	t.Parallel()
	l := open(t, config(t, sqldbtest.SQLite(t)))
	appendAll(t, l, records(0, 1)...)
	_, err := l.Receipt(t.Context(), "org-1", core.NewID(time.Now()))
	wantKey(t, err, core.NotFound, "errors.audit_receipt_unknown")
	_, err = l.Receipt(t.Context(), "org-2", records(0, 1)[0].ID)
	wantKey(t, err, core.NotFound, "errors.audit_receipt_unknown")
}

func TestARecordThatIsNotWholeIsNotAcknowledged(t *testing.T) {
	t.Parallel()
	l := open(t, config(t, sqldbtest.SQLite(t)))
	err := l.Append(t.Context(), audit.Record{ID: core.NewID(time.Now())})
	wantKey(t, err, core.Internal, "errors.audit_record_invalid")
}

func TestAppendingTwiceLeavesOneReceipt(t *testing.T) {
	t.Parallel()
	db := sqldbtest.SQLite(t)
	cfg := config(t, db)
	cfg.Projectors = []auditsql.Projector{&tally{}}
	l := open(t, cfg)
	r := audittest.Record(1)
	appendAll(t, l, r, r)
	wantReceipt(t, l, r)
	if n := projected(t, db); n != 1 {
		t.Errorf("projected %d times", n)
	}
}

func TestConcurrentAppends(t *testing.T) {
	t.Parallel()
	db := sqldbtest.SQLite(t)
	cfg := config(t, db)
	cfg.Projectors = []auditsql.Projector{&tally{}}
	l := open(t, cfg)
	all := records(0, 640)
	var writers sync.WaitGroup
	for w := range 64 {
		writers.Go(func() {
			for _, r := range all[w*10 : w*10+10] {
				if err := l.Append(context.Background(), r); err != nil {
					t.Error(err)
				}
			}
		})
	}
	writers.Wait()
	for i := 0; i < len(all); i += 37 {
		wantReceipt(t, l, all[i])
	}
	must(t, l.Settle(t.Context()))
	if n := projected(t, db); n != 640 {
		t.Errorf("projected %d, want 640", n)
	}
}

func TestWhenNothingComesEverythingRests(t *testing.T) {
	t.Parallel()
	cfg := config(t, sqldbtest.SQLite(t))
	rested := make(chan struct{}, 8)
	cfg.rested, cfg.IdleAfter = func() { rested <- struct{}{} }, 10*time.Millisecond
	l := open(t, cfg)
	r := audittest.Record(1)
	appendAll(t, l, r)
	must(t, l.Settle(t.Context()))
	<-rested
	for {
		left, err := os.ReadDir(filepath.Join(cfg.Dir, "wal"))
		must(t, err)
		if len(left) == 0 {
			break
		}
		<-rested // the first rest may have come before the record
	}
	wantReceipt(t, l, r)
	second := audittest.Record(2)
	appendAll(t, l, second)
	wantReceipt(t, l, second)
}
