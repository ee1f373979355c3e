package auditlog

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/mod/sumdb/note"

	"github.com/solidaire-coop/solidaire/internal/audit"
	"github.com/solidaire-coop/solidaire/internal/audit/audittessera"
	"github.com/solidaire-coop/solidaire/internal/audit/audittest"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb/sqldbtest"
)

func statements(subject string, n int) []audit.Statement {
	list := make([]audit.Statement, n)
	for i := range list {
		list[i] = audit.Statement{
			Kind: "vote", Subject: audittest.Hash(subject), Number: i + 1, Chain: audittest.Hash(subject + string(rune('a'+i))),
			Time: time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC),
		}
	}
	return list
}

func stateAll(t testing.TB, l *Log, list []audit.Statement) {
	t.Helper()
	for _, s := range list {
		must(t, l.State(t.Context(), s))
	}
}

func scanned(t testing.TB, l *Log, from uint64) (list []audit.Statement, places []uint64, size uint64) {
	t.Helper()
	size, err := l.Scan(t.Context(), from, func(index uint64, s audit.Statement) error {
		list, places = append(list, s), append(places, index)
		return nil
	})
	must(t, err)
	return list, places, size
}

func TestWhatWasStatedIsReadBackInOrderAmongRecords(t *testing.T) {
	t.Parallel()
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		l := open(t, config(t, db))
		want, kept := statements("ballot", 5), records(0, 5)
		for i, s := range want {
			appendAll(t, l, kept[i])
			must(t, l.State(t.Context(), s))
		}
		got, places, size := scanned(t, l, 0)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		if size != 10 || !slices.IsSorted(places) {
			t.Errorf("%d leaves, statements at %v", size, places)
		}
		for _, r := range kept {
			wantReceipt(t, l, r)
		}
		later := statements("another", 2)
		stateAll(t, l, later)
		if got, _, _ := scanned(t, l, size); !cmp.Equal(later, got) {
			t.Errorf("from %d on: %+v", size, got)
		}
		if got, _, _ := scanned(t, l, size+2); len(got) != 0 {
			t.Errorf("past the end: %+v", got)
		}
	})
}

func TestStatementsOutliveTheProcess(t *testing.T) {
	t.Parallel()
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		cfg := config(t, db)
		cfg.Pace = time.Hour // nothing reaches the Merkle log by itself
		first, err := Open(t.Context(), cfg)
		must(t, err)
		want := statements("ballot", 3)
		stateAll(t, first, want)
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		first.Close(gone) // as a crash would: nothing is brought to its end
		if got, _, _ := scanned(t, open(t, cfg), 0); !cmp.Equal(want, got) {
			t.Errorf("after the restart: %+v", got)
		}
	})
}

func TestAnAlteredLogIsNotRead(t *testing.T) {
	t.Parallel()
	db := sqldbtest.SQLite(t)
	cfg := config(t, db)
	l := open(t, cfg)
	stateAll(t, l, statements("ballot", 3))
	_, _, size := scanned(t, l, 0)
	must(t, l.Close(t.Context()))
	forge(t, cfg, audittest.Hash("ballotc"), audittest.Hash("forged!"))
	l = open(t, cfg)
	_, err := l.Scan(t.Context(), 0, func(uint64, audit.Statement) error { return nil })
	wantKey(t, err, core.Corrupt, "errors.audit_tiles_damaged")
	if size != 3 {
		t.Errorf("%d leaves", size)
	}
}

// forge replaces one text by another of the same length in the leaves of a log.
func forge(t *testing.T, cfg Config, old, forged string) {
	t.Helper()
	changed := 0
	must(t, filepath.WalkDir(filepath.Join(logDir(cfg), "tile", "entries"), func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if i := bytes.Index(raw, []byte(old)); i >= 0 {
			changed++
			copy(raw[i:], forged)
		}
		must(t, os.Chmod(path, 0o600))
		return os.WriteFile(path, raw, 0o600)
	}))
	if changed == 0 {
		t.Fatal("nothing to forge was found")
	}
}

func TestAnybodyReadsTheStatementsFromTheFiles(t *testing.T) {
	t.Parallel()
	cfg := config(t, sqldbtest.SQLite(t))
	l := open(t, cfg)
	stateAll(t, l, statements("ballot", 3))
	must(t, l.Settle(t.Context()))
	must(t, l.Close(t.Context()))
	verifier, err := note.NewVerifier(l.Verifier())
	must(t, err)
	var leaves int
	cp, err := audittessera.ScanFiles(t.Context(), logDir(cfg), verifier, func(_ uint64, leaf []byte) error {
		if audit.IsStatement(leaf) {
			leaves++
		}
		return nil
	})
	must(t, err)
	if leaves != 3 || cp.Size != 3 {
		t.Errorf("%d statements among %d leaves", leaves, cp.Size)
	}
}

func TestATextIsSignedForOnePurpose(t *testing.T) {
	t.Parallel()
	l := open(t, config(t, sqldbtest.SQLite(t)))
	signed, err := l.Sign("solidaire-certificate/1", "adopted\n")
	must(t, err)
	text, err := l.Verify("solidaire-certificate/1", signed)
	must(t, err)
	if text != "adopted\n" {
		t.Errorf("%q", text)
	}
	_, err = l.Verify("solidaire-head/1", signed)
	wantKey(t, err, core.Corrupt, "errors.audit_signature")
	_, err = l.Verify("solidaire-certificate/1", append([]byte("x"), signed...))
	wantKey(t, err, core.Corrupt, "errors.audit_signature")
	_, err = l.Sign(l.Origin(), "7\nroot\n") // would be a checkpoint
	wantKey(t, err, core.Internal, "errors.internal")
	other := open(t, config(t, sqldbtest.SQLite(t)))
	_, err = other.Verify("solidaire-certificate/1", signed)
	wantKey(t, err, core.Corrupt, "errors.audit_signature")
}
