package gatewayapi

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway"
)

// Tester puts a model to the test of cited answers; the gateway's service satisfies it.
type Tester interface {
	TestWriter(ctx context.Context, actor core.Actor, name string) (gateway.Fitness, error)
}

// maxModelBody bounds a request that only names a model.
const maxModelBody = 4 << 10

// testModel answers when the test is over, which may take minutes on a processor alone.
func (a *API) testModel(w http.ResponseWriter, r *http.Request, actor core.Actor) error {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxModelBody))
	if err != nil {
		return core.Wrap(err, core.TooLarge, "errors.body_too_large", core.Args{"Limit": maxModelBody})
	}
	var req struct {
		Model string `json:"model"`
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&req); err != nil {
		return core.Wrap(err, core.Invalid, "errors.json_invalid", nil)
	}
	result, err := a.tester.TestWriter(r.Context(), actor, req.Model)
	if err != nil {
		return err
	}
	return writeJSON(w, result)
}
