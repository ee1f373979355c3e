package gatewayengine

import (
	"testing"

	"github.com/solidaire-coop/solidaire/internal/models"
)

func TestWhatOnlyAnnouncesAnAnswer(t *testing.T) {
	t.Parallel()
	cases := []struct {
		dialect models.Dialect
		data    string
		want    bool
	}{
		{models.OpenAI, `{"choices":[{"index":0,"delta":{"role":"assistant","content":null},"finish_reason":null}]}`, true},
		{models.OpenAI, `{"choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}`, true},
		{models.OpenAI, `{"choices":[]}`, true},
		{models.OpenAI, `{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0}]}}]}`, false},
		{models.OpenAI, `{"choices":[{"index":0,"delta":{"reasoning_content":"hm"}}]}`, false},
		{models.OpenAI, `{"choices":[{"index":0,"delta":{"role":"assistant"}},{"index":1,"delta":{"refusal":"no"}}]}`, false},
		{models.Anthropic, `{"type":"message_start","message":{}}`, true},
		{models.Anthropic, `{"type":"ping"}`, true},
		{models.Anthropic, `{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}`, true},
		{models.Anthropic, `{"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"t"}}`, false},
		{models.Anthropic, `{"type":"content_block_delta"}`, false},
		{models.Ollama, `{"message":{"role":"assistant","content":""},"done":false}`, true},
		{models.Ollama, `{"message":{"role":"assistant","content":"","tool_calls":[{}]},"done":false}`, false},
		{models.Ollama, `{"message":{"content":"","thinking":"hm"}}`, false},
		{models.Ollama, `{"done":true}`, false},
	}
	for _, c := range cases {
		if got := announces([]byte(c.data), c.dialect); got != c.want {
			t.Errorf("%q %s: got %v", c.dialect, c.data, got)
		}
	}
}
