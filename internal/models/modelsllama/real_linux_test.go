package modelsllama_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/models"
	"github.com/solidaire-coop/solidaire/internal/models/modelsfetch"
	"github.com/solidaire-coop/solidaire/internal/models/modelsllama"
	"github.com/solidaire-coop/solidaire/internal/models/modelsopenai"
)

// realHouse installs the real engine and models from the cache, without a network. Where the cache
// lacks them the test is skipped, or fails under SOLIDAIRE_TEST_FULL=1.
func realHouse(t *testing.T) (*house, map[string]models.Model) {
	t.Helper()
	miss := t.Skipf
	if os.Getenv("SOLIDAIRE_TEST_FULL") == "1" {
		miss = t.Fatalf
	}
	cache, err := modelsfetch.CacheDir()
	if err != nil {
		miss("no cache: %v", err)
	}
	var program string
	h := newHouse(t, func(c *modelsllama.Config) {
		c.Program = filepath.Join(modelsllama.EngineDir(c.DataDir), "llama-server")
		c.Clock = core.SystemClock{}
		program = c.Program
	})
	fetcher := modelsfetch.New(modelsfetch.Config{
		CacheDir: cache, DataDir: h.data, Items: modelsfetch.Pinned(), Python: "/nowhere/python3", Log: slog.New(slog.DiscardHandler),
	})
	all := map[string]models.Model{}
	for _, r := range fetcher.Ensure(t.Context(), false, nil) {
		if r.Problem != nil {
			miss("the cache %s lacks %s (%v)", cache, r.Name, r.Problem)
		}
		if r.Model != nil {
			all[r.Name] = *r.Model
		}
	}
	if found := modelsllama.Discover(t.Context(), modelsllama.Search{DataDir: h.data}); found.Program != program {
		t.Errorf("discovered %+v", found)
	}
	return h, all
}

const secret = "Ornithorynque-4417"

func TestRealEngine(t *testing.T) {
	h, all := realHouse(t)
	chat := all[modelsfetch.TrialModel]
	t.Run("streams a chat under its catalogue name", func(t *testing.T) { realChat(t, h, chat) })
	t.Run("is free soon after the caller leaves before the first token", func(t *testing.T) { realCancel(t, h, chat) })
	t.Run("tells what it refuses without its own words", func(t *testing.T) { realRefusals(t, h, chat) })
	t.Run("never logs a prompt", func(t *testing.T) { realLog(t, h) })
	t.Run("a changed model is told as such", func(t *testing.T) { realCorrupt(t, h, chat) })
	t.Run("a model that it cannot load is told as such", func(t *testing.T) { realUnloadable(t, h, chat) })
	t.Run("a killed parent leaves no orphan", func(t *testing.T) { realOrphan(t, h, chat) })
	t.Run("stops in the middle of an answer", func(t *testing.T) { realStop(t, h, chat) })
}

func realChat(t *testing.T, h *house, chat models.Model) {
	body := `{"model":"` + chat.Name + `","stream":true,"stream_options":{"include_usage":true},"max_tokens":12,"messages":[{"role":"user","content":"Hello, ` + secret + `"}]}`
	resp, err := h.Open(t.Context(), chat, "/v1/chat/completions", []byte(body))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var text strings.Builder
	finish, tokens, done := "", 0, false
	lines := bufio.NewScanner(resp.Body)
	for lines.Scan() {
		data, ok := strings.CutPrefix(lines.Text(), "data: ")
		if !ok {
			continue
		}
		if data == "[DONE]" {
			done = true
			continue
		}
		var chunk struct {
			Model   string
			Choices []struct {
				Delta  struct{ Content string }
				Finish string `json:"finish_reason"`
			}
			Usage struct {
				Output int `json:"completion_tokens"`
			}
		}
		if err := json.Unmarshal([]byte(data), &chunk); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(data, "prompt_progress") {
			t.Errorf("not asked for: %s", data)
		}
		if chunk.Model != chat.Name {
			t.Errorf("the answer bears the name %q", chunk.Model)
		}
		for _, c := range chunk.Choices {
			text.WriteString(c.Delta.Content)
			finish += c.Finish
		}
		tokens += chunk.Usage.Output
	}
	if text.Len() == 0 || finish == "" || tokens == 0 || !done {
		t.Errorf("text %q, finish %q, %d tokens, done %v", text.String(), finish, tokens, done)
	}
}

// busySlots asks the engine itself how many answers it is working on.
func busySlots(t *testing.T, h *house) int {
	t.Helper()
	sockets, _ := filepath.Glob(filepath.Join(h.data, "run", "*.sock"))
	if len(sockets) != 1 {
		t.Fatalf("sockets: %v", sockets)
	}
	client, err := modelsopenai.New(modelsopenai.Config{Address: "unix:" + sockets[0]})
	if err != nil {
		t.Fatal(err)
	}
	raw, err := client.Get(t.Context(), "/slots")
	if err != nil {
		t.Fatal(err)
	}
	var slots []struct {
		Processing bool `json:"is_processing"`
	}
	if err := json.Unmarshal(raw, &slots); err != nil {
		t.Fatal(err)
	}
	busy := 0
	for _, s := range slots {
		if s.Processing {
			busy++
		}
	}
	return busy
}

func awaitSlots(t *testing.T, h *house, want int) {
	t.Helper()
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	give := time.After(30 * time.Second)
	for busySlots(t, h) != want {
		select {
		case <-look.C:
		case <-give:
			t.Fatalf("the engine never had %d answers under way", want)
		}
	}
}

func realCancel(t *testing.T, h *house, chat models.Model) {
	long := strings.Repeat("The general assembly of the cooperative meets once a year. ", 130)
	body := `{"model":"m","stream":true,"max_tokens":400,"messages":[{"role":"user","content":"` + long + `"}]}`
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	left := make(chan error, 1)
	go func() {
		resp, err := h.Open(ctx, chat, "/v1/chat/completions", []byte(body))
		if err == nil {
			_, err = io.Copy(io.Discard, resp.Body)
			resp.Body.Close()
		}
		left <- err
	}()
	awaitSlots(t, h, 1)
	leave()
	at := time.Now()
	if err := <-left; !core.Is(err, core.Cancelled) {
		t.Errorf("got %v, want cancelled", err)
	}
	awaitSlots(t, h, 0)
	t.Logf("the engine was idle %v after the caller left", time.Since(at).Round(time.Millisecond))
}

func realRefusals(t *testing.T, h *house, chat models.Model) {
	for name, c := range map[string]struct {
		body string
		key  string
	}{
		"not JSON":        {`{"messages":"` + secret, ""},
		"no messages":     {`{"max_tokens":2,"messages":[],"user":"` + secret + `"}`, ""},
		"an unknown role": {`{"max_tokens":2,"messages":[{"role":"` + secret + `","content":"x"}]}`, ""},
		"too long":        {`{"stream":true,"max_tokens":2,"messages":[{"role":"user","content":"` + strings.Repeat(secret+" ", 3000) + `"}]}`, "errors.engine_prompt_too_long_by"},
	} {
		resp, err := h.Open(t.Context(), chat, "/v1/chat/completions", []byte(c.body))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		raw, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		if strings.Contains(string(raw), secret) && resp.Problem != nil {
			t.Errorf("%s: the engine repeats the prompt: %.200s", name, raw)
		}
		if c.key != "" && (resp.Problem == nil || resp.Problem.Key != c.key) {
			t.Errorf("%s: got %v, want %s", name, resp.Problem, c.key)
		}
	}
}

func realLog(t *testing.T, h *house) {
	files, _ := filepath.Glob(filepath.Join(h.data, "logs", "engine-*.log"))
	if len(files) == 0 {
		t.Fatal("no log")
	}
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(raw), secret) {
			for line := range strings.Lines(string(raw)) {
				if strings.Contains(line, secret) {
					t.Errorf("a prompt is in the log: %.300s", line)
				}
			}
		}
	}
}

// copyModel makes a model of our own to spoil.
func copyModel(t *testing.T, h *house, from models.Model, name string, spoil func([]byte) []byte) models.Model {
	t.Helper()
	raw, err := os.ReadFile(from.Path)
	if err != nil {
		t.Fatal(err)
	}
	from.Name, from.Path = name, filepath.Join(h.data, "models", name)
	if err := os.WriteFile(from.Path, spoil(raw), 0o600); err != nil {
		t.Fatal(err)
	}
	return from
}

func realCorrupt(t *testing.T, h *house, chat models.Model) {
	m := copyModel(t, h, chat, "spoilt", func(raw []byte) []byte { raw[len(raw)/2] ^= 1; return raw })
	if err := h.Warm(t.Context(), m); !core.Is(err, core.Corrupt) {
		t.Errorf("got %v, want corrupt", err)
	}
}

func realUnloadable(t *testing.T, h *house, chat models.Model) {
	m := copyModel(t, h, chat, "cut", func(raw []byte) []byte { return raw[:len(raw)/2] })
	m.Digest = digestOf(t, m.Path)
	err := h.Warm(t.Context(), m)
	if core.AsError(err).Key != "errors.engine_start" {
		t.Errorf("got %v", err)
	}
	t.Logf("for the operator: %v", err)
}

func realOrphan(t *testing.T, h *house, chat models.Model) {
	data, err := os.MkdirTemp("", "house")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(data)
	if err := os.Symlink(chat.Path, filepath.Join(data, "weights")); err != nil {
		t.Fatal(err)
	}
	killParent(t, data, filepath.Join(modelsllama.EngineDir(h.data), "llama-server"))
}

func realStop(t *testing.T, h *house, chat models.Model) {
	body := fmt.Sprintf(`{"model":%q,"stream":true,"max_tokens":2000,"messages":[{"role":"user","content":"Tell me a long story."}]}`, chat.Name)
	resp, err := h.Open(t.Context(), chat, "/v1/chat/completions", []byte(body))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if _, err := resp.Body.Read(make([]byte, 100)); err != nil {
		t.Fatal(err)
	}
	at := time.Now()
	if err := h.Stop(); err != nil {
		t.Fatal(err)
	}
	t.Logf("stopped after %v", time.Since(at).Round(time.Millisecond))
	if got := h.pids(); len(got) != 0 {
		t.Errorf("engines left: %v", got)
	}
	if raw, err := io.ReadAll(resp.Body); err == nil && !strings.Contains(string(raw), `"finish_reason":"`) {
		t.Errorf("an answer that was broken off looks finished: %.200s", raw)
	}
}
