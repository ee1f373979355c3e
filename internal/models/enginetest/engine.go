// Package enginetest is a fake engine that speaks the same HTTP as llama-server: OpenAI's dialect
// (chat completions streaming and not, embeddings, models) and /health, /tokenize, /slots.
//
// Promises: what it answers depends on its script and the request alone, never on time or chance. It
// misbehaves only when a script says so, and then exactly so: it dies, stalls, floods, sends broken
// JSON or cuts inside a letter. It remembers every request and tells, through a channel, when the
// caller left before the end. It waits only on channels and on the caller, never on a clock.
package enginetest

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// maxBody bounds what one request may send to the fake.
const maxBody = 128 << 20

// Engine is a fake engine. It is an http.Handler, safe for concurrent use.
type Engine struct {
	URL    string // http:// address, or "unix:" and the path of the socket; "" when not started
	Models []string
	// MaxTokens bounds one text of an embeddings request, as the context of a real model does.
	MaxTokens int

	mux      *http.ServeMux
	received chan *Request

	mu       sync.Mutex
	loading  bool
	usual    Script
	scripts  map[string][]Script
	requests []*Request
	busy     int
}

// New makes a fake engine that serves the models named; it is not started. Without names it serves
// "fake-chat" and "fake-embedding".
func New(models ...string) *Engine {
	if len(models) == 0 {
		models = []string{"fake-chat", "fake-embedding"}
	}
	e := &Engine{
		Models: models, MaxTokens: 512, mux: http.NewServeMux(),
		received: make(chan *Request, 4096), scripts: map[string][]Script{},
		usual: Script{Pieces: []string{"Bonjour", " à", " toutes", " et", " à", " tous", "."}},
	}
	e.mux.HandleFunc("POST /v1/chat/completions", e.chat)
	e.mux.HandleFunc("POST "+completionsPath, e.chat)
	e.mux.HandleFunc("POST /v1/embeddings", e.embeddings)
	e.mux.HandleFunc("GET /v1/models", e.listModels)
	e.mux.HandleFunc("GET /health", e.health)
	e.mux.HandleFunc("POST /tokenize", e.tokenize)
	e.mux.HandleFunc("GET /slots", e.slots)
	e.mux.HandleFunc("/", e.elsewhere)
	return e
}

// Start serves a new fake engine on a free port of 127.0.0.1 until the test ends.
func Start(t testing.TB, models ...string) *Engine {
	t.Helper()
	e := New(models...)
	server := httptest.NewServer(e)
	e.URL = server.URL
	t.Cleanup(func() { closeServer(server) })
	return e
}

// StartUnix serves a new fake engine on a Unix socket until the test ends.
func StartUnix(t testing.TB, models ...string) *Engine {
	t.Helper()
	dir, err := os.MkdirTemp("", "engine") // t.TempDir may be too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	path := filepath.Join(dir, "e.sock")
	listener, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	e := New(models...)
	server := httptest.NewUnstartedServer(e)
	server.Listener.Close()
	server.Listener = listener
	server.Start()
	e.URL = "unix:" + path
	t.Cleanup(func() { closeServer(server) })
	return e
}

// closeServer drops the callers first, so that a stalled script cannot hold the test.
func closeServer(server *httptest.Server) {
	server.CloseClientConnections()
	server.Close()
}

// ServeHTTP records the request, then plays its script.
func (e *Engine) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		http.Error(w, `{"error":{"message":"cannot read the body"}}`, http.StatusBadRequest)
		return
	}
	if r.URL.Path == "/health" || r.URL.Path == "/slots" { // watching is not asking
		e.mux.ServeHTTP(w, r)
		return
	}
	req := &Request{
		Method: r.Method, Path: r.URL.Path, Header: r.Header.Clone(), Body: body,
		cancelled: make(chan struct{}), done: make(chan struct{}),
	}
	e.record(req)
	stop := context.AfterFunc(r.Context(), func() { close(req.cancelled) })
	defer func() {
		// A request that has ended cannot be cancelled any more. One that ended because its caller left was, even where the
		// script heard of it first: a context closes its channel before it calls anybody.
		if stop() && r.Context().Err() != nil {
			close(req.cancelled)
		}
		e.mu.Lock()
		e.busy--
		e.mu.Unlock()
		close(req.done)
	}()
	e.mux.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), requestKey{}, req)))
}

type requestKey struct{}

func requestOf(r *http.Request) *Request { return r.Context().Value(requestKey{}).(*Request) }

func (e *Engine) record(req *Request) {
	e.mu.Lock()
	e.busy++
	if len(e.requests) < cap(e.received) { // a benchmark must not grow without bound
		e.requests = append(e.requests, req)
	}
	e.mu.Unlock()
	select {
	case e.received <- req:
	default:
	}
}

// Request is what the engine received.
type Request struct {
	Method string
	Path   string
	Header http.Header
	Body   []byte

	cancelled chan struct{}
	done      chan struct{}
}

// Cancelled is closed when the caller leaves before the answer has ended.
func (r *Request) Cancelled() <-chan struct{} { return r.cancelled }

// Done is closed when the engine has ended its work on the request, however it ended.
func (r *Request) Done() <-chan struct{} { return r.done }

// Requests returns what was received so far, oldest first, /health and /slots apart.
func (e *Engine) Requests() []*Request {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([]*Request(nil), e.requests...)
}

// Received hands out each request once, as soon as it has been read.
func (e *Engine) Received() <-chan *Request { return e.received }

// Await returns the next request not yet handed out; the test fails when none comes.
func (e *Engine) Await(t testing.TB) *Request {
	t.Helper()
	select {
	case req := <-e.received:
		return req
	case <-time.After(patience):
		t.Fatal("the engine received no request")
		return nil
	}
}

// AwaitSignal waits for a channel such as Request.Cancelled; the test fails when it stays open.
func AwaitSignal(t testing.TB, what string, signal <-chan struct{}) {
	t.Helper()
	select {
	case <-signal:
	case <-time.After(patience):
		t.Fatalf("still waiting: %s", what)
	}
}

// patience is how long a test waits for what must happen before it is declared hung.
const patience = 20 * time.Second

// Usually sets the script of every chat request that no queued script takes.
func (e *Engine) Usually(s Script) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.usual = s
}

// Play queues scripts for the coming chat requests, one each, in order.
func (e *Engine) Play(scripts ...Script) { e.PlayAt("/v1/chat/completions", scripts...) }

// PlayAt queues scripts for the coming requests of a path. Outside chat only Reply, HoldHeader and
// End of Dies and Stalls are obeyed.
func (e *Engine) PlayAt(path string, scripts ...Script) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.scripts[path] = append(e.scripts[path], scripts...)
}

func (e *Engine) take(path string) (Script, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	queue := e.scripts[path]
	if len(queue) == 0 {
		return e.usual, false
	}
	e.scripts[path] = queue[1:]
	return queue[0], true
}

// elsewhere answers a path that this engine does not have: as a queued script says, else that it is not there.
func (e *Engine) elsewhere(w http.ResponseWriter, r *http.Request) {
	script, scripted := e.take(r.URL.Path)
	if scripted && !e.misbehaves(w, r, script) {
		return
	}
	writeError(w, http.StatusNotFound, "not_found_error", Secret)
}

// SetLoading makes /health answer 503 as an engine does while it reads its model.
func (e *Engine) SetLoading(loading bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.loading = loading
}

// Busy returns the number of requests under way.
func (e *Engine) Busy() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.busy
}
