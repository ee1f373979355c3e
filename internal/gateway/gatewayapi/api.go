package gatewayapi

import (
	"encoding/json"
	"net/http"

	"github.com/solidaire-coop/solidaire/internal/audit"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayopenai"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/platform/i18n"
)

// API is the surface.
type API struct {
	memory   Memory
	receipts audit.Receipts
	keys     gatewayopenai.Authenticator
	errors   *gatewayopenai.ErrorWriter
	bundle   *i18n.Bundle
	tester   Tester
}

// Memory is what the surface needs of the memory; memory.Service satisfies it.
type Memory interface {
	memory.Memory
	Evaluator
}

// New makes the surface.
func New(m Memory, receipts audit.Receipts, keys gatewayopenai.Authenticator, errors *gatewayopenai.ErrorWriter, bundle *i18n.Bundle, tester Tester) *API {
	return &API{memory: m, receipts: receipts, keys: keys, errors: errors, bundle: bundle, tester: tester}
}

// Routes adds the surface to mux.
func (a *API) Routes(mux *http.ServeMux) {
	mux.Handle("GET /api/memory/search", a.as(core.RoleMember, a.search))
	mux.Handle("GET /api/memory/text", a.as(core.RoleMember, a.showText))
	mux.Handle("POST /api/memory/evaluations", a.as(core.RoleOperator, a.evaluate))
	mux.Handle("POST /api/models/test", a.as(core.RoleOperator, a.testModel))
	mux.Handle("GET /api/receipts", a.as(core.RoleMember, a.listReceipts))
	mux.Handle("GET /api/receipts/{id}", a.as(core.RoleMember, a.showReceipt))
	mux.Handle("/api/", a.errors.Handler(func(http.ResponseWriter, *http.Request) error {
		return core.E(core.NotFound, "errors.route_unknown", nil)
	}))
}

func (a *API) as(role core.Role, h handler) http.Handler {
	return as(a.errors, a.keys, role, h)
}

// handler answers an actor who has the role.
type handler func(w http.ResponseWriter, r *http.Request, actor core.Actor) error

func as(errors *gatewayopenai.ErrorWriter, keys gatewayopenai.Authenticator, role core.Role, h handler) http.Handler {
	return errors.Handler(func(w http.ResponseWriter, r *http.Request) error {
		actor, err := gatewayopenai.Actor(r, keys)
		if err != nil {
			return err
		}
		if !actor.Has(role) {
			return core.E(core.Forbidden, "errors.role_missing", nil)
		}
		return h(w, r, actor)
	})
}

func writeJSON(w http.ResponseWriter, value any) error {
	data, err := json.Marshal(value)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.Write(data) // an error here means that the client has left
	return nil
}
