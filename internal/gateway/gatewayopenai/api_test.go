package gatewayopenai_test

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

const hello = `{"model":"fake-chat","messages":[{"role":"user","content":"Bonjour"}]`

func TestChatWhole(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.Engine.Play(enginetest.Script{Pieces: []string{"Bon", "jour", " !"}})
	response, body := h.Post("/v1/chat/completions", hello+`}`)
	if response.StatusCode != http.StatusOK {
		t.Fatalf("%d %s", response.StatusCode, body)
	}
	got := gjson.Parse(body)
	for path, want := range map[string]string{
		"object": "chat.completion", "choices.0.message.content": "Bonjour !", "choices.0.message.role": "assistant",
		"choices.0.finish_reason": "stop", "usage.energy.label": "estimated-published",
	} {
		if got.Get(path).String() != want {
			t.Errorf("%s: got %q, want %q in %s", path, got.Get(path), want, body)
		}
	}
	record := h.Log.Only(t)
	if id := response.Header.Get("X-Solidaire-Receipt"); id != string(record.ID) || got.Get("usage.receipt").String() != id {
		t.Errorf("receipt: header %q, record %q", id, record.ID)
	}
	if response.Header.Get("X-Solidaire-Notice") != "trial-model" {
		t.Error("a trial model answered without saying so")
	}
	if record.Outcome != audit.Completed || record.OutputTokens != int(got.Get("usage.completion_tokens").Int()) || record.OutputTokens == 0 {
		t.Errorf("record: %+v", record)
	}
	if h.Ledger.Open() != 0 || h.Ledger.Used().Tokens != int64(record.PromptTokens+record.OutputTokens) {
		t.Errorf("ledger: %+v", h.Ledger)
	}
}

func TestUnknownFieldsReachTheEngine(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.Post("/v1/chat/completions", hello+`,"x_new":{"deep":[1,2.50,"é"]},"temperature":0.30,"max_tokens":9000,"stream":false}`)
	sent := string(h.Engine.Await(t).Body)
	for _, want := range []string{`"x_new":{"deep":[1,2.50,"é"]}`, `"temperature":0.30`, `"max_tokens":500`, `"stream":true`, `"include_usage":true`} {
		if !strings.Contains(sent, want) {
			t.Errorf("the engine did not get %s in %s", want, sent)
		}
	}
	if strings.Count(sent, `"stream":`) != 1 {
		t.Errorf("stream is said twice: %s", sent)
	}
}

func TestChatStream(t *testing.T) {
	t.Parallel()
	for name, include := range map[string]bool{"with usage": true, "without": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			h.Engine.Play(enginetest.Script{Pieces: []string{"é", "té"}, CutLetters: true})
			tail := `,"stream":true}`
			if include {
				tail = `,"stream":true,"stream_options":{"include_usage":true}}`
			}
			response, body := h.Post("/v1/chat/completions", hello+tail)
			if ct := response.Header.Get("Content-Type"); !strings.HasPrefix(ct, "text/event-stream") {
				t.Fatalf("%s %s", ct, body)
			}
			text, usage := "", ""
			for _, data := range events(body) {
				text += gjson.Get(data, "choices.0.delta.content").String()
				usage += gjson.Get(data, "usage.receipt").String()
			}
			if text != "été" || !strings.HasSuffix(body, "data: [DONE]\n\n") {
				t.Errorf("text %q in %q", text, body)
			}
			if want := string(h.Log.Only(t).ID); include && usage != want || !include && usage != "" {
				t.Errorf("usage: %q", usage)
			}
			if !include && strings.Contains(body, `"usage":{`) {
				t.Error("usage that was not asked for")
			}
		})
	}
}

func events(body string) []string {
	var list []string
	for line := range strings.Lines(body) {
		if data, ok := strings.CutPrefix(strings.TrimSpace(line), "data: "); ok {
			list = append(list, data)
		}
	}
	return list
}

func TestABrokenEngineNeverLooksFinished(t *testing.T) {
	t.Parallel()
	ends := map[string]enginetest.End{
		"dies": enginetest.Dies, "stops": enginetest.Unfinished, "bare done": enginetest.BareDone,
		"broken JSON": enginetest.BrokenJSON, "HTML": enginetest.HTMLMidway, "error event": enginetest.ErrorEvent,
		"a line without end": enginetest.FloodsLine,
	}
	for name, end := range ends {
		for _, stream := range []bool{true, false} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				h := newHouse(t)
				h.Engine.Play(enginetest.Script{Pieces: []string{"La moitié"}, End: end})
				tail := `}`
				if stream {
					tail = `,"stream":true}`
				}
				response, body := h.Post("/v1/chat/completions", hello+tail)
				if strings.Contains(body, "[DONE]") || strings.Contains(body, `"finish_reason":"stop"`) {
					t.Errorf("looks finished: %s", body)
				}
				if stream {
					all := events(body)
					body = all[len(all)-1]
				} else if response.StatusCode < 500 {
					t.Errorf("status %d", response.StatusCode)
				}
				if p := problemOf(t, body); p.Error.Message == "" || p.Error.Next == "" || p.Error.Type != "server_error" {
					t.Errorf("problem: %+v", p)
				}
				if strings.Contains(body+h.Text.String(), enginetest.Secret) {
					t.Error("the engine’s own words leaked")
				}
				if r := h.Log.Only(t); r.Outcome != audit.Interrupted || r.ErrorKey == "" {
					t.Errorf("record: %+v", r)
				}
				if h.Ledger.Open() != 0 {
					t.Error("a reservation is left open")
				}
			})
		}
	}
}

func TestUsageIsRightInEveryShape(t *testing.T) {
	t.Parallel()
	shapes := map[string]enginetest.Usage{
		"when asked": enginetest.UsageWhenAsked, "always": enginetest.UsageAlways, "beside the finish": enginetest.UsageOnFinish,
		"empty delta": enginetest.UsageEmptyDelta, "no delta": enginetest.UsageNoDelta, "never": enginetest.UsageNever,
	}
	for name, shape := range shapes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			h.Engine.Usually(enginetest.Script{Pieces: []string{"un", "deux", "trois"}, Usage: shape, Prompt: 7})
			_, body := h.Post("/v1/chat/completions", hello+`,"stream":true}`)
			if !strings.HasSuffix(body, "data: [DONE]\n\n") || strings.Contains(body, `"prompt_tokens"`) {
				t.Errorf("not finished, or usage that nobody asked for: %s", body)
			}
			r := h.Log.Only(t)
			if r.OutputTokens != 3 || r.UsageEstimated != (shape == enginetest.UsageNever) || r.Outcome != audit.Completed {
				t.Errorf("record: %+v", r)
			}
			if shape != enginetest.UsageNever && r.PromptTokens != 7 {
				t.Errorf("prompt tokens: %d", r.PromptTokens)
			}
			_, body = h.Post("/v1/chat/completions", hello+`,"stream":true,"stream_options":{"include_usage":true}}`)
			chunks := events(strings.TrimSuffix(body, "data: [DONE]\n\n"))
			for i, chunk := range chunks {
				last := i == len(chunks)-1
				if gjson.Get(chunk, "usage").IsObject() != last || (gjson.Get(chunk, "choices.#").Int() == 0) != last || !last && !gjson.Get(chunk, "choices.0.delta").Exists() {
					t.Errorf("chunk %d of %d: %s", i, len(chunks), chunk)
				}
				if last && (gjson.Get(chunk, "usage.completion_tokens").Int() != 3 || !gjson.Get(chunk, "usage.receipt").Exists()) {
					t.Errorf("usage: %s", chunk)
				}
			}
			_, whole := h.Post("/v1/chat/completions", hello+`}`)
			if got := gjson.Get(whole, "usage.completion_tokens").Int(); got != 3 || gjson.Get(whole, "choices.#").Int() != 1 {
				t.Errorf("whole: %s", whole)
			}
		})
	}
}

func TestAHealthyStreamWithoutDone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.Engine.Play(enginetest.Script{Pieces: []string{"ok"}, End: enginetest.NoDone})
	if _, body := h.Post("/v1/chat/completions", hello+`,"stream":true}`); !strings.HasSuffix(body, "data: [DONE]\n\n") {
		t.Errorf("%q", body)
	}
}

func TestEngineRefusalsHideItsWords(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		reply  enginetest.Reply
		status int
		code   string
	}{
		"500":     {enginetest.Reply{Status: 500, Body: enginetest.Secret}, 503, "unavailable"},
		"429":     {enginetest.Reply{Status: 429, Header: http.Header{"Retry-After": {"7"}}, Body: enginetest.Secret}, 429, "exhausted"},
		"context": {enginetest.Reply{Status: 400, Body: `{"error":{"type":"exceed_context_size_error","message":"` + enginetest.Secret + `"}}`}, 400, "context_length_exceeded"},
		"HTML":    {enginetest.Reply{Status: 200, Header: http.Header{"Content-Type": {"text/html"}}, Body: "<p>" + enginetest.Secret}, 503, "unavailable"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			h.Engine.Play(enginetest.Script{Reply: &c.reply})
			response, body := h.Post("/v1/chat/completions", hello+`}`)
			if response.StatusCode != c.status || problemOf(t, body).Error.Code != c.code {
				t.Errorf("%d %s", response.StatusCode, body)
			}
			if strings.Contains(body+h.Text.String(), "SECRET") {
				t.Error("the engine’s own words leaked")
			}
			if name == "429" && response.Header.Get("Retry-After") != "7" {
				t.Error("Retry-After was dropped")
			}
			if r := h.Log.Only(t); r.Outcome != audit.Failed {
				t.Errorf("record: %+v", r)
			}
		})
	}
}

func TestTheCharterRefusesBeforeAnythingLeaves(t *testing.T) {
	t.Parallel()
	for name, content := range map[string]string{
		"plain": "mon NAS est 046 454 286", "escaped digits": `mon NAS est \u0030\u0034\u0036 454 286`, "escaped spaces": `046\u00a0454\u00a0286`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			response, body := h.Post("/v1/chat/completions", `{"model":"fake-chat","messages":[{"role":"user","content":"`+content+`"}]}`)
			p := problemOf(t, body)
			if response.StatusCode != http.StatusForbidden || p.Error.Article != 4 || p.Error.Charter != "4f2a" || p.Error.Next != "Take it out." {
				t.Errorf("%d %s", response.StatusCode, body)
			}
			if r := h.Log.Only(t); r.ID != p.Error.Receipt || r.Decision != audit.Refused || r.Outcome != audit.Blocked {
				t.Errorf("record: %+v", r)
			}
			if len(h.Engine.Requests()) != 0 {
				t.Error("something left the gateway")
			}
		})
	}
}

func TestHostileRequests(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		path, body string
		status     int
	}{
		"empty":             {"/v1/chat/completions", ``, 400},
		"null":              {"/v1/chat/completions", `null`, 400},
		"array":             {"/v1/chat/completions", `[]`, 400},
		"not JSON":          {"/v1/chat/completions", `{"model":`, 400},
		"not UTF-8":         {"/v1/chat/completions", "{\"model\":\"\xff\"}", 400},
		"deep":              {"/v1/chat/completions", strings.Repeat(`[`, 100_000), 400},
		"deep inside":       {"/v1/chat/completions", hello + `,"x":` + strings.Repeat(`{"a":`, 200) + `1` + strings.Repeat(`}`, 200) + `}`, 400},
		"twice the model":   {"/v1/chat/completions", hello + `,"model":"other"}`, 400},
		"escaped twice":     {"/v1/chat/completions", hello + `,"mod\u0065l":"other"}`, 400},
		"no model":          {"/v1/chat/completions", `{"messages":[{"role":"user","content":"x"}]}`, 400},
		"model not a text":  {"/v1/chat/completions", `{"model":7,"messages":[{"role":"user","content":"x"}]}`, 400},
		"unknown model":     {"/v1/chat/completions", `{"model":"gpt-9","messages":[{"role":"user","content":"x"}]}`, 404},
		"wrong kind":        {"/v1/chat/completions", `{"model":"fake-embedding","messages":[{"role":"user","content":"x"}]}`, 400},
		"no messages":       {"/v1/chat/completions", `{"model":"fake-chat"}`, 400},
		"empty messages":    {"/v1/chat/completions", `{"model":"fake-chat","messages":[]}`, 400},
		"unknown role":      {"/v1/chat/completions", `{"model":"fake-chat","messages":[{"role":"robot","content":"x"}]}`, 400},
		"message not a map": {"/v1/chat/completions", `{"model":"fake-chat","messages":["x"]}`, 400},
		"million messages":  {"/v1/chat/completions", `{"model":"fake-chat","messages":[` + strings.Repeat(`0,`, 400_000) + `0]}`, 400},
		"negative maximum":  {"/v1/chat/completions", hello + `,"max_tokens":-1}`, 400},
		"many choices":      {"/v1/chat/completions", hello + `,"n":1000}`, 400},
		"too large":         {"/v1/chat/completions", hello + `,"x":"` + strings.Repeat("a", 1<<20) + `"}`, 413},
		"no input":          {"/v1/embeddings", `{"model":"fake-embedding","input":[]}`, 400},
		"unknown route":     {"/v1/images", `{}`, 404},
		"empty question":    {"/api/ask", `{"question":"  "}`, 400},
		"unknown field":     {"/api/ask", `{"question":"x","admin":true}`, 400},
	}
	h := newHouse(t)
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			response, body := h.Post(c.path, c.body)
			if response.StatusCode != c.status {
				t.Errorf("status %d, want %d: %.300s", response.StatusCode, c.status, body)
			}
			if p := problemOf(t, body); p.Error.Message == "" || p.Error.Next == "" || !strings.HasSuffix(p.Error.Message, " "+p.Error.Next) || strings.Contains(p.Error.Message, "errors.") {
				t.Errorf("not a helpful error: %.300s", body)
			}
		})
	}
	if len(h.Engine.Requests()) != 0 {
		t.Error("something reached the engine")
	}
}

func TestKeys(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for name, key := range map[string]string{"none": "", "wrong": "sol_wrong"} {
		response, body := h.Send(t.Context(), "/v1/chat/completions", hello+`}`, key)
		if p := problemOf(t, body); response.StatusCode != 401 || p.Error.Code != "invalid_api_key" {
			t.Errorf("%s: %d %s", name, response.StatusCode, body)
		}
	}
}

func TestABudgetThatIsUsedUp(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.Ledger.Exhaust()
	response, body := h.Post("/v1/chat/completions", hello+`}`)
	if response.StatusCode != 429 || problemOf(t, body).Error.Code != "insufficient_quota" {
		t.Errorf("%d %s", response.StatusCode, body)
	}
	if r := h.Log.Only(t); r.Outcome != audit.Blocked || r.ErrorKey != "errors.budget_exhausted" {
		t.Errorf("record: %+v", r)
	}
}

func TestNoLeafNoFinish(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.Log.Fail(core.E(core.Unavailable, "errors.audit_disk", nil))
	_, body := h.Post("/v1/chat/completions", hello+`,"stream":true}`)
	if strings.Contains(body, "[DONE]") || strings.Contains(body, `"finish_reason":"stop"`) {
		t.Errorf("an answer without a receipt looks finished: %s", body)
	}
}

func TestTheCallerLeaves(t *testing.T) {
	t.Parallel()
	open := func(t testing.TB) *gatewayhousetest.House { return newHouse(t) }
	gatewayhousetest.CallersLeave(t, open, "/v1/chat/completions", map[string]string{"streaming": hello + `,"stream":true}`, "whole": hello + `}`})
}

func TestAKeyRevokedMidStream(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	never := make(chan struct{})
	h.Engine.Play(enginetest.Script{Pieces: []string{"a", "b"}, Gates: []<-chan struct{}{nil, never}})
	h.Holder.Revoke()
	_, body := h.Post("/v1/chat/completions", hello+`,"stream":true}`)
	all := events(body)
	if p := problemOf(t, all[len(all)-1]); p.Error.Code != "invalid_api_key" || strings.Contains(body, "[DONE]") {
		t.Errorf("%s", body)
	}
	if r := h.Log.Only(t); r.Outcome != audit.Interrupted || r.ErrorKey != "errors.credential_revoked" {
		t.Errorf("record: %+v", r)
	}
}

func TestAsk(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	_, body := h.Post("/api/ask", `{"question":"Quel est le quorum ?"}`)
	got := gjson.Parse(body)
	if !got.Get("found").Bool() || got.Get("mode").String() != "extractive" || got.Get("sources.0.quote").String() != "Le quorum est de 25 %." ||
		got.Get("receipt").String() != string(h.Log.Only(t).ID) || got.Get("energy.joules").Float() != 0.5 {
		t.Errorf("%s", body)
	}
	if r := h.Log.Only(t); len(r.Sources) != 1 || r.Sources[0].Start != 10 || r.Model != "" {
		t.Errorf("record: %+v", r)
	}
	if _, body = h.Post("/api/ask", `{"question":"Et le reste ?"}`); gjson.Get(body, "found").Bool() || len(gjson.Get(body, "nearest").Array()) != 1 {
		t.Errorf("%s", body)
	}
}
