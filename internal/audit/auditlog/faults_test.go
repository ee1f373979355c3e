package auditlog

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/solidaire-coop/solidaire/internal/audit/auditsql"
	"github.com/solidaire-coop/solidaire/internal/audit/audittest"
	"github.com/solidaire-coop/solidaire/internal/audit/auditwal"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb/sqldbtest"
)

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
