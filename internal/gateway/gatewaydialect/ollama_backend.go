package gatewaydialect

import (
	"encoding/json"

	"github.com/tidwall/gjson"
)

// ollamaOut is a request as Ollama's engines read it.
type ollamaOut struct {
	Model    string          `json:"model"`
	Messages []ollamaMessage `json:"messages"`
	Stream   bool            `json:"stream"`
	Think    any             `json:"think"` // false, or an effort
	Tools    []Tool          `json:"tools,omitempty"`
	Format   any             `json:"format,omitempty"`
	Options  ollamaOptions   `json:"options,omitzero"`
}

// ChatToOllama writes a chat request, whose JSON is known to be valid, for an engine that speaks Ollama's dialect.
func ChatToOllama(body []byte, model string) ([]byte, error) {
	in, err := readChat(body)
	if err != nil {
		return nil, err
	}
	out := &ollamaOut{Model: model, Stream: true, Options: ollamaOptions{
		Temperature: in.Temperature, TopP: in.TopP, TopK: in.TopK, MinP: in.MinP, Seed: in.Seed,
		PresencePenalty: in.PresencePenalty, FrequencyPenalty: in.FrequencyPenalty, RepeatPenalty: in.RepeatPenalty,
		NumPredict: in.MaxTokens,
	}}
	if out.Options.Stop, err = in.stops(); err != nil {
		return nil, err
	}
	for _, step := range []func(*incoming) error{out.messages, out.tools, out.think, out.format} {
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

func (out *ollamaOut) messages(in *incoming) error {
	names := map[string]string{} // id of a call → its function
	for _, m := range in.Messages {
		message := ollamaMessage{Role: m.Role, Content: m.Content.text(), Thinking: m.Thinking}
		switch m.Role {
		case "system", "user", "assistant":
		case "developer":
			message.Role = "system"
		case "tool":
			message.ToolCallID, message.ToolName = m.ToolCallID, names[m.ToolCallID]
		default:
			return badRole()
		}
		for _, p := range m.Content {
			if p.Image == nil {
				continue
			}
			_, data, ok := dataURL(p.Image.URL)
			if !ok {
				return unsupported("messages.content.image_url: http")
			}
			message.Images = append(message.Images, data)
		}
		for _, c := range m.Calls {
			arguments, err := object(c.Function.Arguments)
			if err != nil {
				return err
			}
			names[c.ID] = c.Function.Name
			call := ollamaCall{ID: c.ID}
			call.Function.Name, call.Function.Arguments = c.Function.Name, arguments
			message.Calls = append(message.Calls, call)
		}
		out.Messages = append(out.Messages, message)
	}
	return nil
}

// tools hands functions over. Ollama leaves the choice to the model.
func (out *ollamaOut) tools(in *incoming) error {
	word, _, err := in.choice()
	switch {
	case err != nil:
		return err
	case word == "none":
		return nil
	case word == "required" || word == "named":
		return unsupported("tool_choice: " + word)
	}
	for _, t := range in.Tools {
		if t.Type != "function" || t.Function.Name == "" {
			return unsupported("tools: " + t.Type)
		}
		out.Tools = append(out.Tools, t)
	}
	return nil
}

func (out *ollamaOut) think(in *incoming) error {
	switch in.Effort {
	case "", "none", "minimal":
		out.Think = false
	case "low", "medium", "high":
		out.Think = in.Effort
	case "xhigh", "max":
		out.Think = "high"
	default:
		return wrongType("reasoning_effort")
	}
	return nil
}

func (out *ollamaOut) format(in *incoming) error {
	switch {
	case in.Format == nil || in.Format.Type == "text":
	case in.Format.Type == "json_object":
		out.Format = "json"
	case in.Format.Type == "json_schema" && in.Format.Schema != nil:
		out.Format = in.Format.Schema.Schema
	default:
		return unsupported("response_format: " + in.Format.Type)
	}
	return nil
}

// EmbeddingsToOllama writes an embeddings request for /api/embed.
func EmbeddingsToOllama(body []byte, model string) ([]byte, error) {
	in := gjson.ParseBytes(body)
	if format := in.Get("encoding_format").Str; format != "" && format != "float" && format != "base64" {
		return nil, wrongType("encoding_format")
	}
	input := in.Get("input")
	if !textOrTexts(input) {
		return nil, wrongType("input")
	}
	out := map[string]any{"model": model, "input": json.RawMessage(input.Raw)}
	if d := in.Get("dimensions"); d.Exists() {
		out["dimensions"] = json.RawMessage(d.Raw)
	}
	data, err := json.Marshal(out)
	if err != nil {
		return nil, wrongType("input")
	}
	return data, nil
}

// textOrTexts tells a string, or a list of nothing but strings.
func textOrTexts(v gjson.Result) bool {
	if !v.IsArray() {
		return v.Type == gjson.String
	}
	all := true
	v.ForEach(func(_, item gjson.Result) bool {
		all = item.Type == gjson.String
		return all
	})
	return all
}
