package gatewayengine

import (
	"context"
	"errors"
	"io"
	"log/slog"

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
	event := gateway.Event{Data: data, More: r.events.more()}
	failed := false
	gjson.ParseBytes(data).ForEach(func(key, value gjson.Result) bool {
		switch key.Str {
		case "error":
			failed = value.Type != gjson.Null
			if failed {
				r.log.LogAttrs(r.ctx, slog.LevelWarn, "engine sent an error in its stream", slog.String("type", bounded(value.Get("type").String())))
			}
		case "choices":
			r.choices(value, &event)
		case "usage":
			event.Usage = usage(value)
		}
		return !failed
	})
	if failed {
		return gateway.Event{}, core.E(core.Interrupted, "errors.engine_interrupted", nil)
	}
	return event, nil
}

func (r *reply) choices(choices gjson.Result, event *gateway.Event) {
	choices.ForEach(func(_, choice gjson.Result) bool {
		index := choice.Get("index").Int()
		if _, began := r.finished[index]; !began {
			r.finished[index] = false
			r.open++
		}
		delta := choice.Get("delta")
		if content := delta.Get("content"); content.Type == gjson.String {
			event.Text += content.Str
		}
		if reason := choice.Get("finish_reason"); reason.Type == gjson.String && reason.Str != "" {
			if !r.finished[index] {
				r.finished[index] = true
				r.open--
			}
			event.Finished = true
		}
		return len(r.finished) <= maxChoices
	})
	event.Finished = event.Finished && r.open == 0
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
