package auditlog

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/solidaire-coop/solidaire/internal/audit/auditsql"
	"github.com/solidaire-coop/solidaire/internal/audit/audittest"
	"github.com/solidaire-coop/solidaire/internal/audit/audittlog"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb"
)

// childDir, when set, makes the test binary the victim of TestKillLosesNothingAcknowledged.
const childDir = "SOLIDAIRE_AUDITLOG_CHILD"

func childConfig(dir string, db *sqldb.DB) Config {
	return Config{
		Dir: filepath.Join(dir, "audit"), SecretsDir: filepath.Join(dir, "secrets"), Origin: "coop.example/log",
		DB: db, Projectors: []auditsql.Projector{&tally{}}, Logger: slog.New(slog.DiscardHandler),
		Clock: core.SystemClock{}, Pace: time.Millisecond,
	}
}

// appendUntilKilled prints each id once it is acknowledged, and nothing else.
func appendUntilKilled() {
	fail := func(err error) {
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	dir := os.Getenv(childDir)
	db, err := sqldb.OpenSQLite(context.Background(), filepath.Join(dir, "solidaire.db"), core.SystemClock{})
	fail(err)
	l, err := Open(context.Background(), childConfig(dir, db))
	fail(err)
	fmt.Println("open")
	var mu sync.Mutex
	var writers sync.WaitGroup
	for range 64 {
		writers.Go(func() {
			for n := 0; ; n++ {
				record := audittest.Record(n)
				fail(l.Append(context.Background(), record))
				mu.Lock()
				fmt.Println(record.ID)
				mu.Unlock()
			}
		})
	}
	writers.Wait()
}

// A process kill under load, many times over the same directory: every id that was printed has a receipt that
// verifies, is projected once, and the log is never refused.
func TestKillLosesNothingAcknowledged(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	kills := 6
	if testing.Short() {
		kills = 3
	}
	var acknowledged []core.ID
	for range kills {
		acknowledged = append(acknowledged, runAndKill(t, dir)...)
	}
	db, err := sqldb.OpenSQLite(t.Context(), filepath.Join(dir, "solidaire.db"), core.SystemClock{})
	must(t, err)
	t.Cleanup(func() { db.Close() })
	l := open(t, childConfig(dir, db))
	for _, id := range acknowledged {
		receipt, err := l.Receipt(t.Context(), "org-1", id)
		if err != nil {
			t.Fatalf("%s was acknowledged: %v", id, err)
		}
		got, err := audittlog.VerifyReceipt(receipt, audittlog.Options{Pin: l.Verifier()})
		if err != nil || got.Record.ID != id {
			t.Fatalf("%s was acknowledged: %v", id, err)
		}
	}
	var kept int
	must(t, db.Reader().QueryRowContext(t.Context(), `SELECT COUNT(*) FROM audit_records`).Scan(&kept))
	if n := projected(t, db); n != kept || kept < len(acknowledged) {
		t.Errorf("%d acknowledged, %d kept, %d projected", len(acknowledged), kept, n)
	}
	size, err := l.tree.Size(t.Context())
	must(t, err)
	t.Logf("%d kills, %d acknowledged, %d kept, %d leaves", kills, len(acknowledged), kept, size)
}

// runAndKill lets a child append for a random number of acknowledgements, kills it without warning, and
// returns what it had acknowledged.
func runAndKill(t *testing.T, dir string) []core.ID {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), childDir+"="+dir)
	var complaint strings.Builder
	cmd.Stderr = &complaint
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	left := 1 + rand.IntN(500)
	var ids []core.ID
	lines := bufio.NewReader(out)
	for {
		line, err := lines.ReadString('\n')
		if err == io.EOF { // what was not a whole line was not told to us
			break
		}
		must(t, err)
		if line = strings.TrimSuffix(line, "\n"); line != "open" {
			ids = append(ids, core.ID(line))
		}
		if left--; left == 0 {
			must(t, cmd.Process.Kill())
		}
	}
	if cmd.Wait(); complaint.Len() > 0 {
		t.Fatal(complaint.String())
	}
	return ids
}
