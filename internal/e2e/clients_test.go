package e2e_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/solidaire-coop/solidaire/internal/models/enginetest"
	"github.com/solidaire-coop/solidaire/internal/models/modelsfetch"
	"github.com/solidaire-coop/solidaire/internal/platform/config"
)

// scripts is where the programs that use the official clients are.
const scripts = "../../test/sdk"

// clientScripts are their names.
var clientScripts = []string{"openai", "anthropic", "ollama", "aisdk"}

// missing fails where every real part is required, and skips elsewhere.
func missing(t *testing.T, what string, err error) {
	t.Helper()
	if os.Getenv("SOLIDAIRE_TEST_FULL") == "1" {
		t.Fatalf("%s: %v", what, err)
	}
	t.Skipf("%s: %v", what, err)
}

// npmInstall gives the folder of the pinned packages, installed once for each lockfile into the user's cache. No package
// runs anything while it is installed.
func npmInstall(t *testing.T) string {
	t.Helper()
	cache, err := modelsfetch.CacheDir()
	if err != nil {
		t.Fatal(err)
	}
	lock, err := os.ReadFile(filepath.Join(scripts, "package-lock.json"))
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(lock)
	installed := filepath.Join(cache, "npm-"+hex.EncodeToString(sum[:8]))
	if _, err := os.Stat(installed); err == nil {
		return installed
	}
	if err := os.MkdirAll(cache, 0o700); err != nil {
		t.Fatal(err)
	}
	fresh, err := os.MkdirTemp(cache, "npm-new-")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(fresh)
	copyFiles(t, fresh, "package*.json")
	npm := exec.CommandContext(t.Context(), "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
	npm.Dir = fresh
	if output, err := npm.CombinedOutput(); err != nil {
		t.Logf("%s", output)
		missing(t, "npm ci", err)
	}
	if err := os.Rename(fresh, installed); err != nil && !errors.Is(err, os.ErrExist) {
		t.Fatal(err)
	}
	return installed
}

// copyFiles copies what matches from the scripts' folder.
func copyFiles(t *testing.T, into, pattern string) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(scripts, pattern))
	if err != nil || len(names) == 0 {
		t.Fatalf("%s: %v", pattern, err)
	}
	for _, name := range names {
		content, err := os.ReadFile(name)
		if err == nil {
			err = os.WriteFile(filepath.Join(into, filepath.Base(name)), content, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// node runs one script beside the installed packages, and fails with what it wrote.
func node(ctx context.Context, t *testing.T, dir, script string, environment ...string) {
	t.Helper()
	program := exec.CommandContext(ctx, "node", "--test-reporter=spec", script)
	program.Dir, program.Env = dir, append(os.Environ(), environment...)
	var output bytes.Buffer
	program.Stdout, program.Stderr = &output, &output
	if err := program.Run(); err != nil {
		t.Fatalf("node %s: %v\n%s", script, err, output.String())
	}
}

// TestJavaScriptClients runs the official JavaScript clients against the whole program: real engines with real models, and
// engines that play a script.
func TestJavaScriptClients(t *testing.T) {
	for _, program := range []string{"node", "npm"} {
		if _, err := exec.LookPath(program); err != nil {
			missing(t, program, err)
		}
	}
	dir := t.TempDir()
	if err := os.Symlink(filepath.Join(npmInstall(t), "node_modules"), filepath.Join(dir, "node_modules")); err != nil {
		t.Fatal(err)
	}
	copyFiles(t, dir, "*.js")
	copyFiles(t, dir, "package.json")
	engines := startScripted(t)
	h := startWith(t, func(settings *config.Config) { settings.Backends = engines.backends })
	environment := []string{
		"SOLIDAIRE_TEST_URL=" + h.base, "SOLIDAIRE_TEST_KEY=" + h.key(t), "SOLIDAIRE_TEST_SCRIPTED=1",
		"SOLIDAIRE_TEST_CHAT=" + modelsfetch.TrialModel, "SOLIDAIRE_TEST_EMBEDDING=" + modelsfetch.EmbeddingModel,
	}
	for _, script := range clientScripts {
		t.Run(script, func(t *testing.T) {
			node(t.Context(), t, dir, script+".js", slices.Concat(environment, []string{"SOLIDAIRE_TEST_SCRIPT=" + script})...)
			for _, request := range engines.endless.Requests() {
				if request.Method == http.MethodPost {
					enginetest.AwaitSignal(t, "the engine to hear that the client left", request.Cancelled())
				}
			}
		})
	}
}
