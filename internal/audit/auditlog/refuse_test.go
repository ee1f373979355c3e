package auditlog

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/solidaire-coop/solidaire/internal/audit/audittest"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb/sqldbtest"
)

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
		"log and head lost, vault left": {func(t *testing.T, cfg Config) {
			must(t, os.RemoveAll(filepath.Join(cfg.Dir, "log")))
			must(t, os.Remove(filepath.Join(cfg.SecretsDir, "log.head")))
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

// Setting log, key and head aside is the way out when no good copy is left.
func TestANewLogMayBegin(t *testing.T) {
	t.Parallel()
	cfg := config(t, sqldbtest.SQLite(t))
	old, next := audittest.Record(1), audittest.Record(2)
	l := open(t, cfg)
	appendAll(t, l, old)
	must(t, l.Close(t.Context()))
	must(t, os.RemoveAll(filepath.Join(cfg.Dir, "log")))
	must(t, os.RemoveAll(cfg.SecretsDir))
	again := open(t, cfg)
	appendAll(t, again, next)
	wantReceipt(t, again, next)
	_, err := again.Receipt(t.Context(), "org-1", old.ID)
	wantKey(t, err, core.NotFound, "errors.audit_log_left")
}

func TestAClosedLogRefuses(t *testing.T) {
	t.Parallel()
	l := open(t, config(t, sqldbtest.SQLite(t)))
	must(t, l.Close(t.Context()))
	must(t, l.Close(t.Context()))
	wantKey(t, l.Append(t.Context(), audittest.Record(1)), core.Unavailable, "errors.audit_closed")
}
