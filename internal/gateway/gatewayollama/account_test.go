package gatewayollama_test

import (
	"testing"

	"github.com/tidwall/gjson"

	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayhousetest"
	"github.com/solidaire-coop/solidaire/internal/models/enginetest"
)

// Whatever its engine speaks and however it counts, an answer tells what it cost, streamed or whole.
func TestEveryAnswerIsAccounted(t *testing.T) {
	t.Parallel()
	const (
		uncounted = `{"model":"far","message":{"role":"assistant","content":"jour"},"done":true,"done_reason":"stop"}`
		generated = `{"model":"far","response":"Bonjour","done":true,"done_reason":"stop","prompt_eval_count":5,"eval_count":2}`
	)
	lines := func(list ...string) enginetest.Script { return reply("application/x-ndjson", list...) }
	for name, c := range map[string]struct {
		model, at, path string
		script          enginetest.Script
	}{
		"translated from OpenAI": {"fake-chat", "/api/chat", "/v1/chat/completions", enginetest.Script{Pieces: []string{"Bon", "jour"}}},
		"translated, generate":   {"fake-chat", "/api/generate", "/v1/chat/completions", enginetest.Script{Pieces: []string{"Bon", "jour"}}},
		"as it came":             {"far-ollama", "/api/chat", "/api/chat", lines(first, second, done)},
		"as it came, uncounted":  {"far-ollama", "/api/chat", "/api/chat", lines(first, uncounted)},
		"as it came, generate":   {"far-ollama", "/api/generate", "/api/generate", lines(generated)},
	} {
		for _, stream := range []string{"true", "false"} {
			t.Run(name+", stream "+stream, func(t *testing.T) {
				t.Parallel()
				h := newHouse(t)
				h.Engine.PlayAt(c.path, c.script)
				_, body := h.Post(c.at, `{"model":"`+c.model+`","prompt":"Bonjour, comment allez-vous ?","messages":[{"role":"user","content":"Bonjour, comment allez-vous ?"}],"stream":`+stream+`}`)
				last := gjson.Parse(body)
				if stream == "true" {
					all := linesOf(t, body)
					last = all[len(all)-1]
				}
				gatewayhousetest.Accounted(t, h, last, "prompt_eval_count", "eval_count")
			})
		}
	}
}

func TestATextThatIsTooLongIsToldAsOne(t *testing.T) {
	t.Parallel()
	for _, stream := range []string{"true", "false"} {
		t.Run("stream "+stream, func(t *testing.T) {
			t.Parallel()
			gatewayhousetest.TooLong(t, newHouse, func(model string) (string, string) {
				return "/api/chat", `{"model":"` + model + `","messages":[{"role":"user","content":"x"}],"stream":` + stream + `}`
			}, func(t *testing.T, status int, body string) {
				if status != 400 || gjson.Get(body, "code").String() != "context_length_exceeded" || gjson.Get(body, "error").Type != gjson.String {
					t.Errorf("%d %s", status, body)
				}
			})
		})
	}
}
