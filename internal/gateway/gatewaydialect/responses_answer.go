package gatewaydialect

import (
	"encoding/json"
)

// ResponsesWriter writes OpenAI chunks as a response, whole or event by event.
type ResponsesWriter struct {
	request  *ResponsesRequest
	answer   *Answer
	id       string
	resource resource
	sequence int
}

// resource is a response as OpenAI shows it; nothing is left out, even where there is nothing to say.
type resource struct {
	ID               string            `json:"id"`
	Object           string            `json:"object"`
	Created          int64             `json:"created_at"`
	Completed        *int64            `json:"completed_at"`
	Status           string            `json:"status"`
	Incomplete       *incomplete       `json:"incomplete_details"`
	Model            string            `json:"model"`
	Previous         *string           `json:"previous_response_id"`
	Instructions     *string           `json:"instructions"`
	Output           []json.RawMessage `json:"output"`
	Error            *responsesError   `json:"error"`
	Tools            []shownTool       `json:"tools"`
	ToolChoice       json.RawMessage   `json:"tool_choice"`
	Truncation       string            `json:"truncation"`
	Parallel         bool              `json:"parallel_tool_calls"`
	Text             responsesText     `json:"text"`
	TopP             json.RawMessage   `json:"top_p"`
	PresencePenalty  json.RawMessage   `json:"presence_penalty"`
	FrequencyPenalty json.RawMessage   `json:"frequency_penalty"`
	TopLogprobs      int               `json:"top_logprobs"`
	Temperature      json.RawMessage   `json:"temperature"`
	Reasoning        map[string]any    `json:"reasoning"`
	User             *string           `json:"user"`
	Usage            json.RawMessage   `json:"usage"`
	MaxOutput        *int              `json:"max_output_tokens"`
	MaxCalls         *int              `json:"max_tool_calls"`
	Store            bool              `json:"store"`
	Background       bool              `json:"background"`
	ServiceTier      string            `json:"service_tier"`
	Metadata         map[string]string `json:"metadata"`
	SafetyID         *string           `json:"safety_identifier"`
	CacheKey         *string           `json:"prompt_cache_key"`
}

type incomplete struct {
	Reason string `json:"reason"`
}

type responsesError struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// shownTool names every field, as strict readers want.
type shownTool struct {
	Type        string          `json:"type"`
	Name        string          `json:"name"`
	Description *string         `json:"description"`
	Parameters  json.RawMessage `json:"parameters"`
	Strict      *bool           `json:"strict"`
}

// NewResponsesWriter makes one for one answer, which began at created, in seconds.
func NewResponsesWriter(id string, request *ResponsesRequest, model string, created int64) *ResponsesWriter {
	in := &request.in
	r := resource{ID: "resp_" + id, Object: "response", Created: created, Status: "in_progress", Model: model, Previous: in.Previous,
		Instructions: in.Instructions, Output: []json.RawMessage{}, Tools: []shownTool{}, ToolChoice: in.ToolChoice, Truncation: "disabled",
		Parallel: in.Parallel == nil || *in.Parallel, TopP: orOne(in.TopP), PresencePenalty: orZero(in.PresencePenalty),
		FrequencyPenalty: orZero(in.FrequencyPenalty), TopLogprobs: in.TopLogprobs, Temperature: orOne(in.Temperature),
		Reasoning: map[string]any{"effort": nil, "summary": nil}, User: in.User, Usage: json.RawMessage("null"), MaxOutput: in.MaxOutput,
		Store: request.Store, ServiceTier: "default", Metadata: in.Metadata, SafetyID: in.SafetyID, CacheKey: in.CacheKey,
		Text: responsesText{Format: &responsesFormat{Type: "text"}}}
	if in.Text != nil && in.Text.Format != nil {
		r.Text.Format = in.Text.Format
	}
	if in.Reasoning != nil {
		r.Reasoning = map[string]any{"effort": in.Reasoning.Effort, "summary": in.Reasoning.Summary}
	}
	if len(r.ToolChoice) == 0 || string(r.ToolChoice) == "null" {
		r.ToolChoice = json.RawMessage(`"auto"`)
	}
	if r.Metadata == nil {
		r.Metadata = map[string]string{}
	}
	for _, t := range in.Tools {
		r.Tools = append(r.Tools, shownTool(t))
		if last := &r.Tools[len(r.Tools)-1]; len(last.Parameters) == 0 {
			last.Parameters = json.RawMessage("null")
		}
	}
	return &ResponsesWriter{request: request, answer: NewAnswer(id+"_", true), id: id, resource: r}
}

func orZero(figure json.RawMessage) json.RawMessage {
	if len(figure) == 0 || string(figure) == "null" {
		return json.RawMessage("0")
	}
	return figure
}

// Start gives the first events.
func (w *ResponsesWriter) Start() []byte {
	return append(w.snapshot("response.created"), w.snapshot("response.in_progress")...)
}

func (w *ResponsesWriter) snapshot(name string) []byte {
	return w.event(name, map[string]any{"response": w.resource})
}

func (w *ResponsesWriter) event(name string, fields map[string]any) []byte {
	fields["type"], fields["sequence_number"] = name, w.sequence
	w.sequence++
	return event(name, fields)
}

// Chunk gives the events of one chunk.
func (w *ResponsesWriter) Chunk(chunk []byte) ([]byte, error) {
	steps, err := w.answer.Add(chunk)
	return w.events(steps), err
}

// Finish completes the answer at a time, in seconds. It gives the events up to the last but one: the terminal event, Last,
// may wait until the response is kept.
func (w *ResponsesWriter) Finish(usage Usage, now int64) []byte {
	steps := w.answer.End()
	if len(w.answer.Blocks) == 0 { // nothing was said: an empty message says so
		steps = w.answer.close(w.answer.begin(nil, &Block{Kind: Text}))
	}
	out := w.events(steps)
	w.resource.Usage = usage.members(`"input_tokens":` + itoa(usage.Prompt) + `,"input_tokens_details":{"cached_tokens":0},"output_tokens":` +
		itoa(usage.Output) + `,"output_tokens_details":{"reasoning_tokens":0},"total_tokens":` + itoa(usage.Prompt+usage.Output))
	switch w.answer.Finish {
	case "length":
		w.resource.Status, w.resource.Incomplete = "incomplete", &incomplete{Reason: "max_output_tokens"}
	case "content_filter":
		w.resource.Status, w.resource.Incomplete = "incomplete", &incomplete{Reason: "content_filter"}
	default:
		w.resource.Status, w.resource.Completed = "completed", &now
	}
	return out
}

// Last is the terminal event of a finished answer.
func (w *ResponsesWriter) Last() []byte { return w.snapshot("response." + w.resource.Status) }

// Fail is the terminal event of an answer that broke off.
func (w *ResponsesWriter) Fail(code, message string) []byte {
	w.resource.Status, w.resource.Completed, w.resource.Incomplete = "failed", nil, nil
	w.resource.Error = &responsesError{Code: code, Message: message}
	return w.snapshot("response.failed")
}

// Whole is the response as it stands.
func (w *ResponsesWriter) Whole() []byte {
	data, _ := json.Marshal(w.resource) // read from JSON or made here: always marshals
	return data
}

// Output lists the items of the answer, as a later request goes on from them.
func (w *ResponsesWriter) Output() []json.RawMessage { return w.resource.Output }
