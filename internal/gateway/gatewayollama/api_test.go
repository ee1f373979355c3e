package gatewayollama_test

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

func TestLinesByDefault(t *testing.T) {
	t.Parallel()
	for path, field := range map[string]string{"/api/chat": "message.content", "/api/generate": "response"} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			h.Engine.Usually(enginetest.Script{Pieces: []string{"é", "té"}, CutLetters: true})
			body := hello + `,"options":{"num_predict":9,"temperature":0.2,"stop":["FIN"],"num_ctx":4096}}`
			if path == "/api/generate" {
				body = `{"model":"fake-chat:latest","system":"Sois bref.","prompt":"Bonjour","options":{"num_predict":9,"temperature":0.2,"stop":["FIN"]}}`
			}
			response, got := h.Post(path, body)
			if kind := response.Header.Get("Content-Type"); kind != "application/x-ndjson" {
				t.Errorf("%s", kind)
			}
			lines, text := linesOf(t, got), ""
			for i, line := range lines {
				text += line.Get(field).String()
				if line.Get("done").Bool() != (i == len(lines)-1) || line.Get("model").String() != "fake-chat" || line.Get("created_at").String() == "" {
					t.Errorf("line %d: %s", i, line)
				}
			}
			last, record := lines[len(lines)-1], h.Log.Only(t)
			if text != "été" || last.Get("done_reason").String() != "stop" || last.Get("eval_count").Int() != 2 || last.Get("prompt_eval_count").Int() == 0 ||
				last.Get("total_duration").Int() <= 0 || last.Get("receipt").String() != string(record.ID) || last.Get("energy.label").String() == "" {
				t.Errorf("%q %s", text, last)
			}
			sent := gjson.ParseBytes(h.Engine.Requests()[0].Body)
			if sent.Get("max_tokens").Int() != 9 || sent.Get("temperature").Float() != 0.2 || sent.Get("stop.0").String() != "FIN" || sent.Get("num_ctx").Exists() ||
				sent.Get("chat_template_kwargs.enable_thinking").Bool() {
				t.Errorf("sent: %s", sent)
			}
			_, got = h.Post(path, body[:len(body)-1]+`,"stream":false}`)
			if whole := gjson.Parse(got); whole.Get(field).String() != "été" || !whole.Get("done").Bool() {
				t.Errorf("%s", got)
			}
		})
	}
}

func TestToolsThinkingAndShapes(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.Engine.Usually(enginetest.Script{Finish: "tool_calls", Deltas: []string{
		`{"reasoning_content":"Hm"}`, `{"content":"Voyons."}`,
		`{"tool_calls":[{"index":0,"id":"c1","type":"function","function":{"name":"meteo","arguments":"{\"ville\":"}}]}`,
		`{"tool_calls":[{"index":0,"function":{"arguments":"\"Magog\"}"}}]}`,
		`{"tool_calls":[{"index":1,"id":"c2","type":"function","function":{"name":"heure","arguments":""}}]}`,
	}})
	body := `{"model":"fake-chat","think":true,"format":{"type":"object"},"tools":[{"type":"function","function":{"name":"meteo","parameters":{"type":"object"}}}],"messages":[
		{"role":"user","content":"Quel temps ?"},{"role":"assistant","content":"","tool_calls":[{"function":{"name":"meteo","arguments":{"ville":"Sutton"}}}]},
		{"role":"tool","tool_name":"meteo","content":"Beau"}]`
	_, got := h.Post("/api/chat", body+`}`)
	lines := linesOf(t, got)
	if len(lines) != 5 || lines[0].Get("message.thinking").String() != "Hm" || lines[1].Get("message.content").String() != "Voyons." ||
		lines[2].Get("message.tool_calls.0.function.arguments.ville").String() != "Magog" || !lines[3].Get("message.tool_calls.0.function.arguments").IsObject() || !lines[4].Get("done").Bool() {
		t.Errorf("%s", got)
	}
	sent := gjson.ParseBytes(h.Engine.Requests()[0].Body)
	call := sent.Get("messages.1.tool_calls.0")
	if call.Get("function.arguments").String() != `{"ville":"Sutton"}` || sent.Get("messages.2.tool_call_id").String() != call.Get("id").String() || call.Get("id").String() == "" ||
		sent.Get("response_format.json_schema.schema.type").String() != "object" || !sent.Get("chat_template_kwargs.enable_thinking").Bool() {
		t.Errorf("sent: %s", sent)
	}
	_, got = h.Post("/api/chat", body+`,"stream":false}`)
	if whole := gjson.Parse(got); whole.Get("message.tool_calls.#").Int() != 2 || whole.Get("message.content").String() != "Voyons." || whole.Get("message.thinking").String() != "Hm" {
		t.Errorf("%s", got)
	}
	_, got = h.Post("/api/chat", strings.Replace(body, `"think":true,`, `"think":false,`, 1)+`,"stream":false}`)
	if strings.Contains(got, "Hm") {
		t.Errorf("thoughts that nobody asked for: %s", got)
	}
}

func TestImages(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	const png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
	ask := func(model string) string {
		return `{"model":"` + model + `","messages":[{"role":"user","content":"Vois","images":["` + png + `"]}],"stream":false}`
	}
	if response, body := h.Post("/api/chat", ask("seeing")); response.StatusCode != 200 {
		t.Errorf("%s", body)
	}
	if url := gjson.GetBytes(h.Engine.Requests()[0].Body, "messages.0.content.1.image_url.url").String(); url != "data:image/png;base64,"+png {
		t.Errorf("sent: %s", url)
	}
	if response, body := h.Post("/api/chat", ask("fake-chat")); response.StatusCode != 400 {
		t.Errorf("a model that does not see: %d %s", response.StatusCode, body)
	}
}

const (
	first  = `{"model":"far","created_at":"2026-11-22T00:00:00Z","message":{"role":"assistant","content":"Bon"},"done":false,"future":1}`
	second = `{"model":"far","created_at":"2026-11-22T00:00:00Z","message":{"role":"assistant","content":"jour"},"done":false}`
	done   = `{"model":"far","created_at":"2026-11-22T00:00:00Z","message":{"role":"assistant","content":""},"done":true,"done_reason":"stop","prompt_eval_count":5,"eval_count":2,"novel":true}`
)

// TestTheSameDialectIsForwarded: unknown fields survive both ways, and only the receipt is added.
func TestTheSameDialectIsForwarded(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.Engine.PlayAt("/api/chat", reply("application/x-ndjson", first, second, done), reply("application/x-ndjson", first, second, done))
	ask := `{"model":"far-ollama","keep_alive":"5m","future_field":[1],"messages":[{"role":"user","content":"Bonjour"}]`
	_, body := h.Post("/api/chat", ask+`}`)
	if !strings.HasPrefix(body, first+"\n"+second+"\n") {
		t.Errorf("%s", body)
	}
	lines, record := linesOf(t, body), h.Log.Only(t)
	if last := lines[len(lines)-1]; !last.Get("novel").Bool() || last.Get("receipt").String() != string(record.ID) || record.PromptTokens != 5 || record.OutputTokens != 2 {
		t.Errorf("%s %+v", last, record)
	}
	sent := gjson.ParseBytes(h.Engine.Requests()[0].Body)
	if sent.Get("future_field.0").Int() != 1 || sent.Get("keep_alive").String() != "5m" || sent.Get("think").Raw != "false" || sent.Get("options.num_predict").Int() != 500 {
		t.Errorf("sent: %s", sent)
	}
	_, body = h.Post("/api/chat", ask+`,"stream":false}`)
	if whole := gjson.Parse(body); whole.Get("message.content").String() != "Bonjour" || !whole.Get("novel").Bool() || whole.Get("receipt").String() == "" {
		t.Errorf("%s", body)
	}
}

// TestABrokenEngineNeverLooksFinished: whatever breaks ends with a line that holds an error, or as an HTTP error.
func TestABrokenEngineNeverLooksFinished(t *testing.T) {
	t.Parallel()
	started := `{"type":"message_start","message":{"usage":{"input_tokens":1}}}`
	grown := `{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"La moitié"}}`
	cases := map[string]struct {
		model, path string
		script      enginetest.Script
	}{
		"OpenAI dies":      {"fake-chat", "/v1/chat/completions", enginetest.Script{Pieces: []string{"La moitié"}, End: enginetest.Dies}},
		"OpenAI bare done": {"fake-chat", "/v1/chat/completions", enginetest.Script{Pieces: []string{"La moitié"}, End: enginetest.BareDone}},
		"OpenAI HTML":      {"fake-chat", "/v1/chat/completions", enginetest.Script{Pieces: []string{"La moitié"}, End: enginetest.HTMLMidway}},
		"Ollama stops":     {"far-ollama", "/api/chat", reply("application/x-ndjson", first)},
		"Ollama error":     {"far-ollama", "/api/chat", reply("application/x-ndjson", first, `{"error":"`+enginetest.Secret+`"}`)},
		"Anthropic stops":  {"far-anthropic", "/v1/messages", reply("text/event-stream", "data: "+started+"\n", "data: "+grown+"\n")},
	}
	for name, c := range cases {
		for _, stream := range []string{"true", "false"} {
			t.Run(name+", stream "+stream, func(t *testing.T) {
				t.Parallel()
				h := newHouse(t)
				h.Engine.PlayAt(c.path, c.script)
				response, body := h.Post("/api/chat", `{"model":"`+c.model+`","messages":[{"role":"user","content":"x"}],"stream":`+stream+`}`)
				if strings.Contains(body, `"done":true`) || strings.Contains(body, enginetest.Secret) {
					t.Errorf("looks finished, or tells too much: %s", body)
				}
				lines := linesOf(t, body)
				if last := lines[len(lines)-1]; last.Get("error").String() == "" || (stream == "false") != (response.StatusCode == http.StatusBadGateway) {
					t.Errorf("%d %s", response.StatusCode, body)
				}
				if r := h.Log.Only(t); r.Outcome != audit.Interrupted || h.Ledger.Open() != 0 {
					t.Errorf("record: %+v", r)
				}
			})
		}
	}
}

func TestTranslatedFromAnthropic(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.Engine.PlayAt("/v1/messages", reply("text/event-stream",
		`data: {"type":"message_start","message":{"id":"m","model":"far","usage":{"input_tokens":3}}}`+"\n",
		`data: {"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"t1","name":"meteo","input":{}}}`+"\n",
		`data: {"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"{\"a\":1}"}}`+"\n",
		`data: {"type":"message_delta","delta":{"stop_reason":"tool_use"},"usage":{"output_tokens":4}}`+"\n", `data: {"type":"message_stop"}`+"\n"))
	_, body := h.Post("/api/chat", `{"model":"far-anthropic","messages":[{"role":"system","content":"Bref."},{"role":"user","content":"x"}]}`)
	lines := linesOf(t, body)
	if len(lines) != 2 || lines[0].Get("message.tool_calls.0.function.arguments.a").Int() != 1 || lines[1].Get("eval_count").Int() != 4 || lines[1].Get("prompt_eval_count").Int() != 3 {
		t.Errorf("%s", body)
	}
	if sent := gjson.ParseBytes(h.Engine.Requests()[0].Body); sent.Get("system").String() != "Bref." || sent.Get("max_tokens").Int() != 500 || sent.Get("messages.0.content.0.text").String() != "x" {
		t.Errorf("sent: %s", sent)
	}
}

func TestHostileRequests(t *testing.T) {
	t.Parallel()
	message := func(m string) string { return `{"model":"fake-chat","messages":[` + m + `]}` }
	cases := map[string]struct {
		path, body string
		status     int
	}{
		"nothing":            {"chat", ``, 400},
		"a list":             {"chat", `[]`, 400},
		"null":               {"chat", `null`, 400},
		"twice the same key": {"chat", `{"model":"a","model":"b"}`, 400},
		"deep":               {"chat", message(strings.Repeat("[", 5000) + strings.Repeat("]", 5000)), 400},
		"a million messages": {"chat", message(strings.Repeat("0,", 400_000) + "0"), 413},
		"unknown role":       {"chat", message(`{"role":"robot","content":"x"}`), 400},
		"not an object":      {"chat", message(`"x"`), 400},
		"content a list":     {"chat", message(`{"role":"user","content":[]}`), 400},
		"not an image":       {"chat", message(`{"role":"user","content":"x","images":["bm9u"]}`), 400},
		"no model":           {"chat", `{"messages":[{"role":"user","content":"x"}]}`, 400},
		"unknown model":      {"chat", `{"model":"absent:latest","messages":[{"role":"user","content":"x"}]}`, 404},
		"format misspelt":    {"chat", hello + `,"format":"yaml"}`, 400},
		"stream misspelt":    {"chat", hello + `,"stream":"yes"}`, 400},
		"a suffix":           {"generate", `{"model":"fake-chat","prompt":"x","suffix":"y"}`, 400},
		"raw":                {"generate", `{"model":"fake-chat","prompt":"x","raw":true}`, 400},
		"no input":           {"embed", `{"model":"fake-embedding"}`, 400},
		"empty input":        {"embed", `{"model":"fake-embedding","input":[]}`, 400},
		"a chat model":       {"embed", `{"model":"fake-chat","input":"x"}`, 400},
		"too large":          {"chat", hello + `,"x":"` + strings.Repeat("a", gatewayhousetest.MaxBody) + `"}`, 413},
		"pull":               {"pull", `{"model":"llama3"}`, 403},
		"show nothing":       {"show", `{"model":"absent"}`, 404},
		"a card number":      {"chat", message(`{"role":"user","content":"4111 1111 1111 1111"}`), 403},
	}
	h := newHouse(t)
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			response, body := h.Post("/api/"+c.path, c.body)
			got := gjson.Parse(body)
			if response.StatusCode != c.status || got.Get("error").Type != gjson.String || got.Get("next").String() == "" || !strings.HasSuffix(got.Get("error").String(), " "+got.Get("next").String()) || strings.Contains(got.Get("error").String(), "errors.") {
				t.Errorf("%d %.300s", response.StatusCode, body)
			}
		})
	}
	if len(h.Engine.Requests()) != 0 {
		t.Error("something reached the engine")
	}
	if response, body := h.Send(t.Context(), "/api/chat", hello+`}`, "sol_wrong"); response.StatusCode != 401 || gjson.Get(body, "error").String() == "" {
		t.Errorf("%d %s", response.StatusCode, body)
	}
}

func TestEmbed(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	_, body := h.Post("/api/embed", `{"model":"fake-embedding","input":["un","deux"]}`)
	if got := gjson.Parse(body); got.Get("embeddings.#").Int() != 2 || got.Get("embeddings.0.#").Int() != enginetest.Dimensions || got.Get("prompt_eval_count").Int() == 0 || got.Get("receipt").String() != string(h.Log.Only(t).ID) {
		t.Errorf("%.200s", body)
	}
	_, body = h.Post("/api/embeddings", `{"model":"fake-embedding","prompt":"un"}`)
	if got := gjson.Parse(body); got.Get("embedding.#").Int() != enginetest.Dimensions {
		t.Errorf("%.200s", body)
	}
	h.Engine.PlayAt("/api/embed", reply("application/json", `{"model":"far","embeddings":[[0.5,1]],"prompt_eval_count":3,"novel":1}`))
	_, body = h.Post("/api/embed", `{"model":"far-vectors","input":"un","future":1}`)
	if got := gjson.Parse(body); got.Get("embeddings.0.1").Float() != 1 || got.Get("prompt_eval_count").Int() != 3 || got.Get("novel").Int() != 1 || got.Get("receipt").String() == "" {
		t.Errorf("%s", body)
	}
	if requests := h.Engine.Requests(); !gjson.GetBytes(requests[len(requests)-1].Body, "future").Exists() {
		t.Error("an unknown field was lost")
	}
}

func TestModels(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	if status, got := get(t, h, "GET", "/api/tags"); status != 200 || got.Get("models.#").Int() != 6 || got.Get(`models.#(name=="seeing").details.parameter_size`).String() != "1.2B" || got.Get("models.0.digest").String() != "aa" {
		t.Errorf("%d %s", status, got)
	}
	if status, got := get(t, h, "GET", "/api/version"); status != 200 || strings.Count(got.Get("version").String(), ".") != 2 || got.Get("solidaire").String() != "test" {
		t.Errorf("%d %s", status, got)
	}
	if status, got := get(t, h, "GET", "/api/ps"); status != 200 || got.Get("models.#").Int() != 1 || got.Get("models.0.name").String() != "fake-chat" {
		t.Errorf("%d %s", status, got)
	}
	if _, body := h.Post("/api/show", `{"model":"seeing:latest"}`); gjson.Get(body, "capabilities").Raw != `["completion","tools","vision"]` || gjson.Get(body, `model_info.model\.context_length`).Int() != 2048 {
		t.Errorf("%s", body)
	}
	if _, body := h.Post("/api/generate", `{"model":"fake-chat"}`); gjson.Get(body, "done_reason").String() != "load" || len(h.Log.All()) != 0 {
		t.Errorf("%s", body)
	}
}

func TestNoLeafNoFinish(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.Log.Fail(core.E(core.Unavailable, "errors.audit_disk", nil))
	if _, body := h.Post("/api/chat", hello+`}`); strings.Contains(body, `"done":true`) {
		t.Errorf("an answer without a receipt looks finished: %s", body)
	}
}

func TestTheCallerLeaves(t *testing.T) {
	t.Parallel()
	gatewayhousetest.CallersLeave(t, newHouse, "/api/chat", map[string]string{"streaming": hello + `}`, "whole": hello + `,"stream":false}`})
}
