package gatewayopenai

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/tidwall/gjson"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway"
)

// Bounds of a request beside its size.
const (
	maxDepth    = 64
	maxMessages = 10_000
)

// field is one member of the top-level object, raw.
type field struct {
	key   string // decoded
	name  string // raw, with its quotes
	value string // raw
}

// request is what this surface needs to know of a body; everything else stays raw in fields.
type request struct {
	fields       []field
	model        string
	stream       bool
	includeUsage bool
	maxOutput    int // 0: not said
}

// parse reads the top level of a body. Every refusal is a *core.Error of code Invalid.
func parse(body []byte) (*request, error) {
	if !utf8.Valid(body) {
		return nil, core.E(core.Invalid, "errors.text_not_utf8", nil)
	}
	if err := checkDepth(body); err != nil {
		return nil, err
	}
	if !gjson.ValidBytes(body) {
		return nil, core.E(core.Invalid, "errors.json_invalid", nil)
	}
	root := gjson.ParseBytes(body)
	if !root.IsObject() {
		return nil, core.E(core.Invalid, "errors.json_not_object", nil)
	}
	req := &request{}
	var failure error
	seen := map[string]bool{}
	root.ForEach(func(key, value gjson.Result) bool {
		if seen[key.Str] { // two readers could choose differently
			failure = param("errors.json_duplicate_key", key.Str)
			return false
		}
		seen[key.Str] = true
		req.fields = append(req.fields, field{key: key.Str, name: key.Raw, value: value.Raw})
		failure = req.note(key.Str, value)
		return failure == nil
	})
	return req, failure
}

func (r *request) note(key string, value gjson.Result) error {
	switch key {
	case "model":
		if value.Type != gjson.String {
			return param("errors.param_type", key)
		}
		r.model = value.Str
	case "stream":
		if !value.IsBool() && value.Type != gjson.Null {
			return param("errors.param_type", key)
		}
		r.stream = value.Bool()
	case "stream_options":
		r.includeUsage = value.Get("include_usage").Bool()
	case "max_tokens", "max_completion_tokens":
		return r.noteMax(key, value)
	case "n":
		if value.Num > maxChoices {
			return param("errors.param_range", key)
		}
	}
	return nil
}

// maxChoices bounds n.
const maxChoices = 16

func (r *request) noteMax(key string, value gjson.Result) error {
	if value.Type == gjson.Null {
		return nil
	}
	n, err := strconv.Atoi(value.Raw)
	if err != nil || n < 1 {
		return param("errors.param_range", key)
	}
	if r.maxOutput == 0 || n < r.maxOutput {
		r.maxOutput = n
	}
	return nil
}

// get returns the raw value of a top-level key.
func (r *request) get(key string) (gjson.Result, bool) {
	for _, f := range r.fields {
		if f.key == key {
			return gjson.Parse(f.value), true
		}
	}
	return gjson.Result{}, false
}

func (r *request) checkModel() error {
	if strings.TrimSpace(r.model) == "" {
		return param("errors.model_missing", "model")
	}
	return nil
}

// checkMessages looks at the shape of messages only as far as an engine would otherwise answer nonsense.
func (r *request) checkMessages() error {
	messages, ok := r.get("messages")
	if !ok || !messages.IsArray() {
		return param("errors.param_type", "messages")
	}
	count := 0
	var failure error
	messages.ForEach(func(_, message gjson.Result) bool {
		count++
		if count > maxMessages {
			failure = core.E(core.TooLarge, "errors.messages_too_many", core.Args{"Max": maxMessages})
		} else if !message.IsObject() || !knownRole(message.Get("role").Str) {
			failure = param("errors.message_role", "messages")
		}
		return failure == nil
	})
	if failure == nil && count == 0 {
		failure = param("errors.messages_empty", "messages")
	}
	return failure
}

func knownRole(role string) bool {
	switch role {
	case "system", "developer", "user", "assistant", "tool", "function":
		return true
	}
	return false
}

// completion is the request as the gateway takes it.
func (r *request) completion(body []byte) gateway.Completion {
	c := gateway.Completion{Model: r.model, Text: text(body), MaxOutput: r.maxOutput, Body: r.engineBody}
	if !r.stream {
		c.Whole = r.wholeBody
	}
	return c
}

// engineBody writes the body for the engine: every field as it came, but streaming with usage, and the output capped.
func (r *request) engineBody(maxOutput int) []byte {
	return r.write(maxOutput, `"stream":true,"stream_options":{"include_usage":true}}`)
}

// wholeBody asks for the same at one go.
func (r *request) wholeBody(maxOutput int) []byte { return r.write(maxOutput, `"stream":false}`) }

func (r *request) write(maxOutput int, end string) []byte {
	var b bytes.Buffer
	size := 64
	for _, f := range r.fields {
		size += len(f.name) + len(f.value) + 2
	}
	b.Grow(size)
	b.WriteByte('{')
	capped := false
	for _, f := range r.fields {
		switch f.key {
		case "stream", "stream_options":
			continue
		case "max_tokens", "max_completion_tokens":
			if maxOutput > 0 {
				f.value, capped = strconv.Itoa(maxOutput), true
			}
		}
		b.WriteString(f.name)
		b.WriteByte(':')
		b.WriteString(f.value)
		b.WriteByte(',')
	}
	if maxOutput > 0 && !capped {
		b.WriteString(`"max_tokens":` + strconv.Itoa(maxOutput) + `,`)
	}
	b.WriteString(end)
	return b.Bytes()
}

// checkDepth bounds nesting before any recursive reader sees the body.
func checkDepth(body []byte) error {
	depth, inString := 0, false
	for i := 0; i < len(body); i++ {
		c := body[i]
		if inString {
			switch c {
			case '\\':
				i++
			case '"':
				inString = false
			}
			continue
		}
		switch c {
		case '"':
			inString = true
		case '{', '[':
			if depth++; depth > maxDepth {
				return core.E(core.Invalid, "errors.json_too_deep", core.Args{"Max": maxDepth})
			}
		case '}', ']':
			depth--
		}
	}
	return nil
}

// text gives the body with its escapes undone, so that what an engine will read is what is labelled.
func text(body []byte) []byte {
	if !bytes.Contains(body, []byte{'\\'}) {
		return body
	}
	out := make([]byte, 0, len(body))
	for i := 0; i < len(body); i++ {
		if body[i] != '\\' || i+1 >= len(body) {
			out = append(out, body[i])
			continue
		}
		i++
		switch body[i] {
		case 'u':
			r, size := escapedRune(body[i+1:])
			out, i = utf8.AppendRune(out, r), i+size
		case 'n', 'r', 't', 'b', 'f':
			out = append(out, ' ')
		default:
			out = append(out, body[i])
		}
	}
	return out
}

func escapedRune(hex []byte) (rune, int) {
	if len(hex) < 4 {
		return utf8.RuneError, 0
	}
	n, err := strconv.ParseUint(string(hex[:4]), 16, 32)
	if err != nil {
		return utf8.RuneError, 0
	}
	return rune(n), 4 // a surrogate half becomes U+FFFD: no digit or letter of ours lies beyond U+FFFF
}

func param(key, name string) error {
	if len(name) > 64 {
		name = name[:64]
	}
	return core.E(core.Invalid, key, core.Args{"Param": name})
}
