package e2e_test

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/solidaire-coop/solidaire/internal/app"
	"github.com/solidaire-coop/solidaire/internal/audit/audittest"
	"github.com/solidaire-coop/solidaire/internal/models/enginetest"
	"github.com/solidaire-coop/solidaire/internal/platform/config"
	"github.com/solidaire-coop/solidaire/internal/platform/telemetry"
)

// What goes wrong between a client and an engine, through the whole program: real sockets, real stores, a fake engine that
// misbehaves on demand.
//
//	the failure                                                   the test
//	the caller leaves before the first token, in the middle,
//	  or while a whole answer is gathered                         TestCallersLeave
//	an upstream that dies looks like success                      TestBrokenEngines: "dies …", "stops", "bare done", "promises …"
//	[DONE] is missing on a healthy stream                         TestOddEngines: "no done"
//	usage is lost in a last chunk without delta, with an empty
//	  one, or without choices; it is beside the finish; never     TestOddEngines: "usage …"
//	tool-call arguments come in one burst, without an index       TestOddEngines: "tool call …"
//	a letter is cut between two reads                             TestOddEngines: "cut letters"; for good: TestBrokenEngines: "half a letter"
//	sensitive data turns streaming into waiting                   TestPiecesComeAsTheyAreWritten
//	a total timeout kills long streams                            TestLongStreamsLive
//	a stall is waited for without end                             TestBrokenEngines: "stalls"
//	an empty stream hangs, or leaks its place                     TestBrokenEngines: "empty", "says only its role"; TestNothingIsLeft
//	a proxy gathers the stream                                    TestPiecesComeAsTheyAreWritten
//	a translated stream never ends                                TestOddEngines, on every surface
//	a page of HTML, broken JSON, an error among the events        TestBrokenEngines: "page …", "broken JSON", "error event"
//	a flood of pieces, of one line, of comments                   TestFloods, TestBrokenEngines: "line without end", "comments without end"
//	a Content-Length that lies                                    TestBrokenEngines: "promises more", "promises less"
//	another engine is asked only while none has said a word       TestFallback
//	slow-loris, long headers, long bodies, deep nesting           TestHostileCallers (transport_test.go)
type faulty struct {
	*app.App
	engine *enginetest.Engine
	base   string
	secret string
	client *http.Client
	close  func()
	seen   map[string]bool // receipts that last has looked at
}

// idleWait is how long engines may be silent in these tests.
const idleWait = time.Second

// newFaulty runs the program with fake engines; the first is also alone under "fake-chat".
func newFaulty(t *testing.T, engines ...*enginetest.Engine) *faulty {
	t.Helper()
	if len(engines) == 0 {
		engines = append(engines, enginetest.Start(t, "fake-chat"))
	}
	settings := config.Default()
	settings.Data, settings.Addr = filepath.Join(audittest.Dir(t), "data"), "127.0.0.1:0"
	settings.Engine.Program = "/nowhere/llama-server"
	settings.Engine.HeaderWait, settings.Engine.IdleWait, settings.Limits.DrainWait = 5*time.Second, idleWait, 0
	for i, e := range engines {
		settings.Backends = append(settings.Backends, config.Backend{Name: "server" + string(rune('a'+i)), URL: e.URL, Dialect: "openai"})
	}
	log := telemetry.NewLogger(io.Discard, "error", "text")
	program, err := app.New(t.Context(), app.Options{Config: settings, Listen: true, Version: "test", Log: log})
	if err != nil {
		t.Fatal(err)
	}
	stores, err := app.OpenStores(t.Context(), settings, log)
	if err != nil {
		t.Fatal(err)
	}
	_, secret, err := stores.Members.CreateKey(t.Context(), stores.Person.ID, "test")
	if err != nil {
		t.Fatal(err)
	}
	stores.Close()
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- program.Run(ctx) }()
	<-program.Listening()
	transport := &http.Transport{}
	f := &faulty{App: program, engine: engines[0], base: "http://" + program.Addr(), secret: secret, client: &http.Client{Transport: transport}, seen: map[string]bool{}}
	ended := false
	f.close = func() {
		if ended {
			return
		}
		ended = true
		transport.CloseIdleConnections()
		stop()
		if err := <-done; err != nil {
			t.Errorf("run: %v", err)
		}
		if err := program.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	}
	t.Cleanup(f.close)
	return f
}

func (f *faulty) open(ctx context.Context, path, body string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, f.base+path, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+f.secret)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept-Language", "en")
	return f.client.Do(req)
}

func (f *faulty) post(t *testing.T, path, body string) (*http.Response, string) {
	t.Helper()
	response, err := f.open(t.Context(), path, body)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatalf("%v after %q", err, data)
	}
	return response, string(data)
}

// last is the newest record of the key's owner.
func (f *faulty) last(t *testing.T) (record struct {
	Outcome, Error, Node string
	Tried                []struct{ Node, Error string }
	OutputTokens         int `json:"output_tokens"`
	PromptTokens         int `json:"prompt_tokens"`
}) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, f.base+"/api/receipts?limit=8", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+f.secret)
	response, err := f.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	var list []json.RawMessage
	if err := json.Unmarshal(data, &list); err != nil || len(list) == 0 {
		t.Fatalf("%v in %s", err, data)
	}
	// Receipts of one millisecond come in no order of their own: the last one is the one that was not there before.
	found := false
	for _, entry := range list {
		var id struct{ ID string }
		if err := json.Unmarshal(entry, &id); err != nil || id.ID == "" {
			t.Fatalf("%v in %s", err, entry)
		}
		if f.seen[id.ID] {
			continue
		}
		if f.seen[id.ID] = true; found {
			continue
		}
		if err := json.Unmarshal(entry, &record); err != nil {
			t.Fatal(err)
		}
		found = true
	}
	if !found {
		t.Fatal("no receipt for the last request")
	}
	return record
}

// surfaceCase is one way in, and how its answers end.
type surfaceCase struct {
	name, path string
	body       string // with %MODEL and %STREAM
	finished   string // what only a finished stream holds
	broken     string // what a broken stream ends with
	whole      string // what only a finished whole answer holds
}

func surfaceCases() []surfaceCase {
	messages := `"messages":[{"role":"user","content":"Bonjour"}]`
	return []surfaceCase{
		{"chat", "/v1/chat/completions", `{"model":"%MODEL",` + messages + `,"stream":%STREAM}`, "data: [DONE]", `data: {"error":`, `"finish_reason":"`},
		{"completions", "/v1/completions", `{"model":"%MODEL","prompt":"Bonjour","max_tokens":99,"stream":%STREAM}`, "data: [DONE]", `data: {"error":`, `"finish_reason":"`},
		{"responses", "/v1/responses", `{"model":"%MODEL","input":"Bonjour","stream":%STREAM}`, `"type":"response.completed"`, `"type":"response.failed"`, `"status":"completed"`},
		{"messages", "/v1/messages", `{"model":"%MODEL","max_tokens":99,` + messages + `,"stream":%STREAM}`, "event: message_stop", "event: error", `"stop_reason":"`},
		{"ollama chat", "/api/chat", `{"model":"%MODEL",` + messages + `,"stream":%STREAM}`, `"done":true`, `{"error":`, `"done":true`},
		{"ollama generate", "/api/generate", `{"model":"%MODEL","prompt":"Bonjour","stream":%STREAM}`, `"done":true`, `{"error":`, `"done":true`},
	}
}

func (s surfaceCase) request(model string, stream bool) string {
	yes := "false"
	if stream {
		yes = "true"
	}
	return strings.NewReplacer("%MODEL", model, "%STREAM", yes).Replace(s.body)
}

func TestBrokenEngines(t *testing.T) {
	f := newFaulty(t)
	half := []string{"La moitié"}
	for name, script := range map[string]enginetest.Script{
		"dies before the first token": {End: enginetest.Dies},
		"dies in the middle":          {Pieces: half, End: enginetest.Dies},
		"stops":                       {Pieces: half, End: enginetest.Unfinished},
		"bare done":                   {Pieces: half, End: enginetest.BareDone},
		"empty":                       {End: enginetest.Unfinished},
		"says only its role":          {Deltas: []string{`{"role":"assistant"}`}, End: enginetest.Unfinished},
		"stalls":                      {Pieces: half, End: enginetest.Stalls},
		"stalls at once":              {End: enginetest.Stalls},
		"broken JSON":                 {Pieces: half, End: enginetest.BrokenJSON},
		"page in the middle":          {Pieces: half, End: enginetest.HTMLMidway},
		"page instead":                enginetest.HTMLPage(),
		"error event":                 {Pieces: half, End: enginetest.ErrorEvent},
		"half a letter":               {Pieces: half, End: enginetest.HalfLetter},
		"promises more":               {Pieces: half, End: enginetest.PromisesMore},
		"promises less":               {Pieces: half, End: enginetest.PromisesLess},
		"line without end":            {Pieces: half, End: enginetest.FloodsLine},
		"comments without end":        {Pieces: half, End: enginetest.Comments},
		"error 500":                   enginetest.ServerError(),
		"not JSON":                    enginetest.NotJSON(),
	} {
		t.Run(name, func(t *testing.T) {
			for _, surface := range surfaceCases() {
				for _, stream := range []bool{true, false} {
					f.breaks(t, surface, script, stream)
				}
			}
		})
	}
}

// breaks plays a script to one surface: the client must hear of a failure, and the next request must be answered.
func (f *faulty) breaks(t *testing.T, surface surfaceCase, script enginetest.Script, stream bool) {
	t.Helper()
	how := surface.name + ", whole"
	if stream {
		how = surface.name + ", streaming"
	}
	f.engine.Usually(script)
	response, body := f.post(t, surface.path, surface.request("fake-chat", stream))
	streaming := stream && response.StatusCode == http.StatusOK
	switch {
	case streaming && strings.Contains(body, surface.finished), !streaming && strings.Contains(body, surface.whole):
		t.Errorf("%s: looks finished: %d %.600s", how, response.StatusCode, body)
	case streaming && !strings.Contains(tail(body), surface.broken):
		t.Errorf("%s: does not end with an error: %.600s", how, body)
	case !streaming && (response.StatusCode < 500 || !strings.Contains(body, `"error"`)):
		t.Errorf("%s: status %d: %.600s", how, response.StatusCode, body)
	}
	if strings.Contains(body, "SECRET") {
		t.Errorf("%s: the engine's own words leaked: %s", how, body)
	}
	if r := f.last(t); r.Outcome != "interrupted" && r.Outcome != "failed" || r.Error == "" {
		t.Errorf("%s: record %+v", how, r)
	}
	f.engine.Usually(enginetest.Says("bien"))
	if _, body := f.post(t, "/v1/chat/completions", surfaceCases()[0].request("fake-chat", false)); !strings.Contains(body, "bien") {
		t.Errorf("%s: the next request: %s", how, body)
	}
	f.last(t)
}

// tail is the last event or line of a stream.
func tail(body string) string {
	body = strings.TrimRight(body, "\n")
	if i := strings.LastIndex(body, "\n\n"); i >= 0 {
		return body[i+2:]
	}
	return body[strings.LastIndexByte(body, '\n')+1:]
}

// What is unusual and healthy ends well, on every surface.
func TestOddEngines(t *testing.T) {
	f := newFaulty(t)
	pieces := []string{"é", "té", "!"}
	for name, script := range map[string]enginetest.Script{
		"no done":                   {Pieces: pieces, End: enginetest.NoDone},
		"cut letters":               {Pieces: pieces, CutLetters: true},
		"usage without choices":     {Pieces: pieces, Usage: enginetest.UsageAlways, Prompt: 7},
		"usage with an empty delta": {Pieces: pieces, Usage: enginetest.UsageEmptyDelta, Prompt: 7},
		"usage without delta":       {Pieces: pieces, Usage: enginetest.UsageNoDelta, Prompt: 7},
		"usage beside the finish":   {Pieces: pieces, Usage: enginetest.UsageOnFinish, Prompt: 7},
		"usage null before":         {Pieces: pieces, Usage: enginetest.UsageNullBefore, Prompt: 7},
		"usage never":               {Pieces: pieces, Usage: enginetest.UsageNever},
	} {
		t.Run(name, func(t *testing.T) {
			f.engine.Usually(script)
			for _, surface := range surfaceCases() {
				for _, stream := range []bool{true, false} {
					response, body := f.post(t, surface.path, surface.request("fake-chat", stream))
					want := surface.whole
					if stream {
						want = surface.finished
					}
					if response.StatusCode != http.StatusOK || !strings.Contains(body, want) || strings.Contains(body, "\ufffd") || !strings.Contains(body, "té") {
						t.Errorf("%s, streaming %v: %d %.800s", surface.name, stream, response.StatusCode, body)
					}
					if r := f.last(t); r.Outcome != "completed" || r.OutputTokens != 3 || script.Prompt > 0 && r.PromptTokens != 7 {
						t.Errorf("%s, streaming %v: record %+v", surface.name, stream, r)
					}
				}
			}
		})
	}
	for name, deltas := range map[string][]string{
		"tool call in one burst": {`{"tool_calls":[{"index":0,"id":"c1","type":"function","function":{"name":"voter","arguments":"{\"pour\":true}"}}]}`},
		"tool call without an index": {`{"tool_calls":[{"id":"c1","type":"function","function":{"name":"voter","arguments":"{\"pour\""}}]}`,
			`{"tool_calls":[{"function":{"arguments":":true}"}}]}`},
	} {
		t.Run(name, func(t *testing.T) {
			f.engine.Usually(enginetest.Script{Deltas: deltas, Finish: "tool_calls"})
			for _, surface := range surfaceCases() {
				if surface.path == "/v1/completions" || surface.path == "/api/generate" {
					continue // without tools
				}
				_, body := f.post(t, surface.path, surface.request("fake-chat", false))
				if !strings.Contains(body, "voter") || !strings.Contains(strings.ReplaceAll(body, `\`, ""), `{"pour":true}`) {
					t.Errorf("%s: %s", surface.name, body)
				}
			}
		})
	}
}

// Each piece reaches the client before the engine has written the next, with the headers that keep proxies from gathering.
func TestPiecesComeAsTheyAreWritten(t *testing.T) {
	f := newFaulty(t)
	for _, surface := range surfaceCases() {
		gates := []chan struct{}{make(chan struct{}), make(chan struct{}), make(chan struct{})}
		f.engine.Play(enginetest.Script{Pieces: []string{"premier", "deuxième", "troisième"}, Gates: []<-chan struct{}{nil, gates[0], gates[1], gates[2]}})
		response, err := f.open(t.Context(), surface.path, surface.request("fake-chat", true))
		if err != nil {
			t.Fatal(err)
		}
		if h := response.Header; h.Get("X-Accel-Buffering") != "no" || h.Get("Content-Encoding") != "" || h.Get("Content-Length") != "" {
			t.Errorf("%s: headers %v", surface.name, h)
		}
		lines := bufio.NewScanner(response.Body)
		lines.Buffer(nil, 1<<20)
		for i, word := range []string{"premier", "deuxième", "troisième"} {
			found := false
			for !found && lines.Scan() {
				found = strings.Contains(lines.Text(), word)
			}
			if !found {
				t.Fatalf("%s: %q never came: %v", surface.name, word, lines.Err())
			}
			close(gates[i]) // only now does the engine go on
		}
		if _, err := io.Copy(io.Discard, response.Body); err != nil {
			t.Error(err)
		}
		response.Body.Close()
	}
}

func TestCallersLeave(t *testing.T) {
	never := make(chan struct{})
	for name, c := range map[string]struct {
		script enginetest.Script
		stream bool
	}{
		"before the header":          {enginetest.Script{HoldHeader: never}, true},
		"before the first token":     {enginetest.Script{Pieces: []string{"a"}, Gates: []<-chan struct{}{never}}, true},
		"in the middle":              {enginetest.Script{Pieces: []string{"a", "b"}, Gates: []<-chan struct{}{nil, never}}, true},
		"not streaming":              {enginetest.Script{Pieces: []string{"a", "b"}, Gates: []<-chan struct{}{nil, never}}, false},
		"not streaming, no header":   {enginetest.Script{HoldHeader: never}, false},
		"while the engine floods":    {enginetest.Script{Pieces: []string{"a"}, End: enginetest.Floods}, true},
		"while nothing but comments": {enginetest.Script{Pieces: []string{"a"}, End: enginetest.Comments}, true},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFaulty(t)
			for _, surface := range surfaceCases() {
				if c.script.End != enginetest.Finishes {
					f = newFaulty(t) // an engine that writes without end, and is not left soon enough, comes to its bound and is trusted less
				}
				callerLeaves(t, f, surface, c.script, c.stream)
			}
		})
	}
}

func callerLeaves(t *testing.T, f *faulty, surface surfaceCase, script enginetest.Script, stream bool) {
	t.Helper()
	f.engine.Play(script)
	ctx, leave := context.WithCancel(t.Context())
	left := make(chan struct{})
	go func() {
		defer close(left)
		if response, err := f.open(ctx, surface.path, surface.request("fake-chat", stream)); err == nil {
			io.Copy(io.Discard, response.Body)
			response.Body.Close()
		}
	}()
	request := f.awaitChat(t)
	leave()
	enginetest.AwaitSignal(t, surface.name+": the engine's request to be closed", request.Cancelled())
	enginetest.AwaitSignal(t, "the caller", left)
}

// awaitChat skips the requests by which the program reads the list of models.
func (f *faulty) awaitChat(t *testing.T) *enginetest.Request {
	t.Helper()
	for {
		if request := f.engine.Await(t); request.Path != "/v1/models" {
			return request
		}
	}
}

// A stream may last longer than any of the waits, as long as it goes on.
func TestLongStreamsLive(t *testing.T) {
	f := newFaulty(t)
	beat := time.NewTicker(idleWait / 3)
	defer beat.Stop()
	script, gates := enginetest.Script{}, make([]chan struct{}, 9)
	for i := range gates {
		gates[i] = make(chan struct{})
		script.Pieces, script.Gates = append(script.Pieces, "encore "), append(script.Gates, gates[i])
	}
	f.engine.Play(script)
	go func() {
		for _, gate := range gates {
			<-beat.C
			close(gate)
		}
	}()
	if _, body := f.post(t, "/v1/chat/completions", surfaceCases()[0].request("fake-chat", true)); !strings.Contains(body, "[DONE]") || strings.Count(body, "encore") != 9 {
		t.Error(body)
	}
}

// An engine that floods is read as fast as the client reads, and nothing piles up in between.
func TestFloods(t *testing.T) {
	f := newFaulty(t)
	for _, surface := range surfaceCases() {
		f.engine.Usually(enginetest.Script{Pieces: []string{"a"}, End: enginetest.Floods})
		before := heap()
		response, body := f.post(t, surface.path, surface.request("fake-chat", false))
		if response.StatusCode < 500 || strings.Contains(body, surface.whole) {
			t.Errorf("%s: a whole answer without end: %d %.200s", surface.name, response.StatusCode, body)
		}
		stream, err := f.open(t.Context(), surface.path, surface.request("fake-chat", true))
		if err != nil {
			t.Fatal(err)
		}
		much, most := int64(96<<20), int64(40<<20)
		if surface.name == "responses" { // keeps what it may have to give again, up to a bound
			much, most = 24<<20, 96<<20
		}
		if n, err := io.CopyN(io.Discard, stream.Body, much); err != nil {
			t.Errorf("%s: %d bytes, %v", surface.name, n, err)
		}
		if grown := grownBy(before, most); grown > most {
			t.Errorf("%s: the heap has grown by %d MiB", surface.name, grown>>20)
		}
		stream.Body.Close()
	}
}

// grownBy tells by how much the heap has grown, the least of some looks: what is on its way, until the buffers towards a client who
// has stopped reading are full, is garbage that one look may meet; what piles up is there at each.
func grownBy(before, most int64) int64 {
	grown := heap() - before
	for range 20 {
		if grown <= most {
			break
		}
		grown = min(grown, heap()-before)
	}
	return grown
}

func heap() int64 {
	runtime.GC()
	runtime.GC() // what pools lend out lives through one
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func TestFallback(t *testing.T) {
	faults := map[string]enginetest.Script{
		"500": enginetest.ServerError(), "page": enginetest.HTMLPage(), "empty": {End: enginetest.Unfinished}, "busy": enginetest.TooMany("1"),
		"role-only": {Deltas: []string{`{"role":"assistant","content":""}`}, End: enginetest.Dies},
	}
	good := enginetest.New(slices.Collect(maps.Keys(faults))...)
	server := httptest.NewServer(good)
	defer server.Close()
	good.URL = server.URL
	good.Usually(enginetest.Says("de la seconde"))
	engines := []*enginetest.Engine{}
	for name, script := range faults {
		e := enginetest.Start(t, name)
		e.Usually(script)
		engines = append(engines, e)
	}
	half := enginetest.Start(t, "half")
	half.Usually(enginetest.Script{Pieces: []string{"La moitié"}, End: enginetest.Dies})
	wrong := enginetest.Start(t, "wrong")
	wrong.Usually(enginetest.Script{Reply: &enginetest.Reply{Status: 422, Body: `{"error":{"message":"x"}}`}})
	good.Models = append(good.Models, "half", "wrong")
	f := newFaulty(t, append(engines, half, wrong, good)...)
	for name := range faults {
		for _, surface := range surfaceCases() {
			response, body := f.post(t, surface.path, surface.request(name, true))
			if r := f.last(t); !strings.Contains(body, "de la seconde") || !strings.Contains(body, surface.finished) || r.Outcome != "completed" || r.Node != "serverh" {
				t.Errorf("%s, %s: %d %s, record %+v", name, surface.name, response.StatusCode, body, r)
			} else if surface.name == "chat" && (len(r.Tried) != 1 || r.Tried[0].Error == "" || r.Tried[0].Node == r.Node) {
				t.Errorf("%s: the record tells of %+v", name, r.Tried)
			}
		}
	}
	for _, surface := range surfaceCases() {
		// After some failures the engine is left alone for a while: then the other one answers from the first word on.
		_, body := f.post(t, surface.path, surface.request("half", true))
		if strings.Contains(body, "La moiti") && (strings.Contains(body, "de la seconde") || strings.Contains(body, surface.finished)) {
			t.Errorf("%s: after a first word another engine went on: %s", surface.name, body)
		} else if surface.name == "chat" && !strings.Contains(body, "La moiti") {
			t.Errorf("the engine that breaks off was not asked: %s", body)
		}
		if response, body := f.post(t, surface.path, surface.request("wrong", true)); response.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: what the caller sent wrong was sent to another engine: %d %s", surface.name, response.StatusCode, body)
		}
	}
}

// When everything has failed once and the program has stopped, nothing of it is left.
func TestNothingIsLeft(t *testing.T) {
	before := goleak.IgnoreCurrent()
	engine := enginetest.Start(t, "fake-chat")
	f := newFaulty(t, engine)
	for _, script := range []enginetest.Script{
		{End: enginetest.Unfinished}, {Pieces: []string{"a"}, End: enginetest.Dies}, {Pieces: []string{"a"}, End: enginetest.Stalls},
		enginetest.HTMLPage(), enginetest.Says("bien"),
	} {
		engine.Usually(script)
		f.post(t, "/v1/chat/completions", surfaceCases()[0].request("fake-chat", true))
	}
	f.close()
	goleak.VerifyNone(t, before, goleak.IgnoreAnyFunction("net/http/httptest.(*Server).goServe.func1"), goleak.IgnoreAnyFunction("net/http.(*conn).serve"))
}
