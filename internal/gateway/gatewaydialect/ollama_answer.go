package gatewaydialect

import (
	"encoding/json"
	"time"

	"github.com/tidwall/gjson"
)

// OllamaTimes are how long the parts of an answer took.
type OllamaTimes struct {
	Total, Load, Prompt, Output time.Duration
}

// OllamaWriter writes OpenAI chunks as Ollama's lines, or as the one object of an answer that is not streamed.
type OllamaWriter struct {
	answer   *Answer
	model    string
	generate bool
	timings  gjson.Result // llama.cpp's own, when it tells
}

// NewOllamaWriter makes one for one answer. With keep, Whole can be called at the end.
func NewOllamaWriter(id string, request *OllamaRequest, model string, keep bool) *OllamaWriter {
	w := &OllamaWriter{answer: NewAnswer(id+"_", true), model: model, generate: request.Generate}
	w.answer.HideThinking = request.Chat.ReasoningEffort == "none"
	w.answer.keepCallsOnly = !keep
	return w
}

// ollamaLine is a line of a stream, or a whole answer.
type ollamaLine struct {
	Model    string         `json:"model"`
	Created  string         `json:"created_at"`
	Message  *ollamaMessage `json:"message,omitempty"`
	Response *string        `json:"response,omitempty"`
	Thinking string         `json:"thinking,omitempty"`
	Done     bool           `json:"done"`
	Reason   string         `json:"done_reason,omitempty"`
}

// Chunk gives the lines of one chunk. Ollama's clients read a call of a tool whole, so that it comes when it is complete.
func (w *OllamaWriter) Chunk(chunk []byte, now time.Time) ([]byte, error) {
	if t := gjson.GetBytes(chunk, "timings"); t.IsObject() {
		w.timings = gjson.Parse(t.Raw)
	}
	steps, err := w.answer.Add(chunk)
	return w.lines(steps, now), err
}

func (w *OllamaWriter) lines(steps []Step, now time.Time) []byte {
	var out []byte
	for _, s := range steps {
		switch {
		case s.Block.Kind == ToolCall && s.Do == Close:
			out = append(out, w.line(ollamaMessage{Calls: []ollamaCall{ollamaCallOf(s.Block)}}, now)...)
		case s.Block.Kind == ToolCall || s.Do != Grow:
		case s.Block.Kind == Thinking:
			out = append(out, w.line(ollamaMessage{Thinking: s.Text}, now)...)
		default:
			out = append(out, w.line(ollamaMessage{Content: s.Text}, now)...)
		}
	}
	return out
}

// ollamaCallOf numbers calls by the blocks before them.
func ollamaCallOf(b *Block) ollamaCall {
	call := ollamaCall{ID: b.ID}
	index := b.callNumber
	call.Function.Index, call.Function.Name, call.Function.Arguments = &index, b.Name, b.object()
	return call
}

func (w *OllamaWriter) line(message ollamaMessage, now time.Time) []byte {
	data, _ := json.Marshal(w.fill(message, now)) // texts always marshal
	return append(data, '\n')
}

func (w *OllamaWriter) fill(message ollamaMessage, now time.Time) ollamaLine {
	line := ollamaLine{Model: w.model, Created: now.UTC().Format(time.RFC3339Nano)}
	if w.generate {
		line.Response, line.Thinking = &message.Content, message.Thinking
		return line
	}
	message.Role = "assistant"
	line.Message = &message
	return line
}

// End is the end of a finished answer: what was still open, then the line that is done.
func (w *OllamaWriter) End(usage Usage, times OllamaTimes, now time.Time) []byte {
	out := w.lines(w.answer.End(), now)
	return append(append(out, w.done(ollamaMessage{}, usage, times, now)...), '\n')
}

// Whole is the finished answer.
func (w *OllamaWriter) Whole(usage Usage, times OllamaTimes, now time.Time) []byte {
	w.answer.End()
	var message ollamaMessage
	for _, b := range w.answer.Blocks {
		switch b.Kind {
		case Thinking:
			message.Thinking += string(b.Text)
		case ToolCall:
			message.Calls = append(message.Calls, ollamaCallOf(b))
		default:
			message.Content += string(b.Text)
		}
	}
	return w.done(message, usage, times, now)
}

func (w *OllamaWriter) done(message ollamaMessage, usage Usage, times OllamaTimes, now time.Time) []byte {
	line := w.fill(message, now)
	line.Done, line.Reason = true, "stop"
	if w.answer.Finish == "length" {
		line.Reason = "length"
	}
	if ms := w.timings.Get("prompt_ms"); ms.Type == gjson.Number {
		times.Prompt, times.Output = milliseconds(ms), milliseconds(w.timings.Get("predicted_ms"))
	}
	data, _ := json.Marshal(line) // texts always marshal
	figures := usage.members(`"total_duration":` + nanos(times.Total) + `,"load_duration":` + nanos(times.Load) +
		`,"prompt_eval_count":` + itoa(usage.Prompt) + `,"prompt_eval_duration":` + nanos(times.Prompt) +
		`,"eval_count":` + itoa(usage.Output) + `,"eval_duration":` + nanos(times.Output))
	return append(append(data[:len(data)-1], ','), figures[1:]...)
}

func nanos(d time.Duration) string { return itoa(int(max(d, 0))) }

// milliseconds reads a figure of an engine, within a day.
func milliseconds(v gjson.Result) time.Duration {
	const day = float64(24 * time.Hour / time.Millisecond)
	return time.Duration(min(max(v.Num, 0), day) * float64(time.Millisecond))
}
