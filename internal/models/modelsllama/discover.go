package modelsllama

import (
	"cmp"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/models/modelsopenai"
)

// Source says why an engine was chosen.
type Source string

// The sources, in the order in which they are tried.
const (
	FromConfiguration Source = "configuration"
	FromData          Source = "data"   // fetched into the data directory
	FromPath          Source = "path"   // installed on this machine
	FromOllama        Source = "ollama" // an Ollama that already runs here
	FromNowhere       Source = "none"
)

// OllamaAddress is where an Ollama usually listens.
const OllamaAddress = "http://127.0.0.1:11434"

// Search says where to look for an engine.
type Search struct {
	Configured string // path of a llama-server, or address of an engine; "" looks around
	DataDir    string
	Ollama     string // "": OllamaAddress
	Path       string // the PATH to search; "": that of this program
}

// Found is the engine chosen: a program to supervise or an address to use, or neither and Problem.
type Found struct {
	Source  Source
	Program string
	Address string
	Problem *core.Error
}

// EngineDir is where the fetcher puts the engine.
func EngineDir(dataDir string) string { return filepath.Join(dataDir, "engine") }

// Discover chooses the engine. What is configured is used or fails: nothing else silently takes its
// place.
func Discover(ctx context.Context, s Search) Found {
	found := Program(s)
	if found.Source == FromNowhere && answers(ctx, cmp.Or(s.Ollama, OllamaAddress)) {
		return Found{Source: FromOllama, Address: cmp.Or(s.Ollama, OllamaAddress)}
	}
	return found
}

// Program does so without asking for servers that run: it looks at the disk alone.
func Program(s Search) Found {
	if s.Configured != "" {
		return configured(s.Configured)
	}
	if path := filepath.Join(EngineDir(s.DataDir), programName()); executable(path) {
		return Found{Source: FromData, Program: path}
	}
	if path := onPath(s.Path); path != "" {
		return Found{Source: FromPath, Program: path}
	}
	return Found{Source: FromNowhere, Problem: core.E(core.Unavailable, "errors.engine_missing", nil)}
}

func configured(at string) Found {
	if strings.Contains(at, "://") || strings.HasPrefix(at, "unix:") {
		return Found{Source: FromConfiguration, Address: at}
	}
	if !executable(at) {
		return Found{Source: FromConfiguration, Problem: core.E(core.Unavailable, "errors.engine_configured_missing", core.Args{"Path": at})}
	}
	return Found{Source: FromConfiguration, Program: at}
}

func programName() string {
	if runtime.GOOS == "windows" {
		return "llama-server.exe"
	}
	return "llama-server"
}

func executable(path string) bool {
	stat, err := os.Stat(path)
	return err == nil && stat.Mode().IsRegular() && (runtime.GOOS == "windows" || stat.Mode()&0o111 != 0)
}

func onPath(path string) string {
	if path == "" {
		found, err := exec.LookPath(programName())
		if err != nil {
			return ""
		}
		return found
	}
	for _, dir := range filepath.SplitList(path) {
		if file := filepath.Join(dir, programName()); filepath.IsAbs(dir) && executable(file) {
			return file
		}
	}
	return ""
}

// answers reports whether an OpenAI-compatible server lists its models at the address.
func answers(ctx context.Context, address string) bool {
	client, err := modelsopenai.New(modelsopenai.Config{Address: address})
	if err != nil {
		return false
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(ctx, 500*time.Millisecond)
	defer cancel()
	_, err = client.Models(ctx)
	return err == nil
}
