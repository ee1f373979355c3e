package gatewayopenai_test

import (
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/solidaire-coop/solidaire/internal/models"
	"github.com/solidaire-coop/solidaire/internal/models/enginetest"
)

// What the Open Responses specification asks of a response, in our own words. Every field is there, and null only where
// it may be.
var (
	responseFields = map[string]string{
		"id": "String", "object": "String", "created_at": "Number", "completed_at": "Number|Null", "status": "String",
		"incomplete_details": "JSON|Null", "model": "String", "previous_response_id": "String|Null", "instructions": "String|Null",
		"output": "JSON", "error": "JSON|Null", "tools": "JSON", "tool_choice": "String|JSON", "truncation": "String",
		"parallel_tool_calls": "True|False", "text": "JSON", "top_p": "Number", "presence_penalty": "Number", "frequency_penalty": "Number",
		"top_logprobs": "Number", "temperature": "Number", "reasoning": "JSON|Null", "user": "String|Null", "usage": "JSON|Null",
		"max_output_tokens": "Number|Null", "max_tool_calls": "Number|Null", "store": "True|False", "background": "True|False",
		"service_tier": "String", "metadata": "JSON", "safety_identifier": "String|Null", "prompt_cache_key": "String|Null",
	}
	itemFields = map[string]map[string]string{
		"message":       {"id": "String", "status": "String", "role": "String", "content": "JSON"},
		"function_call": {"id": "String", "status": "String", "call_id": "String", "name": "String", "arguments": "String"},
		"reasoning":     {"id": "String", "summary": "JSON"},
	}
	toolFields  = map[string]string{"type": "String", "name": "String", "description": "String|Null", "parameters": "JSON|Null", "strict": "True|False|Null"}
	usageFields = map[string]string{"input_tokens": "Number", "output_tokens": "Number", "total_tokens": "Number", "input_tokens_details": "JSON", "output_tokens_details": "JSON"}
	partFields  = map[string]string{"type": "String", "text": "String", "annotations": "JSON", "logprobs": "JSON"}
	eventFields = map[string]string{
		"response.output_item.added": "output_index item", "response.output_item.done": "output_index item",
		"response.content_part.added": "item_id output_index content_index part", "response.content_part.done": "item_id output_index content_index part",
		"response.output_text.delta": "item_id output_index content_index delta logprobs", "response.output_text.done": "item_id output_index content_index text logprobs",
		"response.function_call_arguments.delta": "item_id output_index delta", "response.function_call_arguments.done": "item_id output_index arguments",
		"response.reasoning_summary_part.added": "item_id output_index summary_index part", "response.reasoning_summary_part.done": "item_id output_index summary_index part",
		"response.reasoning_summary_text.delta": "item_id output_index summary_index delta", "response.reasoning_summary_text.done": "item_id output_index summary_index text",
		"response.created": "response", "response.in_progress": "response", "response.completed": "response", "response.incomplete": "response", "response.failed": "response",
	}
)

func has(t *testing.T, what string, object gjson.Result, fields map[string]string) {
	t.Helper()
	for name, kinds := range fields {
		value := object.Get(name)
		if !value.Exists() || !strings.Contains(kinds, value.Type.String()) {
			t.Errorf("%s: %s is %q, want %s", what, name, value.Raw, kinds)
		}
	}
}

func checkResponse(t *testing.T, r gjson.Result) {
	t.Helper()
	has(t, "response", r, responseFields)
	if usage := r.Get("usage"); usage.Type != gjson.Null {
		has(t, "usage", usage, usageFields)
	}
	for _, tool := range r.Get("tools").Array() {
		has(t, "tool", tool, toolFields)
	}
	for _, item := range r.Get("output").Array() {
		fields := itemFields[item.Get("type").String()]
		if fields == nil {
			t.Errorf("an item of an unknown type: %s", item)
		}
		has(t, "item", item, fields)
		for _, part := range item.Get("content").Array() {
			has(t, "part", part, partFields)
		}
	}
}

// checkStream checks every event, and gives the response of the last one.
func checkStream(t *testing.T, body string) (last gjson.Result, seen map[string]int) {
	t.Helper()
	seen = map[string]int{}
	for i, data := range events(body) {
		event := gjson.Parse(data)
		kind := event.Get("type").String()
		seen[kind]++
		if event.Get("sequence_number").Int() != int64(i) || !event.Get("sequence_number").Exists() {
			t.Errorf("event %d: %s", i, event)
		}
		wanted, known := eventFields[kind]
		if !known {
			t.Errorf("an unknown event: %s", event)
		}
		for name := range strings.FieldsSeq(wanted) {
			if !event.Get(name).Exists() {
				t.Errorf("%s lacks %s", event, name)
			}
		}
		if last = event.Get("response"); last.Exists() {
			checkResponse(t, last)
		}
	}
	return last, seen
}

const (
	weather = `"tools":[{"type":"function","name":"get_weather","description":"Le temps qu’il fait","parameters":{"type":"object","properties":{"place":{"type":"string"}},"required":["place"]}}]`
	heart   = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
)

// TestOpenResponses re-expresses the cases of the Open Responses compliance suite, whole and streaming. Its WebSocket
// and compaction cases are out of scope.
func TestOpenResponses(t *testing.T) {
	t.Parallel()
	user := func(text string) string { return `{"type":"message","role":"user","content":"` + text + `"}` }
	call := enginetest.Script{Finish: "tool_calls", Deltas: []string{
		`{"role":"assistant","content":null,"tool_calls":[{"index":0,"id":"call_1","type":"function","function":{"name":"get_weather","arguments":""}}]}`,
		`{"tool_calls":[{"index":0,"function":{"arguments":"{\"place\":\"Ma"}}]}`, `{"tool_calls":[{"index":0,"function":{"arguments":"gog\"}"}}]}`,
	}}
	cases := map[string]struct {
		body   string
		script enginetest.Script
		items  string // types of the output
		sent   map[string]string
	}{
		"basic text":       {`"input":[` + user("Dis bonjour.") + `]`, enginetest.Says("Bonjour"), "message", map[string]string{"messages.0.role": "user", "messages.0.content": "Dis bonjour."}},
		"a bare string":    {`"input":"Dis bonjour."`, enginetest.Says("Bonjour"), "message", map[string]string{"messages.0.role": "user", "messages.0.content": "Dis bonjour."}},
		"system prompt":    {`"input":[{"type":"message","role":"system","content":"Parle comme un pirate."},` + user("Bonjour.") + `]`, enginetest.Says("Ohé"), "message", map[string]string{"messages.0.role": "system", "messages.1.role": "user"}},
		"developer prompt": {`"instructions":"Sois bref.","input":[{"role":"developer","content":"Tutoie."},` + user("Bonjour.") + `]`, enginetest.Says("Ohé"), "message", map[string]string{"messages.0.content": "Sois bref.", "messages.1.role": "system", "messages.1.content": "Tutoie."}},
		"tool calling":     {`"input":[` + user("Quel temps fait-il à Magog ?") + `],` + weather, call, "function_call", map[string]string{"tools.0.function.name": "get_weather"}},
		"image": {`"input":[{"type":"message","role":"user","content":[{"type":"input_text","text":"Que vois-tu ?"},{"type":"input_image","image_url":"` + heart + `"}]}]`, enginetest.Says("Un cœur"), "message",
			map[string]string{"messages.0.content.1.image_url.url": heart}},
		"multi-turn": {`"input":[` + user("Je m’appelle Amélie.") + `,{"type":"message","role":"assistant","phase":"final_answer","content":"Bonjour Amélie !"},` + user("Comment je m’appelle ?") + `]`, enginetest.Says("Amélie"), "message",
			map[string]string{"messages.1.role": "assistant", "messages.1.content": "Bonjour Amélie !", "messages.2.content": "Comment je m’appelle ?"}},
		"result of a tool": {`"input":[` + user("Le temps ?") + `,{"type":"reasoning","summary":[{"type":"summary_text","text":"Je regarde."}]},{"type":"function_call","call_id":"call_1","name":"get_weather","arguments":"{}"},{"type":"function_call_output","call_id":"call_1","output":"Beau"}],` + weather, enginetest.Says("Beau"), "message",
			map[string]string{"messages.#": "3", "messages.1.tool_calls.0.id": "call_1", "messages.1.reasoning_content": "Je regarde.", "messages.2.role": "tool", "messages.2.content": "Beau"}},
		"thinking": {`"reasoning":{"effort":"low"},"input":"Réfléchis."`, enginetest.Script{Deltas: []string{`{"reasoning_content":"Hm"}`, `{"content":"Voilà"}`}}, "reasoning message",
			map[string]string{"reasoning_effort": "low", "chat_template_kwargs.enable_thinking": "true"}},
		"JSON by a schema": {`"text":{"format":{"type":"json_schema","name":"ville","strict":true,"schema":{"type":"object"}}},"input":"Une ville ?"`, enginetest.Says("{}"), "message",
			map[string]string{"response_format.type": "json_schema", "response_format.json_schema.name": "ville", "response_format.json_schema.strict": "true"}},
		"nothing said": {`"input":"Tais-toi."`, enginetest.Script{}, "message", nil},
	}
	for name, c := range cases {
		for _, stream := range []string{"false", "true"} {
			t.Run(name+", stream "+stream, func(t *testing.T) {
				t.Parallel()
				h := newHouse(t, models.Model{Name: "seeing", Kind: models.Chat, Digest: "sha256:cc", Path: "/m", Abilities: models.Abilities{Images: models.Yes}})
				h.Engine.Play(c.script)
				_, body := h.Post("/v1/responses", `{"model":"seeing",`+c.body+`,"stream":`+stream+`}`)
				got := gjson.Parse(body)
				if stream == "true" {
					var seen map[string]int
					got, seen = checkStream(t, body)
					if seen["response.created"] != 1 || seen["response.in_progress"] != 1 || seen["response.completed"] != 1 || seen["response.output_item.added"] != seen["response.output_item.done"] {
						t.Errorf("%v", seen)
					}
					if c.items == "function_call" && (seen["response.function_call_arguments.delta"] != 2 || seen["response.function_call_arguments.done"] != 1) {
						t.Errorf("%v", seen)
					}
				}
				checkResponse(t, got)
				if got.Get("status").String() != "completed" || got.Get("completed_at").Type == gjson.Null {
					t.Errorf("%s", got)
				}
				var types []string
				for _, item := range got.Get("output").Array() {
					types = append(types, item.Get("type").String())
				}
				if strings.Join(types, " ") != c.items {
					t.Errorf("items: %v", types)
				}
				if c.items == "function_call" && got.Get("output.0.arguments").String() != `{"place":"Magog"}` {
					t.Errorf("%s", got.Get("output"))
				}
				sent := gjson.ParseBytes(h.Engine.Requests()[0].Body)
				for path, want := range c.sent {
					if sent.Get(path).String() != want {
						t.Errorf("sent %s: %q in %s", path, sent.Get(path), sent)
					}
				}
				if record := h.Log.Only(t); got.Get("id").String() != "resp_"+string(record.ID) || got.Get("usage.receipt").String() != string(record.ID) {
					t.Errorf("%s", got)
				}
			})
		}
	}
}
