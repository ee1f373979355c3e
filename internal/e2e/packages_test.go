package e2e_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/solidaire-coop/solidaire/internal/models/modelsfetch"
)

// packages is where the programs that use the official clients are, and the lists of what they need.
const packages = "../../test/sdk"

// missing fails where every real part is required, and skips elsewhere.
func missing(t *testing.T, what string, err error) {
	t.Helper()
	if os.Getenv("SOLIDAIRE_TEST_FULL") == "1" {
		t.Fatalf("%s: %v", what, err)
	}
	t.Skipf("%s: %v", what, err)
}

// needs makes sure that programs are there.
func needs(t *testing.T, programs ...string) {
	t.Helper()
	for _, program := range programs {
		if _, err := exec.LookPath(program); err != nil {
			missing(t, program, err)
		}
	}
}

// npmPackages gives the folder with the pinned packages of npm. None of them runs anything while it is installed.
func npmPackages(t *testing.T) string {
	t.Helper()
	needs(t, "node", "npm")
	return installed(t, "npm", "package-lock.json", func(dir string) *exec.Cmd {
		copyFiles(t, dir, "package*.json")
		return exec.CommandContext(t.Context(), "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
	})
}

// pipPackages gives the folder with the pinned packages of PyPI, of which only built ones are taken.
func pipPackages(t *testing.T) string {
	t.Helper()
	needs(t, "python3")
	return installed(t, "pip", "llm/requirements.txt", func(dir string) *exec.Cmd {
		copyFiles(t, dir, "llm/requirements.txt")
		return exec.CommandContext(t.Context(), "python3", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input",
			"--only-binary", ":all:", "--require-hashes", "--requirement", "requirements.txt", "--target", dir)
	})
}

// installed gives a folder of the user's cache where an installer has put what a lockfile lists, once for each lockfile.
func installed(t *testing.T, kind, lockfile string, installer func(dir string) *exec.Cmd) string {
	t.Helper()
	cache, err := modelsfetch.CacheDir()
	if err != nil {
		t.Fatal(err)
	}
	lock, err := os.ReadFile(filepath.Join(packages, lockfile))
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(lock)
	dir := filepath.Join(cache, kind+"-"+hex.EncodeToString(sum[:8]))
	if _, err := os.Stat(dir); err == nil {
		return dir
	}
	if err := os.MkdirAll(cache, 0o700); err != nil {
		t.Fatal(err)
	}
	fresh, err := os.MkdirTemp(cache, kind+"-new-")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(fresh)
	install := installer(fresh)
	install.Dir = fresh
	if output, err := install.CombinedOutput(); err != nil {
		t.Logf("%s", output)
		missing(t, install.String(), err)
	}
	if err := os.Rename(fresh, dir); err != nil && !errors.Is(err, os.ErrExist) { // another test was as quick
		t.Fatal(err)
	}
	return dir
}

// copyFiles copies what matches below packages.
func copyFiles(t *testing.T, into, pattern string) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(packages, pattern))
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
