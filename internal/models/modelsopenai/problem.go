package modelsopenai

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
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

// Anthropic's dialect says that a prompt is too long in words only, and that a server is overloaded by a status of its own.
const (
	anthropicTooLong = "prompt is too long"
	statusOverloaded = 529
)

// engineError is what engines put in the body of an error. The message is never shown; where a dialect has
// no other sign of a prompt that is too long, it is looked at for that.
type engineError struct {
	Error struct {
		Type    string          `json:"type"`
		Code    json.RawMessage `json:"code"`
		Prompt  int             `json:"n_prompt_tokens"`
		Limit   int             `json:"n_ctx"`
		Message string          `json:"message"`
	} `json:"error"`
}

// hide replaces the engine's words by a problem of the house and closes the engine's body.
func hide(answer *models.Response) {
	raw, _ := io.ReadAll(io.LimitReader(answer.Body, maxProblem)) // what cannot be read stays unknown
	answer.Body.Close()
	var said engineError
	_ = json.Unmarshal(raw, &said) // not JSON: only the status counts
	kind := ""
	if said.Error.Type == TypeTooLong || string(said.Error.Code) == `"context_length_exceeded"` || strings.HasPrefix(said.Error.Message, anthropicTooLong) {
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
