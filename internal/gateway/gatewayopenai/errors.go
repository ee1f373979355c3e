package gatewayopenai

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway"
	"github.com/solidaire-coop/solidaire/internal/platform/i18n"
	"github.com/solidaire-coop/solidaire/internal/platform/web"
)

// ErrorWriter renders errors in the caller's language, in OpenAI's shape or another dialect's, for every JSON surface.
type ErrorWriter struct {
	charter Charter
	bundle  *i18n.Bundle
	log     *slog.Logger
	shape   Shape
}

// Shape is how a dialect writes an error: its status and its JSON.
type Shape func(code core.Code, shown Problem) (status int, body any)

// WithShape renders errors in another dialect.
func (e *ErrorWriter) WithShape(shape Shape) *ErrorWriter {
	other := *e
	other.shape = shape
	return &other
}

// ownShape is that of our own surface, whose programs show what to do by themselves.
func ownShape(code core.Code, shown Problem) (int, any) {
	return web.StatusOf(code), struct {
		Error Problem `json:"error"`
	}{shown}
}

func openaiShape(code core.Code, shown Problem) (int, any) {
	shown.Message = shown.Said()
	return ownShape(code, shown)
}

// Charter gives the article behind a refusal; chartercedar's evaluator satisfies it.
type Charter interface {
	InForce() charter.Version
}

// NewErrorWriter makes one.
func NewErrorWriter(rules Charter, bundle *i18n.Bundle, log *slog.Logger) *ErrorWriter {
	return &ErrorWriter{charter: rules, bundle: bundle, log: log, shape: ownShape}
}

// Problem is an error as it is shown: OpenAI's four fields, then ours.
type Problem struct {
	Message string  `json:"message"`
	Type    string  `json:"type"`
	Param   *string `json:"param"`
	Code    string  `json:"code"`
	Next    string  `json:"next"` // what to do
	ID      string  `json:"id"`   // finds the error in the operator's log
	Article int     `json:"article,omitempty"`
	Charter string  `json:"charter,omitempty"`
	Receipt core.ID `json:"receipt,omitempty"`
	// Restriction is the number of the emergency restriction that refused.
	Restriction int `json:"restriction,omitempty"`
}

// Said is the whole of it for programs that show one sentence: what is wrong, and what to do.
func (p Problem) Said() string { return p.Message + " " + p.Next }

// Handler turns a handler that returns an error into one that renders it. A panic is logged with its stack and
// becomes an internal error; http.ErrAbortHandler passes.
func (e *ErrorWriter) Handler(h func(w http.ResponseWriter, r *http.Request) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if p := recover(); p != nil {
				if p == http.ErrAbortHandler {
					panic(p)
				}
				e.log.Error("panic", "value", fmt.Sprint(p), "stack", string(debug.Stack()))
				panic(http.ErrAbortHandler)
			}
		}()
		if err := h(w, r); err != nil {
			e.Write(w, r, err)
		}
	})
}

// statusLeft is what a request comes to whose caller has left: nobody reads it, and figures do not count it as answered.
const statusLeft = 499

// Write renders err with its status. To a caller that has left it says nothing.
func (e *ErrorWriter) Write(w http.ResponseWriter, r *http.Request, err error) {
	if gone(r) && core.Is(err, core.Cancelled) {
		w.WriteHeader(statusLeft)
		return
	}
	ours := core.AsError(err)
	header := w.Header()
	header.Set("Content-Type", "application/json")
	header.Set("Cache-Control", "no-store")
	if after, ok := ours.Args["RetryAfter"].(string); ok && after != "" {
		header.Set("Retry-After", after)
	}
	if refusal, ok := gateway.RefusalOf(err); ok {
		header.Set(ReceiptHeader, string(refusal.Receipt))
	}
	status, data := e.render(r, err)
	w.WriteHeader(status)
	w.Write(data)
}

// gone reports whether nobody waits for an answer any more. A request that we ended ourselves, as when the program stops,
// still has somebody at its other end.
func gone(r *http.Request) bool {
	var ours *core.Error
	return r.Context().Err() != nil && !errors.As(context.Cause(r.Context()), &ours)
}

// JSON is the rendered error alone, for the end of a broken stream.
func (e *ErrorWriter) JSON(r *http.Request, err error) []byte {
	_, data := e.render(r, err)
	return data
}

func (e *ErrorWriter) render(r *http.Request, err error) (int, []byte) {
	status, body := e.shape(core.CodeOf(err), e.Show(r, err))
	data, _ := json.Marshal(body) // strings and numbers always marshal
	return status, data
}

// Show puts an error into the caller's words, and its cause into the log.
func (e *ErrorWriter) Show(r *http.Request, err error) Problem {
	ours := core.AsError(err)
	speech := e.bundle.For(i18n.Negotiate(r.Header.Get("Accept-Language"), ""))
	sentence, next := speech.Error(ours)
	shown := Problem{
		Message: sentence, Next: next, Type: typeOf(ours.Code), Code: codeOf(ours), ID: string(core.NewID(time.Now()))[18:],
	}
	if name, ok := ours.Args["Param"].(string); ok {
		shown.Param = &name
	}
	if refusal, ok := gateway.RefusalOf(err); ok {
		shown.Article, shown.Charter, shown.Receipt, shown.Restriction = refusal.Article, refusal.Charter, refusal.Receipt, refusal.Restriction
		if article, ok := e.charter.InForce().Article(refusal.Article); ok && speech.Text(article.Remedy) != "" {
			shown.Next = speech.Text(article.Remedy)
		}
	}
	level := slog.LevelInfo
	if ours.Code == core.Internal || ours.Code == core.Unavailable || ours.Code == core.Corrupt {
		level = slog.LevelWarn
	}
	e.log.LogAttrs(r.Context(), level, "request failed", slog.String("id", shown.ID), slog.String("route", r.Pattern),
		slog.String("key", ours.Key), slog.Any("cause", ours.Cause))
	return shown
}

func typeOf(code core.Code) string {
	switch code {
	case core.Unauthenticated:
		return "authentication_error"
	case core.Refused, core.Forbidden:
		return "permission_error"
	case core.Exhausted:
		return "rate_limit_error"
	case core.Invalid, core.NotFound, core.TooLarge, core.Conflict:
		return "invalid_request_error"
	}
	return "server_error"
}

// TooLongCode is the code of a text that is longer than the model can read, in every dialect.
const TooLongCode = "context_length_exceeded"

// codeOf gives the code that clients know where OpenAI has one, ours elsewhere.
func codeOf(err *core.Error) string {
	switch err.Key {
	case "errors.model_unknown":
		return "model_not_found"
	case "errors.context_exceeded", "errors.auto_too_long":
		return TooLongCode
	case "errors.response_previous":
		return "previous_response_not_found"
	case "errors.budget_exhausted", "errors.energy_budget_exhausted":
		return "insufficient_quota"
	}
	if err.Code == core.Unauthenticated {
		return "invalid_api_key"
	}
	if err.Code == core.Refused {
		return "charter_refused"
	}
	return string(err.Code)
}
