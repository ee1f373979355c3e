package gatewayopenai_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
	"github.com/openai/openai-go/v3/responses"
	"github.com/tidwall/gjson"

	"github.com/solidaire-coop/solidaire/internal/audit"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayhousetest"
	"github.com/solidaire-coop/solidaire/internal/models/enginetest"
)

func do(t *testing.T, h *gatewayhousetest.House, method, path string) (int, gjson.Result) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, h.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+goodKey)
	response, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, gjson.ParseBytes(body)
}

func TestResponsesGoOn(t *testing.T) {
	t.Parallel()
	h, kept := keepingHouse(t)
	h.Engine.Play(enginetest.Says("Bonjour Amélie"), enginetest.Says("Amélie"), enginetest.Says("encore"))
	_, body := h.Post("/v1/responses", `{"model":"fake-chat","instructions":"Tutoie.","input":"Je m’appelle Amélie."}`)
	first := gjson.Get(body, "id").String()
	_, body = h.Post("/v1/responses", `{"model":"fake-chat","previous_response_id":"`+first+`","input":[{"role":"user","content":"Mon nom ?"}],"stream":true}`)
	last, _ := checkStream(t, body)
	sent := gjson.ParseBytes(h.Engine.Requests()[1].Body).Get("messages")
	if sent.Get("#").Int() != 3 || sent.Get("0.content").String() != "Je m’appelle Amélie." || sent.Get("1.content").String() != "Bonjour Amélie" || sent.Get("2.content").String() != "Mon nom ?" {
		t.Errorf("sent: %s (instructions are not carried over)", sent)
	}
	if last.Get("previous_response_id").String() != first {
		t.Errorf("%s", last)
	}
	status, shown := do(t, h, "GET", "/v1/responses/"+last.Get("id").String())
	if status != 200 || shown.Get("output.0.content.0.text").String() != "Amélie" {
		t.Errorf("%d %s", status, shown)
	}
	status, items := do(t, h, "GET", "/v1/responses/"+first+"/input_items?limit=1")
	if status != 200 || items.Get("data.0.content.0.text").String() != "Je m’appelle Amélie." || items.Get("has_more").Bool() || items.Get("first_id").String() != items.Get("data.0.id").String() {
		t.Errorf("%d %s", status, items)
	}
	reference := gjson.Get(body[strings.LastIndex(body, "data: ")+6:], "response.output.0.id").String()
	if status, got := h.Post("/v1/responses", `{"model":"fake-chat","input":[{"type":"item_reference","id":"`+reference+`"},{"role":"user","content":"Et ?"}]}`); status.StatusCode != 200 {
		t.Errorf("by reference: %s", got)
	}
	if sent := gjson.ParseBytes(h.Engine.Requests()[2].Body).Get("messages"); sent.Get("0.role").String() != "assistant" || sent.Get("0.content").String() != "Amélie" {
		t.Errorf("sent: %s", sent)
	}
	if status, gone := do(t, h, "DELETE", "/v1/responses/"+first); status != 200 || !gone.Get("deleted").Bool() || gone.Get("id").String() != first {
		t.Errorf("%d %s", status, gone)
	}
	if response, body := h.Post("/v1/responses", `{"model":"fake-chat","previous_response_id":"`+first+`","input":"x"}`); response.StatusCode != 400 || gjson.Get(body, "error.code").String() != "previous_response_not_found" {
		t.Errorf("%s", body)
	}
	if kept.Len() != 2 {
		t.Errorf("%d are kept", kept.Len())
	}
}

func TestNothingIsKeptUnasked(t *testing.T) {
	t.Parallel()
	h, kept := keepingHouse(t)
	_, body := h.Post("/v1/responses", `{"model":"fake-chat","store":false,"input":"x"}`)
	if status, _ := do(t, h, "GET", "/v1/responses/"+gjson.Get(body, "id").String()); status != 404 || kept.Len() != 0 || gjson.Get(body, "store").Bool() {
		t.Errorf("%d, %d kept: %s", status, kept.Len(), body)
	}
	for _, id := range []string{"resp_x", "x", "resp_../../x", "resp_" + strings.Repeat("0", 26)} {
		if status, body := do(t, h, "GET", "/v1/responses/"+strings.ReplaceAll(id, "/", "%2F")); status != 404 || body.Get("error.message").String() == "" {
			t.Errorf("%s: %d %s", id, status, body)
		}
	}
}

// TestAResponseThatIsNotKeptIsNotCompleted: whoever was promised that it is kept must not find out later.
func TestAResponseThatIsNotKeptIsNotCompleted(t *testing.T) {
	t.Parallel()
	h, kept := keepingHouse(t)
	kept.Fail(core.E(core.Unavailable, "errors.database_unavailable", nil))
	response, body := h.Post("/v1/responses", `{"model":"fake-chat","input":"x"}`)
	if response.StatusCode != 503 {
		t.Errorf("%d %s", response.StatusCode, body)
	}
	_, body = h.Post("/v1/responses", `{"model":"fake-chat","input":"x","stream":true}`)
	if last, seen := checkStream(t, body); seen["response.completed"] != 0 || last.Get("status").String() != "failed" {
		t.Errorf("%s", last)
	}
}

// TestABrokenEngineFailsTheResponse: a stream that breaks ends with response.failed, never with response.completed.
func TestABrokenEngineFailsTheResponse(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]enginetest.End{
		"dies": enginetest.Dies, "stops": enginetest.Unfinished, "bare done": enginetest.BareDone,
		"broken JSON": enginetest.BrokenJSON, "HTML": enginetest.HTMLMidway, "error event": enginetest.ErrorEvent,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, kept := keepingHouse(t)
			script := enginetest.Script{Pieces: []string{"La moitié"}, End: end}
			h.Engine.Play(script, script)
			_, body := h.Post("/v1/responses", `{"model":"fake-chat","input":"x","stream":true}`)
			last, seen := checkStream(t, body)
			if last.Get("status").String() != "failed" || last.Get("error.code").String() == "" || last.Get("error.message").String() == "" || seen["response.completed"] != 0 || strings.Contains(body, enginetest.Secret) {
				t.Errorf("%s", body)
			}
			response, body := h.Post("/v1/responses", `{"model":"fake-chat","input":"x"}`)
			if response.StatusCode != http.StatusBadGateway || strings.Contains(body, `"completed"`) || kept.Len() != 0 {
				t.Errorf("%d %s", response.StatusCode, body)
			}
			for _, record := range h.Log.All() {
				if record.Outcome != audit.Interrupted {
					t.Errorf("record: %+v", record)
				}
			}
		})
	}
}

func TestAnAnswerCutByItsCapIsIncomplete(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.Engine.Usually(enginetest.Script{Pieces: []string{"Il ét"}, Finish: "length"})
	_, body := h.Post("/v1/responses", `{"model":"fake-chat","input":"x","max_output_tokens":16,"stream":true}`)
	last, seen := checkStream(t, body)
	if seen["response.incomplete"] != 1 || last.Get("incomplete_details.reason").String() != "max_output_tokens" || last.Get("output.0.status").String() != "incomplete" || last.Get("max_output_tokens").Int() != 16 {
		t.Errorf("%s", last)
	}
	if sent := gjson.GetBytes(h.Engine.Requests()[0].Body, "max_tokens"); sent.Int() != 16 {
		t.Errorf("sent: %s", sent)
	}
}

func TestHostileResponsesRequests(t *testing.T) {
	t.Parallel()
	ask := func(rest string) string { return `{"model":"fake-chat",` + rest + `}` }
	cases := map[string]struct {
		body   string
		status int
	}{
		"nothing":               {``, 400},
		"a list":                {`[]`, 400},
		"null":                  {`null`, 400},
		"twice the same key":    {`{"model":"a","model":"b","input":"x"}`, 400},
		"deep":                  {ask(`"input":` + strings.Repeat("[", 5000) + strings.Repeat("]", 5000)), 400},
		"no model":              {`{"input":"x"}`, 400},
		"no input":              {ask(`"input":[]`), 400},
		"input a number":        {ask(`"input":3`), 400},
		"a million items":       {ask(`"input":[` + strings.Repeat(`{"role":"user","content":""},`, 30_000) + `{}]`), 413},
		"unknown role":          {ask(`"input":[{"role":"robot","content":"x"}]`), 400},
		"unknown item":          {ask(`"input":[{"type":"hologram"}]`), 400},
		"unknown part":          {ask(`"input":[{"role":"user","content":[{"type":"input_file","file_id":"f"}]}]`), 400},
		"unknown previous":      {ask(`"input":"x","previous_response_id":"resp_x"`), 400},
		"unknown reference":     {ask(`"input":[{"type":"item_reference","id":"msg_x"}]`), 400},
		"in the background":     {ask(`"input":"x","background":true`), 400},
		"a conversation":        {ask(`"input":"x","conversation":"conv_1"`), 400},
		"search of the web":     {ask(`"input":"x","tools":[{"type":"web_search"}]`), 400},
		"a tool without name":   {ask(`"input":"x","tools":[{"type":"function"}]`), 400},
		"a choice misspelt":     {ask(`"input":"x","tool_choice":"perhaps"`), 400},
		"an effort misspelt":    {ask(`"input":"x","reasoning":{"effort":"herculean"}`), 400},
		"no tokens":             {ask(`"input":"x","max_output_tokens":0`), 400},
		"a schema without name": {ask(`"input":"x","text":{"format":{"type":"json_schema","schema":{}}}`), 400},
		"an image, unseen":      {ask(`"input":[{"role":"user","content":[{"type":"input_image","image_url":"` + heart + `"}]}]`), 400},
		"a card number":         {ask(`"input":"4111 1111 1111 1111"`), 403},
	}
	h := newHouse(t)
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			response, body := h.Post("/v1/responses", c.body)
			if p := problemOf(t, body); response.StatusCode != c.status || p.Error.Message == "" || p.Error.Next == "" || strings.Contains(p.Error.Message, "errors.") {
				t.Errorf("%d %.300s", response.StatusCode, body)
			}
		})
	}
	if len(h.Engine.Requests()) != 0 {
		t.Error("something reached the engine")
	}
	if response, body := h.Send(t.Context(), "/v1/responses", ask(`"input":"x"`), "sol_wrong"); response.StatusCode != 401 {
		t.Errorf("%d %s", response.StatusCode, body)
	}
}

// TestOfficialSDKResponses proves the surface with OpenAI's own Go client.
func TestOfficialSDKResponses(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	client := openai.NewClient(option.WithBaseURL(h.URL+"/v1"), option.WithAPIKey(goodKey), option.WithMaxRetries(0))
	params := responses.ResponseNewParams{Model: "fake-chat", Input: responses.ResponseNewParamsInputUnion{OfString: openai.String("Salut")}}
	h.Engine.Usually(enginetest.Says("Bon", "jour"))
	first, err := client.Responses.New(t.Context(), params)
	if err != nil || first.OutputText() != "Bonjour" || first.Usage.OutputTokens != 2 {
		t.Fatalf("%+v %v", first, err)
	}
	params.PreviousResponseID = openai.String(first.ID)
	stream := client.Responses.NewStreaming(t.Context(), params)
	text, completed := "", false
	for stream.Next() {
		switch event := stream.Current().AsAny().(type) {
		case responses.ResponseTextDeltaEvent:
			text += event.Delta
		case responses.ResponseCompletedEvent:
			completed = event.Response.OutputText() == "Bonjour"
		}
	}
	if stream.Err() != nil || text != "Bonjour" || !completed {
		t.Errorf("%q %v %v", text, completed, stream.Err())
	}
	if got, err := client.Responses.Get(t.Context(), first.ID, responses.ResponseGetParams{}); err != nil || got.OutputText() != "Bonjour" {
		t.Errorf("%+v %v", got, err)
	}
	items, err := client.Responses.InputItems.List(t.Context(), first.ID, responses.InputItemListParams{})
	if err != nil || len(items.Data) != 1 {
		t.Errorf("%+v %v", items, err)
	}
	h.Engine.PlayAt("/apply-template", enginetest.Script{Reply: &enginetest.Reply{Status: 200, Body: `{"prompt":"un deux"}`}})
	counted, err := client.Responses.InputTokens.Count(t.Context(), responses.InputTokenCountParams{Model: openai.String("fake-chat"), Input: responses.InputTokenCountParamsInputUnion{OfString: openai.String("un deux")}})
	if err != nil || counted.InputTokens != 4 {
		t.Errorf("%+v %v", counted, err)
	}
	if err := client.Responses.Delete(t.Context(), first.ID); err != nil {
		t.Error(err)
	}
}

func TestTheCallerOfAResponseLeaves(t *testing.T) {
	t.Parallel()
	open := func(t testing.TB) *gatewayhousetest.House { return newHouse(t) }
	gatewayhousetest.CallersLeave(t, open, "/v1/responses", map[string]string{
		"streaming": `{"model":"fake-chat","input":"x","stream":true}`, "whole": `{"model":"fake-chat","input":"x"}`,
	})
}
