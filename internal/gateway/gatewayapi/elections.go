package gatewayapi

import (
	"context"
	"io"
	"net/http"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayopenai"
	"github.com/solidaire-coop/solidaire/internal/governance"
)

// ElectionRoom is where elections held elsewhere are brought in; governance.Elections satisfies it.
type ElectionRoom interface {
	List(ctx context.Context, a core.Actor) ([]governance.Election, error)
	Import(ctx context.Context, a core.Actor, motion core.ID, file io.Reader) (governance.Election, error)
}

// Elections shows programs the elections that were held elsewhere, and takes their files from who keeps the register.
type Elections struct {
	room   ElectionRoom
	keys   gatewayopenai.Authenticator
	errors *gatewayopenai.ErrorWriter
}

// NewElections makes it.
func NewElections(room ElectionRoom, keys gatewayopenai.Authenticator, errors *gatewayopenai.ErrorWriter) *Elections {
	return &Elections{room: room, keys: keys, errors: errors}
}

// Routes adds it to mux.
func (e *Elections) Routes(mux *http.ServeMux) {
	mux.Handle("GET /api/elections", as(e.errors, e.keys, core.RoleMember, e.list))
	mux.Handle("POST /api/elections", as(e.errors, e.keys, core.RoleMember, e.bring))
}

func (e *Elections) list(w http.ResponseWriter, r *http.Request, actor core.Actor) error {
	all, err := e.room.List(r.Context(), actor)
	if err != nil {
		return err
	}
	if all == nil {
		all = []governance.Election{}
	}
	return writeJSON(w, all)
}

// bring reads the body as it comes: its reader has bounds of its own.
func (e *Elections) bring(w http.ResponseWriter, r *http.Request, actor core.Actor) error {
	brought, err := e.room.Import(r.Context(), actor, core.ID(r.URL.Query().Get("motion")), r.Body)
	if err != nil {
		return err
	}
	return writeJSON(w, brought)
}
