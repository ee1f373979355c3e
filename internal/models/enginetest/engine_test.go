package enginetest_test

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/solidaire-coop/solidaire/internal/models/enginetest"
)

const streamed = `{"model":"fake-chat","stream":true,"messages":[{"role":"user","content":"Bonjour à vous"}]}`

func post(t *testing.T, e *enginetest.Engine, ctx context.Context, path, body string) (*http.Response, error) {
	t.Helper()
	client, base := http.DefaultClient, e.URL
	if socket, ok := strings.CutPrefix(e.URL, "unix:"); ok {
		transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", socket)
		}}
		t.Cleanup(transport.CloseIdleConnections)
		client, base = &http.Client{Transport: transport}, "http://engine"
	}
	req, err := http.NewRequestWithContext(ctx, "POST", base+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	return client.Do(req)
}

func read(t *testing.T, e *enginetest.Engine, path, body string) (int, string, error) {
	t.Helper()
	resp, err := post(t, e, t.Context(), path, body)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(raw), err
}

func TestChatEndings(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		script  enginetest.Script
		body    string
		want    []string
		without []string
		broken  bool
	}{
		"ends well":           {enginetest.Says("é", "t"), streamed, []string{`"é"`, `"stop"`, "[DONE]"}, []string{"usage"}, false},
		"gives usage asked":   {enginetest.Says("a"), strings.Replace(streamed, `"stream"`, `"stream_options":{"include_usage":true},"stream"`, 1), []string{`"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":1`}, nil, false},
		"usage on finish":     {enginetest.Script{Usage: enginetest.UsageOnFinish}, streamed, []string{`"finish_reason":"stop"}],"usage":{`}, nil, false},
		"usage without delta": {enginetest.Script{Usage: enginetest.UsageNoDelta}, streamed, []string{`"choices":[{"index":0}],"usage"`}, nil, false},
		"usage null before":   {enginetest.Script{Usage: enginetest.UsageNullBefore, Pieces: []string{"a"}}, streamed, []string{`"usage":null`, `"usage":{`}, nil, false},
		"no done":             {enginetest.Script{End: enginetest.NoDone}, streamed, []string{`"stop"`}, []string{"[DONE]"}, false},
		"unfinished":          {enginetest.Script{Pieces: []string{"a"}, End: enginetest.Unfinished}, streamed, []string{`"a"`}, []string{"stop", "[DONE]"}, false},
		"bare done":           {enginetest.Script{End: enginetest.BareDone}, streamed, []string{"[DONE]"}, []string{"stop"}, false},
		"dies":                {enginetest.Script{Pieces: []string{"a"}, End: enginetest.Dies}, streamed, []string{`"a"`}, []string{"[DONE]"}, true},
		"dies, not streaming": {enginetest.Script{Pieces: []string{"a"}, End: enginetest.Dies}, strings.Replace(streamed, "true", "false", 1), nil, []string{"stop"}, true},
		"broken JSON":         {enginetest.Script{End: enginetest.BrokenJSON}, streamed, []string{`"bro`}, []string{"[DONE]"}, false},
		"error event":         {enginetest.Script{End: enginetest.ErrorEvent}, streamed, []string{`"error"`}, []string{"[DONE]"}, false},
		"tool calls":          {enginetest.Script{Deltas: []string{`{"tool_calls":[{"index":0}]}`}, Finish: "tool_calls"}, streamed, []string{`"delta":{"tool_calls"`, `"finish_reason":"tool_calls"`}, nil, false},
		"server error":        {enginetest.ServerError(), streamed, []string{enginetest.Secret}, nil, false},
		"page":                {enginetest.HTMLPage(), streamed, []string{"<!doctype"}, nil, false},
		"whole answer":        {enginetest.Says("Bon", "jour"), strings.Replace(streamed, "true", "false", 1), []string{`"content":"Bonjour"`, `"usage":{`}, nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := enginetest.Start(t)
			e.Play(c.script)
			_, got, err := read(t, e, "/v1/chat/completions", c.body)
			if (err != nil) != c.broken {
				t.Errorf("error: %v, want broken %v", err, c.broken)
			}
			for _, want := range c.want {
				if !strings.Contains(got, want) {
					t.Errorf("no %s in %s", want, got)
				}
			}
			for _, without := range c.without {
				if strings.Contains(got, without) {
					t.Errorf("%s in %s", without, got)
				}
			}
		})
	}
}

func TestTellsThatTheCallerLeft(t *testing.T) {
	t.Parallel()
	never := make(chan struct{})
	for name, script := range map[string]enginetest.Script{
		"before the header":      {HoldHeader: never},
		"before the first piece": {Pieces: []string{"a"}, Gates: []<-chan struct{}{never}},
		"before the end":         {Pieces: []string{"a"}, Gates: []<-chan struct{}{nil, never}},
		"while it stalls":        {End: enginetest.Stalls},
		"while it floods":        {End: enginetest.Floods},
		"while one line floods":  {End: enginetest.FloodsLine},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := enginetest.StartUnix(t)
			e.Play(script)
			ctx, leave := context.WithCancel(t.Context())
			answered := make(chan struct{})
			go func() {
				defer close(answered)
				if resp, err := post(t, e, ctx, "/v1/chat/completions", streamed); err == nil {
					io.Copy(io.Discard, resp.Body)
					resp.Body.Close()
				}
			}()
			req := e.Await(t)
			leave()
			enginetest.AwaitSignal(t, "the engine notices", req.Cancelled())
			enginetest.AwaitSignal(t, "the engine is free", req.Done())
			<-answered
			if e.Busy() != 0 {
				t.Errorf("busy: got %d, want 0", e.Busy())
			}
		})
	}
}

func TestGatesOrderThePieces(t *testing.T) {
	t.Parallel()
	e, gate := enginetest.Start(t), make(chan struct{})
	e.Play(enginetest.Script{Pieces: []string{"un", "deux"}, Gates: []<-chan struct{}{nil, gate}})
	resp, err := post(t, e, t.Context(), "/v1/chat/completions", streamed)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	lines := bufio.NewScanner(resp.Body)
	if !lines.Scan() || !strings.Contains(lines.Text(), `"un"`) {
		t.Fatalf("first piece: got %s", lines.Text())
	}
	close(gate)
	for lines.Scan() {
		if strings.Contains(lines.Text(), `"deux"`) {
			return
		}
	}
	t.Error("the second piece never came")
}

func TestCutLettersKeepsTheBytes(t *testing.T) {
	t.Parallel()
	e := enginetest.Start(t)
	e.Play(enginetest.Script{Pieces: []string{"été"}, CutLetters: true})
	_, got, err := read(t, e, "/v1/chat/completions", streamed)
	if err != nil || !utf8.ValidString(got) || !strings.Contains(got, "été") {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestEmbeddings(t *testing.T) {
	t.Parallel()
	e := enginetest.Start(t)
	status, got, _ := read(t, e, "/v1/embeddings", `{"model":"fake-embedding","input":["query: le quorum","autre chose"]}`)
	var answer struct {
		Data []struct {
			Index     int
			Embedding []float32
		}
	}
	if err := json.Unmarshal([]byte(got), &answer); err != nil || status != 200 || len(answer.Data) != 2 {
		t.Fatalf("got %d %v %s", status, err, got)
	}
	if dot(answer.Data[0].Embedding, enginetest.Vector("Le quorum")) < 0.999 {
		t.Error("the same words do not give the same vector")
	}
	if dot(answer.Data[0].Embedding, enginetest.Vector("le quorum est fixé")) <= dot(answer.Data[1].Embedding, enginetest.Vector("le quorum")) {
		t.Error("shared words are not nearer than other words")
	}
	e.MaxTokens = 4
	status, got, _ = read(t, e, "/v1/embeddings", `{"input":"un deux trois"}`)
	if status != 400 || !strings.Contains(got, "exceed_context_size_error") {
		t.Errorf("too long: got %d %s", status, got)
	}
}

func dot(a, b []float32) (sum float32) {
	for i := range a {
		sum += a[i] * b[i]
	}
	return sum
}

func TestTokenizePiecesJoinToTheText(t *testing.T) {
	t.Parallel()
	text := "  Le  quorum\nest de 50 %. "
	if got := strings.Join(enginetest.Tokens(text), ""); got != text {
		t.Errorf("got %q, want %q", got, text)
	}
	e := enginetest.Start(t)
	_, got, _ := read(t, e, "/tokenize", `{"content":"un deux","with_pieces":true}`)
	if !strings.Contains(got, `"piece":"un"`) || !strings.Contains(got, `"piece":" deux"`) {
		t.Errorf("got %s", got)
	}
}
