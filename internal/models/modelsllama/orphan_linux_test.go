package modelsllama_test

import (
	"bufio"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/models"
	"github.com/solidaire-coop/solidaire/internal/models/modelsllama"
)

// awaitEnd waits until the process is gone; the kernel tells it through a pidfd, no clock is asked.
func awaitEnd(t *testing.T, pidfd int) {
	t.Helper()
	fds := []unix.PollFd{{Fd: int32(pidfd), Events: unix.POLLIN}}
	for {
		n, err := unix.Poll(fds, 20_000)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil || n != 1 {
			t.Fatalf("the engine outlived its parent (%d, %v)", n, err)
		}
		return
	}
}

func TestAKilledParentLeavesNoOrphan(t *testing.T) {
	t.Parallel()
	data, err := os.MkdirTemp("", "house")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(data)
	if err := os.WriteFile(filepath.Join(data, "weights"), []byte("deaf"), 0o600); err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	killParent(t, data, self)
}

// killParent starts a parent that supervises the program over data/weights, kills it once the engine
// is ready, and waits for the engine's end.
func killParent(t *testing.T, data, program string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	parent := exec.Command(self)
	parent.Env = append(os.Environ(), "SOLIDAIRE_TEST_PARENT="+data, "SOLIDAIRE_TEST_PROGRAM="+program)
	out, err := parent.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || !strings.Contains(line, "ready <nil>") {
		t.Fatalf("parent said %q, %v", line, err)
	}
	files, _ := filepath.Glob(filepath.Join(data, "run", "*.pid"))
	if len(files) != 1 {
		t.Fatalf("pid files: %v", files)
	}
	raw, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(raw)))
	if err != nil {
		t.Fatal(err)
	}
	pidfd, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(pidfd)
	if err := parent.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	parent.Wait()
	awaitEnd(t, pidfd)
}

// The way of other systems, a shell beside the engine, is tried here too.
func TestWatchedEngineEndsWithItsParent(t *testing.T) {
	t.Parallel()
	cmd := exec.Command("/bin/sh", "-c", "echo $$; exec sleep 600")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	letGo := modelsllama.Watched(cmd)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		t.Fatal(err)
	}
	pidfd, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(pidfd)
	letGo() // what the system does to a killed parent's pipes
	awaitEnd(t, pidfd)
	cmd.Wait()
}

func TestAnEngineThatKeepsCrashingIsLeftAlone(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	m := h.model("m", "good")
	last := ""
	for range 4 {
		pid := newPid(t, h, m, last)
		n, err := strconv.Atoi(pid)
		if err != nil {
			t.Fatal(err)
		}
		pidfd, err := unix.PidfdOpen(n, 0)
		if err != nil {
			t.Fatal(err)
		}
		kill(t, pid)
		awaitEnd(t, pidfd)
		unix.Close(pidfd)
		last = pid
	}
	var err error
	for err == nil { // until the supervisor has seen the last crash too
		err = h.Warm(t.Context(), m)
	}
	if got := core.AsError(err); got.Key != "errors.engine_crashed" || got.Code != core.Unavailable {
		t.Fatalf("got %v", err)
	}
	h.clock.move(time.Hour)
	if err := h.Warm(t.Context(), m); err != nil {
		t.Errorf("an hour later: %v", err)
	}
}

// newPid starts the engine and returns its pid once it is another than the last one, whose end the
// supervisor may still be about to notice.
func newPid(t *testing.T, h *house, m models.Model, last string) string {
	t.Helper()
	for {
		if err := h.Warm(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		if pids := h.pids(); len(pids) == 1 && pids[0] != last {
			return pids[0]
		}
	}
}
