package gatewayengine

import (
	"context"
	"errors"
	"io"
	"log/slog"

	"github.com/tidwall/gjson"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewaydialect"
	"github.com/solidaire-coop/solidaire/internal/models"
)

// foreign reads the reply of an engine that speaks another dialect as OpenAI's chunks. It ends with that dialect's own
// terminal event; a stream that only stops is broken off.
type foreign struct {
	*reply // judges the chunks
	next   func() ([]byte, error)
	decode gatewaydialect.Reader
}

// Next implements gateway.Reply.
func (f *foreign) Next() (gateway.Event, error) {
	for !f.decode.Done() {
		data, err := f.next()
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return gateway.Event{}, f.end(err)
		}
		chunk, err := f.decode.Chunk(data)
		if err != nil {
			return gateway.Event{}, said(f.ctx, f.log, data, err)
		}
		if chunk != nil {
			return f.event(chunk)
		}
	}
	return gateway.Event{}, f.end(io.EOF)
}

// said notes the type of an error that an engine sent in its answer, never its words, and says what it comes to.
func said(ctx context.Context, log *slog.Logger, data []byte, err error) error {
	kind := gjson.GetBytes(data, "error.type").String()
	log.LogAttrs(ctx, slog.LevelWarn, "engine sent an error in its answer", slog.String("type", bounded(kind)))
	if models.TooLong(data) {
		return tooLong()
	}
	return err
}

// native reads the reply of an engine that speaks the client's own dialect, and hands it on as it came.
type native struct {
	ctx context.Context
	log *slog.Logger
	io.Closer
	next  func() ([]byte, error)
	more  func() bool
	done  func() bool // the terminal event has been read
	judge func(data []byte) (gateway.Event, error)
}

// Next implements gateway.Reply.
func (n *native) Next() (gateway.Event, error) {
	for {
		if n.done() {
			return gateway.Event{}, io.EOF
		}
		data, err := n.next()
		switch {
		case err != nil && n.ctx.Err() != nil:
			return gateway.Event{}, core.Wrap(n.ctx.Err(), core.Cancelled, "errors.cancelled", nil)
		case core.Is(err, core.Interrupted):
			return gateway.Event{}, err
		case err != nil:
			return gateway.Event{}, core.Wrap(err, core.Interrupted, "errors.engine_interrupted", nil)
		case len(data) == 0:
			continue
		}
		event, err := n.judge(data)
		if err != nil {
			return gateway.Event{}, said(n.ctx, n.log, data, err)
		}
		event.More = n.more()
		return event, nil
	}
}

// completion reads the chunks of a legacy completion, which carry text instead of a delta.
type completion struct{ *reply }

// Next implements gateway.Reply.
func (c *completion) Next() (gateway.Event, error) {
	event, err := c.reply.Next()
	if err == nil {
		gjson.GetBytes(event.Data, "choices").ForEach(func(_, choice gjson.Result) bool {
			if text := choice.Get("text"); text.Type == gjson.String {
				event.Text += text.Str
			}
			return true
		})
	}
	return event, err
}
