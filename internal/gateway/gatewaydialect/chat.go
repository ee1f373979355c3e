package gatewaydialect

import (
	"encoding/json"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// Chat is a request in OpenAI's chat dialect, as far as the others have counterparts. Figures stay as they were written.
type Chat struct {
	Model             string          `json:"model"`
	Messages          []Message       `json:"messages"`
	Tools             []Tool          `json:"tools,omitempty"`
	ToolChoice        any             `json:"tool_choice,omitempty"` // "auto", "required", "none" or a namedTool
	ParallelToolCalls *bool           `json:"parallel_tool_calls,omitempty"`
	MaxTokens         int             `json:"max_tokens,omitempty"`
	Temperature       json.RawMessage `json:"temperature,omitempty"`
	TopP              json.RawMessage `json:"top_p,omitempty"`
	TopK              json.RawMessage `json:"top_k,omitempty"`
	MinP              json.RawMessage `json:"min_p,omitempty"`
	Seed              json.RawMessage `json:"seed,omitempty"`
	PresencePenalty   json.RawMessage `json:"presence_penalty,omitempty"`
	FrequencyPenalty  json.RawMessage `json:"frequency_penalty,omitempty"`
	RepeatPenalty     json.RawMessage `json:"repeat_penalty,omitempty"`
	Logprobs          bool            `json:"logprobs,omitempty"`
	TopLogprobs       int             `json:"top_logprobs,omitempty"`
	Stop              []string        `json:"stop,omitempty"`
	ResponseFormat    *Format         `json:"response_format,omitempty"`
	ReasoningEffort   string          `json:"reasoning_effort,omitempty"` // "none": do not think
	Stream            bool            `json:"stream"`
	StreamOptions     streamOptions   `json:"stream_options"`
}

type streamOptions struct {
	IncludeUsage bool `json:"include_usage"`
}

// Message is one turn. Content is nil, a string, or []Part.
type Message struct {
	Role       string `json:"role"`
	Content    any    `json:"content"`
	Name       string `json:"name,omitempty"`
	Thinking   string `json:"reasoning_content,omitempty"`
	Calls      []Call `json:"tool_calls,omitempty"`
	ToolCallID string `json:"tool_call_id,omitempty"`
}

// Part is a piece of a message: text, or an image.
type Part struct {
	Type  string    `json:"type"` // "text" or "image_url"
	Text  string    `json:"text,omitempty"`
	Image *ImageURL `json:"image_url,omitempty"`
}

// ImageURL is an image by its address or, nearly always, whole in a data: URL.
type ImageURL struct {
	URL    string `json:"url"`
	Detail string `json:"detail,omitempty"`
}

// Call is a tool call that a model made. Arguments are JSON, in a string.
type Call struct {
	ID       string `json:"id"`
	Type     string `json:"type"`
	Function struct {
		Name      string `json:"name"`
		Arguments string `json:"arguments"`
	} `json:"function"`
}

// Tool is a function that a model may call.
type Tool struct {
	Type     string   `json:"type"`
	Function Function `json:"function"`
}

// Function describes one to a model. Parameters are a JSON Schema.
type Function struct {
	Name        string          `json:"name"`
	Description string          `json:"description,omitempty"`
	Parameters  json.RawMessage `json:"parameters,omitempty"`
	Strict      *bool           `json:"strict,omitempty"`
}

type namedTool struct {
	Type     string `json:"type"`
	Function struct {
		Name string `json:"name"`
	} `json:"function"`
}

// Format is the shape that an answer must have.
type Format struct {
	Type   string      `json:"type"` // "json_object" or "json_schema"
	Schema *JSONSchema `json:"json_schema,omitempty"`
}

// JSONSchema is a named schema.
type JSONSchema struct {
	Name        string          `json:"name"`
	Description string          `json:"description,omitempty"`
	Schema      json.RawMessage `json:"schema"`
	Strict      *bool           `json:"strict,omitempty"`
}

// Body writes the request for an engine, streaming with usage, its output capped (0: no cap).
func (c *Chat) Body(maxOutput int) []byte {
	body := *c
	if maxOutput > 0 {
		body.MaxTokens = maxOutput
	}
	body.Stream, body.StreamOptions.IncludeUsage = true, true
	data, _ := json.Marshal(body) // raw figures were read from JSON, the rest always marshals
	return data
}

func newCall(id, name, arguments string) Call {
	call := Call{ID: id, Type: "function"}
	call.Function.Name, call.Function.Arguments = name, arguments
	return call
}

func toolNamed(name string) namedTool {
	choice := namedTool{Type: "function"}
	choice.Function.Name = name
	return choice
}

func schemaFormat(name string, schema json.RawMessage) *Format {
	return &Format{Type: "json_schema", Schema: &JSONSchema{Name: name, Schema: schema}}
}

// joined is the content of parts: a string where all is text, since not every engine reads lists.
func joined(parts []Part) any {
	text := ""
	for _, p := range parts {
		if p.Type != "text" {
			return parts
		}
		if text != "" && p.Text != "" {
			text += "\n"
		}
		text += p.Text
	}
	return text
}

func textPart(text string) Part { return Part{Type: "text", Text: text} }

func imagePart(url string) Part { return Part{Type: "image_url", Image: &ImageURL{URL: url}} }

// unsupported refuses what has no counterpart.
func unsupported(what string) error {
	return core.E(core.Invalid, "errors.feature_unsupported", core.Args{"Param": short(what)})
}

func wrongType(what string) error {
	return core.E(core.Invalid, "errors.param_type", core.Args{"Param": short(what)})
}

func outOfRange(what string) error {
	return core.E(core.Invalid, "errors.param_range", core.Args{"Param": short(what)})
}

// short keeps a caller's word from filling an error.
func short(s string) string {
	if len(s) > 64 {
		s = s[:64]
	}
	return s
}
