package gatewayopenai_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
	"github.com/tidwall/gjson"

	"github.com/solidaire-coop/solidaire/internal/audit"
	"github.com/solidaire-coop/solidaire/internal/models"
	"github.com/solidaire-coop/solidaire/internal/models/enginetest"
)

// farModels are two models whose engines speak other dialects.
func farModels() []models.Model {
	return []models.Model{
		{Name: "far-anthropic", Kind: models.Chat, Digest: models.UnknownDigest, Dialect: models.Anthropic, Origin: "far", Remote: "claude-far"},
		{Name: "far-ollama", Kind: models.Chat, Digest: models.UnknownDigest, Dialect: models.Ollama, Origin: "far", Remote: "far:7b"},
		{Name: "far-vectors", Kind: models.Embedding, Digest: models.UnknownDigest, Dialect: models.Ollama, Origin: "far"},
	}
}

func sse(events ...string) enginetest.Script {
	return whole("text/event-stream", "data: "+strings.Join(events, "\n\ndata: ")+"\n\n")
}

func ndjson(lines ...string) enginetest.Script {
	return whole("application/x-ndjson", strings.Join(lines, "\n")+"\n")
}

// answers are the same answer in both dialects: a thought, a text, a call of a tool.
func answers() (anthropic, ollama enginetest.Script) {
	return sse(
			`{"type":"message_start","message":{"id":"msg_far","model":"claude-far","usage":{"input_tokens":5,"cache_creation_input_tokens":2}}}`, `{"type":"ping"}`,
			`{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":""}}`, `{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"Hm"}}`,
			`{"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"s"}}`, `{"type":"content_block_stop","index":0}`,
			`{"type":"content_block_start","index":1,"content_block":{"type":"text","text":""}}`, `{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"Voyons "}}`,
			`{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"l’été"}}`, `{"type":"content_block_stop","index":1}`,
			`{"type":"content_block_start","index":2,"content_block":{"type":"tool_use","id":"t1","name":"meteo","input":{}}}`,
			`{"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"{\"ville\":"}}`, `{"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"\"Magog\"}"}}`,
			`{"type":"content_block_stop","index":2}`, `{"type":"message_delta","delta":{"stop_reason":"tool_use"},"usage":{"output_tokens":9}}`, `{"type":"message_stop"}`),
		ndjson(`{"model":"far:7b","message":{"role":"assistant","content":"","thinking":"Hm"},"done":false}`, `{"message":{"content":"Voyons "},"done":false}`, `{"message":{"content":"l’été"},"done":false}`,
			`{"message":{"content":"","tool_calls":[{"id":"t1","function":{"index":0,"name":"meteo","arguments":{"ville":"Magog"}}}]},"done":false}`,
			`{"message":{"content":""},"done":true,"done_reason":"stop","prompt_eval_count":7,"eval_count":9}`)
}

// TestOtherDialectsBehindChat: OpenAI's own client reads what engines of other dialects answer, up to the terminal event.
func TestOtherDialectsBehindChat(t *testing.T) {
	t.Parallel()
	anthropic, ollama := answers()
	for model, c := range map[string]struct {
		path   string
		script enginetest.Script
	}{"far-anthropic": {"/v1/messages", anthropic}, "far-ollama": {"/api/chat", ollama}} {
		t.Run(model, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, farModels()...)
			h.Engine.PlayAt(c.path, c.script, c.script)
			client := openai.NewClient(option.WithBaseURL(h.URL+"/v1"), option.WithAPIKey(goodKey), option.WithMaxRetries(0))
			params := openai.ChatCompletionNewParams{Model: model, Messages: []openai.ChatCompletionMessageParamUnion{openai.UserMessage("Quel temps ?")},
				StreamOptions: openai.ChatCompletionStreamOptionsParam{IncludeUsage: openai.Bool(true)}}
			got, err := client.Chat.Completions.New(t.Context(), params)
			if err != nil {
				t.Fatal(err)
			}
			stream, streamed := client.Chat.Completions.NewStreaming(t.Context(), params), openai.ChatCompletionAccumulator{}
			for stream.Next() {
				streamed.AddChunk(stream.Current())
			}
			if stream.Err() != nil {
				t.Fatal(stream.Err())
			}
			for how, answer := range map[string]openai.ChatCompletion{"whole": *got, "streaming": streamed.ChatCompletion} {
				choice := answer.Choices[0]
				if choice.Message.Content != "Voyons l’été" || choice.FinishReason != "tool_calls" || len(choice.Message.ToolCalls) != 1 || choice.Message.ToolCalls[0].ID != "t1" ||
					!cmp.Equal(choice.Message.ToolCalls[0].Function.Arguments, `{"ville":"Magog"}`) || answer.Usage.PromptTokens != 7 || answer.Usage.CompletionTokens != 9 {
					t.Errorf("%s: %+v", how, answer)
				}
			}
			if thought := gjson.Get(got.RawJSON(), "choices.0.message.reasoning_content").String(); thought != "Hm" {
				t.Errorf("thought: %q", thought)
			}
			for _, record := range h.Log.All() {
				if record.Outcome != audit.Completed || record.PromptTokens != 7 || record.OutputTokens != 9 {
					t.Errorf("record: %+v", record)
				}
			}
		})
	}
}

const conversation = `"messages":[{"role":"system","content":"Sois bref."},{"role":"developer","content":"Tutoie."},
	{"role":"user","content":[{"type":"text","text":"Vois"},{"type":"image_url","image_url":{"url":"data:image/png;base64,QQ=="}}]},
	{"role":"assistant","content":null,"tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{\"x\":1}"}},{"id":"b","type":"function","function":{"name":"g","arguments":""}}]},
	{"role":"tool","tool_call_id":"a","content":"un"},{"role":"tool","tool_call_id":"b","content":"deux"}],
	"tools":[{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object"}}},{"type":"function","function":{"name":"g"}}],
	"stop":"FIN","temperature":0.5,"top_p":0.9,"max_tokens":77`

func TestWhatOtherDialectsAreAsked(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		model, path, more string
		want              map[string]string
	}{
		"Anthropic": {"far-anthropic", "/v1/messages", `,"tool_choice":"required","parallel_tool_calls":false,"response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{"type":"object"}}}`, map[string]string{
			"model": "claude-far", "system": "Sois bref.\n\nTutoie.", "max_tokens": "77", "temperature": "0.5", "top_p": "0.9", "stop_sequences.0": "FIN", "stream": "true",
			"messages.#": "3", "messages.0.content.1.source.media_type": "image/png", "messages.0.content.1.source.data": "QQ==",
			"messages.1.role": "assistant", "messages.1.content.0.input.x": "1", "messages.1.content.1.input": "{}",
			"messages.2.role": "user", "messages.2.content.#": "2", "messages.2.content.1.tool_use_id": "b", "messages.2.content.1.content.0.text": "deux",
			"tools.0.input_schema.type": "object", "tools.1.input_schema.type": "object", "tool_choice.type": "any", "tool_choice.disable_parallel_tool_use": "true",
			"output_config.format.schema.type": "object", "thinking": "", "stream_options": "",
		}},
		"Anthropic, thinking": {"far-anthropic", "/v1/messages", ``, map[string]string{"thinking": ""}}, // in the middle of a use of tools
		"Ollama": {"far-ollama", "/api/chat", `,"reasoning_effort":"high","seed":4,"response_format":{"type":"json_object"}`, map[string]string{
			"model": "far:7b", "messages.#": "6", "messages.1.role": "system", "messages.2.content": "Vois", "messages.2.images.0": "QQ==",
			"messages.3.tool_calls.0.function.arguments.x": "1", "messages.5.tool_name": "g", "messages.5.tool_call_id": "b", "tools.#": "2", "format": "json", "think": "high",
			"options.temperature": "0.5", "options.num_predict": "77", "options.stop.0": "FIN", "options.seed": "4",
		}},
		"Ollama, not thinking": {"far-ollama", "/api/chat", `,"tool_choice":"none"`, map[string]string{"think": "false", "tools": "", "format": ""}},
	}
	anthropic, ollama := answers()
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, farModels()...)
			h.Engine.PlayAt("/v1/messages", anthropic)
			h.Engine.PlayAt("/api/chat", ollama)
			if response, body := h.Post("/v1/chat/completions", `{"model":"`+c.model+`",`+conversation+c.more+`}`); response.StatusCode != 200 {
				t.Fatalf("%s", body)
			}
			request := h.Engine.Requests()[0]
			if request.Path != c.path {
				t.Errorf("sent to %s", request.Path)
			}
			for path, want := range c.want {
				if got := gjson.GetBytes(request.Body, path).String(); got != want {
					t.Errorf("%s: %q, want %q in %s", path, got, want, request.Body)
				}
			}
		})
	}
}

// TestNothingIsSilentlyDropped: what would change an answer and has no counterpart is refused by name.
func TestNothingIsSilentlyDropped(t *testing.T) {
	t.Parallel()
	h := newHouse(t, farModels()...)
	ask := `"messages":[{"role":"user","content":"x"}]`
	for name, c := range map[string]struct{ model, more string }{
		"two choices": {"far-anthropic", `"n":2`}, "logprobs": {"far-ollama", `"logprobs":true`}, "bias": {"far-anthropic", `"logit_bias":{"5":1}`},
		"penalties": {"far-anthropic", `"presence_penalty":1`}, "JSON without schema": {"far-anthropic", `"response_format":{"type":"json_object"}`},
		"a required tool": {"far-ollama", `"tool_choice":"required"`}, "an effort misspelt": {"far-ollama", `"reasoning_effort":"huge"`},
	} {
		response, body := h.Post("/v1/chat/completions", `{"model":"`+c.model+`",`+ask+`,`+c.more+`}`)
		if p := problemOf(t, body); response.StatusCode != 400 || p.Error.Param == nil || p.Error.Next == "" {
			t.Errorf("%s: %d %s", name, response.StatusCode, body)
		}
	}
	if len(h.Engine.Requests()) != 0 {
		t.Error("something reached the engine")
	}
}

// TestThinkingIsOffUnlessAskedFor, on engines of ours, which read it from the arguments of their template.
func TestThinkingIsOffUnlessAskedFor(t *testing.T) {
	t.Parallel()
	for more, want := range map[string]string{
		``: `{"enable_thinking":false}`, `,"reasoning_effort":"none"`: `{"enable_thinking":false}`, `,"reasoning_effort":"minimal"`: `{"enable_thinking":false}`,
		`,"reasoning_effort":"low"`:                        `{"reasoning_effort":"low","enable_thinking":true}`,
		`,"chat_template_kwargs":{"enable_thinking":true}`: `{"enable_thinking":true}`,
		`,"chat_template_kwargs":{"custom":1}`:             `{"custom":1,"enable_thinking":false}`,
	} {
		h := newHouse(t)
		h.Post("/v1/chat/completions", hello+more+`}`)
		if got := gjson.GetBytes(h.Engine.Requests()[0].Body, "chat_template_kwargs").Raw; got != want {
			t.Errorf("%s: %s", more, got)
		}
	}
}

func TestEmbeddingsOfOtherDialects(t *testing.T) {
	t.Parallel()
	h := newHouse(t, farModels()...)
	vectors := whole("application/json", `{"model":"far","embeddings":[[0.5,1],[2,3]],"prompt_eval_count":4}`)
	h.Engine.PlayAt("/api/embed", vectors, vectors)
	for _, format := range []string{"float", "base64"} {
		_, body := h.Post("/v1/embeddings", `{"model":"far-vectors","input":["un","deux"],"encoding_format":"`+format+`"}`)
		got := gjson.Parse(body)
		if want := map[string]string{"float": "[2,3]", "base64": "AAAAQAAAQEA="}[format]; got.Get("data.1.embedding").String() != want || got.Get("usage.prompt_tokens").Int() != 4 {
			t.Errorf("%s: %s", format, body)
		}
	}
}

// TestFunctionsForAModelThatCallsNone are refused: the engine would leave them out without a word.
func TestFunctionsForAModelThatCallsNone(t *testing.T) {
	t.Parallel()
	h := newHouse(t, models.Model{Name: "mute", Kind: models.Chat, Digest: "sha256:cc", Path: "/m", Abilities: models.Abilities{Tools: models.No}})
	ask := `{"model":"mute","messages":[{"role":"user","content":"x"}],"tools":[{"type":"function","function":{"name":"f"}}]`
	for more, status := range map[string]int{``: 400, `,"tool_choice":"none"`: 200} {
		if response, body := h.Post("/v1/chat/completions", ask+more+`}`); response.StatusCode != status {
			t.Errorf("%s: %d %s", more, response.StatusCode, body)
		}
	}
}
