package gatewaydialect

import (
	"encoding/json"
	"strings"

	"github.com/tidwall/gjson"
)

// AnthropicRequest is what the surface needs to know of a request for a message.
type AnthropicRequest struct {
	Chat   *Chat // the same request in OpenAI's dialect
	Stream bool
	Stops  []string // to tell which one ended an answer

	body []byte
}

type anthropicRequest struct {
	Model         string             `json:"model"`
	MaxTokens     *int               `json:"max_tokens"`
	System        anthropicBlocks    `json:"system"`
	Messages      []anthropicMessage `json:"messages"`
	Stream        bool               `json:"stream"`
	StopSequences []string           `json:"stop_sequences"`
	Temperature   json.RawMessage    `json:"temperature"`
	TopP          json.RawMessage    `json:"top_p"`
	TopK          json.RawMessage    `json:"top_k"`
	Tools         []anthropicTool    `json:"tools"`
	ToolChoice    *anthropicChoice   `json:"tool_choice"`
	Thinking      *anthropicThinking `json:"thinking"`
	OutputFormat  *anthropicFormat   `json:"output_format"`
	OutputConfig  *struct {
		Effort string           `json:"effort"`
		Format *anthropicFormat `json:"format"`
	} `json:"output_config"`
	MCPServers []json.RawMessage `json:"mcp_servers"`
	Container  json.RawMessage   `json:"container"`
}

type anthropicMessage struct {
	Role    string          `json:"role"`
	Content anthropicBlocks `json:"content"`
}

// anthropicBlocks are content; a string stands for one block of text.
type anthropicBlocks []anthropicBlock

// UnmarshalJSON accepts both ways of writing content.
func (b *anthropicBlocks) UnmarshalJSON(data []byte) error {
	if data[0] == '"' {
		*b = anthropicBlocks{{Type: "text"}}
		return json.Unmarshal(data, &(*b)[0].Text)
	}
	return json.Unmarshal(data, (*[]anthropicBlock)(b))
}

type anthropicBlock struct {
	Type      string           `json:"type"`
	Text      string           `json:"text"`
	Source    *anthropicSource `json:"source"`
	ID        string           `json:"id"`
	Name      string           `json:"name"`
	Input     json.RawMessage  `json:"input"`
	ToolUseID string           `json:"tool_use_id"`
	Content   anthropicBlocks  `json:"content"`
	Thinking  string           `json:"thinking"`
	Title     string           `json:"title"`
	Context   string           `json:"context"`
}

type anthropicSource struct {
	Type      string          `json:"type"`
	MediaType string          `json:"media_type"`
	Data      string          `json:"data"`
	URL       string          `json:"url"`
	Content   anthropicBlocks `json:"content"`
}

type anthropicTool struct {
	Type        string          `json:"type"`
	Name        string          `json:"name"`
	Description string          `json:"description"`
	InputSchema json.RawMessage `json:"input_schema"`
	Strict      *bool           `json:"strict"`
}

type anthropicChoice struct {
	Type              string `json:"type"`
	Name              string `json:"name"`
	DisableParallelUs *bool  `json:"disable_parallel_tool_use"`
}

type anthropicThinking struct {
	Type   string `json:"type"`
	Budget int    `json:"budget_tokens"`
}

type anthropicFormat struct {
	Type   string          `json:"type"`
	Schema json.RawMessage `json:"schema"`
}

// ReadAnthropic reads the body of POST /v1/messages, whose JSON is known to be valid. Counting needs no max_tokens.
func ReadAnthropic(body []byte, counting bool) (*AnthropicRequest, error) {
	if err := checkCount(body, "messages"); err != nil {
		return nil, err
	}
	var in anthropicRequest
	if err := decode(body, &in); err != nil {
		return nil, err
	}
	out := &Chat{Model: in.Model, Temperature: in.Temperature, TopP: in.TopP, TopK: in.TopK, Stop: in.StopSequences}
	steps := []func(*Chat) error{in.limits(counting), in.messages, in.tools, in.thinking, in.format}
	for _, step := range steps {
		if err := step(out); err != nil {
			return nil, err
		}
	}
	return &AnthropicRequest{Chat: out, Stream: in.Stream, Stops: in.StopSequences, body: body}, nil
}

// Native writes the request for an engine that speaks Anthropic's dialect: every field as it came.
func (r *AnthropicRequest) Native(maxOutput int) []byte {
	fields := map[string]any{"stream": true, "model": r.Chat.Model}
	if maxOutput > 0 {
		fields["max_tokens"] = maxOutput
	}
	return set(r.body, fields)
}

func (in *anthropicRequest) limits(counting bool) func(*Chat) error {
	return func(out *Chat) error {
		switch {
		case len(in.MCPServers) > 0:
			return unsupported("mcp_servers")
		case len(in.Container) > 0 && string(in.Container) != "null":
			return unsupported("container")
		case in.MaxTokens == nil && !counting:
			return wrongType("max_tokens")
		case in.MaxTokens == nil:
			return nil
		case *in.MaxTokens < 1:
			return outOfRange("max_tokens")
		}
		out.MaxTokens = *in.MaxTokens
		return nil
	}
}

func (in *anthropicRequest) messages(out *Chat) error {
	if system := joinText(in.System); system != "" {
		out.Messages = append(out.Messages, Message{Role: "system", Content: system})
	}
	for _, m := range in.Messages {
		var err error
		switch m.Role {
		case "user":
			err = out.addUser(m.Content)
		case "assistant":
			err = out.addAssistant(m.Content)
		case "system":
			out.Messages = append(out.Messages, Message{Role: "system", Content: joinText(m.Content)})
		default:
			err = badRole()
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func joinText(blocks anthropicBlocks) string {
	texts := make([]string, 0, len(blocks))
	for _, b := range blocks {
		if b.Text != "" {
			texts = append(texts, b.Text)
		}
	}
	return strings.Join(texts, "\n")
}

// addUser puts results of tools first: they answer the calls of the turn before.
func (c *Chat) addUser(blocks anthropicBlocks) error {
	var parts []Part
	for _, b := range blocks {
		if b.Type == "tool_result" {
			content, err := anthropicParts(b.Content)
			if err != nil {
				return err
			}
			if b.ToolUseID == "" {
				return wrongType("messages.content.tool_use_id")
			}
			c.Messages = append(c.Messages, Message{Role: "tool", ToolCallID: b.ToolUseID, Content: joined(content)})
			continue
		}
		more, err := anthropicPart(b)
		if err != nil {
			return err
		}
		parts = append(parts, more...)
	}
	if len(parts) > 0 {
		c.Messages = append(c.Messages, Message{Role: "user", Content: joined(parts)})
	}
	return nil
}

func anthropicParts(blocks anthropicBlocks) ([]Part, error) {
	var parts []Part
	for _, b := range blocks {
		more, err := anthropicPart(b)
		if err != nil {
			return nil, err
		}
		parts = append(parts, more...)
	}
	return parts, nil
}

// anthropicPart reads what a person or a tool may send.
func anthropicPart(b anthropicBlock) ([]Part, error) {
	switch b.Type {
	case "text":
		return []Part{textPart(b.Text)}, nil
	case "image":
		return anthropicImage(b.Source)
	case "document":
		return anthropicDocument(b)
	case "search_result":
		return []Part{textPart(strings.TrimSpace(b.Title + "\n" + joinText(b.Content)))}, nil
	}
	return nil, unsupported("messages.content: " + b.Type)
}

func anthropicImage(source *anthropicSource) ([]Part, error) {
	switch {
	case source == nil:
		return nil, wrongType("messages.content.source")
	case source.Type == "base64" && strings.HasPrefix(source.MediaType, "image/"):
		return []Part{imagePart("data:" + source.MediaType + ";base64," + source.Data)}, nil
	case source.Type == "url":
		return []Part{imagePart(source.URL)}, nil
	}
	return nil, unsupported("messages.content.source: " + source.Type)
}

// anthropicDocument reads documents that are text. Engines read no PDF: the memory does.
func anthropicDocument(b anthropicBlock) ([]Part, error) {
	head := strings.TrimSpace(b.Title + "\n" + b.Context)
	if head != "" {
		head += "\n"
	}
	switch {
	case b.Source == nil:
		return nil, wrongType("messages.content.source")
	case b.Source.Type == "text":
		return []Part{textPart(head + b.Source.Data)}, nil
	case b.Source.Type == "content":
		return []Part{textPart(head + joinText(b.Source.Content))}, nil
	}
	return nil, unsupported("messages.content.source: " + b.Source.Type)
}

func (c *Chat) addAssistant(blocks anthropicBlocks) error {
	message := Message{Role: "assistant"}
	var texts []string
	for _, b := range blocks {
		switch b.Type {
		case "text":
			texts = append(texts, b.Text)
		case "thinking":
			message.Thinking += b.Thinking
		case "redacted_thinking": // only its author can read it
		case "tool_use":
			if b.ID == "" || b.Name == "" || !gjson.ParseBytes(b.Input).IsObject() {
				return wrongType("messages.content.tool_use")
			}
			message.Calls = append(message.Calls, newCall(b.ID, b.Name, string(b.Input)))
		default:
			return unsupported("messages.content: " + b.Type)
		}
	}
	if len(texts) > 0 {
		message.Content = strings.Join(texts, "")
	}
	c.Messages = append(c.Messages, message)
	return nil
}

func (in *anthropicRequest) tools(out *Chat) error {
	for _, t := range in.Tools {
		if t.Type != "" && t.Type != "custom" {
			return unsupported("tools: " + t.Type)
		}
		if t.Name == "" {
			return wrongType("tools.name")
		}
		out.Tools = append(out.Tools, Tool{Type: "function", Function: Function{Name: t.Name, Description: t.Description, Parameters: t.InputSchema, Strict: t.Strict}})
	}
	choice := in.ToolChoice
	if choice == nil {
		return nil
	}
	switch choice.Type {
	case "auto", "none":
		out.ToolChoice = choice.Type
	case "any":
		out.ToolChoice = "required"
	case "tool":
		out.ToolChoice = toolNamed(choice.Name)
	default:
		return wrongType("tool_choice.type")
	}
	if choice.DisableParallelUs != nil {
		parallel := !*choice.DisableParallelUs
		out.ParallelToolCalls = &parallel
	}
	return nil
}

// Budgets of thinking, in tokens, from which an effort is more than low, and more than medium.
const (
	mediumBudget = 4_096
	highBudget   = 16_384
)

// thinking is off unless it is asked for. A budget becomes the effort that is nearest.
func (in *anthropicRequest) thinking(out *Chat) error {
	out.ReasoningEffort = "none"
	if in.Thinking == nil || in.Thinking.Type == "disabled" {
		return nil
	}
	if in.Thinking.Type != "enabled" && in.Thinking.Type != "adaptive" {
		return wrongType("thinking.type")
	}
	switch budget := in.Thinking.Budget; {
	case in.OutputConfig != nil && in.OutputConfig.Effort != "":
		return out.setEffort("output_config.effort", in.OutputConfig.Effort)
	case budget > highBudget:
		out.ReasoningEffort = "high"
	case budget > 0 && budget <= mediumBudget:
		out.ReasoningEffort = "low"
	default:
		out.ReasoningEffort = "medium"
	}
	return nil
}

func (c *Chat) setEffort(field, effort string) error {
	switch effort {
	case "none", "minimal", "low", "medium", "high":
		c.ReasoningEffort = effort
	case "xhigh", "max":
		c.ReasoningEffort = "high"
	default:
		return wrongType(field)
	}
	return nil
}

func (in *anthropicRequest) format(out *Chat) error {
	format := in.OutputFormat
	if in.OutputConfig != nil && in.OutputConfig.Format != nil {
		format = in.OutputConfig.Format
	}
	switch {
	case format == nil:
	case format.Type == "json_schema" && gjson.ParseBytes(format.Schema).IsObject():
		out.ResponseFormat = schemaFormat("answer", format.Schema)
	default:
		return wrongType("output_config.format")
	}
	return nil
}
