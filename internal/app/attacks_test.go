package app

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/solidaire-coop/solidaire/internal/audit"
	"github.com/solidaire-coop/solidaire/internal/audit/audittest"
	"github.com/solidaire-coop/solidaire/internal/audit/audittlog"
	"github.com/solidaire-coop/solidaire/internal/core"
	g "github.com/solidaire-coop/solidaire/internal/governance"
	"github.com/solidaire-coop/solidaire/internal/platform/config"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb/sqldbtest"
)

// copyDir copies a data directory as a backup does; parts names what of it, everything where there is none.
func copyDir(t *testing.T, from, to string, parts ...string) {
	t.Helper()
	if len(parts) == 0 {
		parts = []string{"solidaire.db", "solidaire.db-wal", "solidaire.db-shm", "audit", "secrets"}
	}
	for _, part := range parts {
		source, target := filepath.Join(from, part), filepath.Join(to, part)
		if err := os.RemoveAll(target); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(source)
		switch {
		case os.IsNotExist(err):
		case err != nil:
			t.Fatal(err)
		case info.IsDir():
			err = os.CopyFS(target, os.DirFS(source))
		default:
			var data []byte
			if data, err = os.ReadFile(source); err == nil {
				err = os.MkdirAll(to, 0o700)
			}
			if err == nil {
				err = os.WriteFile(target, data, 0o600)
			}
		}
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
	}
	err := filepath.WalkDir(to, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		return os.Chmod(path, 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A backup from before a vote that comes back alone, database or log, never brings back the charter from before.
func TestARestoredDatabaseOrLogBringsBackNoCharter(t *testing.T) {
	t.Parallel()
	database := []string{"solidaire.db", "solidaire.db-wal", "solidaire.db-shm"}
	for name, c := range map[string]struct {
		parts  []string
		obeyed bool // whether the old charter comes back: with the key of the log, nothing here can tell
	}{
		"an old database": {parts: database}, "an old log": {parts: []string{"audit"}},
		"an old database and an old log":                {parts: append([]string{"audit"}, database...)},
		"everything, with the key: receipts show it":    {obeyed: true},
		"an old log with the key, beside this database": {parts: []string{"audit", "secrets"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := convene(t)
			h.app.Close()
			backup := t.TempDir()
			copyDir(t, h.config.Data, backup)
			h.open()
			if m := h.adopt(); m.State != g.Enacted {
				t.Fatalf("the proposal is %s", m.State)
			}
			status, id := h.chat(5)
			receipt := must[audit.Receipt](t)(h.app.audit.Receipt(t.Context(), h.app.organisation.ID, core.ID(id)))
			h.app.Close()
			copyDir(t, backup, h.config.Data, c.parts...)
			_, verifyErr := VerifyCharter(t.Context(), h.config, "")
			restored, err := New(t.Context(), Options{Config: h.config, Log: h.app.log, Version: "test"})
			if err == nil {
				t.Cleanup(func() { restored.Close() })
			}
			if !c.obeyed {
				if err == nil && restored.charter.Trouble() == nil {
					t.Errorf("version %d is in force, and nothing is said", restored.charter.InForce().Number)
				}
				if verifyErr == nil {
					t.Error("charter verify finds nothing")
				}
				return
			}
			if err != nil || restored.charter.InForce().Number != 1 {
				t.Fatalf("%v", err)
			}
			// The receipt in the member's hands still proves that another charter was in force.
			verified := must[audittlog.Verified](t)(audittlog.VerifyReceipt(receipt, audittlog.Options{Pin: restored.audit.Verifier()}))
			if status != 403 || verified.Record.Charter == restored.charter.InForce().Hash {
				t.Error("the receipt proves nothing")
			}
		})
	}
}

// Two gateways that began as one, each with its own vote: neither takes the other's charter, and receipts of the one contradict the
// other's under one key.
func TestTwoGatewaysWithDifferentChartersContradictEachOther(t *testing.T) {
	t.Parallel()
	h := convene(t)
	h.app.Close()
	other := h.config
	other.Data = filepath.Join(audittest.Dir(t), "copy")
	copyDir(t, h.config.Data, other.Data)
	h.open()
	if m := h.adopt(); m.State != g.Enacted {
		t.Fatalf("the proposal is %s", m.State)
	}
	voted := h.app.charter.InForce()
	_, id := h.chat(0)
	ours := must[audit.Receipt](t)(h.app.audit.Receipt(t.Context(), h.app.organisation.ID, core.ID(id)))
	h.app.Close()

	twin := &assembly{T: t, config: other, engine: h.engine, people: h.people, keys: h.keys}
	twin.open()
	if twin.app.charter.InForce().Number != 1 {
		t.Fatal("the copy obeys what it never voted")
	}
	if _, err := twin.app.charter.Enact(t.Context(), voted.Bytes, voted.Certificate); err == nil {
		t.Error("the copy takes a certificate whose ballot it does not hold")
	}
	// Not even the rows of the other: its log never stated them.
	err := twin.app.db.WithTx(t.Context(), func(tx *sqldb.Tx) error {
		_, err := tx.ExecContext(t.Context(), `INSERT INTO charter_versions (organisation, number, hash, parent, status, effective, bytes, seal, certificate)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, twin.app.organisation.ID, voted.Number, voted.Hash, voted.Parent, voted.Status,
			sqldb.Millis(voted.Effective), voted.Bytes, voted.Seal(twin.app.charter.InForce().Seal("")), voted.Certificate)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	twin.app.charter.Check(t.Context())
	if twin.app.charter.InForce().Number != 1 || twin.app.charter.Trouble() == nil {
		t.Errorf("version %d, %v", twin.app.charter.InForce().Number, twin.app.charter.Trouble())
	}
	_, id = twin.chat(0)
	theirs := must[audit.Receipt](t)(twin.app.audit.Receipt(t.Context(), twin.app.organisation.ID, core.ID(id)))
	a := must[audittlog.Verified](t)(audittlog.VerifyReceipt(ours, audittlog.Options{}))
	b := must[audittlog.Verified](t)(audittlog.VerifyReceipt(theirs, audittlog.Options{Pin: ours.Verifier}))
	if a.Origin != b.Origin || a.Record.Charter == b.Record.Charter {
		t.Error("the receipts do not contradict each other")
	}
}

// Two processes on one PostgreSQL database have a log each: what one enacts, the other neither obeys nor passes over in silence.
func TestTwoProcessesOnOneDatabaseObeyTheirOwnLogs(t *testing.T) {
	t.Parallel()
	address := sqldbtest.PostgresAddress(t)
	h := convene(t, func(c *config.Config) { c.DatabaseURL = address })
	second := h.config
	second.Data = filepath.Join(audittest.Dir(t), "second")
	other := &assembly{T: t, config: second, engine: h.engine, people: h.people, keys: h.keys}
	other.open()
	if m := h.adopt(); m.State != g.Enacted || h.app.charter.InForce().Number != 2 {
		t.Fatalf("the proposal is %s", m.State)
	}
	for _, restart := range []bool{false, true} {
		if restart {
			other.app.Close()
			other.open()
		}
		other.app.charter.Check(t.Context())
		if n := other.app.charter.InForce().Number; n > 1 || other.app.charter.Trouble() == nil {
			t.Errorf("restart %v: version %d, %v", restart, n, other.app.charter.Trouble())
		}
	}
	if h.app.charter.Check(t.Context()); h.app.charter.Trouble() != nil {
		t.Errorf("the one whose members voted: %v", h.app.charter.Trouble())
	}
}
