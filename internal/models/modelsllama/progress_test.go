package modelsllama_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"

	"github.com/solidaire-coop/solidaire/internal/models/modelsllama"
)

func TestAskProgress(t *testing.T) {
	t.Parallel()
	const chat = "/v1/chat/completions"
	for name, c := range map[string]struct{ path, body, want string }{
		"a stream":       {chat, ` {"stream":true,"x":1}`, `{"return_progress":true,"stream":true,"x":1}`},
		"not a stream":   {chat, `{"stream":false}`, ""},
		"nothing said":   {chat, `{"model":"m"}`, ""},
		"stream as text": {chat, `{"stream":"true"}`, ""},
		"its own wish":   {chat, `{"stream":true,"return_progress":false}`, ""},
		"not an object":  {chat, `[{"stream":true}]`, ""},
		"nothing":        {chat, ``, ""},
		"another path":   {"/v1/embeddings", `{"stream":true}`, ""},
		"a cut body":     {chat, `{"stream":true`, `{"return_progress":true,"stream":true`},
	} {
		got, asked := modelsllama.AskProgress(c.path, []byte(c.body))
		if want := c.want; asked != (want != "") || (asked && string(got) != want) || (!asked && string(got) != c.body) {
			t.Errorf("%s: got %s, %v", name, got, asked)
		}
	}
}

const (
	progressed = `data: {"choices":[{"delta":{"role":"assistant","content":null}}],"prompt_progress":{"total":9,"processed":4}}` + "\n\n"
	spoken     = `data: {"choices":[{"delta":{"content":"\"prompt_progress\" é"}}]}` + "\n\n"
	ended      = "data: [DONE]\n\n"
)

func TestProgressIsTakenOut(t *testing.T) {
	t.Parallel()
	boom := errors.New("boom")
	for name, c := range map[string]struct {
		stream, want string
		err          error
	}{
		"progress first":           {progressed + progressed + spoken + ended, spoken + ended, nil},
		"none":                     {spoken + ended, spoken + ended, nil},
		"progress later stays":     {spoken + progressed, spoken + progressed, nil},
		"a comment between":        {progressed + ":\n\n" + progressed + spoken, ":\n\n" + spoken, nil},
		"an error event":           {progressed + "data: {\"error\":{}}\n\n", "data: {\"error\":{}}\n\n", nil},
		"cut inside an event":      {progressed + `data: {"cho`, `data: {"cho`, nil},
		"dies during the progress": {progressed, "", boom},
		"dies inside the answer":   {progressed + spoken, spoken, boom},
		"an event that never ends": {"data: " + strings.Repeat("x", 200_000), "data: " + strings.Repeat("x", 200_000), nil},
		"nothing at all":           {"", "", nil},
	} {
		for way, slow := range map[string]func(io.Reader) io.Reader{"at once": func(r io.Reader) io.Reader { return r }, "byte by byte": iotest.OneByteReader} {
			src := slow(strings.NewReader(c.stream))
			if c.err != nil {
				src = io.MultiReader(src, iotest.ErrReader(c.err))
			}
			got, err := io.ReadAll(modelsllama.WithoutProgress(io.NopCloser(src)))
			if string(got) != c.want || !errors.Is(err, c.err) {
				t.Errorf("%s, %s: got %.80q, %v", name, way, got, err)
			}
		}
	}
}

// Whatever the stream, only events of progress at its start may be missing.
func TestNothingButProgressIsTakenOut(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		count := rapid.IntRange(0, 5).Draw(t, "progress")
		rest := "data: {" + rapid.String().Draw(t, "rest")
		got, err := io.ReadAll(modelsllama.WithoutProgress(io.NopCloser(strings.NewReader(strings.Repeat(progressed, count) + rest))))
		if err != nil || string(got) != rest {
			t.Fatal(fmt.Sprintf("got %q, %v", got, err))
		}
	})
}
