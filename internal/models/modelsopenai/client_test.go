package modelsopenai_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/models"
	"github.com/solidaire-coop/solidaire/internal/models/enginetest"
	"github.com/solidaire-coop/solidaire/internal/models/modelsopenai"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const streamed = `{"model":"fake-chat","stream":true,"messages":[{"role":"user","content":"Bonjour"}],"unheard_of":[1]}`

func client(t *testing.T, address string) *modelsopenai.Client {
	t.Helper()
	c, err := modelsopenai.New(modelsopenai.Config{Address: address, Key: "k-1"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func TestOpenPassesBytesThrough(t *testing.T) {
	t.Parallel()
	for name, start := range map[string]func(testing.TB, ...string) *enginetest.Engine{
		"TCP": enginetest.Start, "Unix socket": enginetest.StartUnix,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := start(t)
			e.Play(enginetest.Script{Pieces: []string{"été"}, CutLetters: true})
			resp, err := client(t, e.URL).Open(t.Context(), "/v1/chat/completions", []byte(streamed))
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			got, err := io.ReadAll(resp.Body)
			if err != nil || resp.Status != 200 || resp.ContentType != "text/event-stream" || resp.Problem != nil {
				t.Fatalf("got %d %s %v %v", resp.Status, resp.ContentType, resp.Problem, err)
			}
			if !strings.Contains(string(got), "été") || !strings.HasSuffix(string(got), "data: [DONE]\n\n") {
				t.Errorf("got %s", got)
			}
			req := e.Await(t)
			if string(req.Body) != streamed || req.Header.Get("Authorization") != "Bearer k-1" {
				t.Errorf("the engine received %s %v", req.Body, req.Header)
			}
			if _, sent := req.Header["Idempotency-Key"]; sent {
				t.Error("a header of our own reached the engine")
			}
		})
	}
}

func TestOpenHandsOutPiecesAsTheyCome(t *testing.T) {
	t.Parallel()
	e, gate := enginetest.StartUnix(t), make(chan struct{})
	e.Play(enginetest.Script{Pieces: []string{"un", "deux"}, Gates: []<-chan struct{}{nil, gate}})
	resp, err := client(t, e.URL).Open(t.Context(), "/v1/chat/completions", []byte(streamed))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	first := make([]byte, 4096)
	if n, err := resp.Body.Read(first); err != nil || !strings.Contains(string(first[:n]), "un") {
		t.Fatalf("got %q, %v", first[:n], err)
	}
	close(gate) // a client that gathers would never have come here
	if rest, err := io.ReadAll(resp.Body); err != nil || !strings.Contains(string(rest), "deux") {
		t.Errorf("got %q, %v", rest, err)
	}
}

func TestCancellingClosesTheEnginesRequest(t *testing.T) {
	t.Parallel()
	never := make(chan struct{})
	for name, script := range map[string]enginetest.Script{
		"before the header":      {HoldHeader: never},
		"before the first piece": {Pieces: []string{"a"}, Gates: []<-chan struct{}{never}},
		"in the middle":          {Pieces: []string{"a"}, End: enginetest.Stalls},
		"under a flood":          {End: enginetest.Floods},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := enginetest.StartUnix(t)
			e.Play(script)
			c := client(t, e.URL)
			ctx, leave := context.WithCancel(t.Context())
			failed := make(chan error, 1)
			go func() {
				resp, err := c.Open(ctx, "/v1/chat/completions", []byte(streamed))
				if err == nil {
					_, err = io.Copy(io.Discard, resp.Body)
					resp.Body.Close()
				}
				failed <- err
			}()
			req := e.Await(t)
			leave()
			enginetest.AwaitSignal(t, "the engine notices", req.Cancelled())
			if err := <-failed; !core.Is(err, core.Cancelled) || !errors.Is(err, context.Canceled) {
				t.Errorf("got %v, want cancelled", err)
			}
		})
	}
}

func TestProblems(t *testing.T) {
	t.Parallel()
	reply := func(status int, body string) enginetest.Script {
		return enginetest.Script{Reply: &enginetest.Reply{Status: status, Body: body}}
	}
	for name, c := range map[string]struct {
		script enginetest.Script
		code   core.Code
		key    string
	}{
		"its own fault":      {enginetest.ServerError(), core.Unavailable, "errors.engine_failed"},
		"too many":           {enginetest.TooMany("7"), core.Exhausted, "errors.engine_busy"},
		"loading":            {reply(503, `{"error":{"message":"Loading model"}}`), core.Unavailable, "errors.engine_loading"},
		"key refused":        {reply(401, enginetest.Secret), core.Unavailable, "errors.engine_key"},
		"model not there":    {reply(404, enginetest.Secret), core.Unavailable, "errors.engine_lacks_model"},
		"redirect":           {reply(302, ""), core.Unavailable, "errors.engine_failed"},
		"refused":            {reply(400, `{"error":{"message":"`+enginetest.Secret+`"}}`), core.Invalid, "errors.engine_rejected"},
		"too long, llama":    {reply(400, `{"error":{"type":"exceed_context_size_error","n_prompt_tokens":9,"n_ctx":5}}`), core.TooLarge, "errors.engine_prompt_too_long_by"},
		"too long, OpenAI":   {reply(400, `{"error":{"code":"context_length_exceeded"}}`), core.TooLarge, "errors.engine_prompt_too_long"},
		"error without JSON": {reply(500, "<html>"+enginetest.Secret), core.Unavailable, "errors.engine_failed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := enginetest.Start(t)
			e.Play(c.script)
			resp, err := client(t, e.URL).Open(t.Context(), "/v1/chat/completions", []byte(streamed))
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(resp.Body)
			resp.Body.Close()
			if err != nil || resp.Problem == nil || resp.Problem.Code != c.code || resp.Problem.Key != c.key {
				t.Fatalf("got %v, %v; want %s %s", resp.Problem, err, c.code, c.key)
			}
			if resp.Status != c.script.Reply.Status || resp.RetryAfter != c.script.Reply.Header.Get("Retry-After") {
				t.Errorf("status %d, Retry-After %q", resp.Status, resp.RetryAfter)
			}
			if strings.Contains(string(body)+resp.Problem.Error(), "SECRET") {
				t.Errorf("the engine's words came through: %s %v", body, resp.Problem)
			}
		})
	}
}

func TestAnEngineThatDiesNeverLooksFinished(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{"streaming": streamed, "whole": strings.Replace(streamed, "true", "false", 1)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := enginetest.Start(t)
			e.Play(enginetest.Script{Pieces: []string{"a"}, End: enginetest.Dies})
			resp, err := client(t, e.URL).Open(t.Context(), "/v1/chat/completions", []byte(body))
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			if _, err := io.ReadAll(resp.Body); !core.Is(err, core.Interrupted) {
				t.Errorf("got %v, want interrupted", err)
			}
		})
	}
}

func TestUnreachable(t *testing.T) {
	t.Parallel()
	for name, address := range map[string]string{"no socket": "unix:/nowhere/e.sock", "no port": "http://127.0.0.1:1"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := client(t, address).Open(t.Context(), "/v1/embeddings", nil)
			if !core.Is(err, core.Unavailable) || core.AsError(err).Key != "errors.engine_unreachable" {
				t.Errorf("got %v", err)
			}
		})
	}
	for _, address := range []string{"", "unix:", "ftp://x", "localhost:1", "http://user:pw@x", "http://x?y", "http://\x00"} {
		if _, err := modelsopenai.New(modelsopenai.Config{Address: address}); !core.Is(err, core.Invalid) {
			t.Errorf("address %q: got %v, want invalid", address, err)
		}
	}
}

func TestAddressWithPrefix(t *testing.T) {
	t.Parallel()
	e := enginetest.Start(t)
	if _, err := client(t, e.URL+"/v1/").Models(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	e, other := enginetest.Start(t), enginetest.Start(t)
	e.Play(enginetest.Script{Reply: &enginetest.Reply{Status: 307, Header: http.Header{"Location": {other.URL + "/v1/chat/completions"}}}})
	resp, err := client(t, e.URL).Open(t.Context(), "/v1/chat/completions", []byte(streamed))
	if err != nil || resp.Problem == nil {
		t.Fatalf("got %v, %v", resp, err)
	}
	if n := len(other.Requests()); n != 0 {
		t.Errorf("the prompt went on to another server, %d times", n)
	}
}

// An engine may close idle connections at any moment; a caller must not notice.
func TestConnectionsThatTheEngineClosed(t *testing.T) {
	t.Parallel()
	e := enginetest.Start(t)
	c := client(t, e.URL)
	for range 200 {
		e.Play(enginetest.Script{Reply: &enginetest.Reply{Status: 200, Header: http.Header{"Connection": {"close"}}, Body: "{}"}})
		resp, err := c.Open(t.Context(), "/v1/chat/completions", []byte(streamed))
		if err != nil {
			t.Fatal(err)
		}
		io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
	}
}

func TestManyAtOnceReuseConnections(t *testing.T) {
	t.Parallel()
	e := enginetest.Start(t)
	c := client(t, e.URL)
	var group sync.WaitGroup
	for range 64 {
		group.Go(func() {
			for range 5 {
				resp, err := c.Open(t.Context(), "/v1/chat/completions", []byte(streamed))
				if err != nil {
					t.Error(err)
					return
				}
				io.Copy(io.Discard, resp.Body)
				resp.Body.Close()
			}
		})
	}
	group.Wait()
}

func TestHealth(t *testing.T) {
	t.Parallel()
	e := enginetest.Start(t)
	c := client(t, e.URL)
	if err := c.Health(t.Context()); err != nil {
		t.Error(err)
	}
	e.SetLoading(true)
	if err := c.Health(t.Context()); core.AsError(err).Key != "errors.engine_loading" {
		t.Errorf("got %v", err)
	}
}

func TestHostileLists(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"not JSON": "<html>", "wrong type": `{"data":[{"id":7}]}`, "endless": `{"data":[` + strings.Repeat(`{"id":"a"},`, 600_000),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := enginetest.Start(t)
			e.PlayAt("/v1/models", enginetest.Script{Reply: &enginetest.Reply{Status: 200, Body: body}})
			if _, err := client(t, e.URL).Models(t.Context()); !core.Is(err, core.Unavailable) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestSilentEngineIsGivenUp(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0") // accepts by the kernel, never answers
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	c, err := modelsopenai.New(modelsopenai.Config{Address: "http://" + listener.Addr().String(), HeaderWait: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Open(t.Context(), "/v1/embeddings", nil); core.AsError(err).Key != "errors.engine_silent" {
		t.Errorf("got %v", err)
	}
}

func TestAnEngineThatFallsSilentIsGivenUp(t *testing.T) {
	t.Parallel()
	e := enginetest.Start(t)
	e.Play(enginetest.Script{Pieces: []string{"a"}, End: enginetest.Stalls})
	c, err := modelsopenai.New(modelsopenai.Config{Address: e.URL, IdleWait: 50 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	resp, err := c.Open(t.Context(), "/v1/chat/completions", []byte(streamed))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if _, err := io.ReadAll(resp.Body); !core.Is(err, core.Interrupted) || core.AsError(err).Key != "errors.engine_stalled" {
		t.Errorf("got %v", err)
	}
	enginetest.AwaitSignal(t, "the engine's request to be closed", e.Await(t).Cancelled())
}

func TestEachDialectHasItsOwnHeaders(t *testing.T) {
	t.Parallel()
	for dialect, want := range map[models.Dialect]map[string]string{
		models.OpenAI:    {"Authorization": "Bearer k", "X-Api-Key": "", "Anthropic-Version": ""},
		models.Ollama:    {"Authorization": "Bearer k", "X-Api-Key": ""},
		models.Anthropic: {"Authorization": "", "X-Api-Key": "k", "Anthropic-Version": "2023-06-01"},
	} {
		e := enginetest.Start(t)
		c, err := modelsopenai.New(modelsopenai.Config{Address: e.URL, Key: "k", Dialect: dialect})
		if err != nil {
			t.Fatal(err)
		}
		resp, err := c.Open(t.Context(), "/v1/chat/completions", []byte(streamed))
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		c.Close()
		got := e.Await(t).Header
		for name, value := range want {
			if got.Get(name) != value {
				t.Errorf("%q: %s is %q, want %q", dialect, name, got.Get(name), value)
			}
		}
	}
}

func TestAnthropicsProblems(t *testing.T) {
	t.Parallel()
	e := enginetest.Start(t)
	for status, c := range map[int]struct{ body, key string }{
		400: {`{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 9 tokens > 5 maximum"}}`, "errors.engine_prompt_too_long"},
		529: {`{"type":"error","error":{"type":"overloaded_error"}}`, "errors.engine_loading"},
	} {
		e.Play(enginetest.Script{Reply: &enginetest.Reply{Status: status, Body: c.body}})
		resp, err := client(t, e.URL).Open(t.Context(), "/v1/chat/completions", []byte(streamed))
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.Problem == nil || resp.Problem.Key != c.key {
			t.Errorf("%d: got %v, want %s", status, resp.Problem, c.key)
		}
	}
}
