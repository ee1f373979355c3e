package modelsllama_test

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/models"
	"github.com/solidaire-coop/solidaire/internal/models/modelsllama"
)

func TestStartsOnceWhenFirstAsked(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	m := h.model("m", "good")
	if n := len(h.pids()); n != 0 {
		t.Fatalf("before the first request: %d engines", n)
	}
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			if got, err := h.ask(m); err != nil || !strings.Contains(got, "[DONE]") {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
	group.Wait()
	if got := h.pids(); len(got) != 1 {
		t.Errorf("engines: %v, want one", got)
	}
}

func TestStartsAgainAfterACrash(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	m := h.model("m", "good")
	if _, err := h.ask(m); err != nil {
		t.Fatal(err)
	}
	first := h.pids()[0]
	kill(t, first)
	if _, err := h.ask(m); err != nil {
		t.Fatalf("after the crash: %v", err)
	}
	if got := h.pids(); len(got) != 1 || got[0] == first {
		t.Errorf("engines: %v, first was %s", got, first)
	}
}

func kill(t *testing.T, pid string) {
	t.Helper()
	n, err := strconv.Atoi(pid)
	if err == nil {
		err = syscall.Kill(n, syscall.SIGKILL)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestACrashInTheMiddleIsToldAsSuch(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	resp, err := h.Open(t.Context(), h.model("m", "stalls"), "/v1/chat/completions", []byte(asked))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	buf := make([]byte, 4096)
	if _, err := resp.Body.Read(buf); err != nil {
		t.Fatal(err)
	}
	kill(t, h.pids()[0])
	if _, err := io.ReadAll(resp.Body); !core.Is(err, core.Interrupted) {
		t.Errorf("got %v, want interrupted", err)
	}
}

func TestAnEngineThatDoesNotStartIsTriedAgainLater(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	m := h.model("m", "ends")
	_, first := h.ask(m)
	if core.AsError(first).Key != "errors.engine_start" || !core.Is(first, core.Unavailable) {
		t.Fatalf("got %v", first)
	}
	if !strings.Contains(first.Error(), "cannot make sense of these weights") {
		t.Errorf("the engine's reason is not in the cause: %v", first)
	}
	if _, again := h.ask(m); !errors.Is(again, first) {
		t.Errorf("at once: got %v, want the same refusal without another start", again)
	}
	h.clock.move(time.Hour)
	if _, later := h.ask(m); errors.Is(later, first) || core.AsError(later).Key != "errors.engine_start" {
		t.Errorf("an hour later: got %v, want a new try", later)
	}
}

func TestWhatKeepsAnEngineFromStarting(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	corrupt := h.model("corrupt", "good")
	if err := os.WriteFile(corrupt.Path, []byte("other bytes"), 0o600); err != nil {
		t.Fatal(err)
	}
	gone := h.model("gone", "good")
	if err := os.Remove(gone.Path); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		model models.Model
		code  core.Code
		key   string
	}{
		"its model has other bytes":   {corrupt, core.Corrupt, "errors.model_file_corrupt"},
		"its model is gone":           {gone, core.NotFound, "errors.model_file_missing"},
		"the processor cannot run it": {h.model("illegal", "illegal"), core.Unavailable, "errors.engine_processor"},
		"it ends before it is ready":  {h.model("ends", "ends"), core.Unavailable, "errors.engine_start"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := h.ask(c.model)
			if got := core.AsError(err); got.Code != c.code || got.Key != c.key {
				t.Errorf("got %v, want %s %s", err, c.code, c.key)
			}
		})
	}
	none := newHouse(t, func(c *modelsllama.Config) { c.Program = filepath.Join(t.TempDir(), "llama-server") })
	if _, err := none.ask(none.model("m", "good")); core.AsError(err).Key != "errors.engine_missing" {
		t.Errorf("no program: got %v", err)
	}
}

func TestACallerWhoLeavesDoesNotStopTheStart(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	m := h.model("m", "good")
	ctx, leave := context.WithCancel(t.Context())
	leave()
	if _, err := h.Open(ctx, m, "/v1/chat/completions", []byte(asked)); !core.Is(err, core.Cancelled) {
		t.Errorf("got %v, want cancelled", err)
	}
	if err := h.Warm(t.Context(), m); err != nil {
		t.Error(err)
	}
	if got := h.pids(); len(got) != 1 {
		t.Errorf("engines: %v, want one", got)
	}
}

func TestStopEndsEvenADeafEngine(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	if err := h.Warm(t.Context(), h.model("deaf", "deaf")); err != nil {
		t.Fatal(err)
	}
	if err := h.Warm(t.Context(), h.model("good", "good")); err != nil {
		t.Fatal(err)
	}
	pids := h.pids()
	if err := h.Stop(); err != nil {
		t.Fatal(err)
	}
	for _, pid := range pids {
		n, _ := strconv.Atoi(pid)
		if err := syscall.Kill(n, 0); !errors.Is(err, syscall.ESRCH) {
			t.Errorf("engine %s is still there (%v)", pid, err)
		}
	}
	if _, err := h.ask(h.model("m", "good")); core.AsError(err).Key != "errors.engine_stopping" {
		t.Errorf("after Stop: got %v", err)
	}
}

func TestMakesRoom(t *testing.T) {
	t.Parallel()
	h := newHouse(t, func(c *modelsllama.Config) { c.MaxLoaded = 1 })
	a, b, busy := h.model("a", "good"), h.model("b", "good"), h.model("busy", "stalls")
	for _, m := range []models.Model{a, b, a, b} {
		if _, err := h.ask(m); err != nil {
			t.Fatalf("%s: %v", m.Name, err)
		}
	}
	resp, err := h.Open(t.Context(), busy, "/v1/chat/completions", []byte(asked))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.ask(a); core.AsError(err).Key != "errors.engine_all_busy" {
		t.Errorf("while the only place is in use: got %v", err)
	}
	resp.Body.Close()
	if _, err := h.ask(a); err != nil {
		t.Errorf("after it is free: %v", err)
	}
}

func TestALongDataPathStillHasASocket(t *testing.T) {
	t.Parallel()
	deep := filepath.Join(t.TempDir(), strings.Repeat("profond/", 12))
	h := newHouse(t, func(c *modelsllama.Config) { c.DataDir = deep })
	if _, err := h.ask(h.model("m", "good")); err != nil {
		t.Error(err)
	}
}

// leftBehind starts an engine as an earlier run would have left it.
func leftBehind(t *testing.T, data, socket string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	weights := filepath.Join(data, "weights")
	if err := errors.Join(os.MkdirAll(filepath.Join(data, "run"), 0o700), os.WriteFile(weights, []byte("deaf"), 0o600)); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, "--model", weights, "--host", socket, "--alias", "old")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill() })
	return cmd
}

func TestEndsWhatAnEarlierRunLeftBehind(t *testing.T) {
	t.Parallel()
	data, err := os.MkdirTemp("", "house")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(data)
	run := filepath.Join(data, "run")
	ours := leftBehind(t, data, filepath.Join(run, "engine-k-1.sock"))
	foreign := leftBehind(t, data, filepath.Join(data, "elsewhere.sock"))
	for name, cmd := range map[string]*exec.Cmd{"engine-k-1.pid": ours, "engine-k-2.pid": foreign} {
		if err := os.WriteFile(filepath.Join(run, name), []byte(strconv.Itoa(cmd.Process.Pid)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	others := filepath.Join(run, "solidaire.sock") // the program's own files are not touched
	if err := os.WriteFile(others, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	newHouse(t, func(c *modelsllama.Config) { c.DataDir = data })
	var exit *exec.ExitError
	if err := ours.Wait(); !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		t.Errorf("the engine left behind ended by %v, want killed", err)
	}
	if err := foreign.Process.Signal(syscall.Signal(0)); err != nil {
		t.Errorf("a process that is not ours was touched: %v", err)
	}
	foreign.Process.Kill()
	foreign.Wait()
	if left, _ := filepath.Glob(filepath.Join(run, "*")); len(left) != 1 || left[0] != others {
		t.Errorf("left in the run folder: %v", left)
	}
}

func TestHealthFollowsTheEngine(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	good, bad := h.model("good", "good"), h.model("bad", "ends")
	catalogue := fixed{models.NewSnapshot([]models.Model{good, bad})}
	engines := modelsllama.NewEngines(catalogue, func() (*modelsllama.Supervisor, error) { return h.Supervisor, nil })
	states := func() string {
		var all []string
		for _, e := range engines.Health(t.Context()) {
			all = append(all, e.Model+":"+string(e.State))
		}
		return strings.Join(all, " ")
	}
	if got := states(); got != "bad:idle good:idle" {
		t.Errorf("before: %s", got)
	}
	if err := engines.Warm(t.Context(), good); err != nil {
		t.Error(err)
	}
	if err := engines.Warm(t.Context(), bad); err == nil {
		t.Error("an engine that ends passed for ready")
	}
	if got := states(); got != "bad:failed good:ready" {
		t.Errorf("after: %s", got)
	}
	for _, e := range engines.Health(t.Context()) {
		if (e.State == models.EngineFailed) != (e.Detail != nil) {
			t.Errorf("detail of %s: %v", e.Model, e.Detail)
		}
	}
}

type fixed struct{ *models.Snapshot }

func (f fixed) List(context.Context) ([]models.Model, error) { return f.Snapshot.List(), nil }
func (f fixed) Find(_ context.Context, name string) (models.Model, error) {
	return f.Snapshot.Find(name)
}
func (f fixed) Default(_ context.Context, kind models.Kind) (models.Model, error) {
	return f.Snapshot.Default(kind)
}
