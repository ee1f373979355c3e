package gatewayhttp

import (
	"net/http"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/platform/web"
)

// savedView is the document that a conversation has become.
type savedView struct {
	State   memory.State
	Problem *core.Error
	Href    string // of its newest version; "" when there is none yet
}

// saved finds the document of the conversation; nil when it was not saved.
func (p *Pages) saved(r *http.Request, conversation core.ID) (*savedView, error) {
	entry, err := p.Shelf.ConversationDocument(r.Context(), actor(r).Organisation, conversation)
	if core.Is(err, core.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	view := &savedView{State: entry.State, Problem: entry.Problem}
	if entry.Version != "" {
		view.Href = "/memory/versions/" + entry.Version
	}
	return view, nil
}

func (p *Pages) save(w http.ResponseWriter, r *http.Request) error {
	id, err := core.ParseID(r.PathValue("id"))
	if err != nil {
		return err
	}
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	if _, err := gateway.SaveConversation(r.Context(), p.Conversations, p.Shelf, p.Site.Localizer(r), actor(r), id, form.Get("sign") != ""); err != nil {
		return err
	}
	http.Redirect(w, r, "/conversations/"+string(id)+"#saved", http.StatusSeeOther)
	return nil
}

func (p *Pages) unsave(w http.ResponseWriter, r *http.Request) error {
	id, err := core.ParseID(r.PathValue("id"))
	if err != nil {
		return err
	}
	if err := gateway.UnsaveConversation(r.Context(), p.Conversations, p.Shelf, actor(r), id); err != nil {
		return err
	}
	http.Redirect(w, r, "/conversations/"+string(id)+"#saved", http.StatusSeeOther)
	return nil
}
