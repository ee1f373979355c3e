package gatewayengine

import (
	"context"
	"io"
	"log/slog"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewaydialect"
	"github.com/solidaire-coop/solidaire/internal/models"
)

// wire is how a request goes to an engine of one dialect, and how its reply is read.
type wire struct {
	path  string
	body  []byte
	media string // of the reply
	read  func(ctx context.Context, log *slog.Logger, body io.ReadCloser) gateway.Reply
}

const (
	eventStream = "text/event-stream"
	lines       = "application/x-ndjson"
)

// wireFor chooses the way to the model's engine: the same bytes where it speaks the dialect of the call, a translation
// elsewhere.
func wireFor(model models.Model, call gateway.Call) (wire, error) {
	if err := checkTools(model, call.Body); err != nil {
		return wire{}, err
	}
	switch {
	case call.Dialect == models.OpenAI && model.Dialect == models.OpenAI:
		return openaiWire(model, call)
	case call.Dialect == models.Anthropic:
		return wire{path: orElse(call.Path, "/v1/messages"), body: call.Body, media: eventStream, read: readAnthropic}, nil
	case call.Dialect == models.Ollama:
		return wire{path: orElse(call.Path, "/api/chat"), body: call.Body, media: lines, read: readOllama}, nil
	case call.Prompt:
		return wire{}, core.E(core.Invalid, "errors.model_without_completions", core.Args{"Model": model.Name})
	case model.Dialect == models.Anthropic:
		body, err := gatewaydialect.ChatToAnthropic(call.Body, model.EngineName())
		return wire{path: "/v1/messages", body: body, media: eventStream, read: translateAnthropic}, err
	}
	body, err := gatewaydialect.ChatToOllama(call.Body, model.EngineName())
	return wire{path: "/api/chat", body: body, media: lines, read: translateOllama}, err
}

func openaiWire(model models.Model, call gateway.Call) (wire, error) {
	if call.Whole {
		return wholeWire(model, call)
	}
	if call.Prompt {
		return wire{path: "/v1/completions", body: call.Body, media: eventStream, read: readCompletion}, nil
	}
	body, err := local(model, call.Body)
	return wire{path: "/v1/chat/completions", body: body, media: eventStream, read: readOpenAI}, err
}

func readOpenAI(ctx context.Context, log *slog.Logger, body io.ReadCloser) gateway.Reply {
	return newReply(ctx, log, body)
}

func readCompletion(ctx context.Context, log *slog.Logger, body io.ReadCloser) gateway.Reply {
	return &completion{newReply(ctx, log, body)}
}

func readAnthropic(ctx context.Context, log *slog.Logger, body io.ReadCloser) gateway.Reply {
	events := newEventReader(body)
	watch := &gatewaydialect.AnthropicWatch{}
	return &native{ctx: ctx, log: log, Closer: body, next: events.Next, more: events.more, done: watch.Done,
		judge: func(data []byte) (gateway.Event, error) {
			s, err := watch.Read(data)
			event := gateway.Event{Data: data, Text: s.Text, Finished: s.Finished}
			if s.Counted {
				event.Usage = &gateway.Usage{Prompt: s.Prompt, Output: s.Output}
			}
			return event, err
		}}
}

func readOllama(ctx context.Context, log *slog.Logger, body io.ReadCloser) gateway.Reply {
	lines, done := newLineReader(body), false
	return &native{ctx: ctx, log: log, Closer: body, next: lines.Next, more: lines.more, done: func() bool { return done },
		judge: func(data []byte) (gateway.Event, error) {
			s, err := gatewaydialect.ReadOllamaLine(data)
			event := gateway.Event{Data: data, Text: s.Text, Finished: s.Done}
			if s.Done {
				done, event.Usage = true, &gateway.Usage{Prompt: s.Prompt, Output: s.Output}
			}
			return event, err
		}}
}

func translateAnthropic(ctx context.Context, log *slog.Logger, body io.ReadCloser) gateway.Reply {
	r := newReply(ctx, log, body)
	return &foreign{reply: r, next: r.events.Next, decode: gatewaydialect.NewAnthropicReader(time.Now().Unix())}
}

func translateOllama(ctx context.Context, log *slog.Logger, body io.ReadCloser) gateway.Reply {
	now := time.Now()
	return &foreign{reply: newReply(ctx, log, body), next: newLineReader(body).Next, decode: gatewaydialect.NewOllamaReader(string(core.NewID(now)), now.Unix())}
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
