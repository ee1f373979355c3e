package modelsllama_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/models"
	"github.com/solidaire-coop/solidaire/internal/models/enginetest"
	"github.com/solidaire-coop/solidaire/internal/models/modelsllama"
)

func program(t *testing.T, dir string) string {
	t.Helper()
	path := filepath.Join(dir, "llama-server")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestDiscover(t *testing.T) {
	t.Parallel()
	ollama := enginetest.Start(t)
	const nobody = "http://127.0.0.1:1"
	with, without, onPath := t.TempDir(), t.TempDir(), t.TempDir()
	fetched, installed := program(t, modelsllama.EngineDir(with)), program(t, onPath)
	for name, c := range map[string]struct {
		search modelsllama.Search
		want   modelsllama.Found
		key    string
	}{
		"a configured address":            {modelsllama.Search{Configured: "https://ai.example/v1", DataDir: with}, modelsllama.Found{Source: modelsllama.FromConfiguration, Address: "https://ai.example/v1"}, ""},
		"a configured program":            {modelsllama.Search{Configured: installed, DataDir: with}, modelsllama.Found{Source: modelsllama.FromConfiguration, Program: installed}, ""},
		"a configured program, not there": {modelsllama.Search{Configured: "/nowhere/llama-server", DataDir: with}, modelsllama.Found{Source: modelsllama.FromConfiguration}, "errors.engine_configured_missing"},
		"fetched before installed":        {modelsllama.Search{DataDir: with, Path: onPath, Ollama: ollama.URL}, modelsllama.Found{Source: modelsllama.FromData, Program: fetched}, ""},
		"installed before Ollama":         {modelsllama.Search{DataDir: without, Path: onPath, Ollama: ollama.URL}, modelsllama.Found{Source: modelsllama.FromPath, Program: installed}, ""},
		"Ollama":                          {modelsllama.Search{DataDir: without, Path: "/nowhere", Ollama: ollama.URL}, modelsllama.Found{Source: modelsllama.FromOllama, Address: ollama.URL}, ""},
		"nothing":                         {modelsllama.Search{DataDir: without, Path: "/nowhere", Ollama: nobody}, modelsllama.Found{Source: modelsllama.FromNowhere}, "errors.engine_missing"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := modelsllama.Discover(t.Context(), c.search)
			if got.Problem != nil {
				if got.Problem.Key != c.key || got.Problem.Code != core.Unavailable {
					t.Errorf("problem: got %v, want %s", got.Problem, c.key)
				}
				got.Problem = nil
			} else if c.key != "" {
				t.Errorf("no problem, want %s", c.key)
			}
			if got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}

func TestArguments(t *testing.T) {
	t.Parallel()
	text := func(m models.Model) string {
		return strings.Join(modelsllama.Arguments(m, "/run/x.sock", 2, 3, 4096), " ")
	}
	chat := text(models.Model{Name: "n", Path: "/m.gguf", Kind: models.Chat, Context: 1024})
	for _, want := range []string{"--model /m.gguf", "--alias n", "--host /run/x.sock", "--threads 2", "--parallel 3", "--ctx-size 3072", "--batch-size 64", "--ubatch-size 64", "--log-verbosity 1", "--no-webui"} {
		if !strings.Contains(chat, want) {
			t.Errorf("chat: no %s in %s", want, chat)
		}
	}
	vectors := text(models.Model{Name: "n", Path: "/m.gguf", Kind: models.Embedding, Context: 512})
	for _, want := range []string{"--embeddings", "--pooling mean", "--ctx-size 2048", "--ubatch-size 512"} {
		if !strings.Contains(vectors, want) {
			t.Errorf("embedding: no %s in %s", want, vectors)
		}
	}
}

func TestAChatModelSaysWhatOneRequestMayTake(t *testing.T) {
	t.Parallel()
	path, slots := "/m.gguf", 2
	for name, c := range map[string]struct {
		model         models.Model
		tokens        int
		told, engines int // tokens of a request, as the catalogue and as the engine's flags say
	}{
		"a model that reads more":     {models.Model{Name: "n", Path: path, Kind: models.Chat, Context: 131072}, 4096, 4096, 8192},
		"a model that reads less":     {models.Model{Name: "n", Path: path, Kind: models.Chat, Context: 2048}, 4096, 2048, 4096},
		"a model that does not say":   {models.Model{Name: "n", Path: path, Kind: models.Chat}, 4096, 4096, 8192},
		"more, where memory is there": {models.Model{Name: "n", Path: path, Kind: models.Chat, Context: 131072}, 32768, 32768, 65536},
		"a model of a server":         {models.Model{Name: "n", Kind: models.Chat, Context: 131072}, 4096, 131072, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			catalogue := modelsllama.Bounded(one{c.model}, c.tokens)
			found, err := catalogue.Find(t.Context(), "n")
			if err != nil || found.Context != c.told {
				t.Errorf("told %d, want %d (%v)", found.Context, c.told, err)
			}
			if list, _ := catalogue.List(t.Context()); list[0].Context != c.told {
				t.Errorf("listed %d", list[0].Context)
			}
			if m, _ := catalogue.Default(t.Context(), models.Chat); m.Context != c.told {
				t.Errorf("by default %d", m.Context)
			}
			flags := strings.Join(modelsllama.Arguments(found, "s", 1, slots, c.tokens), " ") + " "
			if want := fmt.Sprintf("--ctx-size %d ", c.engines); c.engines > 0 && !strings.Contains(flags, want) {
				t.Errorf("no %s in %s", want, flags)
			}
		})
	}
}

// one is a catalogue of one model.
type one struct{ model models.Model }

func (o one) List(context.Context) ([]models.Model, error)               { return []models.Model{o.model}, nil }
func (o one) Find(context.Context, string) (models.Model, error)         { return o.model, nil }
func (o one) Default(context.Context, models.Kind) (models.Model, error) { return o.model, nil }

func TestThreadsNeverAddUpToMoreThanTheCores(t *testing.T) {
	t.Parallel()
	for cores := 1; cores <= 256; cores++ {
		chat, vectors := modelsllama.ThreadsFor(models.Chat, cores), modelsllama.ThreadsFor(models.Embedding, cores)
		if chat < 1 || vectors < 1 || chat+vectors > max(cores, 2) {
			t.Errorf("%d cores: %d for chat, %d for vectors", cores, chat, vectors)
		}
	}
}

func TestEnvironment(t *testing.T) {
	t.Setenv("LLAMA_ARG_HOST", "0.0.0.0")
	t.Setenv("LLAMA_API_KEY", "k")
	t.Setenv("LD_LIBRARY_PATH", "/usr/lib/x")
	t.Setenv("KEPT", "yes")
	env := modelsllama.Environment("/data/engine/llama-server")
	if slices.ContainsFunc(env, func(s string) bool { return strings.HasPrefix(s, "LLAMA_") }) {
		t.Errorf("the engine is steered from outside: %v", env)
	}
	for _, want := range []string{"KEPT=yes", "LD_LIBRARY_PATH=/data/engine:/usr/lib/x"} {
		if !slices.Contains(env, want) {
			t.Errorf("no %s", want)
		}
	}
}

func TestLogIsBoundedAndRemembersWhy(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "logs", "engine.log")
	log := modelsllama.OpenLog(path)
	fmt.Fprintf(log, "0.1 I loading\n0.2 E cannot read te")
	fmt.Fprintf(log, "nsor\n0.3 I bye\n")
	if got := log.Why(); got != "0.2 E cannot read tensor" {
		t.Errorf("why: got %q", got)
	}
	fmt.Fprintf(log, "0.4 W got exception: parse error, last read: 'le secret d'Amélie'\n")
	line := strings.Repeat("x", 1000) + "\n"
	for range 3000 {
		fmt.Fprint(log, line)
	}
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
	if raw, _ := os.ReadFile(path + ".1"); strings.Contains(string(raw), "Amélie") {
		t.Error("a part of a request is in the log")
	}
	var total int64
	for _, f := range []string{path, path + ".1"} {
		stat, err := os.Stat(f)
		if err != nil {
			t.Fatal(err)
		}
		total += stat.Size()
	}
	if total > 3<<20 {
		t.Errorf("the log takes %d bytes", total)
	}
	if n, err := fmt.Fprint(log, "after"); n != 5 || err != nil {
		t.Errorf("writing after the end: %d, %v", n, err)
	}
}

func TestEnginesWithoutAProgram(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	engines := modelsllama.NewEngines(fixed{}, func() (*modelsllama.Supervisor, error) {
		found := modelsllama.Program(modelsllama.Search{DataDir: data, Path: "/nowhere"})
		if found.Problem != nil {
			return nil, found.Problem
		}
		return modelsllama.NewSupervisor(modelsllama.Config{Program: found.Program, DataDir: data, Clock: core.SystemClock{}, Log: slog.New(slog.DiscardHandler)})
	})
	for name, m := range map[string]models.Model{"a file": {Path: "/m.gguf"}, "a model of another server": {Origin: "http://elsewhere"}} {
		if _, err := engines.Open(t.Context(), m, "/v1/chat/completions", nil); core.AsError(err).Key != "errors.engine_missing" {
			t.Errorf("%s: got %v", name, err)
		}
	}
	nothing := engines.Health(t.Context())
	if len(nothing) != 1 || nothing[0].State != models.EngineMissing || nothing[0].Detail == nil {
		t.Errorf("health without anything: %+v", nothing)
	}
	installed := program(t, modelsllama.EngineDir(data))
	if found := engines.Health(t.Context()); len(found) != 1 || found[0].State != models.EngineIdle || found[0].Program != installed {
		t.Errorf("health once a program was installed: %+v", found)
	}
	if err := engines.Stop(); err != nil {
		t.Error(err)
	}
}
