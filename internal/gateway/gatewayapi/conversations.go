package gatewayapi

import (
	"net/http"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayopenai"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/platform/i18n"
)

// Conversations is the part of the surface that saves one's own conversations into the memory.
type Conversations struct {
	kept   gateway.Conversations
	shelf  gateway.Shelf
	keys   gatewayopenai.Authenticator
	errors *gatewayopenai.ErrorWriter
	bundle *i18n.Bundle
}

// NewConversations makes it.
func NewConversations(kept gateway.Conversations, shelf gateway.Shelf, keys gatewayopenai.Authenticator, errors *gatewayopenai.ErrorWriter, bundle *i18n.Bundle) *Conversations {
	return &Conversations{kept, shelf, keys, errors, bundle}
}

// Routes adds the surface to mux.
func (c *Conversations) Routes(mux *http.ServeMux) {
	for route, h := range map[string]handler{
		"GET /api/conversations":                c.list,
		"GET /api/conversations/{id}/memory":    c.saved,
		"POST /api/conversations/{id}/memory":   c.save,
		"DELETE /api/conversations/{id}/memory": c.unsave,
	} {
		mux.Handle(route, as(c.errors, c.keys, core.RoleMember, h))
	}
}

// Conversation is the JSON of one of the caller's own conversations.
type Conversation struct {
	ID      core.ID                  `json:"id"`
	Kind    gateway.ConversationKind `json:"kind"`
	Title   string                   `json:"title"`
	Created time.Time                `json:"created"`
	Updated time.Time                `json:"updated"`
}

// Saved is the JSON of the document that a conversation has become.
type Saved struct {
	Document core.ID      `json:"document"`
	Name     string       `json:"name"`
	State    memory.State `json:"state"`
	Version  string       `json:"version,omitempty"`
	Problem  *Problem     `json:"problem,omitempty"`
}

func (c *Conversations) list(w http.ResponseWriter, r *http.Request, actor core.Actor) error {
	list, err := c.kept.List(r.Context(), actor, 0)
	if err != nil {
		return err
	}
	out := make([]Conversation, len(list))
	for i, one := range list {
		out[i] = Conversation{one.ID, one.Kind, one.Title, one.Created, one.Updated}
	}
	return writeJSON(w, out)
}

// own finds one of the caller's conversations.
func (c *Conversations) own(r *http.Request, actor core.Actor) (core.ID, error) {
	id, err := core.ParseID(r.PathValue("id"))
	if err == nil {
		_, _, err = c.kept.Turns(r.Context(), actor, id)
	}
	return id, err
}

func (c *Conversations) saved(w http.ResponseWriter, r *http.Request, actor core.Actor) error {
	id, err := c.own(r, actor)
	if err != nil {
		return err
	}
	entry, err := c.shelf.ConversationDocument(r.Context(), actor.Organisation, id)
	if err != nil {
		return err
	}
	return writeJSON(w, Saved{entry.ID, entry.Name, entry.State, entry.Version, problemFor(c.bundle, r, entry.Problem)})
}

func (c *Conversations) save(w http.ResponseWriter, r *http.Request, actor core.Actor) error {
	id, err := core.ParseID(r.PathValue("id"))
	if err != nil {
		return err
	}
	speech := c.bundle.For(i18n.Negotiate(r.Header.Get("Accept-Language"), ""))
	report, err := gateway.SaveConversation(r.Context(), c.kept, c.shelf, speech, actor, id, r.URL.Query().Get("sign") == "true")
	if err != nil {
		return err
	}
	return writeJSON(w, Saved{report.Document, report.Name, report.State, report.Version, problemFor(c.bundle, r, report.Problem)})
}

func (c *Conversations) unsave(w http.ResponseWriter, r *http.Request, actor core.Actor) error {
	id, err := core.ParseID(r.PathValue("id"))
	if err != nil {
		return err
	}
	if err := gateway.UnsaveConversation(r.Context(), c.kept, c.shelf, actor, id); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
