package gatewaydialect

import (
	"encoding/json"
	"strings"
)

// Usage is what an answer used, as the dialects show it. Extra is ours: the receipt, the energy; a JSON object.
type Usage struct {
	Prompt, Output int
	Extra          json.RawMessage
}

// members writes usage as an object: the given counts, then ours.
func (u Usage) members(counts string) json.RawMessage {
	extra := strings.TrimSpace(string(u.Extra))
	if len(extra) > 2 && extra[0] == '{' {
		counts += "," + extra[1:len(extra)-1]
	}
	return json.RawMessage("{" + counts + "}")
}

// AnthropicMessage is the message that answers a request.
type AnthropicMessage struct {
	ID           string           `json:"id"`
	Type         string           `json:"type"`
	Role         string           `json:"role"`
	Model        string           `json:"model"`
	Content      []map[string]any `json:"content"`
	StopReason   *string          `json:"stop_reason"`
	StopSequence *string          `json:"stop_sequence"`
	Usage        json.RawMessage  `json:"usage"`
}

// AnthropicWriter writes OpenAI chunks as Anthropic's message, whole or event by event.
type AnthropicWriter struct {
	answer    *Answer
	id, model string
	stops     []string
}

// NewAnthropicWriter makes one for one answer. With keep, Whole can be called at the end.
func NewAnthropicWriter(id string, request *AnthropicRequest, model string, keep bool) *AnthropicWriter {
	w := &AnthropicWriter{answer: NewAnswer(id+"_", keep), id: "msg_" + id, model: model, stops: request.Stops}
	w.answer.HideThinking = request.Chat.ReasoningEffort == "none"
	return w
}

// Start is the first event. Nothing has been counted yet: the counts come with the last but one.
func (w *AnthropicWriter) Start() []byte {
	message := w.message()
	message.Usage = json.RawMessage(`{"input_tokens":0,"output_tokens":0}`)
	return event("message_start", map[string]any{"type": "message_start", "message": message})
}

// Chunk gives the events of one chunk, none for a chunk that says nothing to Anthropic's clients.
func (w *AnthropicWriter) Chunk(chunk []byte) ([]byte, error) {
	steps, err := w.answer.Add(chunk)
	return w.events(steps), err
}

// End is the end of a finished answer, up to message_stop.
func (w *AnthropicWriter) End(usage Usage) []byte {
	out := w.events(w.answer.End())
	reason, sequence := w.stop()
	out = append(out, event("message_delta", map[string]any{
		"type": "message_delta", "delta": map[string]any{"stop_reason": reason, "stop_sequence": sequence}, "usage": anthropicUsage(usage),
	})...)
	return append(out, event("message_stop", map[string]any{"type": "message_stop"})...)
}

// Whole is the finished message.
func (w *AnthropicWriter) Whole(usage Usage) []byte {
	message := w.message()
	for _, b := range w.answer.Blocks {
		block := anthropicStart(b)
		switch b.Kind {
		case Thinking:
			block["thinking"] = string(b.Text)
		case ToolCall:
			block["input"] = b.object()
		default:
			block["text"] = string(b.Text)
		}
		message.Content = append(message.Content, block)
	}
	reason, sequence := w.stop()
	message.StopReason, message.StopSequence, message.Usage = &reason, sequence, anthropicUsage(usage)
	data, _ := json.Marshal(message) // texts always marshal
	return data
}

func (w *AnthropicWriter) message() AnthropicMessage {
	return AnthropicMessage{ID: w.id, Type: "message", Role: "assistant", Model: w.model, Content: []map[string]any{}}
}

// stop says why the answer ended. Engines seldom tell a stop sequence from the model's own end.
func (w *AnthropicWriter) stop() (reason string, sequence *string) {
	for _, s := range w.stops {
		if s == w.answer.Stop && s != "" {
			return "stop_sequence", &s
		}
	}
	switch w.answer.Finish {
	case "length":
		return "max_tokens", nil
	case "tool_calls", "function_call":
		return "tool_use", nil
	case "content_filter":
		return "refusal", nil
	}
	if w.answer.Calls() {
		return "tool_use", nil
	}
	return "end_turn", nil
}

func (w *AnthropicWriter) events(steps []Step) []byte {
	var out []byte
	for _, s := range steps {
		index := s.Block.Index
		switch s.Do {
		case Open:
			out = append(out, event("content_block_start", map[string]any{"type": "content_block_start", "index": index, "content_block": anthropicStart(s.Block)})...)
		case Grow:
			out = append(out, event("content_block_delta", map[string]any{"type": "content_block_delta", "index": index, "delta": anthropicDelta(s)})...)
		case Close:
			out = append(out, event("content_block_stop", map[string]any{"type": "content_block_stop", "index": index})...)
		}
	}
	return out
}

func anthropicStart(b *Block) map[string]any {
	switch b.Kind {
	case Thinking:
		return map[string]any{"type": "thinking", "thinking": "", "signature": ""}
	case ToolCall:
		return map[string]any{"type": "tool_use", "id": b.ID, "name": b.Name, "input": map[string]any{}}
	}
	return map[string]any{"type": "text", "text": ""}
}

func anthropicDelta(s Step) map[string]any {
	switch s.Block.Kind {
	case Thinking:
		return map[string]any{"type": "thinking_delta", "thinking": s.Text}
	case ToolCall:
		return map[string]any{"type": "input_json_delta", "partial_json": s.Text}
	}
	return map[string]any{"type": "text_delta", "text": s.Text}
}

func anthropicUsage(u Usage) json.RawMessage {
	return u.members(`"input_tokens":` + itoa(u.Prompt) + `,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":` + itoa(u.Output))
}

// event is one server-sent event with its name.
func event(name string, data any) []byte {
	body, _ := json.Marshal(data) // texts, numbers and JSON that was checked always marshal
	out := make([]byte, 0, len(body)+len(name)+18)
	out = append(out, "event: "...)
	out = append(out, name...)
	out = append(out, "\ndata: "...)
	out = append(out, body...)
	return append(out, "\n\n"...)
}
