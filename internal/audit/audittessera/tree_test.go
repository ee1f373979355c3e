package audittessera

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/mod/sumdb/note"

	"github.com/solidaire-coop/solidaire/internal/audit/audittlog"
	"github.com/solidaire-coop/solidaire/internal/core"
)

func TestMain(m *testing.M) {
	RouteDriverLogs(slog.New(slog.DiscardHandler))
	goleak.VerifyTestMain(m)
}

// config makes a key and an empty place for a log.
func config(t testing.TB) Config {
	t.Helper()
	dir := t.TempDir()
	key, err := audittlog.CreateKey(filepath.Join(dir, "secrets", "log.key"), "coop.example/log")
	if err != nil {
		t.Fatal(err)
	}
	return Config{
		Dir: filepath.Join(dir, "audit", "log"), HeadFile: filepath.Join(dir, "secrets", "log.head"),
		Signer: key.Signer, Verifier: key.Verifier,
	}
}

func open(t testing.TB, cfg Config) *Tree {
	t.Helper()
	tree, err := Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tree.Close(context.Background()) })
	return tree
}

func leaves(from, n int) [][]byte {
	out := make([][]byte, n)
	for i := range out {
		out[i] = fmt.Appendf(nil, "leaf %d", from+i)
	}
	return out
}

func add(t testing.TB, tree *Tree, from, n int) []Added {
	t.Helper()
	added, err := tree.Add(t.Context(), leaves(from, n))
	if err != nil {
		t.Fatal(err)
	}
	return added
}

func wantProof(t testing.TB, tree *Tree, index uint64, leaf string) {
	t.Helper()
	proof, err := tree.Prove(t.Context(), index, []byte(leaf))
	if err != nil {
		t.Fatalf("leaf %d: %v", index, err)
	}
	if _, err := audittlog.ParseProof(proof.Encode()); err != nil {
		t.Error(err)
	}
}

func wantKey(t testing.TB, err error, key string) {
	t.Helper()
	if err == nil || core.AsError(err).Key != key {
		t.Errorf("got %v, want %s", err, key)
	}
}

func TestEveryLeafAddedIsProved(t *testing.T) {
	t.Parallel()
	tree := open(t, config(t))
	next := 0
	for _, n := range []int{1, 2, 300, 1, 257} {
		for i, a := range add(t, tree, next, n) {
			if a.Index != uint64(next+i) {
				t.Fatalf("leaf %d got index %d", next+i, a.Index)
			}
		}
		next += n
	}
	if size, err := tree.Size(t.Context()); err != nil || size != uint64(next) {
		t.Errorf("size %d, %v", size, err)
	}
	for _, i := range []int{0, 1, 2, 255, 256, 302, 303, next - 1} {
		wantProof(t, tree, uint64(i), fmt.Sprint("leaf ", i))
	}
	_, err := tree.Prove(t.Context(), 0, []byte("another leaf"))
	wantKey(t, err, "errors.audit_tiles_damaged")
}

func TestASleepingLogStillProvesAndWakesToAdd(t *testing.T) {
	t.Parallel()
	cfg := config(t)
	tree := open(t, cfg)
	for round := range 3 {
		add(t, tree, round, 1)
		for range 2 {
			if err := tree.Rest(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if tree.driver != nil {
			t.Error("the driver still runs")
		}
		wantProof(t, tree, uint64(round), fmt.Sprint("leaf ", round))
	}
	if err := tree.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, err := tree.Add(t.Context(), leaves(9, 1))
	wantKey(t, err, "errors.audit_closed")
	again := open(t, cfg)
	wantProof(t, again, 2, "leaf 2")
	if a := add(t, again, 3, 1); a[0].Index != 3 {
		t.Errorf("after reopening: %+v", a)
	}
}

func TestACallerWaitsNoLongerThanItsContext(t *testing.T) {
	t.Parallel()
	tree := open(t, config(t))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := tree.Checkpoint(ctx, 5)
	wantKey(t, err, "errors.audit_not_integrated")
}

// copyDir keeps what a backup would.
func copyDir(t *testing.T, from, to string) {
	t.Helper()
	if out, err := exec.Command("cp", "-a", from, to).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}

func TestARestoredLogIsNotContinued(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		spoil func(t *testing.T, cfg Config)
		key   string
	}{
		"older copy of the log": {func(t *testing.T, cfg Config) {
			os.RemoveAll(cfg.Dir)
			os.Rename(cfg.Dir+".backup", cfg.Dir)
		}, "errors.audit_log_older"},
		"log lost": {func(t *testing.T, cfg Config) { os.RemoveAll(cfg.Dir) }, "errors.audit_log_older"},
		"older copy that grew elsewhere": {func(t *testing.T, cfg Config) {
			fork := cfg
			fork.Dir, fork.HeadFile = cfg.Dir+".backup", cfg.HeadFile+".backup"
			add(t, open(t, fork), 100, 5)
			os.RemoveAll(cfg.Dir)
			copyDir(t, fork.Dir, cfg.Dir)
		}, "errors.audit_log_forked"},
		"head lost":    {func(t *testing.T, cfg Config) { os.Remove(cfg.HeadFile) }, "errors.audit_head_missing"},
		"head damaged": {func(t *testing.T, cfg Config) { os.WriteFile(cfg.HeadFile, []byte("coop\n"), 0o600) }, "errors.audit_head_unreadable"},
		"head of another log": {func(t *testing.T, cfg Config) {
			raw, _ := os.ReadFile(cfg.HeadFile)
			os.WriteFile(cfg.HeadFile, bytes.Replace(raw, []byte("coop"), []byte("loop"), 1), 0o600)
		}, "errors.audit_head_unreadable"},
		"a flipped bit in the tree": {func(t *testing.T, cfg Config) {
			flip(t, filepath.Join(cfg.Dir, "tile", "0", "000.p"))
		}, "errors.audit_log_forked"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := config(t)
			tree := open(t, cfg)
			add(t, tree, 0, 2)
			if err := tree.Rest(t.Context()); err != nil {
				t.Fatal(err)
			}
			copyDir(t, cfg.Dir, cfg.Dir+".backup")
			copyDir(t, cfg.HeadFile, cfg.HeadFile+".backup")
			add(t, tree, 2, 3)
			if err := tree.Close(t.Context()); err != nil {
				t.Fatal(err)
			}
			test.spoil(t, cfg)
			_, err := Open(t.Context(), cfg)
			wantKey(t, err, test.key)
			if !core.Is(err, core.Corrupt) {
				t.Errorf("code %s", core.CodeOf(err))
			}
		})
	}
}

// flip turns a bit of the first byte of every file under dir.
func flip(t *testing.T, dir string) {
	t.Helper()
	files, err := os.ReadDir(dir)
	if err != nil || len(files) == 0 {
		t.Fatalf("%s: %v", dir, err)
	}
	for _, f := range files {
		path := filepath.Join(dir, f.Name())
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		raw[0] ^= 1
		if err := os.WriteFile(path, raw, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestTheHeadIsRecordedBeforeItIsSigned(t *testing.T) {
	t.Parallel()
	cfg := config(t)
	tree := open(t, cfg)
	add(t, tree, 0, 4)
	signed, err := tree.Checkpoint(t.Context(), 3)
	if err != nil {
		t.Fatal(err)
	}
	recorded, err := os.ReadFile(cfg.HeadFile)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(string(signed), string(recorded)+"\n") {
		t.Errorf("signed %q, recorded %q", signed, recorded)
	}
}

func TestAHeadThatCannotBeRecordedIsNotSigned(t *testing.T) {
	t.Parallel()
	cfg := config(t)
	lock, err := openHeadLock(filepath.Join(t.TempDir(), "no such folder", "head"), cfg.Signer)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := lock.Sign([]byte(checkpoint(1, 'a'))); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("signed all the same: %v", err)
	}
}

func checkpoint(size int, root byte) string {
	return fmt.Sprintf("coop.example/log\n%d\n%sA=\n", size, strings.Repeat(string(root), 42))
}

func TestOnlyExtensionsAreSigned(t *testing.T) {
	t.Parallel()
	cfg := config(t)
	path := filepath.Join(t.TempDir(), "head")
	lock, err := openHeadLock(path, cfg.Signer)
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		size int
		root byte
		ok   bool
	}{{0, 'a', true}, {0, 'b', false}, {5, 'b', true}, {5, 'b', true}, {5, 'c', false}, {4, 'b', false}, {6, 'c', true}} {
		_, err := lock.Sign([]byte(checkpoint(step.size, step.root)))
		if (err == nil) != step.ok {
			t.Errorf("size %d root %c: %v", step.size, step.root, err)
		}
		if lock, err = openHeadLock(path, cfg.Signer); err != nil { // the rule outlives the process
			t.Fatal(err)
		}
	}
}

func BenchmarkAdd(b *testing.B) {
	for _, n := range []int{1, 256, 1024} {
		b.Run(fmt.Sprintf("batch=%d", n), func(b *testing.B) {
			tree := open(b, config(b))
			total, start := 0, time.Now()
			for b.Loop() {
				add(b, tree, total, n)
				total += n
			}
			b.ReportMetric(float64(total)/time.Since(start).Seconds(), "leaves/s")
		})
	}
}

var _ note.Signer = (*headLock)(nil)

func FuzzHead(f *testing.F) {
	cfg := config(f)
	f.Add([]byte(checkpoint(5, 'a')))
	f.Add([]byte("coop.example/log\n05\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		path := filepath.Join(t.TempDir(), "head")
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		lock, err := openHeadLock(path, cfg.Signer)
		if err != nil {
			return
		}
		if _, err := lock.Sign(text); err != nil {
			t.Errorf("a head that was read cannot be signed again: %v", err)
		}
	})
}
