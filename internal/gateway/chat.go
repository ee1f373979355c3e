package gateway

import (
	"context"
	"io"
	"strings"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// maxMessages bounds one chat of our own pages; API clients are bounded by the size of their body.
const maxMessages = 500

// Chat sends messages of our own pages to a chat model. See Questions.
func (s *Service) Chat(ctx context.Context, actor core.Actor, req ChatRequest, write func(piece string) error) (ChatResult, error) {
	if err := checkMessages(req.Messages); err != nil {
		return ChatResult{}, err
	}
	completion := Completion{
		Model: req.Model,
		Text:  []byte(joinMessages(req.Messages)),
	}
	completion.Body = func(maxOutput int) []byte { return s.Engine.ChatBody(req.Model, req.Messages, maxOutput) }
	if req.Bigger != nil {
		ctx = WithBigger(ctx, *req.Bigger)
	}
	x, err := s.Complete(ctx, actor, completion)
	if err != nil {
		return ChatResult{}, err
	}
	text, err := x.readAll(write)
	usage, _ := x.Usage()
	return ChatResult{Result: x.Result(), Text: text, PromptTokens: usage.Prompt, OutputTokens: usage.Output}, err
}

// readAll hands every piece to write and closes the exchange. The text so far comes back with an error
// too: the error says that it is not an answer.
func (x *Exchange) readAll(write func(piece string) error) (string, error) {
	defer x.Close()
	var text strings.Builder
	for {
		event, err := x.Next()
		if err == io.EOF {
			return text.String(), nil
		}
		if err != nil {
			return text.String(), err
		}
		if event.Text == "" {
			continue
		}
		text.WriteString(event.Text)
		if write == nil {
			continue
		}
		if err := write(event.Text); err != nil {
			x.Close()
			return text.String(), core.Wrap(err, core.Cancelled, "errors.cancelled", nil)
		}
	}
}

func checkMessages(messages []Message) error {
	if len(messages) == 0 {
		return core.E(core.Invalid, "errors.messages_empty", nil)
	}
	if len(messages) > maxMessages {
		return core.E(core.TooLarge, "errors.messages_too_many", core.Args{"Max": maxMessages})
	}
	for _, m := range messages {
		if m.Role != "user" && m.Role != "assistant" {
			return core.E(core.Invalid, "errors.message_role", nil)
		}
		if strings.TrimSpace(m.Content) == "" {
			return core.E(core.Invalid, "errors.messages_empty", nil)
		}
	}
	return nil
}

func joinMessages(messages []Message) string {
	parts := make([]string, len(messages))
	for i, m := range messages {
		parts[i] = m.Content
	}
	return strings.Join(parts, "\n")
}
