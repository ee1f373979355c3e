package e2e_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/solidaire-coop/solidaire/internal/models/modelsfetch"
)

// scripts is where the programs that use the official clients are.
const scripts = "../../test/sdk"

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

// TestJavaScriptClients runs the official JavaScript clients against the whole program.
func TestJavaScriptClients(t *testing.T) {
	for _, program := range []string{"node", "npm"} {
		if _, err := exec.LookPath(program); err != nil {
			missing(t, program, err)
		}
	}
	installed := npmInstall(t)
	dir := t.TempDir()
	copyFiles(t, dir, "*.js")
	copyFiles(t, dir, "package.json")
	if err := os.Symlink(filepath.Join(installed, "node_modules"), filepath.Join(dir, "node_modules")); err != nil {
		t.Fatal(err)
	}
	h := start(t)
	environment := []string{
		"SOLIDAIRE_TEST_URL=" + h.base, "SOLIDAIRE_TEST_KEY=" + h.key(t),
		"SOLIDAIRE_TEST_CHAT=" + modelsfetch.TrialModel, "SOLIDAIRE_TEST_EMBEDDING=" + modelsfetch.EmbeddingModel,
	}
	for _, script := range []string{"openai.js"} {
		t.Run(script, func(t *testing.T) { node(t.Context(), t, dir, script, environment...) })
	}
}
