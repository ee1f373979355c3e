package gatewayengine

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"testing"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// Whatever comes at one go is one finished answer that says so, or an error of ours.
func FuzzWhole(f *testing.F) {
	f.Add([]byte(`{"choices":[{"index":0,"message":{"content":"é"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1e99}}`))
	f.Add([]byte(`{"choices":[{"text":"é","finish_reason":"length"},{"text":"b","finish_reason":null}]}`))
	f.Add([]byte(`{"error":{"type":"x","message":"exceed_context_size_error"}}`))
	f.Fuzz(func(t *testing.T, answer []byte) {
		reply := readWhole(context.Background(), slog.New(slog.DiscardHandler), io.NopCloser(bytes.NewReader(answer)))
		event, err := reply.Next()
		switch {
		case err != nil && core.CodeOf(err) != core.Interrupted && core.CodeOf(err) != core.Invalid:
			t.Fatalf("not one of our errors: %v", err)
		case err == nil && (!event.Whole || !event.Finished || !bytes.Contains(answer, []byte(`_reason`)) && !bytes.Contains(answer, []byte(`\u`))):
			t.Fatalf("finished without a reason: %+v", event)
		case err == nil:
			if _, err := reply.Next(); err != io.EOF {
				t.Fatalf("more than one: %v", err)
			}
		}
	})
}
