package gatewayhousetest

import (
	"net/http"
	"testing"

	"github.com/solidaire-coop/solidaire/internal/models/enginetest"
)

// TooLong has engines of every dialect say, in their own ways, that a text is longer than the model can read: with a status,
// and among the events of an answer. However they say it, told must find that the caller is told the same.
func TooLong(t *testing.T, house func(testing.TB) *House, ask func(model string) (path, body string), told func(t *testing.T, status int, body string)) {
	t.Helper()
	status := func(status int, body string) enginetest.Script {
		return enginetest.Script{Reply: &enginetest.Reply{Status: status, Header: http.Header{"Content-Type": {"application/json"}}, Body: body}}
	}
	stream := func(kind, body string) enginetest.Script {
		return enginetest.Script{Reply: &enginetest.Reply{Status: 200, Header: http.Header{"Content-Type": {kind}}, Body: body}}
	}
	const ofLlama = `{"error":{"code":400,"type":"exceed_context_size_error","message":"` + enginetest.Secret + `","n_prompt_tokens":9000,"n_ctx":4096}}`
	const ofAnthropic = `{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 9000 tokens > 4096 maximum"}}`
	const ofOllama = `{"error":"the input length exceeds the context length"}`
	for name, c := range map[string]struct {
		model, path string
		script      enginetest.Script
	}{
		"OpenAI's code":          {"fake-chat", "/v1/chat/completions", status(400, `{"error":{"code":"context_length_exceeded"}}`)},
		"OpenAI's dialect words": {"fake-chat", "/v1/chat/completions", status(400, `{"error":{"message":"This model's maximum context length is 4096 tokens."}}`)},
		"llama-server":           {"fake-chat", "/v1/chat/completions", status(400, ofLlama)},
		"llama-server, event":    {"fake-chat", "/v1/chat/completions", stream("text/event-stream", "data: "+ofLlama+"\n\n")},
		"Ollama":                 {"far-ollama", "/api/chat", status(400, ofOllama)},
		"Ollama, 500":            {"far-ollama", "/api/chat", status(500, ofOllama)},
		"Ollama, line":           {"far-ollama", "/api/chat", stream("application/x-ndjson", ofOllama+"\n")},
		"Anthropic":              {"far-anthropic", "/v1/messages", status(400, ofAnthropic)},
		"Anthropic, event":       {"far-anthropic", "/v1/messages", stream("text/event-stream", "data: "+ofAnthropic+"\n\n")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := house(t)
			h.Engine.PlayAt(c.path, c.script)
			path, body := ask(c.model)
			response, answer := h.Post(path, body)
			told(t, response.StatusCode, answer)
			if len(h.Engine.Requests()) != 1 {
				t.Errorf("it was asked %d times", len(h.Engine.Requests()))
			}
		})
	}
}
