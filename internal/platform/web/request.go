package web

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
)

type contextKey int

const (
	actorKey contextKey = iota
	requestKey
)

// ActorFrom returns who is signed in.
func ActorFrom(ctx context.Context) (core.Actor, bool) {
	actor, ok := ctx.Value(actorKey).(core.Actor)
	return actor, ok
}

// WithActor returns a context in which the actor is signed in.
func WithActor(ctx context.Context, actor core.Actor) context.Context {
	return context.WithValue(ctx, actorKey, actor)
}

// RequestID is the short number of the request, found in its log lines; "" outside Serve.
func RequestID(ctx context.Context) string {
	id, _ := ctx.Value(requestKey).(string)
	return id
}

// newRequestID is short enough to be read out on the telephone: 40 random bits, no look-alike letters.
func newRequestID() string {
	const alphabet = "0123456789abcdefghjkmnpqrstvwxyz"
	var raw [8]byte
	rand.Read(raw[:])
	for i := range raw {
		raw[i] = alphabet[raw[i]%32]
	}
	return string(raw[:4]) + "-" + string(raw[4:])
}

// Serve wraps the whole site, pages and programming interfaces alike: each request gets a number, safe
// headers, a line in the log, and a panic ends that request only.
func (s *Site) Serve(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id, start := newRequestID(), s.config.Clock.Now()
		r = r.WithContext(context.WithValue(r.Context(), requestKey, id))
		rec := &recorder{ResponseWriter: w}
		w.Header().Set("X-Request-Id", id)
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Referrer-Policy", "no-referrer")
		defer func() {
			if p := recover(); p != nil {
				s.recovered(rec, r, p)
			}
			s.logRequest(r, rec, s.config.Clock.Now().Sub(start))
		}()
		next.ServeHTTP(rec, r)
	})
}

// recovered ends a request that panicked. http.ErrAbortHandler is the way to cut a connection: it passes.
func (s *Site) recovered(rec *recorder, r *http.Request, p any) {
	if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(p)
	}
	s.config.Logger.Error("panic", "request", RequestID(r.Context()), "route", r.Pattern,
		"panic", fmt.Sprint(p), "stack", string(debug.Stack()))
	if rec.status != 0 {
		panic(http.ErrAbortHandler)
	}
	s.fail(rec, r, fmt.Errorf("panic: %v", p))
}

func (s *Site) logRequest(r *http.Request, rec *recorder, took time.Duration) {
	s.config.Logger.LogAttrs(r.Context(), slog.LevelDebug, "request",
		slog.String("request", RequestID(r.Context())), slog.String("route", r.Pattern),
		slog.Int("status", rec.status), slog.Duration("took", took))
}

// wantsText reports whether a script asked, rather than a person opening a page.
func wantsText(r *http.Request) bool {
	accept := r.Header.Get("Accept")
	return strings.HasPrefix(accept, "text/event-stream") || strings.HasPrefix(accept, "text/plain")
}

// recorder remembers whether the answer has begun.
type recorder struct {
	http.ResponseWriter
	status int
}

// WriteHeader notes the status.
func (rec *recorder) WriteHeader(status int) {
	if rec.status == 0 && status >= 200 {
		rec.status = status
	}
	rec.ResponseWriter.WriteHeader(status)
}

// Write notes that the answer has begun.
func (rec *recorder) Write(b []byte) (int, error) {
	if rec.status == 0 {
		rec.status = http.StatusOK
	}
	return rec.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (rec *recorder) Unwrap() http.ResponseWriter { return rec.ResponseWriter }
