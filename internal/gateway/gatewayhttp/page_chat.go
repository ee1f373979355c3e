package gatewayhttp

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway"
	"github.com/solidaire-coop/solidaire/internal/platform/web"
)

// reread is how much of a conversation a model reads again with each message, in bytes: small models hold
// little, and the page says so.
const reread = 4 << 10

// chatView is a new chat.
type chatView struct {
	web.Page
	Typed    string
	Problem  *core.Error
	Chatters []gateway.ModelChoice
}

func (p *Pages) newChat(w http.ResponseWriter, r *http.Request) error {
	return p.showNewChat(w, r, "", nil)
}

func (p *Pages) showNewChat(w http.ResponseWriter, r *http.Request, typed string, problem *core.Error) error {
	chatters, err := p.Questions.Chatters(r.Context())
	if err != nil {
		return err
	}
	view := chatView{p.Site.Page(r, p.Site.Localizer(r).T("questions.chat.title"), web.Questions), typed, problem, chatters}
	view.Scripts = []string{"ask.js"}
	if problem != nil {
		return p.templates.RenderStatus(w, r, "chat.html", web.StatusOf(problem.Code), view)
	}
	return p.templates.Render(w, r, "chat.html", view)
}

// chat sends one more message to a model and goes to the conversation that keeps it.
func (p *Pages) chat(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	x := p.exchange(w, r, gateway.KindChat, r.PathValue("id"))
	if err := x.check(); err != nil {
		return err
	}
	turn := gateway.Turn{ID: core.NewID(p.Clock.Now()), Question: form.Get("question"), Asked: p.Clock.Now()}
	if strings.TrimSpace(turn.Question) == "" {
		return x.rewrite(turn.Question, core.E(core.Invalid, "errors.question_empty", nil), p.showNewChat)
	}
	wish := wishOf(form)
	messages, err := p.messages(r, x.conversation, turn.Question, wish != nil)
	if err != nil {
		return err
	}
	result, err := p.Questions.Chat(r.Context(), actor(r), gateway.ChatRequest{Model: form.Get("model"), Messages: messages, Bigger: wish},
		func(piece string) error { return x.piece(turn, piece) })
	if mustBeRewritten(err) {
		return x.rewrite(turn.Question, core.AsError(err), p.showNewChat)
	}
	if result.Receipt != "" || result.Text != "" {
		turn.Chat = &result
	}
	return x.finish(turn, err)
}

// wishOf reads the wish for a bigger model than the one that has answered; nil when there is none.
func wishOf(form url.Values) *gateway.Bigger {
	reason := strings.Join(strings.Fields(form.Get("bigger")), " ")
	if reason == "" {
		return nil
	}
	if len(reason) > gateway.MaxBiggerReason {
		reason = strings.ToValidUTF8(reason[:gateway.MaxBiggerReason], "")
	}
	return &gateway.Bigger{Reason: reason, Than: form.Get("than")}
}

// messages are the latest answered turns that fit in what a model reads again, and the new message. A question that is asked
// again leaves out the answer that did not do.
func (p *Pages) messages(r *http.Request, conversation core.ID, question string, again bool) ([]gateway.Message, error) {
	message := gateway.Message{Role: "user", Content: question}
	if conversation == "" {
		return []gateway.Message{message}, nil
	}
	_, turns, err := p.Conversations.Turns(r.Context(), actor(r), conversation)
	if err != nil {
		return nil, err
	}
	if last := len(turns) - 1; again && last >= 0 && turns[last].Question == question {
		turns = turns[:last]
	}
	return append(latest(turns), message), nil
}

// latest are the last answered turns within reread. What was refused or broken off is never sent again.
func latest(turns []gateway.Turn) []gateway.Message {
	size, first := 0, len(turns)
	for first > 0 {
		if turn := turns[first-1]; answered(turn) {
			size += len(turn.Question) + len(turn.Chat.Text)
		}
		if size > reread {
			break
		}
		first--
	}
	var messages []gateway.Message
	for _, turn := range turns[first:] {
		if answered(turn) {
			messages = append(messages, gateway.Message{Role: "user", Content: turn.Question},
				gateway.Message{Role: "assistant", Content: turn.Chat.Text})
		}
	}
	return messages
}

func answered(turn gateway.Turn) bool {
	return turn.Chat != nil && turn.Problem == nil && strings.TrimSpace(turn.Chat.Text) != ""
}

// forgets reports whether a model no longer reads the whole conversation.
func forgets(turns []gateway.Turn) bool {
	all := 0
	for _, turn := range turns {
		if answered(turn) {
			all += 2
		}
	}
	return len(latest(turns)) < all
}
