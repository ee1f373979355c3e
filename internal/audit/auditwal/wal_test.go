package auditwal

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"github.com/solidaire-coop/solidaire/internal/audit"
	"github.com/solidaire-coop/solidaire/internal/audit/audittest"
	"github.com/solidaire-coop/solidaire/internal/core"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func open(t testing.TB, disk Disk, segmentBytes int64) *WAL {
	t.Helper()
	w, err := Open(Config{Disk: disk, SegmentBytes: segmentBytes, room: 50})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	return w
}

// entry is small and tells itself apart.
func entry(n int) audit.Sealed {
	return audit.Sealed{Record: fmt.Appendf(nil, "record %d", n), Key: audit.Key{byte(n)}, Leaf: fmt.Appendf(nil, "leaf %d", n)}
}

func readAll(t testing.TB, w *WAL) []string {
	t.Helper()
	var texts []string
	at := Position{}
	for {
		entries, next, err := w.Read(at, 3)
		if err != nil {
			t.Fatal(err)
		}
		if len(entries) == 0 {
			if !at.Reaches(w.End()) {
				t.Fatalf("reading stops at %v, before the end %v", at, w.End())
			}
			return texts
		}
		for _, e := range entries {
			texts = append(texts, string(e.Record))
		}
		at = next
	}
}

func wantTexts(t testing.TB, got []string, want ...string) {
	t.Helper()
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got %d entries %.300q, want %d %.300q", len(got), got, len(want), want)
	}
}

func TestWhatWasAcknowledgedIsReadBackInOrder(t *testing.T) {
	t.Parallel()
	for name, disk := range map[string]Disk{"files": Directory(filepath.Join(t.TempDir(), "wal")), "memory": newMemDisk()} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := open(t, disk, 200)
			var want []string
			for n := range 20 {
				if err := w.Append(t.Context(), entry(n)); err != nil {
					t.Fatal(err)
				}
				want = append(want, fmt.Sprint("record ", n))
			}
			wantTexts(t, readAll(t, w), want...)
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			wantTexts(t, readAll(t, open(t, disk, 200)), want...)
		})
	}
}

func TestConcurrentCallersShareASync(t *testing.T) {
	t.Parallel()
	disk := newMemDisk()
	syncs, first, hold := 0, make(chan struct{}), make(chan struct{})
	disk.fault = func(op string) fault {
		if op == "sync" {
			if syncs++; syncs == 2 { // the first syncs the header
				close(first)
				<-hold
			}
		}
		return works
	}
	w := open(t, disk, 0)
	var callers sync.WaitGroup
	appendOne := func(n int) {
		callers.Go(func() {
			if err := w.Append(context.Background(), entry(n)); err != nil {
				t.Error(err)
			}
		})
	}
	appendOne(0)
	<-first // the writer is busy with the first
	for n := 1; n < 50; n++ {
		appendOne(n)
	}
	for queued := 0; queued < 49; {
		w.mu.Lock()
		if w.pending != nil {
			queued = w.pending.entries
		}
		w.mu.Unlock()
	}
	close(hold)
	callers.Wait()
	if syncs != 3 {
		t.Errorf("50 appends made %d syncs, want 3: header, first, the others together", syncs)
	}
	if got := len(readAll(t, w)); got != 50 {
		t.Errorf("%d entries, want 50", got)
	}
}

func TestTheQueueIsBounded(t *testing.T) {
	t.Parallel()
	disk := newMemDisk()
	busy, hold := make(chan struct{}), make(chan struct{})
	var once sync.Once
	disk.fault = func(op string) fault {
		if op == "write" {
			once.Do(func() { close(busy) })
			<-hold
		}
		return works
	}
	w := open(t, disk, 0)
	big := audit.Sealed{Record: make([]byte, audit.MaxRecordBytes), Leaf: []byte("leaf")}
	var callers sync.WaitGroup
	defer callers.Wait()
	defer close(hold)
	callers.Go(func() { w.Append(context.Background(), big) })
	<-busy
	ctx, leave := context.WithCancel(t.Context())
	for range maxBatchBytes/len(big.Record) - 1 {
		callers.Go(func() { w.Append(context.Background(), big) })
	}
	for full := false; !full; {
		w.mu.Lock()
		full = w.pending != nil && len(w.pending.frame)+entrySize(big) > maxBatchBytes
		w.mu.Unlock()
	}
	leave()
	if err := w.Append(ctx, big); !core.Is(err, core.Cancelled) {
		t.Errorf("got %v, want a wait that the caller can leave", err)
	}
}

func TestACallerWhoseTimeRunsOutHearsThatTheDiskIsSlow(t *testing.T) {
	t.Parallel()
	disk := newMemDisk()
	hold := make(chan struct{})
	disk.fault = func(op string) fault {
		if op == "sync" {
			<-hold
		}
		return works
	}
	w := open(t, disk, 0)
	defer close(hold)
	ctx, cancel := context.WithTimeout(t.Context(), 1)
	defer cancel()
	if err := w.Append(ctx, entry(1)); core.AsError(err).Key != "errors.audit_slow" {
		t.Errorf("got %v", err)
	}
}

// A caller who is alone writes by itself. If the disk hangs in that very moment, only this one waits for it; those who come
// hear that the disk is slow, closing waits, and nothing is lost.
func TestOnlyTheCallerWhoWritesWaitsForADiskThatHangs(t *testing.T) {
	t.Parallel()
	disk := newMemDisk()
	syncing, hold := make(chan struct{}), make(chan struct{})
	hangs := false
	disk.fault = func(op string) fault {
		if op == "sync" && hangs {
			hangs = false
			close(syncing)
			<-hold
		}
		return works
	}
	w := open(t, disk, 0)
	must(t, w.Append(t.Context(), entry(0))) // the disk is well, and one caller is alone
	disk.mu.Lock()
	hangs = true
	disk.mu.Unlock()

	alone := make(chan error, 1)
	go func() { alone <- w.Append(t.Context(), entry(1)) }()
	<-syncing
	ctx, cancel := context.WithTimeout(t.Context(), 1)
	defer cancel()
	if err := w.Append(ctx, entry(2)); core.AsError(err).Key != "errors.audit_slow" && core.AsError(err).Key != "errors.audit_cancelled" {
		t.Errorf("got %v", err)
	}
	joined := make(chan error, 1)
	go func() { joined <- w.Append(t.Context(), entry(3)) }()
	for { // until it waits with the others
		w.mu.Lock()
		waiting := w.pending != nil
		w.mu.Unlock()
		if waiting {
			break
		}
		runtime.Gosched()
	}
	closed := make(chan error, 1)
	go func() { closed <- w.Close() }()
	close(hold)
	must(t, <-alone)
	<-joined // saved, or refused by a log that closes
	must(t, <-closed)
	got := readAll(t, open(t, disk, 0))
	if len(got) < 2 || !slices.IsSorted(got) {
		t.Errorf("read back %q", got)
	}
}

func TestAnEntryBeyondItsBoundsIsRefused(t *testing.T) {
	t.Parallel()
	w := open(t, newMemDisk(), 0)
	err := w.Append(t.Context(), audit.Sealed{Record: make([]byte, audit.MaxRecordBytes+1)})
	if !core.Is(err, core.TooLarge) {
		t.Errorf("got %v", err)
	}
	must(t, w.Append(t.Context(), audit.Sealed{Record: make([]byte, audit.MaxRecordBytes), Leaf: make([]byte, audit.MaxLeafBytes)}))
	if got := readAll(t, w); len(got) != 1 {
		t.Errorf("%d entries", len(got))
	}
}

func TestAClosedLogRefuses(t *testing.T) {
	t.Parallel()
	w := open(t, newMemDisk(), 0)
	for range 2 {
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Append(t.Context(), entry(1)); core.AsError(err).Key != "errors.audit_closed" {
		t.Errorf("got %v", err)
	}
}

func TestTheLogRecoversWhenSpaceReturns(t *testing.T) {
	t.Parallel()
	for _, op := range []string{"create", "write", "sync", "syncdir"} {
		for how, mode := range map[string]fault{"failed": fails, "failed but saved anyway": failsButDid} {
			t.Run(op+" "+how, func(t *testing.T) {
				t.Parallel()
				disk := newMemDisk()
				w := open(t, disk, 150)
				must(t, w.Append(t.Context(), entry(1)))
				w.Seal()
				disk.fault = func(o string) fault {
					if o == op {
						return mode
					}
					return works
				}
				for n := range 5 {
					err := w.Append(t.Context(), entry(100+n))
					if core.AsError(err).Key != "errors.audit_disk" || !core.Is(err, core.Unavailable) || !errors.Is(err, errBroken) {
						t.Fatalf("got %v, want the disk to be named", err)
					}
				}
				if w.Health() == nil {
					t.Error("the log calls itself healthy")
				}
				disk.mu.Lock()
				disk.fault = func(string) fault { return works }
				disk.mu.Unlock()
				must(t, w.Health()) // without waiting for somebody to append
				must(t, w.Append(t.Context(), entry(2)))
				wantTexts(t, readAll(t, w), "record 1", "record 2")
				w.Close()
				wantTexts(t, readAll(t, open(t, disk, 150)), "record 1", "record 2")
				for seed := range uint64(20) {
					wantTexts(t, readAll(t, open(t, disk.losePower(rand.New(rand.NewPCG(seed, 1))), 150)), "record 1", "record 2")
				}
			})
		}
	}
}

func TestReleaseRemovesWhatIsSafeElsewhere(t *testing.T) {
	t.Parallel()
	disk := newMemDisk()
	w := open(t, disk, 100)
	var ends []Position
	for n := range 6 {
		must(t, w.Append(t.Context(), entry(n)))
		ends = append(ends, w.End())
	}
	must(t, w.Release(ends[2]))
	got := readAll(t, w)
	if got[len(got)-1] != "record 5" || len(got) > 4 {
		t.Errorf("after releasing three of six: %q", got)
	}
	must(t, w.Seal())
	must(t, w.Release(w.End()))
	if len(disk.files) != 0 {
		t.Errorf("files left: %v", disk.files)
	}
	must(t, w.Append(t.Context(), entry(7)))
	wantTexts(t, readAll(t, w), "record 7")
	w.Close()
	wantTexts(t, readAll(t, open(t, disk, 100)), "record 7")
}

func TestReleaseKeepsWhatIsNotReleased(t *testing.T) {
	t.Parallel()
	w := open(t, newMemDisk(), 0)
	must(t, w.Append(t.Context(), entry(1)))
	before := w.End()
	must(t, w.Append(t.Context(), entry(2)))
	must(t, w.Seal())
	must(t, w.Release(before))
	wantTexts(t, readAll(t, w), "record 1", "record 2")
}

func TestGrownAnnouncesEveryAppend(t *testing.T) {
	t.Parallel()
	w := open(t, newMemDisk(), 0)
	grown := w.Grown()
	select {
	case <-grown:
		t.Fatal("announced before anything was appended")
	default:
	}
	must(t, w.Append(t.Context(), entry(1)))
	<-grown
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func BenchmarkAppend(b *testing.B) {
	sealed := audittest.Sealed(1)
	for _, writers := range []int{1, 64} {
		b.Run(fmt.Sprintf("writers=%d", writers), func(b *testing.B) {
			w, err := Open(Config{Disk: Directory(b.TempDir())})
			must(b, err)
			defer w.Close()
			b.ReportAllocs()
			work := make(chan struct{}, b.N)
			for range b.N {
				work <- struct{}{}
			}
			close(work)
			b.ResetTimer()
			var callers sync.WaitGroup
			for range writers {
				callers.Go(func() {
					for range work {
						if err := w.Append(context.Background(), sealed); err != nil {
							b.Error(err)
						}
					}
				})
			}
			callers.Wait()
		})
	}
}
