package gatewayollama

import (
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayopenai"
	"github.com/solidaire-coop/solidaire/internal/platform/web"
)

// problem is Ollama's shape, one sentence, then ours.
type problem struct {
	Error   string  `json:"error"`
	Code    string  `json:"code"`
	Next    string  `json:"next"`
	ID      string  `json:"id"`
	Param   *string `json:"param,omitempty"`
	Article int     `json:"article,omitempty"`
	Charter string  `json:"charter,omitempty"`
	Receipt core.ID `json:"receipt,omitempty"`
	// Restriction is the number of the emergency restriction that refused.
	Restriction int `json:"restriction,omitempty"`
}

func shape(code core.Code, shown gatewayopenai.Problem) (int, any) {
	return web.StatusOf(code), problem{Error: shown.Said(), Code: shown.Code, Next: shown.Next, ID: shown.ID, Param: shown.Param,
		Article: shown.Article, Charter: shown.Charter, Receipt: shown.Receipt, Restriction: shown.Restriction}
}
