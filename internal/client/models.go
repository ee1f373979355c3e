package client

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway"
)

// TestModel puts a chat model to the test of cited answers. It may take minutes.
func (c *Client) TestModel(ctx context.Context, name string) (gateway.Fitness, []byte, error) {
	var result gateway.Fitness
	body, err := json.Marshal(map[string]string{"model": name})
	if err != nil {
		return result, nil, core.Wrap(err, core.Internal, "errors.internal", nil)
	}
	data, err := c.call(ctx, request{
		method: http.MethodPost, path: "/api/models/test", media: "application/json", body: bytes.NewReader(body),
	})
	if err != nil {
		return result, nil, err
	}
	return result, data, c.decode(data, &result)
}
