package app

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/models"
	"github.com/solidaire-coop/solidaire/internal/platform/i18n"
)

// Readiness is the JSON of /readyz. Ready means that questions can be answered and recorded; an engine that is missing
// takes nothing of that away.
type Readiness struct {
	Ready      bool        `json:"ready"`
	Version    string      `json:"version"`
	Components []Component `json:"components"`
}

// Component is the state of one part.
type Component struct {
	Name    string `json:"name"`
	State   string `json:"state"` // "ok", "degraded", "failed", or an engine's state
	Detail  string `json:"detail,omitempty"`
	Next    string `json:"next,omitempty"`
	Program string `json:"program,omitempty"`
}

const readyTimeout = 5 * time.Second

func (a *App) healthz(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Write([]byte("ok\n"))
}

func (a *App) readyz(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), readyTimeout)
	defer cancel()
	ready := a.readiness(ctx, a.bundle.For(i18n.Negotiate(r.Header.Get("Accept-Language"), "")))
	data, err := json.Marshal(ready)
	if err != nil {
		a.log.ErrorContext(ctx, "readiness", "error", err)
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	if !ready.Ready {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	w.Write(data)
}

func (a *App) readiness(ctx context.Context, speech *i18n.Localizer) Readiness {
	ready := Readiness{Ready: true, Version: a.version}
	vital := func(name string, err error) {
		c := Component{Name: name, State: "ok"}
		if err != nil {
			ready.Ready, c.State = false, "failed"
			c.Detail, c.Next = speech.Error(err)
		}
		ready.Components = append(ready.Components, c)
	}
	vital("database", a.db.Ping(ctx))
	vital("audit", a.audit.Health(ctx))
	vital("charter", a.charter.Trouble())
	ready.Components = append(ready.Components, a.restrictionsComponent(speech))
	if a.gateway.Draining() {
		vital("server", core.E(core.Unavailable, "errors.server_stopping", nil))
	}
	for _, h := range a.engines.Health(ctx) {
		ready.Components = append(ready.Components, engineComponent(h, speech))
	}
	return ready
}

// restrictionsComponent says whether an emergency restriction stands, or its record was tampered with: either way requests are
// answered, but for what is refused.
func (a *App) restrictionsComponent(speech *i18n.Localizer) Component {
	c := Component{Name: "restrictions", State: "ok"}
	for _, one := range append([]error{a.restrictions.Trouble()}, a.notices()...) {
		if one != nil {
			c.State = "degraded"
			c.Detail, c.Next = speech.Error(one)
			break
		}
	}
	return c
}

func engineComponent(h models.EngineHealth, speech *i18n.Localizer) Component {
	c := Component{Name: "engine", State: string(h.State), Program: h.Program}
	switch {
	case h.Backend != "":
		c.Name = "backend:" + h.Backend
	case h.Model != "":
		c.Name = "engine:" + h.Model
	}
	if h.Detail != nil {
		c.Detail, c.Next = speech.Error(h.Detail)
	}
	return c
}

// onlyHere keeps the figures of /metrics from strangers: they name models and tell how busy people are. It lets this
// machine in, unless a proxy speaks for somebody else, and any operator's key.
func (a *App) onlyHere(next http.Handler) http.Handler {
	return a.errors.Handler(func(w http.ResponseWriter, r *http.Request) error {
		if !fromHere(r) {
			actor, err := a.actor(r)
			if err != nil {
				return err
			}
			if !actor.Has(core.RoleOperator) {
				return core.E(core.Forbidden, "errors.role_missing", nil)
			}
		}
		next.ServeHTTP(w, r)
		return nil
	})
}

func fromHere(r *http.Request) bool {
	if r.Header.Get("X-Forwarded-For") != "" || r.Header.Get("Forwarded") != "" {
		return false
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr == "" || r.RemoteAddr == "@" // the Unix socket
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
