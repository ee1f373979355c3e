package gatewaydialect

import (
	"bytes"

	"github.com/tidwall/gjson"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// OllamaAssembly gathers Ollama's own lines into the one object that they make, fields that are not known here included.
type OllamaAssembly struct {
	texts map[string]*bytes.Buffer // path → what grew
	calls []byte
	last  []byte
	size  int
}

// Add takes in one line.
func (a *OllamaAssembly) Add(line []byte) error {
	if a.size += len(line); a.size > maxAnswer {
		return core.E(core.Interrupted, "errors.answer_too_long", nil)
	}
	if a.texts == nil {
		a.texts, a.calls = map[string]*bytes.Buffer{}, []byte("[]")
	}
	l := gjson.ParseBytes(line)
	for _, path := range [...]string{"message.content", "message.thinking", "response", "thinking"} {
		if text := l.Get(path); text.Type == gjson.String {
			if a.texts[path] == nil {
				a.texts[path] = &bytes.Buffer{}
			}
			a.texts[path].WriteString(text.Str)
		}
	}
	l.Get("message.tool_calls").ForEach(func(_, call gjson.Result) bool {
		a.calls = setRaw(a.calls, "-1", call.Raw)
		return true
	})
	if l.Get("done").Bool() {
		a.last = bytes.Clone(line)
	}
	return nil
}

// Bytes writes the whole answer.
func (a *OllamaAssembly) Bytes() ([]byte, error) {
	if a.last == nil {
		return nil, broken()
	}
	out := a.last
	fields := map[string]any{}
	for path, text := range a.texts {
		fields[path] = text.String()
	}
	out = set(out, fields)
	if len(a.calls) > 2 {
		out = setRaw(out, "message.tool_calls", string(a.calls))
	}
	return out, nil
}

// WithFields adds the members of a JSON object to another one.
func WithFields(body, extra []byte) []byte {
	gjson.ParseBytes(extra).ForEach(func(key, value gjson.Result) bool {
		body = setRaw(body, escapePath(key.Str), value.Raw)
		return true
	})
	return body
}
