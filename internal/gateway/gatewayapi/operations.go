package gatewayapi

import (
	"context"
	"net/http"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayopenai"
	"github.com/solidaire-coop/solidaire/internal/models"
	"github.com/solidaire-coop/solidaire/internal/platform/i18n"
	"github.com/solidaire-coop/solidaire/internal/platform/telemetry"
)

// OperationsConfig is what the figures of operation need.
type OperationsConfig struct {
	Figures interface {
		Recent() telemetry.Hour
		Load() (waiting, answering int)
	}
	Engines interface {
		Health(ctx context.Context) []models.EngineHealth
	}
	Keys   gatewayopenai.Authenticator
	Errors *gatewayopenai.ErrorWriter
	Bundle *i18n.Bundle
}

// Operations tells the operator's programs what the page of operations shows.
type Operations struct{ OperationsConfig }

// NewOperations makes it.
func NewOperations(config OperationsConfig) *Operations { return &Operations{config} }

// Routes adds it to mux.
func (o *Operations) Routes(mux *http.ServeMux) {
	mux.Handle("GET /api/operations", as(o.Errors, o.Keys, core.RoleOperator, o.show))
}

// OperationsNow is the answer: the last hour, without content and without names of people.
type OperationsNow struct {
	From      time.Time         `json:"from"`
	Waiting   int               `json:"waiting"`   // for their first token, now
	Answering int               `json:"answering"` // being answered, now
	Total     OperationsFigures `json:"total"`
	Parts     []OperationsPart  `json:"parts"`   // by model and by server, the busiest first
	Minutes   []OperationsPart  `json:"minutes"` // in which something happened, the oldest first
	Engines   []OperationsState `json:"engines"`
}

// OperationsFigures are what requests that ended came to.
type OperationsFigures struct {
	Requests      int              `json:"requests"`
	Refused       int              `json:"refused"`
	Failed        int              `json:"failed"`
	Left          int              `json:"left"`
	Tokens        int              `json:"tokens"`
	PerSecond     float64          `json:"tokens_per_second"` // of an answer under way; 0: none
	FirstToken    *OperationsWaits `json:"first_token"`       // null: there was none
	Energy        core.Energy      `json:"energy"`
	EnergyUnknown int              `json:"energy_unknown"` // requests without a figure
	Errors        map[string]int   `json:"errors,omitempty"`
}

// OperationsWaits are waits for a first token, in seconds.
type OperationsWaits struct {
	Median float64 `json:"p50"`
	Slow   float64 `json:"p95"`
	Count  int     `json:"count"`
}

// OperationsPart are the figures of a model on a server, or of a minute.
type OperationsPart struct {
	At      *time.Time `json:"at,omitempty"`
	Model   string     `json:"model,omitempty"`
	Server  string     `json:"server,omitempty"`
	Waiting int        `json:"waiting,omitempty"` // at most
	OperationsFigures
}

// OperationsState is how an engine or a server is.
type OperationsState struct {
	Model    string   `json:"model,omitempty"`
	Server   string   `json:"server,omitempty"`
	State    string   `json:"state"`
	Circuit  string   `json:"circuit"` // trusted, doubted, resting or trying
	Failures int      `json:"failures,omitempty"`
	Wait     float64  `json:"retry_after,omitempty"` // seconds
	Paused   []string `json:"paused,omitempty"`      // models that it asked to wait for
	Detail   string   `json:"detail,omitempty"`
	Next     string   `json:"next,omitempty"`
}

func (o *Operations) show(w http.ResponseWriter, r *http.Request, _ core.Actor) error {
	hour := o.Figures.Recent()
	now := OperationsNow{Total: figures(hour.Total), Parts: []OperationsPart{}, Minutes: []OperationsPart{}, Engines: []OperationsState{}}
	now.Waiting, now.Answering = o.Figures.Load()
	for _, part := range hour.Parts {
		now.Parts = append(now.Parts, OperationsPart{Model: part.Model, Server: part.Server, OperationsFigures: figures(part.Figures)})
	}
	for i, m := range hour.Minutes {
		if i == 0 {
			now.From = m.At
		}
		if m.Requests+m.Failed+m.Waiting+m.Busy > 0 {
			now.Minutes = append(now.Minutes, OperationsPart{At: &m.At, Waiting: m.Waiting, OperationsFigures: figures(m.Figures)})
		}
	}
	speech := o.Bundle.For(i18n.Negotiate(r.Header.Get("Accept-Language"), ""))
	for _, h := range o.Engines.Health(r.Context()) {
		now.Engines = append(now.Engines, state(h, speech))
	}
	return writeJSON(w, now)
}

func figures(f telemetry.Figures) OperationsFigures {
	out := OperationsFigures{
		Requests: f.Requests, Refused: f.Refused, Failed: f.Failed, Left: f.Left, Tokens: f.Tokens, PerSecond: f.Speed(),
		Energy: f.Energy(), EnergyUnknown: f.Unknown, Errors: f.Errors,
	}
	if median, ok := f.FirstToken(.5); ok {
		slow, _ := f.FirstToken(.95)
		out.FirstToken = &OperationsWaits{median.Seconds(), slow.Seconds(), f.FirstTokens()}
	}
	return out
}

func state(h models.EngineHealth, speech *i18n.Localizer) OperationsState {
	s := OperationsState{
		Model: h.Model, Server: h.Backend, State: string(h.State), Circuit: string(h.Circuit.State),
		Failures: h.Circuit.Failures, Wait: h.Circuit.Wait.Seconds(), Paused: h.Circuit.Paused,
	}
	if h.Circuit.State == models.CircuitTrusted {
		s.Circuit = "trusted"
	}
	if h.Detail != nil {
		s.Detail, s.Next = speech.Error(h.Detail)
	}
	return s
}
