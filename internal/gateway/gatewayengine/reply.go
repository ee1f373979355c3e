package gatewayengine

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"
	"unsafe"

	"github.com/tidwall/gjson"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway"
)

// reply reads a streamed chat answer.
type reply struct {
	ctx      context.Context
	log      *slog.Logger
	body     io.Closer
	events   *eventReader
	finished map[int64]bool // choices that began, and whether they have their finish reason
	open     int            // how many have not
}

func newReply(ctx context.Context, log *slog.Logger, body io.ReadCloser) *reply {
	return &reply{ctx: ctx, log: log, body: body, events: newEventReader(body), finished: map[int64]bool{}}
}

// Close releases the engine's request.
func (r *reply) Close() error { return r.body.Close() }

// Next implements gateway.Reply.
func (r *reply) Next() (gateway.Event, error) {
	for {
		data, err := r.events.Next()
		if err != nil {
			return gateway.Event{}, r.end(err)
		}
		if string(data) == "[DONE]" {
			return gateway.Event{}, r.end(io.EOF)
		}
		if len(data) == 0 {
			continue
		}
		return r.event(data)
	}
}

// end decides whether the end of a stream is the end of an answer.
func (r *reply) end(err error) error {
	if len(r.finished) > 0 && r.open == 0 && errors.Is(err, io.EOF) {
		return io.EOF
	}
	if r.ctx.Err() != nil {
		return core.Wrap(r.ctx.Err(), core.Cancelled, "errors.cancelled", nil)
	}
	if core.Is(err, core.Interrupted) { // the engine room knows more, such as a stall
		return err
	}
	return core.Wrap(err, core.Interrupted, "errors.engine_interrupted", nil)
}

func (r *reply) event(data []byte) (gateway.Event, error) {
	if !gjson.ValidBytes(data) || data[0] != '{' {
		return gateway.Event{}, core.Wrap(errors.New("chunk is not a JSON object"), core.Interrupted, "errors.engine_interrupted", nil)
	}
	event := gateway.Event{Data: data, Plain: true, More: r.events.more()}
	failed := false
	// The same bytes, not a copy: nothing that outlives this call may point into them.
	gjson.Parse(unsafe.String(unsafe.SliceData(data), len(data))).ForEach(func(key, value gjson.Result) bool {
		switch key.Str {
		case "id", "object", "created", "model", "system_fingerprint":
		case "error":
			failed = value.Type != gjson.Null
		case "choices":
			r.choices(value, &event)
		case "usage":
			event.Usage = usage(value)
			event.Plain = event.Plain && event.Usage == nil
		default:
			event.Plain = event.Plain && value.Type == gjson.Null
		}
		return !failed
	})
	if failed {
		return gateway.Event{}, said(r.ctx, r.log, data, core.E(core.Interrupted, "errors.engine_interrupted", nil))
	}
	event.Plain = event.Plain && event.Text != ""
	return event, nil
}

// piece is what a chunk says of one choice.
type piece struct {
	index    int64
	text     string
	plain    bool // says nothing but text
	finished bool
}

func (r *reply) choices(choices gjson.Result, event *gateway.Event) {
	count := 0
	choices.ForEach(func(_, choice gjson.Result) bool {
		said := readPiece(choice)
		count++
		event.Text += strings.Clone(said.text)
		event.Plain = event.Plain && said.plain && said.index == 0
		if _, began := r.finished[said.index]; !began {
			r.finished[said.index] = false
			r.open++
		}
		if said.finished {
			if !r.finished[said.index] {
				r.finished[said.index] = true
				r.open--
			}
			event.Finished = true
		}
		return len(r.finished) <= maxChoices
	})
	event.Plain = event.Plain && count == 1
	event.Finished = event.Finished && r.open == 0
}

func readPiece(choice gjson.Result) (p piece) {
	content, more := false, false
	choice.ForEach(func(key, value gjson.Result) bool {
		switch key.Str {
		case "index":
			p.index = value.Int()
		case "finish_reason":
			p.finished = value.Type == gjson.String && value.Str != ""
		case "delta":
			value.ForEach(func(name, said gjson.Result) bool {
				switch {
				case name.Str == "content" && said.Type == gjson.String:
					p.text, content = said.Str, true
				case said.Type != gjson.Null && !(name.Str == "role" && said.Str == "assistant"):
					more = true
				}
				return true
			})
		default:
			more = more || value.Type != gjson.Null
		}
		return true
	})
	p.plain = content && !more && !p.finished
	return p
}

// maxChoices bounds the choices that an engine may open.
const maxChoices = 128

func usage(value gjson.Result) *gateway.Usage {
	if !value.IsObject() {
		return nil
	}
	return &gateway.Usage{
		Prompt: int(value.Get("prompt_tokens").Int()),
		Output: int(value.Get("completion_tokens").Int()),
	}
}

// bounded keeps a word of an engine's answer short enough for a log.
func bounded(s string) string {
	if len(s) > 64 {
		return s[:64]
	}
	return s
}
