package gatewayanthropic

import (
	"net/http"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayopenai"
	"github.com/solidaire-coop/solidaire/internal/platform/web"
)

// statusOverloaded is Anthropic's own, for a service that is there but cannot answer now.
const statusOverloaded = 529

// tooLong are the words by which clients of this dialect, which has no code for it, know that a text must be made shorter.
const tooLong = "prompt is too long: "

// problem is Anthropic's shape: type and message, then ours.
type problem struct {
	Type    string  `json:"type"`
	Message string  `json:"message"`
	Next    string  `json:"next"`
	ID      string  `json:"id"`
	Code    string  `json:"code"`
	Param   *string `json:"param,omitempty"`
	Article int     `json:"article,omitempty"`
	Charter string  `json:"charter,omitempty"`
	Receipt core.ID `json:"receipt,omitempty"`
	// Restriction is the number of the emergency restriction that refused.
	Restriction int `json:"restriction,omitempty"`
}

func shape(code core.Code, shown gatewayopenai.Problem) (int, any) {
	kind, status := typeOf(code)
	if shown.Code == gatewayopenai.TooLongCode {
		shown.Message = tooLong + shown.Message
	}
	return status, struct {
		Type  string  `json:"type"`
		Error problem `json:"error"`
	}{"error", problem{
		Type: kind, Message: shown.Said(), Next: shown.Next, ID: shown.ID, Code: shown.Code, Param: shown.Param,
		Article: shown.Article, Charter: shown.Charter, Receipt: shown.Receipt, Restriction: shown.Restriction,
	}}
}

func typeOf(code core.Code) (kind string, status int) {
	switch code {
	case core.Unauthenticated:
		return "authentication_error", http.StatusUnauthorized
	case core.Refused, core.Forbidden:
		return "permission_error", http.StatusForbidden
	case core.NotFound:
		return "not_found_error", http.StatusNotFound
	case core.TooLarge:
		return "request_too_large", http.StatusRequestEntityTooLarge
	case core.Exhausted:
		return "rate_limit_error", http.StatusTooManyRequests
	case core.Invalid, core.Conflict:
		return "invalid_request_error", http.StatusBadRequest
	case core.Unavailable:
		return "overloaded_error", statusOverloaded
	}
	return "api_error", web.StatusOf(code)
}
