package modelsopenai

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/models"
)

// Bounds of what is read of an engine's error, only to find its type, and for how long.
const (
	maxProblem  = 16 << 10
	problemWait = 10 * time.Second
)

// TypeTooLong is the type of error by which llama-server says that the prompt does not fit.
const TypeTooLong = "exceed_context_size_error"

// statusOverloaded is by what Anthropic's dialect says that a server is overloaded.
const statusOverloaded = 529

// engineError is what llama-server tells of a prompt that does not fit.
type engineError struct {
	Error struct {
		Prompt int `json:"n_prompt_tokens"`
		Limit  int `json:"n_ctx"`
	} `json:"error"`
}

// hide replaces the engine's words by a problem of the house and closes the engine's body.
func hide(answer *models.Response) {
	raw, _ := io.ReadAll(io.LimitReader(answer.Body, maxProblem)) // what cannot be read stays unknown
	answer.Body.Close()
	var said engineError
	_ = json.Unmarshal(raw, &said) // not JSON, or of another shape: only the status counts
	kind := ""
	if models.TooLong(raw) {
		kind = TypeTooLong
	}
	answer.Problem = problem(answer.Status, kind, said)
	plain, _ := json.Marshal(map[string]any{"error": map[string]any{"code": answer.Status, "type": kind}})
	answer.ContentType = "application/json"
	answer.Body = io.NopCloser(bytes.NewReader(plain))
}

func problem(status int, kind string, said engineError) *core.Error {
	args := core.Args{"Status": status}
	switch {
	case kind == TypeTooLong:
		if said.Error.Limit > 0 {
			return core.E(core.TooLarge, "errors.engine_prompt_too_long_by", core.Args{"Tokens": said.Error.Prompt, "Limit": said.Error.Limit})
		}
		return core.E(core.TooLarge, "errors.engine_prompt_too_long", nil)
	case status == http.StatusTooManyRequests:
		return core.E(core.Exhausted, "errors.engine_busy", nil)
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return core.E(core.Unavailable, "errors.engine_key", nil)
	case status == http.StatusNotFound:
		return core.E(core.Unavailable, "errors.engine_lacks_model", nil)
	case status == http.StatusServiceUnavailable, status == statusOverloaded:
		return core.E(core.Unavailable, "errors.engine_loading", nil)
	case status >= 500, status < 400:
		return core.E(core.Unavailable, "errors.engine_failed", args)
	}
	return core.E(core.Invalid, "errors.engine_rejected", args)
}
