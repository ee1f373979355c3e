package gatewayhttp

import (
	"context"
	"net/http"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway"
	"github.com/solidaire-coop/solidaire/internal/platform/web"
)

// keepTimeout bounds what must still be written after the reader has left.
const keepTimeout = 10 * time.Second

// maxTitle bounds the title that a first question gives to its conversation, in characters.
const maxTitle = 90

// exchange is one turn under way, with or without a script on the other side. A script receives events:
// "open" (the conversation exists, at url), "piece" (text as it is written), then "done" (url shows the
// whole) or "problem" (sentence and next step).
type exchange struct {
	p            *Pages
	w            http.ResponseWriter
	r            *http.Request
	kind         gateway.ConversationKind
	conversation core.ID
	stream       *web.Stream // nil without a script
}

// exchange prepares a turn; conversation is "" for a new one.
func (p *Pages) exchange(w http.ResponseWriter, r *http.Request, kind gateway.ConversationKind, conversation string) *exchange {
	return &exchange{p: p, w: w, r: r, kind: kind, conversation: core.ID(conversation)}
}

// check makes sure, before anything is asked, that the conversation is the reader's own and of the kind.
func (x *exchange) check() error {
	if x.conversation != "" {
		id, err := core.ParseID(string(x.conversation))
		if err != nil {
			return err
		}
		conversation, _, err := x.p.Conversations.Turns(x.r.Context(), actor(x.r), id)
		if err != nil {
			return err
		}
		if conversation.Kind != x.kind {
			return core.E(core.Invalid, "errors.form_unreadable", nil)
		}
		x.conversation = id
	}
	if strings.HasPrefix(x.r.Header.Get("Accept"), "text/event-stream") {
		x.stream = web.NewStream(x.w)
	}
	return nil
}

// piece hands on what a model has written so far.
func (x *exchange) piece(turn gateway.Turn, text string) error {
	if x.stream == nil {
		return nil
	}
	if x.conversation == "" {
		if err := x.start(turn); err != nil {
			return err
		}
		if err := x.stream.Send("open", map[string]string{"url": x.address(""), "conversation": string(x.conversation)}); err != nil {
			return err
		}
	}
	return x.stream.Send("piece", map[string]string{"text": text})
}

// finish keeps the turn and leads the reader to it.
func (x *exchange) finish(turn gateway.Turn, err error) error {
	if !worthKeeping(err) {
		return x.broken(err)
	}
	if err != nil {
		turn.Problem = web.Classify(err)
	}
	if _, refused := gateway.RefusalOf(err); refused {
		turn.Question = withoutDigits(turn.Question)
	}
	if err := x.keep(turn); err != nil {
		return x.broken(err)
	}
	if x.r.Context().Err() != nil {
		return nil
	}
	if x.stream != nil {
		_ = x.stream.Send("done", map[string]string{"url": x.address(turn.ID)}) // the reader left: the turn is kept
		return nil
	}
	http.Redirect(x.w, x.r, x.address(turn.ID), http.StatusSeeOther)
	return nil
}

// keep writes the turn even when the reader has left meanwhile.
func (x *exchange) keep(turn gateway.Turn) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(x.r.Context()), keepTimeout)
	defer cancel()
	if x.conversation == "" {
		if err := x.start(turn); err != nil {
			return err
		}
	}
	return x.p.Conversations.Add(ctx, actor(x.r), x.conversation, turn)
}

// start opens the conversation, named after its first question.
func (x *exchange) start(turn gateway.Turn) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(x.r.Context()), keepTimeout)
	defer cancel()
	conversation, err := x.p.Conversations.Start(ctx, actor(x.r), x.kind, titleOf(turn.Question))
	x.conversation = conversation.ID
	return err
}

// rewrite gives the question back to the reader, with what to mend.
func (x *exchange) rewrite(typed string, problem *core.Error, show func(http.ResponseWriter, *http.Request, string, *core.Error) error) error {
	if x.stream != nil {
		return x.broken(problem)
	}
	return show(x.w, x.r, typed, problem)
}

// broken tells what cannot be kept: as an event once the stream has begun, as a page otherwise.
func (x *exchange) broken(err error) error {
	if x.stream == nil {
		return err
	}
	sentence, next := x.p.Site.Localizer(x.r).Error(web.Classify(err))
	_ = x.stream.Send("problem", map[string]string{"sentence": sentence, "next": next}) // the reader left
	x.p.Site.LogFailure(x.r, err)
	return nil
}

func (x *exchange) address(turn core.ID) string {
	address := "/conversations/" + string(x.conversation)
	if turn != "" {
		address += "#turn-" + string(turn)
	}
	return address
}

// titleOf makes a title of a question: its first line, cut between words.
func titleOf(question string) string {
	title, _, _ := strings.Cut(strings.TrimSpace(question), "\n")
	title = strings.Join(strings.Fields(title), " ")
	if utf8.RuneCountInString(title) <= maxTitle {
		return title
	}
	runes := []rune(title)[:maxTitle]
	cut := string(runes)
	if space := strings.LastIndexByte(cut, ' '); space > len(cut)/2 {
		cut = cut[:space]
	}
	return cut + "…"
}

// hiddenDigit stands where a digit was.
const hiddenDigit = '•'

// withoutDigits hides the digits of a question that the charter refused: they may be what it refused.
func withoutDigits(question string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			return hiddenDigit
		}
		return r
	}, question)
}
