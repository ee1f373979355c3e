package gatewayopenai

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway"
	"github.com/solidaire-coop/solidaire/internal/models"
	"github.com/solidaire-coop/solidaire/internal/platform/i18n"
)

// Authenticator turns an API key into an actor; members satisfies it.
type Authenticator interface {
	Authenticate(ctx context.Context, secret string) (core.Actor, error)
}

// Gateway is what this surface asks of its room.
type Gateway interface {
	Complete(ctx context.Context, actor core.Actor, req gateway.Completion) (*gateway.Exchange, error)
	Count(ctx context.Context, actor core.Actor, req gateway.Completion) (gateway.CountResult, error)
	Embed(ctx context.Context, actor core.Actor, req gateway.EmbeddingRequest) (gateway.EmbeddingResult, error)
	Rerank(ctx context.Context, actor core.Actor, req gateway.EmbeddingRequest) (gateway.EmbeddingResult, error)
	Speak(ctx context.Context, actor core.Actor, req gateway.SpeechRequest) (gateway.Result, gateway.Sound, error)
	Transcribe(ctx context.Context, actor core.Actor, req gateway.Recording) (gateway.Result, gateway.Transcript, error)
	Ask(ctx context.Context, actor core.Actor, req gateway.AskRequest) (gateway.AskResult, error)
}

// API is the surface.
type API struct {
	gateway   Gateway
	keys      Authenticator
	catalogue models.Catalogue
	errors    *ErrorWriter
	maxBody   int64
}

// New makes the surface. Bodies over maxBody bytes are refused.
func New(g Gateway, keys Authenticator, catalogue models.Catalogue, rules Charter, bundle *i18n.Bundle, log *slog.Logger, maxBody int64) *API {
	return &API{gateway: g, keys: keys, catalogue: catalogue, errors: NewErrorWriter(rules, bundle, log).WithShape(openaiShape), maxBody: maxBody}
}

// Routes adds the surface to mux.
func (a *API) Routes(mux *http.ServeMux) {
	mux.Handle("POST /v1/chat/completions", a.authenticated(a.chat))
	mux.Handle("POST /v1/completions", a.authenticated(a.completions))
	mux.Handle("POST /v1/embeddings", a.authenticated(a.embeddings))
	mux.Handle("POST /v1/rerank", a.authenticated(a.rerank))
	mux.Handle("POST /v1/audio/speech", a.authenticated(a.speech))
	mux.Handle("POST /v1/audio/transcriptions", a.authenticated(a.transcriptions))
	mux.Handle("GET /v1/models", a.authenticated(a.listModels))
	mux.Handle("GET /v1/models/{id...}", a.authenticated(a.showModel))
	mux.Handle("POST /api/ask", a.authenticated(a.ask))
	mux.Handle("/v1/", a.errors.Handler(func(http.ResponseWriter, *http.Request) error {
		return core.E(core.NotFound, "errors.route_unknown", nil)
	}))
}

type handler func(w http.ResponseWriter, r *http.Request, actor core.Actor) error

// localActor is the context key of the actor that a local socket vouches for.
type localActor struct{}

// WithLocalActor marks requests of a connection that the operating system already vouches for: the Unix socket
// in the data directory, readable by its owner only.
func WithLocalActor(ctx context.Context, actor core.Actor) context.Context {
	return context.WithValue(ctx, localActor{}, actor)
}

// Actor tells who stands behind a request of a program: the key, or the local socket.
func Actor(r *http.Request, keys Authenticator) (core.Actor, error) {
	if actor, ok := r.Context().Value(localActor{}).(core.Actor); ok {
		return actor, nil
	}
	scheme, secret, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "bearer") {
		secret = r.Header.Get("X-Api-Key") // as Anthropic's clients write it
	}
	if secret = strings.TrimSpace(secret); secret == "" {
		return core.Actor{}, core.E(core.Unauthenticated, "errors.key_missing", nil)
	}
	return keys.Authenticate(r.Context(), secret)
}

func (a *API) authenticated(h handler) http.Handler {
	return a.errors.Handler(func(w http.ResponseWriter, r *http.Request) error {
		actor, err := Actor(r, a.keys)
		if err != nil {
			return err
		}
		return h(w, r, actor)
	})
}

// bodyTimeout bounds the arrival of a whole body.
const bodyTimeout = 2 * time.Minute

// body reads the whole request before anything is sent on: a proxy that streams it cuts answers.
func (a *API) body(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	return ReadBody(w, r, a.maxBody)
}

// ReadBody reads a body of at most limit bytes, in bounded time.
func ReadBody(w http.ResponseWriter, r *http.Request, limit int64) ([]byte, error) {
	tooLarge := core.E(core.TooLarge, "errors.body_too_large", core.Args{"Limit": limit})
	if r.ContentLength > limit {
		return nil, tooLarge
	}
	// A body may not trickle in for ever. The deadline is taken away again, or it would end a long answer.
	connection := http.NewResponseController(w)
	if connection.SetReadDeadline(time.Now().Add(bodyTimeout)) == nil {
		defer connection.SetReadDeadline(time.Time{})
	}
	limited := http.MaxBytesReader(w, r.Body, limit)
	var data []byte
	var err error
	if r.ContentLength >= 0 {
		data = make([]byte, r.ContentLength)
		_, err = io.ReadFull(limited, data)
	} else {
		data, err = io.ReadAll(limited)
	}
	var over *http.MaxBytesError
	if errors.As(err, &over) {
		return nil, tooLarge
	}
	if err != nil {
		return nil, core.Wrap(err, core.Invalid, "errors.body_cut", nil)
	}
	return data, nil
}

func (a *API) request(w http.ResponseWriter, r *http.Request) (*request, []byte, error) {
	if err := checkJSONType(r); err != nil {
		return nil, nil, err
	}
	body, err := a.body(w, r)
	if err != nil {
		return nil, nil, err
	}
	req, err := parse(body)
	if err != nil {
		return nil, nil, err
	}
	return req, body, req.checkModel()
}

func (a *API) chat(w http.ResponseWriter, r *http.Request, actor core.Actor) error {
	req, body, err := a.request(w, r)
	if err != nil {
		return err
	}
	if err := req.checkMessages(); err != nil {
		return err
	}
	x, err := a.gateway.Complete(r.Context(), actor, req.completion(body))
	if err != nil {
		return err
	}
	defer x.Close()
	if req.stream {
		return a.stream(w, r, x, req.includeUsage)
	}
	return whole(w, x, newAssembly())
}

func (a *API) embeddings(w http.ResponseWriter, r *http.Request, actor core.Actor) error {
	req, body, err := a.request(w, r)
	if err != nil {
		return err
	}
	if input, ok := req.get("input"); !ok || input.Raw == "null" || input.Raw == `""` || input.Raw == "[]" {
		return param("errors.input_empty", "input")
	}
	result, err := a.gateway.Embed(r.Context(), actor, gateway.EmbeddingRequest{Model: req.model, Text: text(body), Body: body})
	if err != nil {
		return err
	}
	setHeaders(w, result.Receipt, false)
	answer, err := withUsage(result.Body, result.Result)
	if err != nil {
		return err
	}
	return writeJSON(w, answer)
}
