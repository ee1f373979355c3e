package gatewaydialect

import "encoding/json"

// events writes what happens to blocks as what happens to items: each is added, grows, and is done.
func (w *ResponsesWriter) events(steps []Step) []byte {
	var out []byte
	for _, s := range steps {
		switch s.Block.Kind {
		case ToolCall:
			out = append(out, w.call(s)...)
		case Thinking:
			out = append(out, w.thought(s)...)
		default:
			out = append(out, w.message(s)...)
		}
	}
	return out
}

func (w *ResponsesWriter) itemID(b *Block) string {
	kind := map[Kind]string{ToolCall: "function_call", Thinking: "reasoning"}[b.Kind]
	if kind == "" {
		kind = "message"
	}
	return itemPrefix(kind) + w.id + "_" + itoa(b.Index)
}

// status of an item that is done: the last one of an answer that was cut is not complete.
func (w *ResponsesWriter) status(b *Block) string {
	if w.answer.Finish == "length" && b.Index == len(w.answer.Blocks)-1 {
		return "incomplete"
	}
	return "completed"
}

func (w *ResponsesWriter) added(b *Block, item map[string]any) []byte {
	return w.event("response.output_item.added", map[string]any{"output_index": b.Index, "item": item})
}

func (w *ResponsesWriter) finished(b *Block, item map[string]any) []byte {
	raw, _ := json.Marshal(item) // texts always marshal
	w.resource.Output = append(w.resource.Output, raw)
	return w.event("response.output_item.done", map[string]any{"output_index": b.Index, "item": json.RawMessage(raw)})
}

// within names the item, and the place in it, that an event is about.
func (w *ResponsesWriter) within(b *Block, fields map[string]any) map[string]any {
	fields["item_id"], fields["output_index"] = w.itemID(b), b.Index
	return fields
}

func (w *ResponsesWriter) message(s Step) []byte {
	b := s.Block
	item := func(status string, content ...map[string]any) map[string]any {
		if content == nil {
			content = []map[string]any{}
		}
		return map[string]any{"id": w.itemID(b), "type": "message", "status": status, "role": "assistant", "content": content}
	}
	name, field := "response.output_text", "text"
	if b.Kind == Refusal {
		name, field = "response.refusal", "refusal"
	}
	switch s.Do {
	case Open:
		out := w.added(b, item("in_progress"))
		return append(out, w.event("response.content_part.added", w.within(b, map[string]any{"content_index": 0, "part": part(b.Kind, "", nil)}))...)
	case Grow:
		fields := map[string]any{"content_index": 0, "delta": s.Text}
		if b.Kind == Text {
			fields["logprobs"] = orNone(s.Logprobs)
		}
		return w.event(name+".delta", w.within(b, fields))
	}
	fields := map[string]any{"content_index": 0, field: string(b.Text)}
	if b.Kind == Text {
		fields["logprobs"] = orNone(b.Logprobs)
	}
	whole := part(b.Kind, string(b.Text), b.Logprobs)
	out := w.event(name+".done", w.within(b, fields))
	out = append(out, w.event("response.content_part.done", w.within(b, map[string]any{"content_index": 0, "part": whole}))...)
	return append(out, w.finished(b, item(w.status(b), whole))...)
}

func part(kind Kind, text string, logprobs []json.RawMessage) map[string]any {
	if kind == Refusal {
		return map[string]any{"type": "refusal", "refusal": text}
	}
	return map[string]any{"type": "output_text", "text": text, "annotations": []any{}, "logprobs": orNone(logprobs)}
}

func orNone(logprobs []json.RawMessage) []json.RawMessage {
	if logprobs == nil {
		return []json.RawMessage{}
	}
	return logprobs
}

func (w *ResponsesWriter) call(s Step) []byte {
	b := s.Block
	item := func(status string) map[string]any {
		return map[string]any{"id": w.itemID(b), "type": "function_call", "status": status, "call_id": b.ID, "name": b.Name, "arguments": string(b.Text)}
	}
	switch s.Do {
	case Open:
		return w.added(b, item("in_progress"))
	case Grow:
		return w.event("response.function_call_arguments.delta", w.within(b, map[string]any{"delta": s.Text}))
	}
	out := w.event("response.function_call_arguments.done", w.within(b, map[string]any{"arguments": string(b.Text), "name": b.Name}))
	return append(out, w.finished(b, item(w.status(b)))...)
}

// thought writes what the model thinks as a summary of it: the one place for it that every reader of this dialect knows.
func (w *ResponsesWriter) thought(s Step) []byte {
	b := s.Block
	item := func(summary ...map[string]any) map[string]any {
		if summary == nil {
			summary = []map[string]any{}
		}
		return map[string]any{"id": w.itemID(b), "type": "reasoning", "summary": summary}
	}
	text := func(text string) map[string]any { return map[string]any{"type": "summary_text", "text": text} }
	switch s.Do {
	case Open:
		out := w.added(b, item())
		return append(out, w.event("response.reasoning_summary_part.added", w.within(b, map[string]any{"summary_index": 0, "part": text("")}))...)
	case Grow:
		return w.event("response.reasoning_summary_text.delta", w.within(b, map[string]any{"summary_index": 0, "delta": s.Text}))
	}
	out := w.event("response.reasoning_summary_text.done", w.within(b, map[string]any{"summary_index": 0, "text": string(b.Text)}))
	out = append(out, w.event("response.reasoning_summary_part.done", w.within(b, map[string]any{"summary_index": 0, "part": text(string(b.Text))}))...)
	return append(out, w.finished(b, item(text(string(b.Text))))...)
}
