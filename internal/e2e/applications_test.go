package e2e_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/solidaire-coop/solidaire/internal/models/modelsfetch"
)

// continues uses Continue, an editor's assistant, from the terminal: it asks the real engine in OpenAI's dialect, and in
// Anthropic's it works as an agent, with its own tools, on a file.
func continues(t *testing.T, base, key, npm string) {
	assistant := func(t *testing.T, home, provider, path, model string, arguments ...string) string {
		t.Helper()
		settings := filepath.Join(t.TempDir(), "config.yaml")
		write(t, settings, fmt.Sprintf(`name: solidaire
version: 1.0.0
schema: v1
models:
  - name: house
    provider: %s
    model: %s
    apiBase: %s
    apiKey: %s
    roles: [chat]
    defaultCompletionOptions: { maxTokens: 16, contextLength: 8192 }
`, provider, model, base+path, key))
		return run(t, home, []string{"HOME=" + home, "CONTINUE_TELEMETRY_ENABLED=0"}, "node",
			append([]string{filepath.Join(npm, "node_modules", "@continuedev", "cli", "dist", "cn.js"), "--config", settings}, arguments...)...)
	}
	t.Run("asks", func(t *testing.T) {
		t.Parallel()
		if said := assistant(t, t.TempDir(), "openai", "/v1", modelsfetch.TrialModel, "--exclude", "*", "--print", "Say hello."); strings.TrimSpace(said) == "" {
			t.Error("it said nothing")
		}
	})
	t.Run("reads a file with its own tool", func(t *testing.T) {
		t.Parallel()
		home := t.TempDir()
		write(t, filepath.Join(home, "statuts.txt"), "Quorum : 25 %")
		if said := assistant(t, home, "anthropic", "/v1/", "scripted-reader", "--print", "Quel est le quorum ?"); !strings.Contains(said, "Le quorum est de 25 %.") {
			t.Errorf("it said %q", said)
		}
	})
}

// terminal is llm, an assistant for the terminal that keeps a log of its own.
type terminal struct {
	packages, home string
}

func (l terminal) run(t *testing.T, arguments ...string) (string, error) {
	t.Helper()
	return attempt(t, l.home, []string{"PYTHONPATH=" + l.packages, "LLM_USER_PATH=" + l.home}, "python3", append([]string{"-m", "llm"}, arguments...)...)
}

// newTerminal sets it up for the program.
func newTerminal(t *testing.T, base, key, pip string) terminal {
	t.Helper()
	llm, models := terminal{packages: pip, home: t.TempDir()}, ""
	for id, name := range map[string]string{"ours": modelsfetch.TrialModel, "caller": "scripted-tools"} {
		models += fmt.Sprintf("- {model_id: %s, model_name: %s, api_base: '%s/v1', api_key_name: house, supports_tools: true}\n", id, name, base)
	}
	write(t, filepath.Join(llm.home, "extra-openai-models.yaml"), models)
	write(t, filepath.Join(llm.home, "keys.json"), fmt.Sprintf(`{"house": %q}`, key))
	return llm
}

// asksLLM asks the real engine, goes on, reads the log, has an engine call a function, and is refused by the charter.
func asksLLM(t *testing.T, base, key, pip string) {
	t.Run("asks, goes on, reads its log", func(t *testing.T) {
		t.Parallel()
		llm := newTerminal(t, base, key, pip)
		for _, question := range [][]string{{"-m", "ours", "Say hello."}, {"--continue", "And again."}} {
			if said, err := llm.run(t, append(question, "-o", "max_tokens", "12")...); err != nil || strings.TrimSpace(said) == "" {
				t.Errorf("%q: %v %s", question, err, said)
			}
		}
		if log, err := llm.run(t, "logs", "list", "--count", "1", "--json"); err != nil || !strings.Contains(log, `"receipt"`) {
			t.Errorf("its log: %v %s", err, log)
		}
	})
	t.Run("calls a function", func(t *testing.T) {
		t.Parallel()
		function := "def weather(town: str) -> str:\n  'The weather'\n  return town + ': 21'"
		said, err := newTerminal(t, base, key, pip).run(t, "-m", "caller", "--functions", function, "--td", "Weather?")
		if err != nil || !strings.Contains(said, "Magog: 21") || !strings.Contains(said, "Il fait 21 degrés.") {
			t.Errorf("%v %s", err, said)
		}
	})
	t.Run("is refused", func(t *testing.T) {
		t.Parallel()
		refused, err := newTerminal(t, base, key, pip).run(t, "-m", "ours", "My card is 4111 1111 1111 1111.")
		if err == nil || !strings.Contains(refused, "403") || !strings.Contains(refused, "article 4") {
			t.Errorf("%v %s", err, refused)
		}
	})
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}
