package gatewayopenai

import (
	"bytes"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/solidaire-coop/solidaire/internal/gateway"
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

// add implements gathering.
func (a *assembly) add(event gateway.Event) {
	if event.Plain && a.head != nil { // most are: what they say is known already
		a.choice(0).grow("content", event.Text)
		return
	}
	a.read(event.Data)
}

// counted implements gathering.
func (a *assembly) counted() string { return a.usage }

func (a *assembly) read(chunk []byte) {
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

// bytes implements gathering.
func (a *assembly) bytes(usage string) []byte {
	size := 512 + len(a.head) + len(usage)
	for _, c := range a.choices {
		for _, text := range c.texts {
			size += text.Len() + text.Len()/8
		}
	}
	b := append(make([]byte, 0, size), `{"object":"chat.completion"`...)
	gjson.ParseBytes(a.head).ForEach(func(key, value gjson.Result) bool {
		switch key.Str {
		case "object", "choices", "usage", "timings":
		default:
			b = appendField(b, key.Raw, value.Raw)
		}
		return true
	})
	b = append(b, `,"choices":[`...)
	for i, index := range slices.Sorted(maps.Keys(a.choices)) {
		if i > 0 {
			b = append(b, ',')
		}
		b = a.choices[index].append(b, index)
	}
	b = append(b, ']')
	for _, f := range a.extra {
		b = appendField(b, f.name, f.value)
	}
	return append(appendField(b, `"usage"`, usage), '}')
}

func (c *choice) append(b []byte, index int64) []byte {
	b = strconv.AppendInt(append(b, `{"index":`...), index, 10)
	b = appendText(append(b, `,"message":{"role":`...), c.role)
	if c.texts["content"] == nil {
		b = append(b, `,"content":null`...)
	}
	for _, name := range c.order {
		b = appendText(append(b, ','), name)
		b = appendText(append(b, ':'), c.texts[name].String())
	}
	b = append(c.appendTools(b), `},"logprobs":`...)
	if len(c.logprobs) == 0 {
		b = append(b, "null"...)
	} else {
		b = append(b, `{"content":[`...)
		b = append(append(b, strings.Join(c.logprobs, ",")...), "]}"...)
	}
	b = append(append(b, `,"finish_reason":`...), c.finish...)
	return append(b, '}')
}

func (c *choice) appendTools(b []byte) []byte {
	for i, call := range c.tools {
		if i == 0 {
			b = append(b, `,"tool_calls":[`...)
		} else {
			b = append(b, ',')
		}
		b = appendText(append(b, `{"id":`...), call.id)
		b = appendText(append(b, `,"type":`...), orElse(call.kind, "function"))
		b = appendText(append(b, `,"function":{"name":`...), call.name)
		b = appendText(append(b, `,"arguments":`...), call.arguments.String())
		b = append(b, "}}"...)
	}
	if len(c.tools) > 0 {
		b = append(b, ']')
	}
	return b
}

func appendField(b []byte, name, value string) []byte {
	b = append(append(b, ','), name...)
	return append(append(b, ':'), value...)
}

// appendText writes s as a JSON string.
func appendText(b []byte, s string) []byte { return gjson.AppendJSONString(b, s) }

func quote(s string) string { return string(appendText(nil, s)) }

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
