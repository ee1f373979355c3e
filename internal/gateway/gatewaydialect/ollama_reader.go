package gatewaydialect

import (
	"github.com/tidwall/gjson"
)

// OllamaReader reads Ollama's lines.
type OllamaReader struct {
	head  head
	calls int
	begun bool
	done  bool
}

// NewOllamaReader reads one answer, which began at created, in seconds.
func NewOllamaReader(id string, created int64) *OllamaReader {
	return &OllamaReader{head: head{id: id, created: created}}
}

// Done implements Reader.
func (r *OllamaReader) Done() bool { return r.done }

// Chunk implements Reader.
func (r *OllamaReader) Chunk(line []byte) ([]byte, error) {
	if !gjson.ValidBytes(line) || line[0] != '{' {
		return nil, broken()
	}
	l := gjson.ParseBytes(line)
	if failure := l.Get("error"); failure.Exists() && failure.Type != gjson.Null {
		return nil, broken()
	}
	if r.head.model == "" {
		r.head.model = stringOf(l.Get("model"))
	}
	message := l.Get("message")
	d := delta{Content: stringOf(message.Get("content")) + stringOf(l.Get("response")), Thinking: stringOf(message.Get("thinking")) + stringOf(l.Get("thinking"))}
	message.Get("tool_calls").ForEach(func(_, call gjson.Result) bool {
		arguments := argumentsOf(call.Get("function.arguments"))
		id := stringOf(call.Get("id"))
		if id == "" {
			id = "call_" + r.head.id + itoa(r.calls+1)
		}
		d.Calls = append(d.Calls, callPiece(r.calls, id, stringOf(call.Get("function.name")), arguments))
		r.calls++
		return r.calls < maxBlocks
	})
	if !r.begun {
		r.begun, d.Role = true, "assistant"
	}
	if !l.Get("done").Bool() {
		if d.Role == "" && d.Content == "" && d.Thinking == "" && d.Calls == nil {
			return nil, nil
		}
		return r.head.chunk(d, "", "", nil), nil
	}
	r.done = true
	finish := "stop"
	switch {
	case l.Get("done_reason").Str == "length":
		finish = "length"
	case r.calls > 0:
		finish = "tool_calls"
	}
	return r.head.chunk(d, finish, "", usageOf(l.Get("prompt_eval_count").Int(), l.Get("eval_count").Int())), nil
}

// OllamaState is what the way of a request must know of one of Ollama's lines that is forwarded as it came.
type OllamaState struct {
	Text           string
	Done           bool
	Prompt, Output int // when it is done
}

// ReadOllamaLine looks at one line.
func ReadOllamaLine(line []byte) (OllamaState, error) {
	if !gjson.ValidBytes(line) || line[0] != '{' {
		return OllamaState{}, broken()
	}
	l := gjson.ParseBytes(line)
	if failure := l.Get("error"); failure.Exists() && failure.Type != gjson.Null {
		return OllamaState{}, broken()
	}
	return OllamaState{
		Text: stringOf(l.Get("message.content")) + stringOf(l.Get("response")), Done: l.Get("done").Bool(),
		Prompt: count(l.Get("prompt_eval_count").Int()), Output: count(l.Get("eval_count").Int()),
	}, nil
}
