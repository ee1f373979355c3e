package memoryprocess_test

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/png"
	"log/slog"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/memory/memoryprocess"
)

// readerEnv makes this test binary a reader.
const readerEnv = "SOLIDAIRE_TEST_READER"

func TestMain(m *testing.M) {
	if os.Getenv(readerEnv) != "" {
		err := memoryprocess.Serve(context.Background(), os.Stdin, os.Stdout, func(alive func()) memoryprocess.Worker { return &worker{alive: alive} })
		if err != nil {
			os.Exit(1)
		}
		return
	}
	goleak.VerifyTestMain(m)
}

// worker does what the file says.
type worker struct {
	alive func()
	files int
}

var kept [][]byte

func (w *worker) Extract(ctx context.Context, name string, file []byte) (memory.Extracted, error) {
	w.files++
	switch string(file) {
	case "crash":
		os.Exit(7)
	case "crash if used":
		if w.files > 1 {
			os.Exit(7)
		}
	case "panic":
		panic("au secours")
	case "stack":
		return memory.Extracted{}, deep(1)
	case "hang":
		hang()
	case "alive, then hang":
		for range 3 {
			w.alive()
		}
		hang()
	case "memory":
		for {
			block := make([]byte, 64<<20)
			for i := 0; i < len(block); i += 4096 {
				block[i] = 1
			}
			kept = append(kept, block)
		}
	case "refuse":
		return memory.Extracted{}, core.Wrap(errors.New("cause"), core.TooLarge, "errors.memory_pages_many", core.Args{"Pages": 3000, "Max": 2000})
	case "lie":
		return memory.Extracted{Text: "a", Places: []memory.Place{{Start: 5, End: 3}}}, nil
	}
	return memory.Extracted{
		Text: string(file), Marks: []memory.Mark{{Kind: memory.MarkPage, Label: "1"}}, Title: name, Dated: time.UnixMilli(1_700_000_000_000).UTC(), Pages: w.files,
		Places: []memory.Place{{Start: 0, End: len(file), Page: 0, Left: 1, Top: 2, Right: 3, Bottom: 4}}, Media: "text/x",
		Notice: core.E(core.Unavailable, "errors.memory_pages_unread", nil),
	}, nil
}

func deep(n int) error {
	if n < 0 {
		return nil
	}
	var room [1024]byte
	room[n%1024] = 1
	err := deep(n + int(room[n%1024]))
	runtime.KeepAlive(room)
	return err
}

func (w *worker) Render(_ context.Context, _ string, _ []byte, page, width int) (*image.RGBA, error) {
	if page > 0 {
		return nil, core.E(core.NotFound, "errors.memory_no_page", nil)
	}
	return image.NewRGBA(image.Rect(0, 0, width, 10)), nil
}

func newPool(t *testing.T, change func(*memoryprocess.Config)) *memoryprocess.Pool {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := memoryprocess.Config{
		Command: []string{self}, Environ: []string{readerEnv + "=1"}, Size: 2, MaxTime: time.Minute, Patience: time.Minute, Idle: time.Minute,
		Log: slog.New(slog.DiscardHandler),
	}
	if change != nil {
		change(&c)
	}
	p := memoryprocess.New(c)
	t.Cleanup(func() { p.Close() })
	return p
}

func extract(t *testing.T, p *memoryprocess.Pool, file string) (memory.Extracted, error) {
	t.Helper()
	return p.Extract(t.Context(), "nom", []byte(file))
}

func TestWhatAReaderReadsComesBackWhole(t *testing.T) {
	t.Parallel()
	p := newPool(t, nil)
	for n := range 3 {
		text := strings.Repeat("texte é ", 1+n*200_000)
		x, err := extract(t, p, text)
		if err != nil {
			t.Fatal(err)
		}
		want := memory.Extracted{Text: text, Title: "nom", Pages: n + 1, Media: "text/x", Dated: time.UnixMilli(1_700_000_000_000).UTC(),
			Marks: []memory.Mark{{Kind: memory.MarkPage, Label: "1"}}, Places: []memory.Place{{End: len(text), Left: 1, Top: 2, Right: 3, Bottom: 4}},
			Notice: core.E(core.Unavailable, "errors.memory_pages_unread", nil)}
		if diff := cmp.Diff(want, x); diff != "" {
			t.Fatalf("%.500s", diff)
		}
	}
	picture, err := p.Render(t.Context(), "nom", []byte("x"), 0, 33)
	if err != nil {
		t.Fatal(err)
	}
	if drawn, err := png.Decode(bytes.NewReader(picture)); err != nil || drawn.Bounds().Dx() != 33 {
		t.Errorf("%v", err)
	}
	if _, err := p.Render(t.Context(), "nom", []byte("x"), 1, 33); !core.Is(err, core.NotFound) {
		t.Errorf("%v", err)
	}
}

func TestAFileThatBreaksItsReaderHarmsItselfAlone(t *testing.T) {
	t.Parallel()
	p := newPool(t, func(c *memoryprocess.Config) { c.Size = 1 })
	for _, c := range []struct{ file, key string }{
		{"crash", "errors.memory_file_crashed"},
		{"panic", "errors.memory_file_damaged"},
		{"stack", "errors.memory_file_crashed"},
		{"memory", keyOfMemory},
		{"refuse", "errors.memory_pages_many"},
		{"lie", "errors.memory_file_crashed"},
	} {
		for _, used := range []bool{false, true} {
			if used {
				if x, err := extract(t, p, "bon"); err != nil || x.Text != "bon" {
					t.Fatalf("before %s: %v", c.file, err)
				}
			}
			_, err := extract(t, p, c.file)
			if got := core.AsError(err); err == nil || got.Key != c.key {
				t.Errorf("%s: %v, want %s", c.file, err, c.key)
			}
		}
	}
	if _, err := extract(t, p, "refuse"); core.AsError(err).Args["Max"] != float64(2000) {
		t.Errorf("%v", err)
	}
}

// A reader that an earlier file has worn out is not held against the next.
func TestAFileHasAnotherChanceInAFreshReader(t *testing.T) {
	t.Parallel()
	p := newPool(t, func(c *memoryprocess.Config) { c.Size = 1 })
	for range 2 {
		if x, err := extract(t, p, "crash if used"); err != nil || x.Pages != 1 {
			t.Fatalf("%v", err)
		}
	}
}

func TestTimeIsBounded(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		file   string
		change func(*memoryprocess.Config)
	}{
		"in all":               {"hang", func(c *memoryprocess.Config) { c.MaxTime = 200 * time.Millisecond }},
		"without sign of life": {"alive, then hang", func(c *memoryprocess.Config) { c.Patience = 200 * time.Millisecond }},
	} {
		_, err := extract(t, newPool(t, c.change), c.file)
		if got := core.AsError(err); err == nil || got.Key != "errors.memory_file_slow" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestACallerThatLeavesEndsTheReader(t *testing.T) {
	t.Parallel()
	p := newPool(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		_, err := p.Extract(ctx, "nom", []byte("hang"))
		done <- err
	}()
	cancel()
	if err := <-done; !core.Is(err, core.Cancelled) {
		t.Errorf("%v", err)
	}
	if x, err := extract(t, p, "bon"); err != nil || x.Text != "bon" {
		t.Errorf("%v", err)
	}
}

func TestReadersAreSharedByManyCallers(t *testing.T) {
	t.Parallel()
	p := newPool(t, func(c *memoryprocess.Config) { c.Idle = time.Nanosecond })
	var all sync.WaitGroup
	for range 12 {
		all.Go(func() {
			if x, err := p.Extract(t.Context(), "nom", []byte("bon")); err != nil || x.Text != "bon" {
				t.Errorf("%v", err)
			}
		})
	}
	all.Wait()
	p.Close()
	if _, err := extract(t, p, "bon"); !core.Is(err, core.Unavailable) {
		t.Errorf("after the end: %v", err)
	}
}

func TestAProgramThatDoesNotStartIsSaid(t *testing.T) {
	t.Parallel()
	p := newPool(t, func(c *memoryprocess.Config) { c.Command = []string{"/nowhere/at/all"} })
	if _, err := extract(t, p, "bon"); core.AsError(err).Key != "errors.memory_reader" {
		t.Errorf("%v", err)
	}
}

// The other side of the pipe may say anything at all.
func TestWhatIsNoReaderIsNotBelieved(t *testing.T) {
	t.Parallel()
	for _, program := range []string{"printf '\\377\\377\\377\\377'", "printf '\\0\\0\\0\\2{}x'", "printf '\\0\\0\\0\\020{\"text\":99999999}'", "printf '\\0\\0\\0\\004null'", "echo bonjour", "true"} {
		p := newPool(t, func(c *memoryprocess.Config) { c.Command, c.Size = []string{"/bin/sh", "-c", program}, 1 })
		if x, err := extract(t, p, "bon"); err == nil && x.Text != "" {
			t.Errorf("%s: %+v", program, x)
		}
	}
}

// hang never returns. An empty select would end the process where nothing else runs: Go calls that a deadlock.
func hang() {
	for {
		time.Sleep(time.Hour)
	}
}
