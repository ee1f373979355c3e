package gatewaydialect

import (
	"encoding/json"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// ResponsesRequest is the body of POST /v1/responses: a request in OpenAI's other dialect, whose conversations may be kept
// here instead of being sent each time.
type ResponsesRequest struct {
	Model     string
	Stream    bool
	Store     bool
	Previous  string // id of the response that this one goes on from, "" for none
	MaxOutput int    // 0: not said
	Items     []json.RawMessage

	in responsesRequest
}

type responsesRequest struct {
	Model            string            `json:"model"`
	Input            json.RawMessage   `json:"input"`
	Instructions     *string           `json:"instructions"`
	Previous         *string           `json:"previous_response_id"`
	Store            *bool             `json:"store"`
	Stream           bool              `json:"stream"`
	Background       bool              `json:"background"`
	Conversation     json.RawMessage   `json:"conversation"`
	Prompt           json.RawMessage   `json:"prompt"`
	Tools            []responsesTool   `json:"tools"`
	ToolChoice       json.RawMessage   `json:"tool_choice"`
	Parallel         *bool             `json:"parallel_tool_calls"`
	MaxOutput        *int              `json:"max_output_tokens"`
	MaxCalls         *int              `json:"max_tool_calls"`
	Temperature      json.RawMessage   `json:"temperature"`
	TopP             json.RawMessage   `json:"top_p"`
	PresencePenalty  json.RawMessage   `json:"presence_penalty"`
	FrequencyPenalty json.RawMessage   `json:"frequency_penalty"`
	TopLogprobs      int               `json:"top_logprobs"`
	Truncation       string            `json:"truncation"`
	Metadata         map[string]string `json:"metadata"`
	User             *string           `json:"user"`
	SafetyID         *string           `json:"safety_identifier"`
	CacheKey         *string           `json:"prompt_cache_key"`
	Text             *responsesText    `json:"text"`
	Reasoning        *struct {
		Effort  *string `json:"effort"`
		Summary *string `json:"summary"`
	} `json:"reasoning"`
}

type responsesTool struct {
	Type        string          `json:"type"`
	Name        string          `json:"name"`
	Description *string         `json:"description"`
	Parameters  json.RawMessage `json:"parameters"`
	Strict      *bool           `json:"strict"`
}

type responsesText struct {
	Verbosity string           `json:"verbosity,omitempty"`
	Format    *responsesFormat `json:"format"`
}

type responsesFormat struct {
	Type        string          `json:"type"`
	Name        string          `json:"name,omitempty"`
	Description string          `json:"description,omitempty"`
	Schema      json.RawMessage `json:"schema,omitempty"`
	Strict      *bool           `json:"strict,omitempty"`
}

// ReadResponses reads a body whose JSON is known to be valid. id names the input items that came without a name.
func ReadResponses(body []byte, id string) (*ResponsesRequest, error) {
	var in responsesRequest
	if err := decode(body, &in); err != nil {
		return nil, err
	}
	if err := in.check(); err != nil {
		return nil, err
	}
	req := &ResponsesRequest{Model: in.Model, Stream: in.Stream, Store: in.Store == nil || *in.Store, in: in}
	if in.Previous != nil {
		req.Previous = *in.Previous
	}
	if in.MaxOutput != nil {
		req.MaxOutput = *in.MaxOutput
	}
	var err error
	req.Items, err = readItems(in.Input, id)
	if err == nil && len(req.Items) == 0 && req.Previous == "" {
		err = core.E(core.Invalid, "errors.messages_empty", core.Args{"Param": "input"})
	}
	return req, err
}

func (in *responsesRequest) check() error {
	present := func(raw json.RawMessage) bool { return len(raw) > 0 && string(raw) != "null" }
	switch {
	case in.Background:
		return unsupported("background")
	case present(in.Conversation):
		return unsupported("conversation")
	case present(in.Prompt):
		return unsupported("prompt")
	case in.Truncation != "" && in.Truncation != "disabled":
		return unsupported("truncation: " + in.Truncation)
	case in.Text != nil && in.Text.Verbosity != "" && in.Text.Verbosity != "medium":
		return unsupported("text.verbosity: " + in.Text.Verbosity)
	case in.MaxOutput != nil && *in.MaxOutput < 1:
		return outOfRange("max_output_tokens")
	case in.MaxCalls != nil:
		return unsupported("max_tool_calls")
	case in.TopLogprobs < 0 || in.TopLogprobs > 20:
		return outOfRange("top_logprobs")
	}
	return nil
}

// readItems writes input as items, each with its type and its id.
func readItems(input json.RawMessage, id string) ([]json.RawMessage, error) {
	value := gjson.ParseBytes(input)
	switch {
	case len(input) == 0 || value.Type == gjson.Null:
		return nil, nil
	case value.Type == gjson.String && value.Str == "":
		return nil, nil
	case value.Type == gjson.String:
		part, _ := json.Marshal([]map[string]string{{"type": "input_text", "text": value.Str}}) // text always marshals
		return []json.RawMessage{json.RawMessage(`{"id":"msg_` + id + `_in0","type":"message","status":"completed","role":"user","content":` + string(part) + `}`)}, nil
	case !value.IsArray():
		return nil, wrongType("input")
	}
	var items []json.RawMessage
	var failure error
	value.ForEach(func(_, item gjson.Result) bool {
		if len(items) >= maxMessages {
			failure = core.E(core.TooLarge, "errors.messages_too_many", core.Args{"Max": maxMessages})
			return false
		}
		var read json.RawMessage
		if read, failure = readItem(item, id, len(items)); failure == nil {
			items = append(items, read)
		}
		return failure == nil
	})
	return items, failure
}

// prefixes of the ids of items, by their type.
func itemPrefix(kind string) string {
	switch kind {
	case "message":
		return "msg_"
	case "function_call":
		return "fc_"
	case "function_call_output":
		return "fco_"
	case "reasoning":
		return "rs_"
	}
	return ""
}

func readItem(item gjson.Result, id string, n int) (json.RawMessage, error) {
	if !item.IsObject() {
		return nil, wrongType("input")
	}
	raw, kind := []byte(item.Raw), item.Get("type").Str
	if kind == "" && item.Get("role").Exists() {
		kind = "message"
		raw = set(raw, map[string]any{"type": kind})
	}
	if kind == "item_reference" || kind == "" && item.Get("id").Exists() {
		return set(raw, map[string]any{"type": "item_reference"}), nil
	}
	prefix := itemPrefix(kind)
	if prefix == "" {
		return nil, unsupported("input: " + kind)
	}
	fields := map[string]any{}
	if stringOf(item.Get("id")) == "" {
		fields["id"] = prefix + id + "_in" + itoa(n)
	}
	if kind != "reasoning" && stringOf(item.Get("status")) == "" {
		fields["status"] = "completed"
	}
	if content := item.Get("content"); kind == "message" && content.Type == gjson.String {
		part := "input_text"
		if item.Get("role").Str == "assistant" {
			part = "output_text"
		}
		fields["content"] = []map[string]string{{"type": part, "text": content.Str}}
	}
	return set(raw, fields), nil
}

// Reference gives the id that an item refers to, "" for an item that is whole.
func Reference(item json.RawMessage) string {
	if gjson.GetBytes(item, "type").Str != "item_reference" {
		return ""
	}
	return gjson.GetBytes(item, "id").Str
}

// Chat writes the request in OpenAI's chat dialect, after what was said before. Every item must be whole.
func (r *ResponsesRequest) Chat(before []json.RawMessage) (*Chat, error) {
	in := &r.in
	out := &Chat{Model: in.Model, MaxTokens: r.MaxOutput, ParallelToolCalls: in.Parallel,
		Temperature: orOne(in.Temperature), TopP: orOne(in.TopP), PresencePenalty: in.PresencePenalty, FrequencyPenalty: in.FrequencyPenalty,
		Logprobs: in.TopLogprobs > 0, TopLogprobs: in.TopLogprobs}
	if in.Instructions != nil && strings.TrimSpace(*in.Instructions) != "" {
		out.Messages = append(out.Messages, Message{Role: "system", Content: *in.Instructions})
	}
	for _, items := range [...][]json.RawMessage{before, r.Items} {
		for _, item := range items {
			if err := out.addItem(item); err != nil {
				return nil, err
			}
		}
	}
	if len(out.Messages) > maxMessages {
		return nil, core.E(core.TooLarge, "errors.messages_too_many", core.Args{"Max": maxMessages})
	}
	for _, step := range []func(*Chat) error{in.tools, in.reasoning, in.format} {
		if err := step(out); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// orOne gives a figure, or 1: what this dialect takes for granted, and tells in every response.
func orOne(figure json.RawMessage) json.RawMessage {
	if len(figure) == 0 || string(figure) == "null" {
		return json.RawMessage("1")
	}
	return figure
}

func (in *responsesRequest) reasoning(out *Chat) error {
	out.ReasoningEffort = "none"
	if in.Reasoning == nil || in.Reasoning.Effort == nil {
		return nil
	}
	return out.setEffort("reasoning.effort", *in.Reasoning.Effort)
}

func (in *responsesRequest) format(out *Chat) error {
	if in.Text == nil || in.Text.Format == nil {
		return nil
	}
	switch f := in.Text.Format; f.Type {
	case "text":
	case "json_object":
		out.ResponseFormat = &Format{Type: f.Type}
	case "json_schema":
		if f.Name == "" || !gjson.ParseBytes(f.Schema).IsObject() {
			return wrongType("text.format")
		}
		out.ResponseFormat = schemaFormat(f.Name, f.Schema)
		out.ResponseFormat.Schema.Description, out.ResponseFormat.Schema.Strict = f.Description, f.Strict
	default:
		return wrongType("text.format.type")
	}
	return nil
}

func (in *responsesRequest) tools(out *Chat) error {
	allowed, err := in.choose(out)
	if err != nil {
		return err
	}
	for _, t := range in.Tools {
		if t.Type != "function" {
			return unsupported("tools: " + t.Type)
		}
		if t.Name == "" {
			return wrongType("tools.name")
		}
		if allowed != nil && !allowed[t.Name] {
			continue
		}
		f := Function{Name: t.Name, Strict: t.Strict}
		if t.Description != nil {
			f.Description = *t.Description
		}
		if string(t.Parameters) != "null" {
			f.Parameters = t.Parameters
		}
		out.Tools = append(out.Tools, Tool{Type: "function", Function: f})
	}
	return nil
}

// choose reads tool_choice, and which tools it allows; nil for all.
func (in *responsesRequest) choose(out *Chat) (map[string]bool, error) {
	choice := gjson.ParseBytes(in.ToolChoice)
	switch kind := choice.Get("type").Str; {
	case len(in.ToolChoice) == 0 || choice.Type == gjson.Null:
		return nil, nil
	case choice.Type == gjson.String && (choice.Str == "auto" || choice.Str == "none" || choice.Str == "required"):
		out.ToolChoice = choice.Str
		return nil, nil
	case kind == "function" && choice.Get("name").Str != "":
		out.ToolChoice = toolNamed(choice.Get("name").Str)
		return nil, nil
	case kind == "allowed_tools" && (choice.Get("mode").Str == "auto" || choice.Get("mode").Str == "required"):
		out.ToolChoice = choice.Get("mode").Str
		allowed := map[string]bool{}
		choice.Get("tools").ForEach(func(_, tool gjson.Result) bool {
			allowed[tool.Get("name").Str] = true
			return true
		})
		return allowed, nil
	}
	return nil, wrongType("tool_choice")
}
