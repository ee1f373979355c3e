package gatewayhttp

import (
	"net/http"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway"
	"github.com/solidaire-coop/solidaire/internal/platform/web"
)

// ask puts a question to the memory and goes to the conversation that keeps it.
func (p *Pages) ask(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	x := p.exchange(w, r, gateway.KindAsk, form.Get("conversation"))
	if err := x.check(); err != nil {
		return err
	}
	turn := gateway.Turn{ID: core.NewID(p.Clock.Now()), Question: form.Get("question"), Asked: p.Clock.Now()}
	result, err := p.Questions.Ask(r.Context(), actor(r), gateway.AskRequest{
		Question: turn.Question, Writer: form.Get("writer"),
		Write: func(piece string) error { return x.piece(turn, piece) },
	})
	if mustBeRewritten(err) {
		return x.rewrite(turn.Question, core.AsError(err), p.showHome)
	}
	if result.Receipt != "" {
		result.Question = turn.Question
		turn.Ask = &result
	}
	return x.finish(turn, err)
}

// mustBeRewritten reports whether the question itself is at fault: the reader keeps it and mends it.
func mustBeRewritten(err error) bool {
	return core.Is(err, core.Invalid) || core.Is(err, core.TooLarge)
}

// worthKeeping reports whether a conversation keeps a question that ended so: what the reader should see
// again, rather than a page that is shown once.
func worthKeeping(err error) bool {
	switch core.CodeOf(err) {
	case "", core.Refused, core.Forbidden, core.Exhausted, core.Unavailable, core.Interrupted, core.Cancelled:
		return true
	}
	return false
}
