package gatewaydialect

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// refused checks that a request which is not understood is refused as such.
func refused(t *testing.T, err error) {
	t.Helper()
	if code := core.CodeOf(err); code != core.Invalid && code != core.TooLarge {
		t.Fatalf("not a refusal: %v", err)
	}
}

func valid(t *testing.T, what string, data []byte) {
	t.Helper()
	if !json.Valid(data) {
		t.Fatalf("%s is not JSON: %q", what, data)
	}
}

// object keeps what the surfaces let through: one JSON object.
func isObject(body []byte) bool { return json.Valid(body) && gjson.ParseBytes(body).IsObject() }

func FuzzReadAnthropic(f *testing.F) {
	f.Add([]byte(`{"model":"m","max_tokens":5,"system":[{"type":"text","text":"s"}],"messages":[{"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":"r"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"aa"}}]},{"role":"assistant","content":[{"type":"tool_use","id":"t","name":"f","input":{"a":1}}]}],"tools":[{"name":"f","input_schema":{}}],"tool_choice":{"type":"any"},"thinking":{"type":"enabled","budget_tokens":9}}`))
	f.Add([]byte(`{"messages":[{"content":null}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		if !isObject(body) {
			return
		}
		req, err := ReadAnthropic(body, false)
		if err != nil {
			refused(t, err)
			return
		}
		valid(t, "the chat", req.Chat.Body(3))
		valid(t, "the native request", req.Native(3))
		if _, err := ChatToAnthropic(req.Chat.Body(0), "m"); err != nil {
			refused(t, err)
		}
	})
}

func FuzzReadOllama(f *testing.F) {
	f.Add([]byte(`{"model":"m","prompt":"p","images":["iVBORw0KGgo="],"format":"json","think":"low","options":{"stop":["x"],"num_predict":-1}}`))
	f.Add([]byte(`{"model":"m","messages":[{"role":"assistant","tool_calls":[{"function":{"name":"f","arguments":{}}}]},{"role":"tool","content":"x","tool_name":"f"}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		if !isObject(body) {
			return
		}
		for _, generate := range []bool{false, true} {
			req, err := ReadOllama(body, generate)
			if err != nil {
				refused(t, err)
				continue
			}
			valid(t, "the chat", req.Chat.Body(3))
			valid(t, "the native request", req.Native(3))
			if req.Load != (len(req.Chat.Messages) == 0) {
				t.Fatal("loads with something to say")
			}
		}
		if _, err := OllamaToEmbeddingsRequest(body, "m", false); err != nil {
			refused(t, err)
		}
	})
}

func FuzzReadResponses(f *testing.F) {
	f.Add([]byte(`{"model":"m","input":"x","tools":[{"type":"function","name":"f","parameters":null}],"tool_choice":{"type":"allowed_tools","mode":"auto","tools":[{"name":"f"}]},"text":{"format":{"type":"json_schema","name":"n","schema":{}}}}`))
	f.Add([]byte(`{"input":[{"role":"user","content":[{"type":"input_image","image_url":"data:,"}]},{"type":"reasoning","summary":[]},{"type":"function_call","call_id":"c","name":"f","arguments":""},{"type":"function_call_output","call_id":"c","output":[]},{"id":"x"}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		if !isObject(body) {
			return
		}
		req, err := ReadResponses(body, "id")
		if err != nil {
			refused(t, err)
			return
		}
		for _, item := range req.Items {
			valid(t, "an item", item)
			if Reference(item) != "" {
				return
			}
		}
		w := NewResponsesWriter("id", req, "m", 5)
		valid(t, "the response", w.Whole())
		chat, err := req.Chat(nil)
		if err != nil {
			refused(t, err)
			return
		}
		valid(t, "the chat", chat.Body(3))
	})
}

func FuzzChatToOthers(f *testing.F) {
	f.Add([]byte(`{"model":"m","messages":[{"role":"developer","content":"d"},{"role":"user","content":[{"type":"text","text":"x"},{"type":"image_url","image_url":{"url":"data:image/png;base64,aa"}}]},{"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"c","content":"r"}],"stop":"x","tool_choice":{"type":"function","function":{"name":"f"}},"reasoning_effort":"high","response_format":{"type":"json_object"}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		if !isObject(body) {
			return
		}
		for _, translate := range []func([]byte, string) ([]byte, error){ChatToAnthropic, ChatToOllama, EmbeddingsToOllama} {
			if out, err := translate(body, "m"); err != nil {
				refused(t, err)
			} else {
				valid(t, "the request", out)
			}
		}
	})
}

// FuzzReaders reads what other dialects stream, and writes it back in all of them.
func FuzzReaders(f *testing.F) {
	f.Add([]byte(strings.Join([]string{
		`{"type":"message_start","message":{"id":"m","usage":{"input_tokens":3}}}`,
		`{"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"t","name":"f","input":{}}}`,
		`{"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"{}"}}`,
		`{"type":"message_delta","delta":{"stop_reason":"tool_use"},"usage":{"output_tokens":1e30}}`, `{"type":"message_stop"}`,
	}, "\n")))
	f.Add([]byte(`{"message":{"content":"é","thinking":"h","tool_calls":[{"function":{"name":"f","arguments":{"a":1}}}]},"done":false}` + "\n" + `{"done":true,"eval_count":-5}`))
	f.Fuzz(func(t *testing.T, stream []byte) {
		lines := bytes.Split(stream, []byte("\n"))
		for _, reader := range []Reader{NewAnthropicReader(5), NewOllamaReader("id", 5)} {
			var chunks [][]byte
			for _, line := range lines {
				if len(line) == 0 || reader.Done() {
					continue
				}
				chunk, err := reader.Chunk(line)
				if err != nil {
					if core.CodeOf(err) != core.Interrupted {
						t.Fatalf("not one of our errors: %v", err)
					}
					break
				}
				if chunk != nil {
					valid(t, "a chunk", chunk)
					chunks = append(chunks, chunk)
				}
			}
			writeAll(t, chunks)
		}
		watch, assembly, whole := &AnthropicWatch{}, &AnthropicAssembly{}, &OllamaAssembly{}
		for _, line := range lines {
			if len(line) == 0 || !isObject(line) {
				continue
			}
			watch.Read(line)
			ReadOllamaLine(line)
			assembly.Add(line)
			whole.Add(line)
		}
		if out, err := assembly.Bytes(); err == nil && isObject([]byte(gjson.GetBytes(out, "content").Raw)) {
			t.Fatalf("content is no list: %q", out)
		}
		if out, err := whole.Bytes(); err == nil {
			valid(t, "the whole answer", out)
		}
	})
}

// FuzzWriters writes whatever an engine may send as chunks in every dialect.
func FuzzWriters(f *testing.F) {
	f.Add([]byte(`{"choices":[{"index":0,"delta":{"content":"a","reasoning_content":"b","refusal":"c","tool_calls":[{"index":0,"id":"x","function":{"name":"f","arguments":"{}"}}]},"finish_reason":"stop","logprobs":{"content":[{"token":"a"}]}}]}`))
	f.Add([]byte(`{"choices":[{"delta":{"tool_calls":[{"function":{"arguments":{"a":1}}},{"id":"y"},{"index":7}]}}]}` + "\n" + `{"choices":[{"delta":{"tool_calls":[{"index":0}]}}]}`))
	f.Fuzz(func(t *testing.T, stream []byte) {
		var chunks [][]byte
		for line := range bytes.SplitSeq(stream, []byte("\n")) {
			if json.Valid(line) {
				chunks = append(chunks, line)
			}
		}
		writeAll(t, chunks)
	})
}

func writeAll(t *testing.T, chunks [][]byte) {
	t.Helper()
	anthropic := NewAnthropicWriter("id", &AnthropicRequest{Chat: &Chat{}}, "m", true)
	ollama := NewOllamaWriter("id", &OllamaRequest{Chat: &Chat{}}, "m", true)
	responses := NewResponsesWriter("id", &ResponsesRequest{}, "m", 5)
	now, usage := time.Unix(5, 0), Usage{Prompt: 1, Output: 2, Extra: json.RawMessage(`{"receipt":"r"}`)}
	var events, lines, items bytes.Buffer
	events.Write(anthropic.Start())
	items.Write(responses.Start())
	for _, chunk := range chunks {
		out, err := anthropic.Chunk(chunk)
		events.Write(out)
		line, lineErr := ollama.Chunk(chunk, now)
		lines.Write(line)
		item, itemErr := responses.Chunk(chunk)
		items.Write(item)
		if (err == nil) != (lineErr == nil) || (err == nil) != (itemErr == nil) {
			t.Fatalf("one breaks, another not: %v %v %v", err, lineErr, itemErr)
		}
		if err != nil {
			if core.CodeOf(err) != core.Interrupted {
				t.Fatalf("not one of our errors: %v", err)
			}
			return
		}
	}
	events.Write(anthropic.End(usage))
	lines.Write(ollama.End(usage, OllamaTimes{}, now))
	items.Write(responses.Finish(usage, 6))
	items.Write(responses.Last())
	wellFormed(t, events.String(), "content_block_start", "content_block_stop", "message_stop")
	wellFormed(t, items.String(), "response.output_item.added", "response.output_item.done", "response."+responses.resource.Status)
	for line := range strings.Lines(lines.String()) {
		valid(t, "a line", []byte(line))
	}
	valid(t, "the message", anthropic.Whole(usage))
	valid(t, "the answer", ollama.Whole(usage, OllamaTimes{}, now))
	valid(t, "the response", responses.Whole())
}

// wellFormed checks that what opens is closed before the next opens, and that the terminal event comes once, at the end.
func wellFormed(t *testing.T, stream, opens, closes, last string) {
	t.Helper()
	open, end := false, 0
	for block := range strings.SplitSeq(strings.TrimSpace(stream), "\n\n") {
		name, data, _ := strings.Cut(block, "\n")
		name = strings.TrimPrefix(name, "event: ")
		valid(t, name, []byte(strings.TrimPrefix(data, "data: ")))
		if end > 0 || name == opens && open || name == closes && !open || name == last && open {
			t.Fatalf("out of order: %s", stream)
		}
		open = name == opens || open && name != closes
		if name == last {
			end++
		}
	}
	if end != 1 {
		t.Fatalf("%d ends: %s", end, stream)
	}
}
