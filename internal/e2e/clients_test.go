package e2e_test

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/solidaire-coop/solidaire/internal/models/enginetest"
	"github.com/solidaire-coop/solidaire/internal/models/modelsfetch"
	"github.com/solidaire-coop/solidaire/internal/platform/config"
)

// clientScripts are programs on the official JavaScript clients.
var clientScripts = []string{"openai", "anthropic", "ollama", "aisdk"}

// TestClients points the official JavaScript clients, and applications that people use, at the whole program: real engines
// with real models, and beside them engines that play a script. All at once, as people do; nobody needs documents.
func TestClients(t *testing.T) {
	npm, pip := npmPackages(t), pipPackages(t)
	engines := startScripted(t)
	h := startWith(t, func(settings *config.Config) { settings.Backends, settings.Demo = engines.backends, false })
	key := h.key(t)
	dir := t.TempDir()
	if err := os.Symlink(filepath.Join(npm, "node_modules"), filepath.Join(dir, "node_modules")); err != nil {
		t.Fatal(err)
	}
	copyFiles(t, dir, "*.js")
	copyFiles(t, dir, "package.json")
	t.Run("all at once", func(t *testing.T) {
		for _, script := range clientScripts {
			t.Run(script, func(t *testing.T) {
				t.Parallel()
				run(t, dir, []string{
					"SOLIDAIRE_TEST_URL=" + h.base, "SOLIDAIRE_TEST_KEY=" + key, "SOLIDAIRE_TEST_SCRIPTED=1", "SOLIDAIRE_TEST_SCRIPT=" + script,
					"SOLIDAIRE_TEST_CHAT=" + modelsfetch.TrialModel, "SOLIDAIRE_TEST_EMBEDDING=" + modelsfetch.EmbeddingModel,
				}, "node", "--test-reporter=spec", script+".js")
			})
		}
		t.Run("continue", func(t *testing.T) { t.Parallel(); continues(t, h.base, key, npm) })
		t.Run("llm", func(t *testing.T) { t.Parallel(); asksLLM(t, h.base, key, pip) })
	})
	left := 0
	for _, request := range engines.endless.Requests() {
		if request.Method == http.MethodPost {
			enginetest.AwaitSignal(t, "the engine to hear that the client left", request.Cancelled())
			left++
		}
	}
	if left < len(clientScripts) {
		t.Errorf("only %d clients left in the middle", left)
	}
}

// run gives what a program wrote, and fails with it when the program failed.
func run(t *testing.T, dir string, environment []string, program string, arguments ...string) string {
	t.Helper()
	output, err := attempt(t, dir, environment, program, arguments...)
	if err != nil {
		t.Fatalf("%s %q: %v\n%s", program, arguments, err, output)
	}
	return output
}

func attempt(t *testing.T, dir string, environment []string, program string, arguments ...string) (string, error) {
	t.Helper()
	command := exec.CommandContext(t.Context(), program, arguments...)
	command.Dir, command.Env = dir, append(os.Environ(), environment...)
	output, err := command.CombinedOutput()
	return string(output), err
}
