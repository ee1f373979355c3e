package gatewayanthropic_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/solidaire-coop/solidaire/internal/audit"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayhousetest"
	"github.com/solidaire-coop/solidaire/internal/models/enginetest"
)

// names lists the events of a stream and checks that each is named after its type.
func names(t *testing.T, body string) []string {
	t.Helper()
	var list []string
	for block := range strings.SplitSeq(strings.TrimSpace(body), "\n\n") {
		name, data, ok := strings.Cut(block, "\n")
		name = strings.TrimPrefix(name, "event: ")
		if !ok || gjson.Get(strings.TrimPrefix(data, "data: "), "type").String() != name {
			t.Errorf("not an event: %q", block)
		}
		list = append(list, name)
	}
	return list
}

// dataOf gives the data of the first event of a name.
func dataOf(body, name string) gjson.Result {
	_, rest, _ := strings.Cut(body, "event: "+name+"\ndata: ")
	data, _, _ := strings.Cut(rest, "\n")
	return gjson.Parse(data)
}

func TestTheOrderOfEvents(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.Engine.Play(enginetest.Script{Pieces: []string{"é", "té"}, CutLetters: true, End: enginetest.NoDone})
	response, body := h.Post("/v1/messages", hello+`,"stream":true}`)
	want := "message_start content_block_start content_block_delta content_block_delta content_block_stop message_delta message_stop"
	if got := strings.Join(names(t, body), " "); got != want {
		t.Errorf("%s", got)
	}
	record := h.Log.Only(t)
	delta := dataOf(body, "message_delta")
	if delta.Get("usage.receipt").String() != string(record.ID) || delta.Get("usage.output_tokens").Int() != 2 || delta.Get("usage.energy.label").String() == "" ||
		response.Header.Get("X-Solidaire-Receipt") != string(record.ID) || response.Header.Get("X-Accel-Buffering") != "no" {
		t.Errorf("%s %v", delta, response.Header)
	}
	if sent := gjson.ParseBytes(h.Engine.Requests()[0].Body); sent.Get("max_tokens").Int() != 50 || sent.Get("chat_template_kwargs.enable_thinking").Bool() ||
		!sent.Get("chat_template_kwargs.enable_thinking").Exists() || !sent.Get("stream_options.include_usage").Bool() {
		t.Errorf("sent: %s", sent)
	}
}

const (
	started = `{"type":"message_start","message":{"id":"msg_far","type":"message","role":"assistant","model":"far","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":3,"cache_read_input_tokens":4,"output_tokens":1},"future":{"a":1}}}`
	opened  = `{"type":"content_block_start","index":0,"content_block":{"type":"text","text":"","marvel":true}}`
	grown   = `{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Bonjour"}}`
	pinged  = `{"type":"ping"}`
	closed  = `{"type":"content_block_stop","index":0}`
	reasons = `{"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":9,"novel_tokens":2}}`
	stopped = `{"type":"message_stop"}`
)

// TestTheSameDialectIsForwarded: unknown fields survive both ways, and only the receipt is added.
func TestTheSameDialectIsForwarded(t *testing.T) {
	t.Parallel()
	for _, stream := range []string{"true", "false"} {
		t.Run("stream "+stream, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			h.Engine.PlayAt("/v1/messages", sse(started, opened, pinged, grown, closed, reasons, stopped))
			_, body := h.Post("/v1/messages", `{"model":"far-anthropic","max_tokens":9000,"future_field":{"b":[1,2]},"messages":[{"role":"user","content":"Bonjour"}],"stream":`+stream+`}`)
			sent := gjson.ParseBytes(h.Engine.Requests()[0].Body)
			if sent.Get("future_field.b.1").Int() != 2 || !sent.Get("stream").Bool() || sent.Get("max_tokens").Int() != 500 {
				t.Errorf("sent: %s", sent)
			}
			record := h.Log.Only(t)
			if record.PromptTokens != 7 || record.OutputTokens != 9 || record.Outcome != audit.Completed {
				t.Errorf("record: %+v", record)
			}
			if stream == "true" {
				for _, same := range []string{started, opened, pinged, grown, closed, stopped} {
					if !strings.Contains(body, "data: "+same+"\n\n") {
						t.Errorf("changed: %s", same)
					}
				}
				names(t, body)
				delta := dataOf(body, "message_delta")
				if delta.Get("usage.novel_tokens").Int() != 2 || delta.Get("usage.receipt").String() != string(record.ID) {
					t.Errorf("%s", delta)
				}
				return
			}
			got := gjson.Parse(body)
			for path, want := range map[string]string{
				"id": "msg_far", "content.0.text": "Bonjour", "content.0.marvel": "true", "future.a": "1", "stop_reason": "end_turn",
				"usage.input_tokens": "3", "usage.output_tokens": "9", "usage.novel_tokens": "2", "usage.receipt": string(record.ID),
			} {
				if got.Get(path).String() != want {
					t.Errorf("%s: got %q in %s", path, got.Get(path), body)
				}
			}
		})
	}
}

// TestABrokenEngineNeverLooksFinished: whatever breaks, in any dialect, ends with an event of type error and without
// message_stop, or as an HTTP error.
func TestABrokenEngineNeverLooksFinished(t *testing.T) {
	t.Parallel()
	chunk := `{"choices":[{"index":0,"delta":{"content":"La moitié"},"finish_reason":null}]}`
	call := `{"choices":[{"index":0,"delta":{"tool_calls":[{"index":%,"id":"c%","function":{"name":"f","arguments":"{"}}]}}]}`
	again := `{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"}"}}]}}]}`
	ndjson := func(lines string) enginetest.Script {
		s := reply(200, lines)
		s.Reply.Header.Set("Content-Type", "application/x-ndjson")
		return s
	}
	cases := map[string]struct {
		model, path string
		script      enginetest.Script
	}{
		"OpenAI dies":               {"fake-chat", "/v1/chat/completions", enginetest.Script{Pieces: []string{"La moitié"}, End: enginetest.Dies}},
		"OpenAI stops":              {"fake-chat", "/v1/chat/completions", enginetest.Script{Pieces: []string{"La moitié"}, End: enginetest.Unfinished}},
		"OpenAI bare done":          {"fake-chat", "/v1/chat/completions", enginetest.Script{Pieces: []string{"La moitié"}, End: enginetest.BareDone}},
		"OpenAI broken JSON":        {"fake-chat", "/v1/chat/completions", sse(chunk, `{"choices":[{`)},
		"OpenAI error":              {"fake-chat", "/v1/chat/completions", enginetest.Script{Pieces: []string{"La moitié"}, End: enginetest.ErrorEvent}},
		"OpenAI calls cross":        {"fake-chat", "/v1/chat/completions", sse(chunk, strings.ReplaceAll(call, "%", "0"), strings.ReplaceAll(call, "%", "1"), again)},
		"Anthropic stops":           {"far-anthropic", "/v1/messages", sse(started, opened, grown)},
		"Anthropic without its end": {"far-anthropic", "/v1/messages", sse(started, opened, grown, closed, reasons)},
		"Anthropic error":           {"far-anthropic", "/v1/messages", sse(started, opened, grown, `{"type":"error","error":{"type":"overloaded_error","message":"`+enginetest.Secret+`"}}`)},
		"Anthropic broken JSON":     {"far-anthropic", "/v1/messages", sse(started, opened, grown, `{"type":`)},
		"Ollama stops":              {"far-ollama", "/api/chat", ndjson(`{"message":{"content":"La moitié"},"done":false}` + "\n")},
		"Ollama cut line":           {"far-ollama", "/api/chat", ndjson(`{"message":{"content":"La moitié"},"done":false}` + "\n" + `{"done":tr`)},
		"Ollama error":              {"far-ollama", "/api/chat", ndjson(`{"message":{"content":"La moitié"},"done":false}` + "\n" + `{"error":"` + enginetest.Secret + `"}` + "\n")},
		"Ollama HTML":               {"far-ollama", "/api/chat", ndjson(`{"message":{"content":"La moitié"},"done":false}` + "\n<html>" + enginetest.Secret + "\n")},
	}
	for name, c := range cases {
		for _, stream := range []string{"true", "false"} {
			t.Run(name+", stream "+stream, func(t *testing.T) {
				t.Parallel()
				h := newHouse(t)
				h.Engine.PlayAt(c.path, c.script)
				response, body := h.Post("/v1/messages", `{"model":"`+c.model+`","max_tokens":50,"messages":[{"role":"user","content":"x"}],"stream":`+stream+`}`)
				if strings.Contains(body, "message_stop") || strings.Contains(body, "end_turn") || strings.Contains(body, enginetest.Secret) {
					t.Errorf("looks finished, or tells too much: %s", body)
				}
				if stream == "true" && (!strings.Contains(body, "Bonjour") && !strings.Contains(body, "moitié") || dataOf(body, "error").Get("error.type").String() != "api_error") {
					t.Errorf("%d %s", response.StatusCode, body)
				}
				if stream == "false" && (response.StatusCode != http.StatusBadGateway || gjson.Get(body, "error.type").String() != "api_error") {
					t.Errorf("%d %s", response.StatusCode, body)
				}
				if r := h.Log.Only(t); r.Outcome != audit.Interrupted {
					t.Errorf("record: %+v", r)
				}
				if h.Ledger.Open() != 0 {
					t.Error("a reservation was left open")
				}
			})
		}
	}
}

func TestErrorsBeforeTheFirstWord(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		script enginetest.Script
		status int
		kind   string
		after  string
	}{
		"busy":         {enginetest.TooMany("7"), 429, "rate_limit_error", "7"},
		"server error": {enginetest.ServerError(), 529, "overloaded_error", ""},
		"HTML":         {enginetest.HTMLPage(), 529, "overloaded_error", ""},
		"too long":     {reply(400, `{"error":{"type":"exceed_context_size_error","message":"`+enginetest.Secret+`"}}`), 400, "invalid_request_error", ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			h.Engine.Play(c.script, c.script, c.script)
			response, body := h.Post("/v1/messages", hello+`,"stream":true}`)
			if response.StatusCode != c.status || gjson.Get(body, "error.type").String() != c.kind || gjson.Get(body, "type").String() != "error" || response.Header.Get("Retry-After") != c.after {
				t.Errorf("%d %v %s", response.StatusCode, response.Header, body)
			}
			if strings.Contains(body, enginetest.Secret) || strings.Contains(h.Text.String(), enginetest.Secret) {
				t.Error("the engine's words got out")
			}
		})
	}
}

func TestHostileRequests(t *testing.T) {
	t.Parallel()
	message := func(m string) string { return `{"model":"fake-chat","max_tokens":5,"messages":[` + m + `]}` }
	cases := map[string]struct {
		body   string
		status int
	}{
		"nothing":               {``, 400},
		"a list":                {`[]`, 400},
		"null":                  {`null`, 400},
		"not UTF-8":             {"{\"model\":\"\xff\"}", 400},
		"twice the same key":    {`{"model":"a","model":"b"}`, 400},
		"deep":                  {message(strings.Repeat("[", 5000) + strings.Repeat("]", 5000)), 400},
		"a million messages":    {message(strings.Repeat("0,", 400_000) + "0"), 413},
		"no messages":           {message(``), 400},
		"messages not a list":   {`{"model":"fake-chat","max_tokens":5,"messages":{}}`, 400},
		"unknown role":          {message(`{"role":"robot","content":"x"}`), 400},
		"message not an object": {message(`"x"`), 400},
		"content a number":      {message(`{"role":"user","content":3}`), 400},
		"unknown block":         {message(`{"role":"user","content":[{"type":"hologram"}]}`), 400},
		"a PDF":                 {message(`{"role":"user","content":[{"type":"document","source":{"type":"base64","media_type":"application/pdf","data":""}}]}`), 400},
		"no model":              {`{"max_tokens":5,"messages":[{"role":"user","content":"x"}]}`, 400},
		"unknown model":         {`{"model":"absent","max_tokens":5,"messages":[{"role":"user","content":"x"}]}`, 404},
		"an embedding model":    {`{"model":"fake-embedding","max_tokens":5,"messages":[{"role":"user","content":"x"}]}`, 400},
		"no max_tokens":         {`{"model":"fake-chat","messages":[{"role":"user","content":"x"}]}`, 400},
		"no tokens at all":      {`{"model":"fake-chat","max_tokens":0,"messages":[{"role":"user","content":"x"}]}`, 400},
		"server tool":           {hello + `,"tools":[{"type":"web_search_20250305","name":"web_search"}]}`, 400},
		"MCP":                   {hello + `,"mcp_servers":[{"url":"http://x"}]}`, 400},
		"thinking misspelt":     {hello + `,"thinking":{"type":"maybe"}}`, 400},
		"an image, unseen":      {message(`{"role":"user","content":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"iVBORw0KGgo="}}]}`), 400},
		"too large":             {hello + `,"x":"` + strings.Repeat("a", gatewayhousetest.MaxBody) + `"}`, 413},
	}
	h := newHouse(t)
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			response, body := h.Post("/v1/messages", c.body)
			got := gjson.Parse(body)
			if response.StatusCode != c.status || got.Get("type").String() != "error" || got.Get("error.message").String() == "" || got.Get("error.next").String() == "" || !strings.HasSuffix(got.Get("error.message").String(), " "+got.Get("error.next").String()) ||
				strings.Contains(got.Get("error.message").String(), "errors.") {
				t.Errorf("%d %.300s", response.StatusCode, body)
			}
		})
	}
	if len(h.Engine.Requests()) != 0 {
		t.Error("something reached the engine")
	}
}

func TestKeysAndTypes(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for name, c := range map[string]struct {
		header http.Header
		status int
	}{
		"bearer":           {http.Header{"Authorization": {"Bearer " + gatewayhousetest.GoodKey}}, 200},
		"x-api-key":        {http.Header{"X-Api-Key": {gatewayhousetest.GoodKey}}, 200},
		"wrong x-api-key":  {http.Header{"X-Api-Key": {"sol_wrong"}}, 401},
		"wrong bearer":     {http.Header{"Authorization": {"Bearer sol_wrong"}}, 401},
		"none":             {http.Header{}, 401},
		"form, not JSON":   {http.Header{"X-Api-Key": {gatewayhousetest.GoodKey}, "Content-Type": {"application/x-www-form-urlencoded"}}, 400},
		"JSON with a word": {http.Header{"X-Api-Key": {gatewayhousetest.GoodKey}, "Content-Type": {"application/json; charset=utf-8"}}, 200},
	} {
		req, _ := http.NewRequestWithContext(t.Context(), "POST", h.URL+"/v1/messages", strings.NewReader(hello+`}`))
		req.Header = c.header
		response, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != c.status {
			t.Errorf("%s: %d", name, response.StatusCode)
		}
	}
}

func TestABudgetThatIsUsedUp(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.Ledger.Exhaust()
	response, body := h.Post("/v1/messages", hello+`}`)
	if response.StatusCode != 429 || gjson.Get(body, "error.type").String() != "rate_limit_error" {
		t.Errorf("%d %s", response.StatusCode, body)
	}
}

func TestNoLeafNoFinish(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.Log.Fail(core.E(core.Unavailable, "errors.audit_disk", nil))
	_, body := h.Post("/v1/messages", hello+`,"stream":true}`)
	if strings.Contains(body, "message_stop") || strings.Contains(body, "stop_reason\":\"end_turn") {
		t.Errorf("an answer without a receipt looks finished: %s", body)
	}
}

func TestCountingWhereTheEngineCannot(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	_, body := h.Post("/v1/messages/count_tokens", `{"model":"far-ollama","messages":[{"role":"user","content":"Bonjour"}]}`)
	if got := gjson.Parse(body); got.Get("input_tokens").Int() < 10 || !got.Get("estimated").Bool() {
		t.Errorf("%s", body)
	}
	h.Engine.PlayAt("/v1/messages/count_tokens", reply(200, `{"input_tokens":12}`))
	_, body = h.Post("/v1/messages/count_tokens", `{"model":"far-anthropic","max_tokens":5,"stream":true,"messages":[{"role":"user","content":"Bonjour"}]}`)
	if got := gjson.Parse(body); got.Get("input_tokens").Int() != 12 || got.Get("estimated").Exists() {
		t.Errorf("%s", body)
	}
	requests := h.Engine.Requests()
	if sent := gjson.ParseBytes(requests[len(requests)-1].Body); sent.Get("max_tokens").Exists() || sent.Get("stream").Exists() || sent.Get("messages.0.content").String() != "Bonjour" {
		t.Errorf("sent: %s", sent)
	}
}

func TestTheCallerLeaves(t *testing.T) {
	t.Parallel()
	gatewayhousetest.CallersLeave(t, newHouse, "/v1/messages", map[string]string{"streaming": hello + `,"stream":true}`, "whole": hello + `}`})
}

// TestUsageIsRightInEveryShape: engines tell their counts in many shapes, or not at all.
func TestUsageIsRightInEveryShape(t *testing.T) {
	t.Parallel()
	for name, usage := range map[string]enginetest.Usage{
		"when asked": enginetest.UsageWhenAsked, "always": enginetest.UsageAlways, "on finish": enginetest.UsageOnFinish,
		"empty delta": enginetest.UsageEmptyDelta, "no delta": enginetest.UsageNoDelta, "null before": enginetest.UsageNullBefore, "never": enginetest.UsageNever,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			h.Engine.Play(enginetest.Script{Pieces: []string{"a", "b"}, Usage: usage, Prompt: 11})
			_, body := h.Post("/v1/messages", hello+`,"stream":true}`)
			got := dataOf(body, "message_delta").Get("usage")
			if name == "never" {
				if !got.Get("estimated").Bool() {
					t.Errorf("an estimate that does not say so: %s", got)
				}
			} else if got.Get("input_tokens").Int() != 11 || got.Get("output_tokens").Int() != 2 || got.Get("estimated").Exists() {
				t.Errorf("%s", got)
			}
		})
	}
}
