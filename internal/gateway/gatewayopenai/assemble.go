package gatewayopenai

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"

	"github.com/tidwall/gjson"
)

// assembly builds one chat.completion from the chunks of a stream, for clients that did not ask to stream.
type assembly struct {
	head    []byte // first chunk: id, created, model and what else the engine says of itself
	choices map[int64]*choice
	usage   string // raw
	extra   []field
}

type choice struct {
	role      string
	texts     map[string]*bytes.Buffer // content, reasoning_content, refusal …: every text that grows
	order     []string
	tools     []*toolCall
	logprobs  []string // raw items of logprobs.content
	finish    string   // raw
	toolIndex map[int64]*toolCall
}

type toolCall struct {
	id, kind, name string
	arguments      bytes.Buffer
}

func newAssembly() *assembly { return &assembly{choices: map[int64]*choice{}} }

// add takes in one chunk.
func (a *assembly) add(chunk []byte) {
	if a.head == nil {
		a.head = slices.Clone(chunk)
	}
	gjson.ParseBytes(chunk).ForEach(func(key, value gjson.Result) bool {
		switch key.Str {
		case "choices":
			value.ForEach(func(_, c gjson.Result) bool { a.choice(c.Get("index").Int()).add(c); return true })
		case "usage":
			if value.IsObject() {
				a.usage = value.Raw
			}
		case "timings": // llama.cpp's own figures come with the last chunk
			a.extra = []field{{name: key.Raw, value: value.Raw}}
		}
		return true
	})
}

func (a *assembly) choice(index int64) *choice {
	c := a.choices[index]
	if c == nil {
		c = &choice{role: "assistant", texts: map[string]*bytes.Buffer{}, finish: "null", toolIndex: map[int64]*toolCall{}}
		a.choices[index] = c
	}
	return c
}

func (c *choice) add(chunk gjson.Result) {
	if reason := chunk.Get("finish_reason"); reason.Type == gjson.String {
		c.finish = reason.Raw
	}
	chunk.Get("logprobs.content").ForEach(func(_, item gjson.Result) bool {
		c.logprobs = append(c.logprobs, item.Raw)
		return true
	})
	chunk.Get("delta").ForEach(func(key, value gjson.Result) bool {
		switch {
		case key.Str == "role":
			c.role = value.Str
		case key.Str == "tool_calls":
			value.ForEach(func(_, call gjson.Result) bool { c.addTool(call); return true })
		case value.Type == gjson.String:
			c.grow(key.Str, value.Str)
		}
		return true
	})
}

func (c *choice) grow(name, piece string) {
	buffer := c.texts[name]
	if buffer == nil {
		buffer = &bytes.Buffer{}
		c.texts[name] = buffer
		c.order = append(c.order, name)
	}
	buffer.WriteString(piece)
}

// addTool joins the pieces of a tool call by their index; a piece without one belongs to the last call, unless it
// brings an id of its own.
func (c *choice) addTool(piece gjson.Result) {
	var call *toolCall
	if index := piece.Get("index"); index.Exists() {
		call = c.toolIndex[index.Int()]
		if call == nil {
			call = &toolCall{}
			c.toolIndex[index.Int()] = call
			c.tools = append(c.tools, call)
		}
	} else if id := piece.Get("id").Str; len(c.tools) == 0 || (id != "" && id != c.tools[len(c.tools)-1].id) {
		call = &toolCall{}
		c.tools = append(c.tools, call)
	} else {
		call = c.tools[len(c.tools)-1]
	}
	keep(&call.id, piece.Get("id").Str)
	keep(&call.kind, piece.Get("type").Str)
	keep(&call.name, piece.Get("function.name").Str)
	call.arguments.WriteString(piece.Get("function.arguments").Str)
}

func keep(to *string, value string) {
	if value != "" {
		*to = value
	}
}

// bytes writes the whole answer, with the given raw usage.
func (a *assembly) bytes(usage string) []byte {
	var b bytes.Buffer
	b.WriteString(`{"object":"chat.completion"`)
	gjson.ParseBytes(a.head).ForEach(func(key, value gjson.Result) bool {
		switch key.Str {
		case "object", "choices", "usage", "timings":
		default:
			writeField(&b, key.Raw, value.Raw)
		}
		return true
	})
	b.WriteString(`,"choices":[`)
	indexes := make([]int64, 0, len(a.choices))
	for index := range a.choices {
		indexes = append(indexes, index)
	}
	slices.Sort(indexes)
	for i, index := range indexes {
		if i > 0 {
			b.WriteByte(',')
		}
		a.choices[index].write(&b, index)
	}
	b.WriteByte(']')
	for _, f := range a.extra {
		writeField(&b, f.name, f.value)
	}
	writeField(&b, `"usage"`, usage)
	b.WriteByte('}')
	return b.Bytes()
}

func (c *choice) write(b *bytes.Buffer, index int64) {
	b.WriteString(`{"index":` + strconv.FormatInt(index, 10) + `,"message":{"role":` + quote(c.role))
	if c.texts["content"] == nil {
		b.WriteString(`,"content":null`)
	}
	for _, name := range c.order {
		writeField(b, quote(name), quote(c.texts[name].String()))
	}
	for i, call := range c.tools {
		if i == 0 {
			b.WriteString(`,"tool_calls":[`)
		} else {
			b.WriteByte(',')
		}
		b.WriteString(`{"id":` + quote(call.id) + `,"type":` + quote(orElse(call.kind, "function")) +
			`,"function":{"name":` + quote(call.name) + `,"arguments":` + quote(call.arguments.String()) + `}}`)
		if i == len(c.tools)-1 {
			b.WriteByte(']')
		}
	}
	b.WriteString(`},"logprobs":`)
	if len(c.logprobs) == 0 {
		b.WriteString("null")
	} else {
		b.WriteString(`{"content":[`)
		for i, item := range c.logprobs {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(item)
		}
		b.WriteString(`]}`)
	}
	b.WriteString(`,"finish_reason":` + c.finish + `}`)
}

func writeField(b *bytes.Buffer, name, value string) {
	b.WriteByte(',')
	b.WriteString(name)
	b.WriteByte(':')
	b.WriteString(value)
}

func quote(s string) string {
	data, _ := json.Marshal(s) // a string always marshals
	return string(data)
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
