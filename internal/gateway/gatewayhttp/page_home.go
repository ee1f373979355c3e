package gatewayhttp

import (
	"net/http"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway"
	"github.com/solidaire-coop/solidaire/internal/platform/web"
)

const (
	recent = 6   // conversations on the first page
	many   = 200 // conversations in the whole list
)

// homeView is the first page: ask, and what was asked lately.
type homeView struct {
	web.Page
	Typed         string      // what the reader had written, when it could not be asked
	Problem       *core.Error // why
	Conversations []gateway.Conversation
	More          bool // there are older conversations
	Examples      []string
	CanChat       bool
	Deleted       bool
}

// home shows the first page.
func (p *Pages) home(w http.ResponseWriter, r *http.Request) error {
	return p.showHome(w, r, "", nil)
}

// showHome shows the first page, with what could not be asked and why.
func (p *Pages) showHome(w http.ResponseWriter, r *http.Request, typed string, problem *core.Error) error {
	list, err := p.Conversations.List(r.Context(), actor(r), recent+1)
	if err != nil {
		return err
	}
	chatters, err := p.Questions.Chatters(r.Context())
	if err != nil {
		return err
	}
	l := p.Site.Localizer(r)
	view := homeView{
		Page: p.Site.Page(r, l.T("questions.title"), web.Questions), Typed: typed, Problem: problem,
		Conversations: list[:min(recent, len(list))], More: len(list) > recent, CanChat: len(chatters) > 0,
		Deleted: r.URL.Query().Has("deleted"),
	}
	view.Scripts = []string{"ask.js"}
	if len(list) == 0 {
		view.Examples = []string{l.T("questions.example.quorum"), l.T("questions.example.when"), l.T("questions.example.share")}
	}
	if problem != nil {
		return p.templates.RenderStatus(w, r, "home.html", web.StatusOf(problem.Code), view)
	}
	return p.templates.Render(w, r, "home.html", view)
}

// listView is every conversation.
type listView struct {
	web.Page
	Conversations []gateway.Conversation
	KeptDays      int // after their last turn; 0: until deleted
}

func (p *Pages) list(w http.ResponseWriter, r *http.Request) error {
	list, err := p.Conversations.List(r.Context(), actor(r), many)
	if err != nil {
		return err
	}
	title := p.Site.Localizer(r).T("questions.conversations")
	return p.templates.Render(w, r, "list.html", listView{
		p.Site.Page(r, title, web.Questions), list, p.Charter.InForce().Document.Settings.ConversationDays,
	})
}
