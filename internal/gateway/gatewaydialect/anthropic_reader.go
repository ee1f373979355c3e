package gatewaydialect

import (
	"github.com/tidwall/gjson"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// AnthropicReader reads Anthropic's events.
type AnthropicReader struct {
	head   head
	prompt int64
	calls  int           // begun so far
	blocks map[int64]int // index of a block → index of its call
	done   bool
	ended  bool // with a reason
}

// NewAnthropicReader reads one answer, which began at created, in seconds.
func NewAnthropicReader(created int64) *AnthropicReader {
	return &AnthropicReader{head: head{created: created}, blocks: map[int64]int{}}
}

// Done implements Reader.
func (r *AnthropicReader) Done() bool { return r.done }

// Chunk implements Reader.
func (r *AnthropicReader) Chunk(event []byte) ([]byte, error) {
	if !gjson.ValidBytes(event) {
		return nil, broken()
	}
	e := gjson.ParseBytes(event)
	switch e.Get("type").Str {
	case "message_start":
		message := e.Get("message")
		r.head.id, r.head.model = message.Get("id").Str, message.Get("model").Str
		r.prompt = promptTokens(message.Get("usage"))
		return r.head.chunk(delta{Role: "assistant"}, "", "", nil), nil
	case "content_block_start":
		return r.start(e.Get("index").Int(), e.Get("content_block"))
	case "content_block_delta":
		return r.delta(e.Get("index").Int(), e.Get("delta")), nil
	case "message_delta":
		return r.finish(e), nil
	case "message_stop":
		r.done = true
		return nil, nil
	case "error":
		return nil, broken()
	}
	return nil, nil
}

// promptTokens counts all that was read: Anthropic counts apart what came from its cache.
func promptTokens(usage gjson.Result) int64 {
	return usage.Get("input_tokens").Int() + usage.Get("cache_creation_input_tokens").Int() + usage.Get("cache_read_input_tokens").Int()
}

func (r *AnthropicReader) start(index int64, block gjson.Result) ([]byte, error) {
	switch block.Get("type").Str {
	case "text":
		return r.text(delta{Content: block.Get("text").Str}), nil
	case "thinking":
		return r.text(delta{Thinking: block.Get("thinking").Str}), nil
	case "tool_use":
		if r.calls >= maxBlocks {
			return nil, broken()
		}
		call := r.calls
		r.blocks[index], r.calls = call, call+1
		arguments := ""
		if input := block.Get("input"); input.IsObject() && len(input.Map()) > 0 { // some engines give it at once
			arguments = input.Raw
		}
		return r.text(delta{Calls: []callDelta{callPiece(call, block.Get("id").Str, block.Get("name").Str, arguments)}}), nil
	}
	return nil, nil
}

func (r *AnthropicReader) delta(index int64, d gjson.Result) []byte {
	switch d.Get("type").Str {
	case "text_delta":
		return r.text(delta{Content: d.Get("text").Str})
	case "thinking_delta":
		return r.text(delta{Thinking: d.Get("thinking").Str})
	case "input_json_delta":
		if call, begun := r.blocks[index]; begun && d.Get("partial_json").Str != "" {
			return r.text(delta{Calls: []callDelta{callPiece(call, "", "", d.Get("partial_json").Str)}})
		}
	}
	return nil
}

func (r *AnthropicReader) text(d delta) []byte {
	if d.Content == "" && d.Thinking == "" && d.Calls == nil {
		return nil
	}
	return r.head.chunk(d, "", "", nil)
}

func (r *AnthropicReader) finish(e gjson.Result) []byte {
	reason := e.Get("delta.stop_reason")
	if reason.Type != gjson.String || r.ended {
		return nil
	}
	r.ended = true
	usage := e.Get("usage")
	prompt := r.prompt
	if said := promptTokens(usage); said > 0 {
		prompt = said
	}
	return r.head.chunk(delta{}, finishOf(reason.Str), e.Get("delta.stop_sequence").Str, usageOf(prompt, usage.Get("output_tokens").Int()))
}

// finishOf gives OpenAI's word for Anthropic's reason.
func finishOf(reason string) string {
	switch reason {
	case "max_tokens", "model_context_window_exceeded":
		return "length"
	case "tool_use":
		return "tool_calls"
	case "refusal":
		return "content_filter"
	}
	return "stop"
}

func broken() error { return core.E(core.Interrupted, "errors.engine_interrupted", nil) }

// AnthropicState is what the way of a request must know of one of Anthropic's events that is forwarded as it came.
type AnthropicState struct {
	Text     string
	Finished bool
	Counted  bool // Prompt and Output are known
	Prompt   int
	Output   int
}

// AnthropicWatch reads along without translating.
type AnthropicWatch struct {
	prompt int64
	done   bool
}

// Done tells that message_stop has been read.
func (w *AnthropicWatch) Done() bool { return w.done }

// Read looks at one event.
func (w *AnthropicWatch) Read(event []byte) (AnthropicState, error) {
	if !gjson.ValidBytes(event) || event[0] != '{' {
		return AnthropicState{}, broken()
	}
	e := gjson.ParseBytes(event)
	var s AnthropicState
	switch e.Get("type").Str {
	case "message_start":
		w.prompt = promptTokens(e.Get("message.usage"))
	case "content_block_delta":
		if d := e.Get("delta"); d.Get("type").Str == "text_delta" {
			s.Text = d.Get("text").Str
		}
	case "message_delta":
		s.Finished = e.Get("delta.stop_reason").Type == gjson.String
		if usage := e.Get("usage"); usage.IsObject() {
			s.Counted, s.Prompt, s.Output = true, count(max(w.prompt, promptTokens(usage))), count(usage.Get("output_tokens").Int())
		}
	case "message_stop":
		w.done, s.Finished = true, true
	case "error":
		return s, broken()
	}
	return s, nil
}
