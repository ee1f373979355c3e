package gatewayhttp

import (
	"net/http"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway"
	"github.com/solidaire-coop/solidaire/internal/platform/web"
)

// conversationView is one conversation, from its first turn to the form for the next.
type conversationView struct {
	web.Page
	Talk     gateway.Conversation
	Turns    []turnView
	Writers  []gateway.ModelChoice // may write from the documents
	Chatters []gateway.ModelChoice
	Chosen   string     // the model that chatted last
	Forgets  bool       // the model no longer reads the whole
	Saved    *savedView // nil: it is no document
}

// IsChat reports whether a model chats here, rather than the memory answers.
func (v conversationView) IsChat() bool { return v.Talk.Kind == gateway.KindChat }

func (p *Pages) conversation(w http.ResponseWriter, r *http.Request) error {
	id, err := core.ParseID(r.PathValue("id"))
	if err != nil {
		return err
	}
	conversation, turns, err := p.Conversations.Turns(r.Context(), actor(r), id)
	if err != nil {
		return err
	}
	view := conversationView{Talk: conversation, Forgets: forgets(turns)}
	view.Page = p.Site.Page(r, conversation.Title, web.Questions)
	view.Scripts = []string{"ask.js"}
	if err := p.offer(r, &view); err != nil {
		return err
	}
	inForce := p.Charter.InForce()
	for i, turn := range turns {
		tv := p.turn(p.Site.Localizer(r), inForce, turn)
		if reader, _ := web.ActorFrom(r.Context()); tv.Answer != nil {
			tv.Answer.Declines = reader.DeclinesAI
		}
		tv.IsHeading = i == 0 && titleOf(turn.Question) == conversation.Title
		if tv.Answer != nil {
			tv.Answer.CanAdd = view.Operator && !tv.Answer.Found
		}
		tv.Number, tv.Conversation = i+1, conversation.ID
		if turn.Chat != nil && turn.Chat.Model != "" {
			view.Chosen = turn.Chat.Model
			if turn.Chat.Auto != nil {
				view.Chosen = gateway.AutoModel
			}
		}
		view.Turns = append(view.Turns, tv)
	}
	if n := len(view.Turns); n > 0 && !view.IsChat() {
		view.Turns[n-1].Writers = view.Turns[n-1].offers(view.Writers)
	} else if n > 0 {
		view.Turns[n-1].CanGrow = canGrow(turns[n-1])
	}
	if err := p.opinions(r, &view); err != nil {
		return err
	}
	if view.Saved, err = p.saved(r, id); err != nil {
		return err
	}
	return p.templates.Render(w, r, "conversation.html", view)
}

// offer lists the models that may take part.
func (p *Pages) offer(r *http.Request, view *conversationView) (err error) {
	if view.IsChat() {
		view.Chatters, err = p.Questions.Chatters(r.Context())
	} else {
		view.Writers, err = p.Questions.Writers(r.Context())
	}
	return err
}

func (p *Pages) rename(w http.ResponseWriter, r *http.Request) error {
	id, err := core.ParseID(r.PathValue("id"))
	if err != nil {
		return err
	}
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	if err := p.Conversations.Rename(r.Context(), actor(r), id, form.Get("title")); err != nil {
		return err
	}
	http.Redirect(w, r, "/conversations/"+string(id), http.StatusSeeOther)
	return nil
}

func (p *Pages) remove(w http.ResponseWriter, r *http.Request) error {
	id, err := core.ParseID(r.PathValue("id"))
	if err != nil {
		return err
	}
	_, turns, err := p.Conversations.Turns(r.Context(), actor(r), id)
	if err != nil {
		return err
	}
	said := make([]core.ID, len(turns)) // feedback goes with its conversation
	for i, turn := range turns {
		said[i] = turn.ID
	}
	if err := p.Feedback.RemoveFeedback(r.Context(), actor(r).Organisation, said...); err != nil {
		return err
	}
	if err := p.Conversations.Delete(r.Context(), actor(r), id); err != nil {
		return err
	}
	http.Redirect(w, r, "/?deleted", http.StatusSeeOther)
	return nil
}
