package gatewayanthropic_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayhousetest"
	"github.com/solidaire-coop/solidaire/internal/models/enginetest"
)

// Whatever its engine speaks and however it counts, an answer tells what it cost, streamed or whole.
func TestEveryAnswerIsAccounted(t *testing.T) {
	t.Parallel()
	const (
		uncounted = `{"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null}}`
		empty     = `{"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":null}`
		counted   = `{"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"input_tokens":7,"output_tokens":9}}`
	)
	for name, c := range map[string]struct {
		model, path string
		script      enginetest.Script
	}{
		"translated from OpenAI":   {"fake-chat", "/v1/chat/completions", enginetest.Script{Pieces: []string{"Bon", "jour"}}},
		"translated from Ollama":   {"far-ollama", "/api/chat", enginetest.Script{Reply: &enginetest.Reply{Status: 200, Header: http.Header{"Content-Type": {"application/x-ndjson"}}, Body: `{"message":{"content":"Bonjour"},"done":true,"done_reason":"stop","prompt_eval_count":3,"eval_count":1}` + "\n"}}},
		"as it came":               {"far-anthropic", "/v1/messages", sse(started, opened, grown, closed, counted, stopped)},
		"as it came, uncounted":    {"far-anthropic", "/v1/messages", sse(started, opened, grown, closed, uncounted, stopped)},
		"as it came, counted null": {"far-anthropic", "/v1/messages", sse(started, opened, grown, closed, empty, stopped)},
	} {
		for _, stream := range []string{"true", "false"} {
			t.Run(name+", stream "+stream, func(t *testing.T) {
				t.Parallel()
				h := newHouse(t)
				h.Engine.PlayAt(c.path, c.script)
				_, body := h.Post("/v1/messages", `{"model":"`+c.model+`","max_tokens":50,"messages":[{"role":"user","content":"Bonjour, comment allez-vous ?"}],"stream":`+stream+`}`)
				usage := gjson.Get(body, "usage")
				if stream == "true" {
					usage = dataOf(body, "message_delta").Get("usage")
					if gjson.Get(dataOf(body, "message_stop").Raw, "usage").Exists() {
						t.Errorf("the end is told twice: %s", body)
					}
				}
				gatewayhousetest.Accounted(t, h, usage, "input_tokens", "output_tokens")
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
				return "/v1/messages", `{"model":"` + model + `","max_tokens":50,"messages":[{"role":"user","content":"x"}],"stream":` + stream + `}`
			}, func(t *testing.T, status int, body string) {
				told := gjson.Get(body, "error")
				if status != 400 || told.Get("type").String() != "invalid_request_error" || told.Get("code").String() != "context_length_exceeded" || !strings.HasPrefix(told.Get("message").String(), "prompt is too long: ") {
					t.Errorf("%d %s", status, body)
				}
			})
		})
	}
}
