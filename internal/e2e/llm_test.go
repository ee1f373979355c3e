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
	"strings"
	"testing"

	"github.com/solidaire-coop/solidaire/internal/models/modelsfetch"
	"github.com/solidaire-coop/solidaire/internal/platform/config"
)

// pipInstall gives the folder of the pinned Python packages, installed once for each list into the user's cache.
func pipInstall(t *testing.T) string {
	t.Helper()
	cache, err := modelsfetch.CacheDir()
	if err != nil {
		t.Fatal(err)
	}
	list := filepath.Join(scripts, "python", "requirements.txt")
	pinned, err := os.ReadFile(list)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(pinned)
	installed := filepath.Join(cache, "pip-"+hex.EncodeToString(sum[:8]))
	if _, err := os.Stat(installed); err == nil {
		return installed
	}
	if err := os.MkdirAll(cache, 0o700); err != nil {
		t.Fatal(err)
	}
	fresh, err := os.MkdirTemp(cache, "pip-new-")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(fresh)
	pip := exec.CommandContext(t.Context(), "python3", "-m", "pip", "install", "--quiet", "--no-deps", "--only-binary", ":all:", "--target", fresh, "-r", list)
	if output, err := pip.CombinedOutput(); err != nil {
		t.Logf("%s", output)
		missing(t, "pip install", err)
	}
	if err := os.Rename(fresh, installed); err != nil && !errors.Is(err, os.ErrExist) {
		t.Fatal(err)
	}
	return installed
}

// terminal is `llm`, a program that people use to speak to models from a terminal, and how it is set up to use ours.
type terminal struct {
	packages, home string
}

// run gives what it wrote, and its exit code.
func (l terminal) run(ctx context.Context, t *testing.T, args ...string) (string, int) {
	t.Helper()
	program := exec.CommandContext(ctx, "python3", append([]string{"-m", "llm"}, args...)...)
	program.Env = append(os.Environ(), "PYTHONPATH="+l.packages, "LLM_USER_PATH="+l.home)
	var output bytes.Buffer
	program.Stdout, program.Stderr = &output, &output
	err := program.Run()
	var ended *exec.ExitError
	if err != nil && !errors.As(err, &ended) {
		t.Fatal(err)
	}
	return output.String(), program.ProcessState.ExitCode()
}

// TestTerminalClient runs `llm` against the whole program, with the real engine and one that calls a function. All that it
// knows of us is an address and a key in its configuration.
func TestTerminalClient(t *testing.T) {
	if _, err := exec.LookPath("python3"); err != nil {
		missing(t, "python3", err)
	}
	engines := startScripted(t)
	h := startWith(t, func(settings *config.Config) { settings.Backends = engines.backends })
	llm := terminal{packages: pipInstall(t), home: t.TempDir()}
	models := ""
	for id, name := range map[string]string{"ours": modelsfetch.TrialModel, "caller": "scripted-tools"} {
		models += "- {model_id: " + id + ", model_name: " + name + ", api_base: '" + h.base + "/v1', api_key_name: solidaire, supports_tools: true}\n"
	}
	for name, content := range map[string]string{"extra-openai-models.yaml": models, "keys.json": `{"solidaire":"` + h.key(t) + `"}`} {
		if err := os.WriteFile(filepath.Join(llm.home, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for what, args := range map[string][]string{
		"streaming": {"-m", "ours", "-o", "max_tokens", "12", "Say hello."},
		"whole":     {"-m", "ours", "--no-stream", "-o", "max_tokens", "12", "-s", "Be brief.", "Say hello."},
	} {
		if said, code := llm.run(t.Context(), t, args...); code != 0 || strings.TrimSpace(said) == "" {
			t.Errorf("%s: %d %s", what, code, said)
		}
	}
	if said, code := llm.run(t.Context(), t, "-c", "-o", "max_tokens", "12", "And again."); code != 0 || strings.TrimSpace(said) == "" {
		t.Errorf("going on: %d %s", code, said)
	}
	if said, _ := llm.run(t.Context(), t, "logs", "list", "-n", "1", "--json"); !strings.Contains(said, "receipt") {
		t.Errorf("its log knows no receipt: %s", said)
	}
	function := "def weather(town: str) -> str:\n  'The weather'\n  return town + ': 21'"
	if said, code := llm.run(t.Context(), t, "-m", "caller", "--functions", function, "--td", "Weather?"); code != 0 || !strings.Contains(said, "Il fait 21 degrés.") || !strings.Contains(said, "Magog: 21") {
		t.Errorf("with a function: %d %s", code, said)
	}
	if said, code := llm.run(t.Context(), t, "-m", "ours", "4111 1111 1111 1111"); code == 0 || !strings.Contains(said, "403") {
		t.Errorf("a card number: %d %s", code, said)
	}
}
