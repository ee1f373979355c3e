package auditlog

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/solidaire-coop/solidaire/internal/audit/audittest"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb/sqldbtest"
)

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
	dir := audittest.Dir(t)
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
