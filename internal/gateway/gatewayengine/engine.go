package gatewayengine

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway"
	"github.com/solidaire-coop/solidaire/internal/models"
)

// Bounds of what an engine may answer whole.
const (
	maxErrorBody  = 64 << 10
	maxEmbeddings = 64 << 20
)

// Engine implements gateway.Engine over the engine room.
type Engine struct {
	engines models.Engines
	log     *slog.Logger
}

// New makes the adapter.
func New(engines models.Engines, log *slog.Logger) *Engine {
	return &Engine{engines: engines, log: log}
}

// Chat implements gateway.Engine.
func (e *Engine) Chat(ctx context.Context, model models.Model, call gateway.Call) (gateway.Reply, error) {
	sent, err := wireFor(model, call)
	if err != nil {
		return nil, err
	}
	response, err := e.engines.Open(ctx, model, sent.path, sent.body)
	if err != nil {
		return nil, e.unreachable(ctx, err)
	}
	if response.Status != http.StatusOK {
		return nil, e.refused(ctx, response)
	}
	if mediaType(response.ContentType) != sent.media {
		response.Body.Close()
		if response.Distrust != nil {
			response.Distrust()
		}
		return nil, core.Wrap(errors.New("engine answered "+bounded(response.ContentType)), core.Unavailable, "errors.engine_unintelligible", nil)
	}
	return watch(sent.read(ctx, e.log, response.Body), response, call.Dialect), nil
}

// ChatBody implements gateway.Engine.
func (e *Engine) ChatBody(model string, messages []gateway.Message, maxOutput int) []byte {
	body := struct {
		Model     string            `json:"model"`
		Messages  []gateway.Message `json:"messages"`
		Stream    bool              `json:"stream"`
		Options   map[string]bool   `json:"stream_options"`
		MaxTokens int               `json:"max_tokens,omitempty"`
	}{model, messages, true, map[string]bool{"include_usage": true}, maxOutput}
	data, _ := json.Marshal(body) // strings, numbers and booleans always marshal
	return data
}

func (e *Engine) unreachable(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return core.Wrap(ctx.Err(), core.Cancelled, "errors.cancelled", nil)
	}
	var ours *core.Error
	if errors.As(err, &ours) {
		return err
	}
	return core.Wrap(err, core.Unavailable, "errors.engine_unavailable", nil)
}

// refused turns an engine's status into our own words. The engine's words go nowhere: they may quote the
// prompt, so that even the log gets only the type of the error.
func (e *Engine) refused(ctx context.Context, response *models.Response) error {
	defer response.Body.Close()
	said, _ := io.ReadAll(io.LimitReader(response.Body, maxErrorBody))
	kind := gjson.GetBytes(said, "error.type").String()
	e.log.LogAttrs(ctx, slog.LevelWarn, "engine refused a request", slog.Int("status", response.Status), slog.String("type", bounded(kind)))
	switch {
	case models.TooLong(said):
		return tooLong()
	case response.Status == http.StatusTooManyRequests:
		return core.E(core.Exhausted, "errors.engine_busy", core.Args{"RetryAfter": response.RetryAfter})
	case response.Status == http.StatusServiceUnavailable:
		return core.E(core.Unavailable, "errors.engine_starting", core.Args{"RetryAfter": response.RetryAfter})
	case response.Status == http.StatusUnauthorized, response.Status == http.StatusPaymentRequired, response.Status == http.StatusForbidden:
		return core.E(core.Unavailable, "errors.engine_key", nil) // ours, not the caller's
	case response.Status == http.StatusNotFound:
		return core.E(core.Unavailable, "errors.engine_lacks_model", nil)
	case response.Status >= 400 && response.Status < 500:
		return core.E(core.Invalid, "errors.engine_rejected", core.Args{"Status": response.Status})
	}
	return core.E(core.Unavailable, "errors.engine_failed", core.Args{"Status": response.Status})
}

// tooLong says that a text is longer than the model can read, before anything was answered.
func tooLong() error { return core.E(core.Invalid, "errors.context_exceeded", nil) }

func mediaType(contentType string) string {
	kind, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		return strings.ToLower(strings.TrimSpace(contentType))
	}
	return kind
}
