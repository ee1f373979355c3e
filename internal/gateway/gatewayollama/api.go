package gatewayollama

import (
	"context"
	"net/http"
	"strings"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayopenai"
	"github.com/solidaire-coop/solidaire/internal/models"
)

// Gateway is what this surface asks of its room.
type Gateway interface {
	Complete(ctx context.Context, actor core.Actor, req gateway.Completion) (*gateway.Exchange, error)
	Embed(ctx context.Context, actor core.Actor, req gateway.EmbeddingRequest) (gateway.EmbeddingResult, error)
}

// Engines tells what runs; models.Engines satisfies it.
type Engines interface {
	Health(ctx context.Context) []models.EngineHealth
}

// Config is what the surface is made of.
type Config struct {
	Gateway   Gateway
	Keys      gatewayopenai.Authenticator
	Catalogue models.Catalogue
	Engines   Engines
	Errors    *gatewayopenai.ErrorWriter
	Clock     core.Clock
	MaxBody   int64  // bytes of a request
	Version   string // of this program
}

// API is the surface.
type API struct {
	Config
}

// New makes it.
func New(c Config) *API {
	c.Errors = c.Errors.WithShape(shape)
	return &API{Config: c}
}

// Routes adds the surface to mux.
func (a *API) Routes(mux *http.ServeMux) {
	mux.Handle("POST /api/chat", a.authenticated(a.chat))
	mux.Handle("POST /api/generate", a.authenticated(a.generate))
	mux.Handle("POST /api/embed", a.authenticated(a.embed))
	mux.Handle("POST /api/embeddings", a.authenticated(a.embeddings))
	mux.Handle("GET /api/tags", a.authenticated(a.tags))
	mux.Handle("POST /api/show", a.authenticated(a.show))
	mux.Handle("GET /api/ps", a.authenticated(a.running))
	mux.Handle("GET /api/version", a.authenticated(a.version))
	for _, theirs := range []string{"POST /api/pull", "POST /api/push", "POST /api/create", "POST /api/copy", "DELETE /api/delete", "/api/blobs/{digest}"} {
		mux.Handle(theirs, a.authenticated(operatorsOnly))
	}
}

func (a *API) authenticated(h func(w http.ResponseWriter, r *http.Request, actor core.Actor) error) http.Handler {
	return a.Errors.Handler(func(w http.ResponseWriter, r *http.Request) error {
		actor, err := gatewayopenai.Actor(r, a.Keys)
		if err != nil {
			return err
		}
		return h(w, r, actor)
	})
}

// operatorsOnly answers what Ollama lets anybody do with its models.
func operatorsOnly(http.ResponseWriter, *http.Request, core.Actor) error {
	return core.E(core.Forbidden, "errors.models_by_operator", nil)
}

// object reads a body. Ollama's clients do not always say that it is JSON.
func (a *API) object(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	body, err := gatewayopenai.ReadBody(w, r, a.MaxBody)
	if err != nil {
		return nil, err
	}
	return body, gatewayopenai.CheckObject(body)
}

// usual is the tag that Ollama's clients add to a name that has none.
const usual = ":latest"

// name finds the name of a model as the catalogue has it.
func (a *API) name(ctx context.Context, asked string) (string, error) {
	if strings.TrimSpace(asked) == "" {
		return "", core.E(core.Invalid, "errors.model_missing", core.Args{"Param": "model"})
	}
	short, tagged := strings.CutSuffix(asked, usual)
	if !tagged {
		return asked, nil
	}
	if _, err := a.Catalogue.Find(ctx, asked); err == nil {
		return asked, nil
	}
	return short, nil
}
