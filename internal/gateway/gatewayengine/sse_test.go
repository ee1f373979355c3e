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
)

func read(r io.Reader) (list []string, err error) {
	events := newEventReader(r)
	for {
		data, err := events.Next()
		if err != nil {
			return list, err
		}
		list = append(list, string(data))
	}
}

func TestEvents(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		stream string
		want   []string
	}{
		"plain":                  {"data: a\n\ndata: b\n\n", []string{"a", "b"}},
		"carriage returns":       {"data: a\r\n\r\n", []string{"a"}},
		"no space":               {"data:a\n\n", []string{"a"}},
		"several lines":          {"data: a\ndata: b\n\n", []string{"a\nb"}},
		"comments and fields":    {": hello\nevent: x\nid: 1\nretry: 5\ndata: a\n\n", []string{"a"}},
		"blank lines":            {"\n\n\ndata: a\n\n\n\n", []string{"a"}},
		"cut at the end":         {"data: a\n\ndata: b", []string{"a"}},
		"no blank line at end":   {"data: a\n\ndata: b\n", []string{"a"}},
		"longer than the buffer": {"data: " + strings.Repeat("é", 9000) + "\n\n", []string{strings.Repeat("é", 9000)}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for how, r := range map[string]io.Reader{"whole": strings.NewReader(c.stream), "byte by byte": iotest.OneByteReader(strings.NewReader(c.stream))} {
				got, err := read(r)
				if err != io.EOF {
					t.Errorf("%s: %v", how, err)
				}
				if diff := cmp.Diff(c.want, got); diff != "" {
					t.Errorf("%s: %s", how, diff)
				}
			}
		})
	}
}

func TestStreamsAreBounded(t *testing.T) {
	t.Parallel()
	endless := map[string]io.Reader{
		"a line":   io.MultiReader(strings.NewReader("data: "), repeat("a")),
		"an event": repeat("data: a\n"),
		"comments": repeat(": still here\n\n"),
	}
	for name, stream := range endless {
		if _, err := read(stream); !errors.Is(err, errTooLong) {
			t.Errorf("%s without end: %v", name, err)
		}
	}
}

// repeat gives text for ever.
func repeat(text string) io.Reader { return &repeater{text: []byte(text)} }

type repeater struct {
	text []byte
	at   int
}

func (r *repeater) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = r.text[r.at]
		r.at = (r.at + 1) % len(r.text)
	}
	return len(p), nil
}

func FuzzReply(f *testing.F) {
	f.Add([]byte("data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"é\"},\"finish_reason\":null}]}\n\ndata: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n"))
	f.Add([]byte("data: {\"choices\":[],\"usage\":{\"prompt_tokens\":1e99}}\n\n"))
	f.Add([]byte("data: {\"error\":{\"type\":\"x\"}}\n\n"))
	f.Fuzz(func(t *testing.T, stream []byte) {
		reply := newReply(context.Background(), slog.New(slog.DiscardHandler), io.NopCloser(bytes.NewReader(stream)))
		for range len(stream) + 1 {
			_, err := reply.Next()
			if err == nil {
				continue
			}
			if err == io.EOF && !bytes.Contains(stream, []byte("finish_reason")) {
				t.Fatal("finished without a reason")
			}
			if err != io.EOF && core.CodeOf(err) != core.Interrupted {
				t.Fatalf("not one of our errors: %v", err)
			}
			return
		}
		t.Fatal("more events than bytes")
	})
}
