package gatewayengine

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway"
	"github.com/solidaire-coop/solidaire/internal/models"
)

// maxWhole bounds an answer that comes at one go.
const maxWhole = 32 << 20

// wholeWire asks an engine of OpenAI's dialect for the answer at one go.
func wholeWire(model models.Model, call gateway.Call) (wire, error) {
	if call.Prompt {
		return wire{path: "/v1/completions", body: call.Body, media: "application/json", read: readWhole}, nil
	}
	body, err := local(model, call.Body)
	return wire{path: "/v1/chat/completions", body: body, media: "application/json", read: readWhole}, err
}

func readWhole(ctx context.Context, log *slog.Logger, body io.ReadCloser) gateway.Reply {
	return &atOnce{reply: &reply{ctx: ctx, log: log, body: body}, from: body}
}

// atOnce is an answer that comes at one go: one event, judged as strictly as a stream. An answer that is cut short, that is an
// error, or in which a choice has no reason to finish, is Interrupted.
type atOnce struct {
	*reply
	from io.Reader
	read bool
}

// Next implements gateway.Reply.
func (a *atOnce) Next() (gateway.Event, error) {
	if a.read {
		return gateway.Event{}, io.EOF
	}
	data, err := readSome(a.from, maxWhole)
	if err != nil {
		return gateway.Event{}, a.end(err)
	}
	a.read = true
	answer := gjson.ParseBytes(data)
	switch {
	case !gjson.ValidBytes(data) || !answer.IsObject():
		return gateway.Event{}, core.Wrap(errors.New("the answer is not a JSON object"), core.Interrupted, "errors.engine_interrupted", nil)
	case answer.Get("error").IsObject():
		return gateway.Event{}, said(a.ctx, a.log, data, core.E(core.Interrupted, "errors.engine_interrupted", nil))
	}
	text, finished := spoken(answer)
	if !finished {
		return gateway.Event{}, core.Wrap(errors.New("a choice has no reason to finish"), core.Interrupted, "errors.engine_interrupted", nil)
	}
	return gateway.Event{Data: data, Whole: true, Text: text, Finished: true, Usage: usage(answer.Get("usage"))}, nil
}

// spoken joins the text of all choices. finished: there is at least one, and each says why it ended.
func spoken(answer gjson.Result) (text string, finished bool) {
	var all strings.Builder
	count, open := 0, 0
	answer.Get("choices").ForEach(func(_, choice gjson.Result) bool {
		count++
		if reason := choice.Get("finish_reason"); reason.Type != gjson.String || reason.Str == "" {
			open++
		}
		all.WriteString(choice.Get("message.content").Str)
		all.WriteString(choice.Get("text").Str)
		return count <= maxChoices
	})
	return all.String(), count > 0 && count <= maxChoices && open == 0
}
