package gatewaydialect

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"
)

// OllamaRequest is what the surface needs to know of a request to /api/chat or /api/generate.
type OllamaRequest struct {
	Chat     *Chat
	Stream   bool
	Generate bool // /api/generate: the answer is text, not a message
	Load     bool // nothing is asked: the model should be got ready, or put away

	body []byte
}

type ollamaRequest struct {
	Model    string          `json:"model"`
	Messages []ollamaMessage `json:"messages"`
	Tools    []Tool          `json:"tools"`

	Prompt   string   `json:"prompt"`
	System   string   `json:"system"`
	Suffix   string   `json:"suffix"`
	Template string   `json:"template"`
	Raw      bool     `json:"raw"`
	Context  []int    `json:"context"`
	Images   []string `json:"images"`

	Format  json.RawMessage `json:"format"`
	Options ollamaOptions   `json:"options"`
	Stream  *bool           `json:"stream"`
	Think   json.RawMessage `json:"think"`
}

type ollamaMessage struct {
	Role       string       `json:"role"`
	Content    string       `json:"content"`
	Thinking   string       `json:"thinking,omitempty"`
	Images     []string     `json:"images,omitempty"`
	Calls      []ollamaCall `json:"tool_calls,omitempty"`
	ToolName   string       `json:"tool_name,omitempty"`
	ToolCallID string       `json:"tool_call_id,omitempty"`
}

type ollamaCall struct {
	ID       string `json:"id,omitempty"`
	Function struct {
		Index     *int            `json:"index,omitempty"`
		Name      string          `json:"name"`
		Arguments json.RawMessage `json:"arguments"`
	} `json:"function"`
}

type ollamaOptions struct {
	Temperature      json.RawMessage `json:"temperature,omitempty"`
	TopP             json.RawMessage `json:"top_p,omitempty"`
	TopK             json.RawMessage `json:"top_k,omitempty"`
	MinP             json.RawMessage `json:"min_p,omitempty"`
	Seed             json.RawMessage `json:"seed,omitempty"`
	PresencePenalty  json.RawMessage `json:"presence_penalty,omitempty"`
	FrequencyPenalty json.RawMessage `json:"frequency_penalty,omitempty"`
	RepeatPenalty    json.RawMessage `json:"repeat_penalty,omitempty"`
	Stop             []string        `json:"stop,omitempty"`
	NumPredict       int             `json:"num_predict,omitempty"` // negative: no cap
}

// ReadOllama reads the body of POST /api/chat, or of /api/generate, whose JSON is known to be valid. What says how a
// model is loaded (keep_alive, num_ctx, num_gpu …) is the operator's to decide and changes nothing.
func ReadOllama(body []byte, generate bool) (*OllamaRequest, error) {
	if !generate {
		if list := gjson.GetBytes(body, "messages"); list.IsArray() && len(list.Raw) > 2 && list.Get("0").Exists() {
			if err := checkCount(body, "messages"); err != nil {
				return nil, err
			}
		}
	}
	var in ollamaRequest
	if err := decode(body, &in); err != nil {
		return nil, err
	}
	o := in.Options
	out := &Chat{Model: in.Model, Temperature: o.Temperature, TopP: o.TopP, TopK: o.TopK, MinP: o.MinP, Seed: o.Seed,
		PresencePenalty: o.PresencePenalty, FrequencyPenalty: o.FrequencyPenalty, RepeatPenalty: o.RepeatPenalty,
		Stop: o.Stop, MaxTokens: max(o.NumPredict, 0)}
	req := &OllamaRequest{Chat: out, Stream: in.Stream == nil || *in.Stream, Generate: generate, body: body}
	steps := []func(*Chat) error{in.chat, in.think, in.format}
	if generate {
		steps[0] = in.generate
	}
	for _, step := range steps {
		if err := step(out); err != nil {
			return nil, err
		}
	}
	req.Load = len(out.Messages) == 0
	return req, nil
}

// Native writes the request for an engine that speaks Ollama's dialect: every field as it came.
func (r *OllamaRequest) Native(maxOutput int) []byte {
	fields := map[string]any{"stream": true, "model": r.Chat.Model}
	if maxOutput > 0 {
		fields["options.num_predict"] = maxOutput
	}
	if !gjson.GetBytes(r.body, "think").Exists() {
		fields["think"] = false
	}
	return set(r.body, fields)
}

func (in *ollamaRequest) chat(out *Chat) error {
	calls := callNames{}
	for _, m := range in.Messages {
		message := Message{Role: m.Role, Content: m.Content}
		switch m.Role {
		case "system":
		case "user":
			content, err := withImages(m.Content, m.Images)
			if err != nil {
				return err
			}
			message.Content = content
		case "assistant":
			message.Thinking = m.Thinking
			for _, c := range m.Calls {
				arguments := c.Function.Arguments
				if !gjson.ParseBytes(arguments).IsObject() {
					return wrongType("messages.tool_calls.function.arguments")
				}
				message.Calls = append(message.Calls, newCall(calls.add(c.ID, c.Function.Name), c.Function.Name, string(arguments)))
			}
			if m.Content == "" && len(m.Calls) > 0 {
				message.Content = nil
			}
		case "tool":
			message.ToolCallID = calls.answered(m.ToolCallID, m.ToolName)
		default:
			return badRole()
		}
		out.Messages = append(out.Messages, message)
	}
	for _, t := range in.Tools {
		if t.Type != "function" || t.Function.Name == "" {
			return unsupported("tools: " + t.Type)
		}
		out.Tools = append(out.Tools, t)
	}
	return nil
}

// callNames gives ids to calls that came without one, and finds the call that a tool answers: by id, by name, or else
// the first that still waits.
type callNames struct {
	waiting []Call
	count   int
}

func (c *callNames) add(id, name string) string {
	c.count++
	if id == "" {
		id = "call_" + strconv.Itoa(c.count)
	}
	c.waiting = append(c.waiting, newCall(id, name, ""))
	return id
}

func (c *callNames) answered(id, name string) string {
	for i, w := range c.waiting {
		if id != "" && w.ID == id || id == "" && (name == "" || w.Function.Name == name) {
			c.waiting = append(c.waiting[:i:i], c.waiting[i+1:]...)
			return w.ID
		}
	}
	return id
}

func (in *ollamaRequest) generate(out *Chat) error {
	for name, given := range map[string]bool{"suffix": in.Suffix != "", "template": in.Template != "", "context": len(in.Context) > 0, "raw": in.Raw} {
		if given {
			return unsupported(name)
		}
	}
	if in.Prompt == "" && len(in.Images) == 0 {
		return nil
	}
	if in.System != "" {
		out.Messages = append(out.Messages, Message{Role: "system", Content: in.System})
	}
	content, err := withImages(in.Prompt, in.Images)
	out.Messages = append(out.Messages, Message{Role: "user", Content: content})
	return err
}

func withImages(text string, images []string) (any, error) {
	if len(images) == 0 {
		return text, nil
	}
	parts := []Part{textPart(text)}
	for _, image := range images {
		media, err := imageType(image)
		if err != nil {
			return nil, err
		}
		parts = append(parts, imagePart("data:"+media+";base64,"+image))
	}
	return parts, nil
}

// imageType recognises an image by its first bytes: Ollama's dialect does not say what it sends.
func imageType(image string) (string, error) {
	const first = 64
	head, err := base64.StdEncoding.DecodeString(image[:min(len(image), first)&^3])
	media := http.DetectContentType(head)
	if err != nil || !strings.HasPrefix(media, "image/") {
		return "", wrongType("images")
	}
	return media, nil
}

// think is off unless it is asked for, by true or by an effort.
func (in *ollamaRequest) think(out *Chat) error {
	out.ReasoningEffort = "none"
	switch value := gjson.ParseBytes(in.Think); {
	case len(in.Think) == 0 || value.Type == gjson.Null || value.Type == gjson.False:
	case value.Type == gjson.True:
		out.ReasoningEffort = "medium"
	case value.Type == gjson.String:
		return out.setEffort("think", value.Str)
	default:
		return wrongType("think")
	}
	return nil
}

func (in *ollamaRequest) format(out *Chat) error {
	switch value := gjson.ParseBytes(bytes.TrimSpace(in.Format)); {
	case len(in.Format) == 0 || value.Type == gjson.Null || value.Type == gjson.String && value.Str == "":
	case value.Type == gjson.String && value.Str == "json":
		out.ResponseFormat = &Format{Type: "json_object"}
	case value.IsObject():
		out.ResponseFormat = schemaFormat("answer", in.Format)
	default:
		return wrongType("format")
	}
	return nil
}
