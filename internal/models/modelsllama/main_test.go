package modelsllama_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/models"
	"github.com/solidaire-coop/solidaire/internal/models/enginetest"
	"github.com/solidaire-coop/solidaire/internal/models/modelsfile"
	"github.com/solidaire-coop/solidaire/internal/models/modelsllama"
)

// The test program is also the engine that it supervises, and the parent that is killed.
func TestMain(m *testing.M) {
	switch {
	case slices.Contains(os.Args, "--model"):
		playEngine()
	case os.Getenv("SOLIDAIRE_TEST_PARENT") != "":
		playParent(os.Getenv("SOLIDAIRE_TEST_PARENT"))
	default:
		goleak.VerifyTestMain(m)
	}
}

func flagValue(name string) string {
	if i := slices.Index(os.Args, name); i >= 0 && i+1 < len(os.Args) {
		return os.Args[i+1]
	}
	return ""
}

// playEngine is a llama-server whose "weights" say how it behaves.
func playEngine() {
	weights, err := os.ReadFile(flagValue("--model"))
	if err != nil {
		os.Exit(3)
	}
	manner := string(weights)
	fmt.Println("engine for", flagValue("--alias"))
	if strings.HasPrefix(manner, "ends") {
		fmt.Println("0.00 E load_model: cannot make sense of these weights")
		os.Exit(1)
	}
	if strings.HasPrefix(manner, "illegal") {
		_ = syscall.Exec("/bin/sh", []string{"sh", "-c", "kill -ILL $$"}, nil) // Go would catch its own
	}
	if strings.HasPrefix(manner, "deaf") {
		signal.Ignore(syscall.SIGTERM)
	}
	engine := enginetest.New(flagValue("--alias"))
	if strings.HasPrefix(manner, "stalls") {
		engine.Usually(enginetest.Script{Pieces: []string{"un"}, End: enginetest.Stalls})
	}
	listener, err := net.Listen("unix", flagValue("--host"))
	if err != nil {
		fmt.Println(err)
		os.Exit(4)
	}
	_ = http.Serve(listener, engine)
}

// playParent supervises one engine until it is killed.
func playParent(dir string) {
	path, program := filepath.Join(dir, "weights"), os.Getenv("SOLIDAIRE_TEST_PROGRAM")
	digest, err := modelsfile.Digest(context.Background(), path, nil)
	if err != nil {
		os.Exit(5)
	}
	s, err := modelsllama.NewSupervisor(modelsllama.Config{Program: program, DataDir: dir, Clock: core.SystemClock{}, Log: slog.New(slog.DiscardHandler)})
	if err == nil {
		err = s.Warm(context.Background(), models.Model{Name: "m", Kind: models.Chat, Path: path, Digest: digest})
	}
	fmt.Println("ready", err)
	select {}
}

// handClock is a clock that tests move.
type handClock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *handClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *handClock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// house is one supervisor over the test program.
type house struct {
	*modelsllama.Supervisor
	t     *testing.T
	data  string
	clock *handClock
}

func newHouse(t *testing.T, edit func(*modelsllama.Config)) *house {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.MkdirTemp("", "house") // short enough for a socket
	if err != nil {
		t.Fatal(err)
	}
	clock := &handClock{now: time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)}
	config := modelsllama.Config{Program: self, DataDir: data, Clock: clock, Log: slog.New(slog.DiscardHandler)}
	if edit != nil {
		edit(&config)
	}
	s, err := modelsllama.NewSupervisor(config)
	if err != nil {
		t.Fatal(err)
	}
	h := &house{Supervisor: s, t: t, data: config.DataDir, clock: clock}
	t.Cleanup(func() {
		if err := s.Stop(); err != nil {
			t.Error(err)
		}
		os.RemoveAll(data)
	})
	return h
}

// model writes weights that say how their engine behaves.
func (h *house) model(name, manner string) models.Model {
	h.t.Helper()
	path := filepath.Join(h.data, "models", name)
	digest, err := modelsfile.Write(path, 0o600, "", func(w io.Writer) error {
		_, err := io.WriteString(w, manner+" "+name)
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return models.Model{Name: name, Kind: models.Chat, Path: path, Digest: digest}
}

const asked = `{"model":"m","stream":true,"messages":[{"role":"user","content":"Bonjour"}]}`

// ask opens a chat and reads it to the end.
func (h *house) ask(m models.Model) (string, error) {
	resp, err := h.Open(h.t.Context(), m, "/v1/chat/completions", []byte(asked))
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	return string(raw), err
}

func digestOf(t *testing.T, path string) string {
	t.Helper()
	digest, err := modelsfile.Digest(t.Context(), path, nil)
	if err != nil {
		t.Fatal(err)
	}
	return digest
}

// pids lists the engines noted in the run folder.
func (h *house) pids() []string {
	files, _ := filepath.Glob(filepath.Join(h.data, "run", "*.pid"))
	var all []string
	for _, f := range files {
		if raw, err := os.ReadFile(f); err == nil { // it may just have been removed
			all = append(all, strings.TrimSpace(string(raw)))
		}
	}
	return all
}
