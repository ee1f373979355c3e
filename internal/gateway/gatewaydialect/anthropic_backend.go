package gatewaydialect

import (
	"encoding/json"
	"strings"
)

// Bounds that Anthropic's dialect wants where OpenAI's has none.
const (
	defaultOutput  = 4096 // tokens, when a request says nothing
	leastThinking  = 1024
	lowThinking    = 2048
	mediumThinking = 8192
	highThinking   = 24_576
)

// anthropicOut is a request as Anthropic's engines read it.
type anthropicOut struct {
	Model       string              `json:"model"`
	MaxTokens   int                 `json:"max_tokens"`
	System      string              `json:"system,omitempty"`
	Messages    []anthropicTurn     `json:"messages"`
	Stream      bool                `json:"stream"`
	Stops       []string            `json:"stop_sequences,omitempty"`
	Temperature json.RawMessage     `json:"temperature,omitempty"`
	TopP        json.RawMessage     `json:"top_p,omitempty"`
	TopK        json.RawMessage     `json:"top_k,omitempty"`
	Tools       []anthropicFunction `json:"tools,omitempty"`
	ToolChoice  map[string]any      `json:"tool_choice,omitempty"`
	Thinking    map[string]any      `json:"thinking,omitempty"`
	Output      map[string]any      `json:"output_config,omitempty"`
}

type anthropicTurn struct {
	Role    string           `json:"role"`
	Content []map[string]any `json:"content"`
}

type anthropicFunction struct {
	Name        string          `json:"name"`
	Description string          `json:"description,omitempty"`
	InputSchema json.RawMessage `json:"input_schema"`
}

// ChatToAnthropic writes a chat request, whose JSON is known to be valid, for an engine that speaks Anthropic's dialect.
func ChatToAnthropic(body []byte, model string) ([]byte, error) {
	in, err := readChat(body)
	if err != nil {
		return nil, err
	}
	out := &anthropicOut{Model: model, MaxTokens: in.MaxTokens, Stream: true, Temperature: in.Temperature, TopP: in.TopP, TopK: in.TopK}
	if out.MaxTokens == 0 {
		out.MaxTokens = defaultOutput
	}
	switch {
	case given(in.PresencePenalty):
		return nil, unsupported("presence_penalty")
	case given(in.FrequencyPenalty):
		return nil, unsupported("frequency_penalty")
	}
	if out.Stops, err = in.stops(); err != nil {
		return nil, err
	}
	for _, step := range []func(*incoming) error{out.turns, out.tools, out.think, out.format} {
		if err := step(in); err != nil {
			return nil, err
		}
	}
	data, err := json.Marshal(out)
	if err != nil {
		return nil, wrongType("messages")
	}
	return data, nil
}

func (out *anthropicOut) turns(in *incoming) error {
	var system []string
	for _, m := range in.Messages {
		switch m.Role {
		case "system", "developer":
			system = append(system, m.Content.text())
		case "user":
			blocks, err := anthropicContent(m.Content)
			if err != nil {
				return err
			}
			out.add("user", blocks...)
		case "assistant":
			blocks, err := anthropicCalls(m)
			if err != nil {
				return err
			}
			out.add("assistant", blocks...)
		case "tool":
			blocks, err := anthropicContent(m.Content)
			if err != nil {
				return err
			}
			out.add("user", map[string]any{"type": "tool_result", "tool_use_id": m.ToolCallID, "content": blocks})
		default:
			return badRole()
		}
	}
	out.System = strings.Join(system, "\n\n")
	return nil
}

// add joins turns of the same role: results of tools belong together.
func (out *anthropicOut) add(role string, blocks ...map[string]any) {
	if len(blocks) == 0 {
		return
	}
	if last := len(out.Messages) - 1; last >= 0 && out.Messages[last].Role == role {
		out.Messages[last].Content = append(out.Messages[last].Content, blocks...)
		return
	}
	out.Messages = append(out.Messages, anthropicTurn{Role: role, Content: blocks})
}

func anthropicContent(parts incomingParts) ([]map[string]any, error) {
	blocks := []map[string]any{}
	for _, p := range parts {
		switch {
		case p.Image != nil:
			source := map[string]any{"type": "url", "url": p.Image.URL}
			if media, data, ok := dataURL(p.Image.URL); ok {
				source = map[string]any{"type": "base64", "media_type": media, "data": data}
			} else if !strings.HasPrefix(p.Image.URL, "https://") && !strings.HasPrefix(p.Image.URL, "http://") {
				return nil, wrongType("messages.content.image_url.url")
			}
			blocks = append(blocks, map[string]any{"type": "image", "source": source})
		case p.Text != "": // Anthropic refuses empty text
			blocks = append(blocks, map[string]any{"type": "text", "text": p.Text})
		}
	}
	return blocks, nil
}

func anthropicCalls(m incomingMessage) ([]map[string]any, error) {
	blocks, err := anthropicContent(m.Content)
	if err != nil {
		return nil, err
	}
	for _, c := range m.Calls {
		input, err := object(c.Function.Arguments)
		if err != nil {
			return nil, err
		}
		blocks = append(blocks, map[string]any{"type": "tool_use", "id": c.ID, "name": c.Function.Name, "input": input})
	}
	return blocks, nil
}

func (out *anthropicOut) tools(in *incoming) error {
	for _, t := range in.Tools {
		if t.Type != "function" || t.Function.Name == "" {
			return unsupported("tools: " + t.Type)
		}
		schema := t.Function.Parameters
		if len(schema) == 0 || string(schema) == "null" {
			schema = json.RawMessage(`{"type":"object","properties":{}}`)
		}
		out.Tools = append(out.Tools, anthropicFunction{Name: t.Function.Name, Description: t.Function.Description, InputSchema: schema})
	}
	word, name, err := in.choice()
	if err != nil || len(out.Tools) == 0 {
		return err
	}
	choice := map[string]any{"type": "auto"}
	switch word {
	case "none":
		choice["type"] = "none"
	case "required":
		choice["type"] = "any"
	case "named":
		choice = map[string]any{"type": "tool", "name": name}
	}
	if in.Parallel != nil && word != "none" {
		choice["disable_parallel_tool_use"] = !*in.Parallel
	}
	if word != "" || in.Parallel != nil {
		out.ToolChoice = choice
	}
	return nil
}

// think asks for thinking where the request does, but not in the middle of a use of tools: the signed thoughts of the
// turns before, which Anthropic wants back, do not survive OpenAI's dialect.
func (out *anthropicOut) think(in *incoming) error {
	budget := 0
	switch in.Effort {
	case "", "none", "minimal":
	case "low":
		budget = lowThinking
	case "medium":
		budget = mediumThinking
	case "high", "xhigh", "max":
		budget = highThinking
	default:
		return wrongType("reasoning_effort")
	}
	for _, m := range in.Messages {
		if len(m.Calls) > 0 {
			budget = 0
		}
	}
	budget = min(budget, out.MaxTokens*3/4) // the cap holds for thoughts and answer together
	if budget >= leastThinking {
		out.Thinking = map[string]any{"type": "enabled", "budget_tokens": budget}
	}
	return nil
}

func (out *anthropicOut) format(in *incoming) error {
	switch {
	case in.Format == nil || in.Format.Type == "text":
	case in.Format.Type == "json_schema" && in.Format.Schema != nil:
		out.Output = map[string]any{"format": map[string]any{"type": "json_schema", "schema": in.Format.Schema.Schema}}
	default:
		return unsupported("response_format: " + in.Format.Type)
	}
	return nil
}

// AnthropicCount makes of a request for a message one for its count of tokens, which takes fewer fields.
func AnthropicCount(body []byte) []byte {
	return without(body, "max_tokens", "stream", "temperature", "top_p", "top_k", "stop_sequences", "metadata", "service_tier")
}
