package gatewayengine

import (
	"io"
	"log/slog"
	"strings"
	"testing"
)

func TestPlainEventsSayNothingButText(t *testing.T) {
	t.Parallel()
	for chunk, want := range map[string]bool{
		`{"id":"x","object":"o","created":1,"model":"m","choices":[{"index":0,"delta":{"content":"é\n"},"finish_reason":null}]}`: true,
		`{"choices":[{"delta":{"role":"assistant","content":"a"},"index":0,"logprobs":null,"finish_reason":null}],"usage":null}`: true,
		`{"choices":[{"index":0,"delta":{"content":""}}]}`:                                                                       false,
		`{"choices":[{"index":0,"delta":{"role":"assistant"}}]}`:                                                                 false,
		`{"choices":[{"index":1,"delta":{"content":"a"}}]}`:                                                                      false,
		`{"choices":[{"index":0,"delta":{"content":"a"}},{"index":1,"delta":{"content":"b"}}]}`:                                  false,
		`{"choices":[{"index":0,"delta":{"content":"a","reasoning_content":"b"}}]}`:                                              false,
		`{"choices":[{"index":0,"delta":{"content":"a","tool_calls":[]}}]}`:                                                      false,
		`{"choices":[{"index":0,"delta":{"content":"a"},"logprobs":{"content":[]}}]}`:                                            false,
		`{"choices":[{"index":0,"delta":{"content":"a"},"finish_reason":"stop"}]}`:                                               false,
		`{"choices":[{"index":0,"delta":{"content":"a"}}],"usage":{"prompt_tokens":1}}`:                                          false,
		`{"choices":[{"index":0,"delta":{"content":"a"}}],"timings":{}}`:                                                         false,
		`{"choices":[]}`: false,
	} {
		reply := newReply(t.Context(), slog.New(slog.DiscardHandler), io.NopCloser(strings.NewReader("data: "+chunk+"\n\n")))
		event, err := reply.Next()
		if err != nil || event.Plain != want {
			t.Errorf("%s: plain %v, %v", chunk, event.Plain, err)
		}
	}
}

// What an event says must not change when the next one is read into the same memory.
func TestTextOutlivesItsEvent(t *testing.T) {
	t.Parallel()
	event := func(text string) string {
		return `data: {"choices":[{"index":0,"delta":{"content":"` + text + `"}}]}` + "\n\n"
	}
	reply := newReply(t.Context(), slog.New(slog.DiscardHandler), io.NopCloser(strings.NewReader(event("premier")+event("deuxième"))))
	first, err := reply.Next()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := reply.Next(); err != nil || first.Text != "premier" {
		t.Errorf("got %q, %v", first.Text, err)
	}
}
