package gatewaydialect

import (
	"bytes"
	"encoding/json"

	"github.com/tidwall/gjson"
	"github.com/tidwall/sjson"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// AnthropicAssembly gathers Anthropic's own events into the message that they make, fields that are not known here
// included.
type AnthropicAssembly struct {
	message []byte
	blocks  []*assembledBlock
	size    int
}

type assembledBlock struct {
	index int64
	start []byte
	texts map[string]*bytes.Buffer // field → what grew
}

// grows tells which field of a block each kind of delta adds to.
func grows(kind string) (from, to string) {
	switch kind {
	case "text_delta":
		return "text", "text"
	case "thinking_delta":
		return "thinking", "thinking"
	case "signature_delta":
		return "signature", "signature"
	case "input_json_delta":
		return "partial_json", "input"
	}
	return "", ""
}

// Add takes in one event.
func (a *AnthropicAssembly) Add(event []byte) error {
	if a.size += len(event); a.size > maxAnswer {
		return core.E(core.Interrupted, "errors.answer_too_long", nil)
	}
	e := gjson.ParseBytes(event)
	switch e.Get("type").Str {
	case "message_start":
		a.message = bytes.Clone([]byte(e.Get("message").Raw))
	case "content_block_start":
		if len(a.blocks) >= maxBlocks {
			return core.E(core.Interrupted, "errors.answer_too_long", nil)
		}
		a.blocks = append(a.blocks, &assembledBlock{index: e.Get("index").Int(), start: bytes.Clone([]byte(e.Get("content_block").Raw)), texts: map[string]*bytes.Buffer{}})
	case "content_block_delta":
		a.grow(e.Get("index").Int(), e.Get("delta"))
	case "message_delta":
		a.merge("", e.Get("delta"))
		a.merge("usage.", e.Get("usage"))
	}
	return nil
}

func (a *AnthropicAssembly) grow(index int64, d gjson.Result) {
	for _, b := range a.blocks {
		if b.index != index {
			continue
		}
		if from, to := grows(d.Get("type").Str); from != "" {
			if b.texts[to] == nil {
				b.texts[to] = &bytes.Buffer{}
			}
			b.texts[to].WriteString(d.Get(from).Str)
		} else if citation := d.Get("citation"); citation.Exists() {
			b.start = setRaw(b.start, "citations.-1", citation.Raw)
		}
		return
	}
}

func (a *AnthropicAssembly) merge(under string, fields gjson.Result) {
	fields.ForEach(func(key, value gjson.Result) bool {
		a.message = setRaw(a.message, under+escapePath(key.Str), value.Raw)
		return true
	})
}

// Bytes writes the message.
func (a *AnthropicAssembly) Bytes() ([]byte, error) {
	if a.message == nil {
		return nil, broken()
	}
	content := []byte("[]")
	for _, b := range a.blocks {
		block := b.start
		for name, text := range b.texts {
			if name != "input" {
				if with, err := sjson.SetBytes(block, name, gjson.GetBytes(block, name).Str+text.String()); err == nil {
					block = with
				}
			} else if json.Valid(text.Bytes()) {
				block = setRaw(block, name, text.String())
			}
		}
		content = setRaw(content, "-1", string(block))
	}
	return setRaw(a.message, "content", string(content)), nil
}

// setRaw puts JSON at a path; where that cannot be, the document stays.
func setRaw(doc []byte, path, raw string) []byte {
	with, err := sjson.SetRawBytes(doc, path, []byte(raw))
	if err != nil {
		return doc
	}
	return with
}

// escapePath makes a key a path of its own.
func escapePath(key string) string {
	var b bytes.Buffer
	for i := 0; i < len(key); i++ {
		switch key[i] {
		case '.', '*', '?', '\\', '|', '#', '@', '!', '{', '}', '[', ']', '(', ')', '=', '<', '>', '%', ':':
			b.WriteByte('\\')
		}
		b.WriteByte(key[i])
	}
	return b.String()
}
