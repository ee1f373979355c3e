package gatewaydialect

import (
	"encoding/json"
	"strings"

	"github.com/tidwall/gjson"
)

// incoming is a chat request as a client of OpenAI's dialect wrote it, to be written in another one. What would change
// the answer and has no counterpart is refused by name.
type incoming struct {
	Messages         []incomingMessage `json:"messages"`
	Tools            []Tool            `json:"tools"`
	ToolChoice       json.RawMessage   `json:"tool_choice"`
	Parallel         *bool             `json:"parallel_tool_calls"`
	MaxTokens        int               `json:"max_tokens"`
	MaxCompletion    int               `json:"max_completion_tokens"`
	Temperature      json.RawMessage   `json:"temperature"`
	TopP             json.RawMessage   `json:"top_p"`
	TopK             json.RawMessage   `json:"top_k"`
	MinP             json.RawMessage   `json:"min_p"`
	Seed             json.RawMessage   `json:"seed"`
	PresencePenalty  json.RawMessage   `json:"presence_penalty"`
	FrequencyPenalty json.RawMessage   `json:"frequency_penalty"`
	RepeatPenalty    json.RawMessage   `json:"repeat_penalty"`
	Stop             json.RawMessage   `json:"stop"`
	Format           *Format           `json:"response_format"`
	Effort           string            `json:"reasoning_effort"`
	N                int               `json:"n"`
	Logprobs         bool              `json:"logprobs"`
	LogitBias        map[string]any    `json:"logit_bias"`
}

type incomingMessage struct {
	Role       string        `json:"role"`
	Content    incomingParts `json:"content"`
	Name       string        `json:"name"`
	Calls      []Call        `json:"tool_calls"`
	ToolCallID string        `json:"tool_call_id"`
	Thinking   string        `json:"reasoning_content"`
}

// incomingParts is content: null, a string, or parts.
type incomingParts []Part

// UnmarshalJSON accepts every way of writing content.
func (p *incomingParts) UnmarshalJSON(data []byte) error {
	switch data[0] {
	case 'n':
		return nil
	case '"':
		*p = incomingParts{textPart("")}
		return json.Unmarshal(data, &(*p)[0].Text)
	}
	var parts []struct {
		Part
		Refusal string `json:"refusal"`
	}
	if err := json.Unmarshal(data, &parts); err != nil {
		return err
	}
	for _, part := range parts {
		switch {
		case part.Type == "text":
		case part.Type == "refusal":
			part.Part = textPart(part.Refusal)
		case part.Type == "image_url" && part.Image != nil:
		default:
			return unsupported("messages.content: " + part.Type)
		}
		*p = append(*p, part.Part)
	}
	return nil
}

func (p incomingParts) text() string {
	var b strings.Builder
	for _, part := range p {
		b.WriteString(part.Text)
	}
	return b.String()
}

// readChat reads a chat body whose JSON is known to be valid.
func readChat(body []byte) (*incoming, error) {
	if err := checkCount(body, "messages"); err != nil {
		return nil, err
	}
	var in incoming
	if err := decode(body, &in); err != nil {
		return nil, err
	}
	switch {
	case in.N > 1:
		return nil, unsupported("n")
	case in.Logprobs:
		return nil, unsupported("logprobs")
	case len(in.LogitBias) > 0:
		return nil, unsupported("logit_bias")
	}
	if in.MaxCompletion > 0 && (in.MaxTokens == 0 || in.MaxCompletion < in.MaxTokens) {
		in.MaxTokens = in.MaxCompletion
	}
	return &in, nil
}

// stops reads stop: a string, or a list of them.
func (in *incoming) stops() ([]string, error) {
	if len(in.Stop) == 0 || in.Stop[0] == 'n' {
		return nil, nil
	}
	if in.Stop[0] == '"' {
		return []string{gjson.ParseBytes(in.Stop).Str}, nil
	}
	var list []string
	if err := json.Unmarshal(in.Stop, &list); err != nil {
		return nil, wrongType("stop")
	}
	return list, nil
}

// choice reads tool_choice: its word, and the name of a tool that must be called.
func (in *incoming) choice() (word, name string, err error) {
	switch value := gjson.ParseBytes(in.ToolChoice); {
	case len(in.ToolChoice) == 0 || value.Type == gjson.Null:
		return "", "", nil
	case value.Type == gjson.String && (value.Str == "auto" || value.Str == "none" || value.Str == "required"):
		return value.Str, "", nil
	case value.Get("function.name").Str != "":
		return "named", value.Get("function.name").Str, nil
	}
	return "", "", wrongType("tool_choice")
}

// given tells a figure that was written and is not what every engine takes for granted.
func given(figure json.RawMessage) bool {
	value := gjson.ParseBytes(figure)
	return value.Type == gjson.Number && value.Num != 0
}

// object reads arguments, which OpenAI keeps in a string, as the object that they are.
func object(arguments string) (json.RawMessage, error) {
	if strings.TrimSpace(arguments) == "" {
		return json.RawMessage("{}"), nil
	}
	if !gjson.Valid(arguments) || !gjson.Parse(arguments).IsObject() {
		return nil, wrongType("messages.tool_calls.function.arguments")
	}
	return json.RawMessage(arguments), nil
}

// dataURL takes an image out of its data: URL.
func dataURL(url string) (media, data string, ok bool) {
	rest, ok := strings.CutPrefix(url, "data:")
	if !ok {
		return "", "", false
	}
	media, data, ok = strings.Cut(rest, ";base64,")
	return media, data, ok && strings.HasPrefix(media, "image/")
}
