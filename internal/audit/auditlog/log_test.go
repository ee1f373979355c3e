package auditlog

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
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
	"github.com/solidaire-coop/solidaire/internal/audit/auditwal"
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
	dir := t.TempDir()
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

// complaints is a log handler that hands on errors.
type complaints chan string

func (c complaints) Enabled(_ context.Context, level slog.Level) bool {
	return level >= slog.LevelError
}
func (c complaints) WithAttrs([]slog.Attr) slog.Handler { return c }
func (c complaints) WithGroup(string) slog.Handler      { return c }
func (c complaints) Handle(_ context.Context, r slog.Record) error {
	c <- r.Message
	return nil
}

// The background fails at each of its steps; the log is abandoned there, as by a crash, and opened again.
func TestEveryStepIsTriedAgain(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	type hand struct {
		cfg   Config
		tally *tally
		t     *testing.T
	}
	exec := func(h hand, statement string) {
		must(h.t, h.cfg.DB.WithTx(h.t.Context(), func(tx *sqldb.Tx) error {
			_, err := tx.ExecContext(h.t.Context(), statement)
			return err
		}))
	}
	blocked := func(h hand) string { return filepath.Join(h.cfg.Dir, "log", "tile") }
	for name, step := range map[string]struct {
		spoil, mend func(h hand)
	}{
		"projection": {func(h hand) { h.tally.set(broken) }, func(h hand) { h.tally.set(nil) }},
		"Merkle log": {
			func(h hand) { must(h.t, os.WriteFile(blocked(h), nil, 0o600)) },
			func(h hand) { must(h.t, os.Remove(blocked(h))) },
		},
		"index, after the leaf was added": {
			func(h hand) {
				exec(h, `CREATE TRIGGER stop BEFORE INSERT ON audit_leaves BEGIN SELECT RAISE(ABORT, 'broken'); END`)
			},
			func(h hand) { exec(h, `DROP TRIGGER stop`) },
		},
	} {
		for _, restart := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, restart %v", name, restart), func(t *testing.T) {
				t.Parallel()
				db := sqldbtest.SQLite(t)
				h := hand{config(t, db), &tally{}, t}
				h.cfg.Projectors = []auditsql.Projector{h.tally}
				complaints := make(complaints, 100)
				h.cfg.Logger = slog.New(complaints)
				l := open(t, h.cfg)
				step.spoil(h)
				all := records(0, 5)
				appendAll(t, l, all...)
				<-complaints
				ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
				defer cancel()
				if _, err := l.Receipt(ctx, "org-1", all[0].ID); !core.Is(err, core.Unavailable) {
					t.Errorf("a receipt that cannot be had: %v", err)
				}
				if l.Health(t.Context()) == nil {
					t.Error("the log calls itself healthy")
				}
				if restart {
					if err := l.Close(t.Context()); err == nil {
						t.Error("closing hides that records wait")
					}
				}
				step.mend(h)
				if restart {
					l = open(t, h.cfg)
				}
				for _, r := range all {
					wantReceipt(t, l, r)
				}
				must(t, l.Health(t.Context()))
				if size, err := l.tree.Size(t.Context()); err != nil || size < 5 || size > 10 { // at most twice
					t.Errorf("%d leaves, %v", size, err)
				}
				if n := projected(t, db); n != 5 {
					t.Errorf("projected %d, want 5", n)
				}
			})
		}
	}
}

// brokenDisk has no space until it is mended.
type brokenDisk struct {
	auditwal.Disk
	mu   sync.Mutex
	full bool
}

func (d *brokenDisk) Create(name string) (auditwal.Writer, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.full {
		return nil, errors.New("no space left on device")
	}
	return d.Disk.Create(name)
}

func TestAFullDiskRefusesUntilThereIsSpace(t *testing.T) {
	t.Parallel()
	cfg := config(t, sqldbtest.SQLite(t))
	disk := &brokenDisk{Disk: auditwal.Directory(filepath.Join(cfg.Dir, "wal")), full: true}
	cfg.Disk = disk
	l := open(t, cfg)
	r := audittest.Record(1)
	wantKey(t, l.Append(t.Context(), r), core.Unavailable, "errors.audit_disk")
	wantKey(t, l.Health(t.Context()), core.Unavailable, "errors.audit_disk")
	disk.mu.Lock()
	disk.full = false
	disk.mu.Unlock()
	appendAll(t, l, r)
	wantReceipt(t, l, r)
	must(t, l.Health(t.Context()))
}

func TestEraseLeavesATreeThatStillVerifies(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		cfg := config(t, db)
		l := open(t, cfg)
		all := records(0, 8)
		appendAll(t, l, all...)
		receipt, err := l.Receipt(t.Context(), "org-1", all[3].ID)
		must(t, err)
		must(t, l.Erase(t.Context(), "org-1", all[3].ID, all[5].ID))
		for i, r := range all {
			if i != 3 && i != 5 {
				wantReceipt(t, l, r)
				continue
			}
			_, err := l.Receipt(t.Context(), "org-1", r.ID)
			wantKey(t, err, core.NotFound, "errors.audit_receipt_unknown")
		}
		wantNoTrace(t, filepath.Dir(cfg.Dir), receipt.Key, receipt.Record)
		must(t, l.Close(t.Context()))
		again := open(t, cfg)
		_, err = again.Receipt(t.Context(), "org-1", all[3].ID)
		wantKey(t, err, core.NotFound, "errors.audit_receipt_unknown")
	})
}

func TestEraseReachesTheDatabaseFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db, err := sqldb.OpenSQLite(t.Context(), filepath.Join(dir, "solidaire.db"), core.SystemClock{})
	must(t, err)
	t.Cleanup(func() { db.Close() })
	l := open(t, config(t, db))
	r := audittest.Record(1)
	appendAll(t, l, r)
	receipt, err := l.Receipt(t.Context(), "org-1", r.ID)
	must(t, err)
	must(t, l.Erase(t.Context(), "org-1", r.ID))
	wantNoTrace(t, dir, receipt.Key, receipt.Record)
}

func wantNoTrace(t *testing.T, dir string, secrets ...[]byte) {
	t.Helper()
	must(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := os.ReadFile(path)
		for _, secret := range secrets {
			if bytes.Contains(raw, secret) {
				t.Errorf("%s still holds it", path)
			}
		}
		return err
	}))
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

func TestOpenRefusesWhatCannotBeContinued(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		spoil func(t *testing.T, cfg Config)
		code  core.Code
		key   string
	}{
		"another instance": {func(t *testing.T, cfg Config) { open(t, cfg) }, core.Conflict, "errors.audit_locked"},
		"key lost": {func(t *testing.T, cfg Config) {
			must(t, os.Remove(filepath.Join(cfg.SecretsDir, "log.key")))
		}, core.NotFound, "errors.audit_key_missing"},
		"key and log lost, head left": {func(t *testing.T, cfg Config) {
			must(t, os.Remove(filepath.Join(cfg.SecretsDir, "log.key")))
			must(t, os.RemoveAll(filepath.Join(cfg.Dir, "log")))
		}, core.NotFound, "errors.audit_key_missing"},
		"log lost": {func(t *testing.T, cfg Config) {
			must(t, os.RemoveAll(filepath.Join(cfg.Dir, "log")))
		}, core.Corrupt, "errors.audit_log_older"},
		"log, head and key lost, vault left": {func(t *testing.T, cfg Config) {
			must(t, os.RemoveAll(cfg.Dir))
			must(t, os.RemoveAll(cfg.SecretsDir))
		}, core.Corrupt, "errors.audit_log_older"},
		"write-ahead log damaged": {func(t *testing.T, cfg Config) {
			dir := filepath.Join(cfg.Dir, "wal")
			must(t, os.WriteFile(filepath.Join(dir, "0000000000000009.wal"), make([]byte, 500), 0o600))
		}, core.Corrupt, "errors.audit_wal_damaged"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := config(t, sqldbtest.SQLite(t))
			l := open(t, cfg)
			appendAll(t, l, records(0, 3)...)
			must(t, l.Close(t.Context()))
			test.spoil(t, cfg)
			_, err := Open(t.Context(), cfg)
			wantKey(t, err, test.code, test.key)
		})
	}
}

func TestAClosedLogRefuses(t *testing.T) {
	t.Parallel()
	l := open(t, config(t, sqldbtest.SQLite(t)))
	must(t, l.Close(t.Context()))
	must(t, l.Close(t.Context()))
	wantKey(t, l.Append(t.Context(), audittest.Record(1)), core.Unavailable, "errors.audit_closed")
}
