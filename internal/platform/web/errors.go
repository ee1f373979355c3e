package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// statuses is the one place where a failure gets its HTTP status.
func statuses() map[core.Code]int {
	return map[core.Code]int{
		core.Invalid:         http.StatusBadRequest,
		core.Unauthenticated: http.StatusUnauthorized,
		core.Refused:         http.StatusForbidden,
		core.Forbidden:       http.StatusForbidden,
		core.NotFound:        http.StatusNotFound,
		core.Conflict:        http.StatusConflict,
		core.TooLarge:        http.StatusRequestEntityTooLarge,
		core.Exhausted:       http.StatusTooManyRequests,
		core.Unavailable:     http.StatusServiceUnavailable,
		core.Interrupted:     http.StatusBadGateway,
		core.Cancelled:       499, // the client left; nobody reads it, the log does
		core.Corrupt:         http.StatusInternalServerError,
		core.Internal:        http.StatusInternalServerError,
	}
}

// StatusOf gives the HTTP status of a failure, for pages and JSON alike.
func StatusOf(code core.Code) int {
	if status, ok := statuses()[code]; ok {
		return status
	}
	return http.StatusInternalServerError
}

// Classify gives what the standard library says a shape of our own.
func Classify(err error) *core.Error {
	var ours *core.Error
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return core.Wrap(err, core.TooLarge, "errors.body_too_large", core.Args{"Limit": tooLarge.Limit})
	case errors.As(err, &ours):
		return ours
	case errors.Is(err, context.Canceled):
		return core.Wrap(err, core.Cancelled, "errors.left", nil)
	}
	return core.AsError(err)
}

// errorView is what the error page shows.
type errorView struct {
	Page
	Sentence, Next string
	Number         string
	Fault          bool // ours: the number matters
}

// fail shows an error, once. What has begun cannot be mended: the connection is cut, so that half a page
// never looks whole.
func (s *Site) fail(w http.ResponseWriter, r *http.Request, err error) {
	e := Classify(err)
	s.LogFailure(r, e)
	if rec, ok := w.(*recorder); ok && rec.status != 0 {
		panic(http.ErrAbortHandler)
	}
	if e.Code == core.Cancelled && r.Context().Err() != nil {
		w.WriteHeader(StatusOf(e.Code))
		return
	}
	if wantsText(r) {
		s.failPlain(w, r, e)
		return
	}
	view := errorView{Number: RequestID(r.Context()), Fault: StatusOf(e.Code) >= 500}
	view.Page = s.Page(r, s.Localizer(r).T("web.error.title"), "")
	view.Sentence, view.Next = s.Localizer(r).Error(e)
	if err := s.errors.render(w, r, "error.html", StatusOf(e.Code), view); err != nil {
		s.config.Logger.Error("the error page cannot be shown", "request", view.Number, "error", err)
		http.Error(w, view.Sentence+"\n"+view.Next, StatusOf(e.Code))
	}
}

// failPlain answers a script, which puts the two sentences where the reader is.
func (s *Site) failPlain(w http.ResponseWriter, r *http.Request, e *core.Error) {
	sentence, next := s.Localizer(r).Error(e)
	http.Error(w, sentence+"\n"+next, StatusOf(e.Code))
}

// LogFailure writes a failure to the log, with the request's number, for a handler that tells it to the
// reader by itself, as a stream does.
func (s *Site) LogFailure(r *http.Request, err error) {
	e := Classify(err)
	level := slog.LevelInfo
	if StatusOf(e.Code) >= 500 {
		level = slog.LevelError
	}
	s.config.Logger.LogAttrs(r.Context(), level, "request failed",
		slog.String("request", RequestID(r.Context())), slog.String("route", r.Pattern),
		slog.String("code", string(e.Code)), slog.String("key", e.Key), slog.Any("cause", e.Cause))
}
