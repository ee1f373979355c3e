package client

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayopenai"
)

// Ask puts a question to the memory; writer names the model that writes the answer, "" for exact quotations.
// It returns the answer and its bytes as the server sent them.
func (c *Client) Ask(ctx context.Context, question, writer string) (gatewayopenai.AskAnswer, []byte, error) {
	var answer gatewayopenai.AskAnswer
	body, err := json.Marshal(struct {
		Question string `json:"question"`
		Writer   string `json:"writer,omitempty"`
	}{question, writer})
	if err != nil {
		return answer, nil, core.Wrap(err, core.Internal, "errors.internal", nil)
	}
	data, err := c.call(ctx, request{
		method: http.MethodPost, path: "/api/ask", media: "application/json", body: bytes.NewReader(body),
	})
	if err != nil {
		return answer, nil, err
	}
	return answer, data, c.decode(data, &answer)
}
