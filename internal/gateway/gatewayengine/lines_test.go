package gatewayengine

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway"
)

func TestLines(t *testing.T) {
	t.Parallel()
	for stream, want := range map[string][]string{
		"{\"a\":1}\n{\"b\":2}\n":         {`{"a":1}`, `{"b":2}`},
		"\n\r\n {\"a\":1} \r\n":          {`{"a":1}`},
		"{\"a\":1}\n{\"cut\":":           {`{"a":1}`},
		strings.Repeat("é", 9000) + "\n": {strings.Repeat("é", 9000)},
	} {
		for how, r := range map[string]io.Reader{"whole": strings.NewReader(stream), "byte by byte": iotest.OneByteReader(strings.NewReader(stream))} {
			var got []string
			lines := newLineReader(r)
			line, err := lines.Next()
			for ; err == nil; line, err = lines.Next() {
				got = append(got, string(line))
			}
			if diff := cmp.Diff(want, got); diff != "" || err != io.EOF {
				t.Errorf("%s: %v %s", how, err, diff)
			}
		}
	}
	for name, endless := range map[string]io.Reader{"a line": repeat("a"), "blanks": repeat("\n")} {
		if _, err := newLineReader(endless).Next(); !errors.Is(err, errTooLong) {
			t.Errorf("%s without end: %v", name, err)
		}
	}
}

// FuzzForeign reads whatever an engine of another dialect may stream, forwarded and translated: it ends, and only with a
// terminal event does it end well.
func FuzzForeign(f *testing.F) {
	f.Add([]byte("data: {\"type\":\"message_start\",\"message\":{}}\n\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":1}}\n\ndata: {\"type\":\"message_stop\"}\n\n"))
	f.Add([]byte("{\"message\":{\"content\":\"é\"}}\n{\"done\":true}\n"))
	f.Add([]byte("data: {\"type\":\"error\"}\n\n{\"error\":\"x\"}\n"))
	f.Fuzz(func(t *testing.T, stream []byte) {
		log := slog.New(slog.DiscardHandler)
		for name, read := range map[string]func(context.Context, *slog.Logger, io.ReadCloser) gateway.Reply{
			"message_stop": readAnthropic, "message_stop, translated": translateAnthropic, "done": readOllama, "done, translated": translateOllama,
		} {
			reply := read(context.Background(), log, io.NopCloser(bytes.NewReader(stream)))
			ended := false
			for range len(stream) + 2 {
				_, err := reply.Next()
				if err == nil {
					continue
				}
				if err != io.EOF && core.CodeOf(err) != core.Interrupted {
					t.Fatalf("%s: not one of our errors: %v", name, err)
				}
				if mark, _, _ := strings.Cut(name, ","); err == io.EOF && !bytes.Contains(stream, []byte(mark)) && !bytes.Contains(stream, []byte(`\u`)) {
					t.Fatalf("%s: finished without its terminal event", name)
				}
				ended = true
				break
			}
			if !ended {
				t.Fatalf("%s: more events than bytes", name)
			}
		}
	})
}
