package client

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayopenai"
	"github.com/solidaire-coop/solidaire/internal/models"
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

// Model is one entry of the server's list of models.
type Model struct {
	ID    string `json:"id"`
	Facts struct {
		Kind   models.Kind `json:"kind"`
		Digest string      `json:"digest"`
		Trial  bool        `json:"trial"`
	} `json:"solidaire"`
}

// Models lists the models that the server may use.
func (c *Client) Models(ctx context.Context) ([]Model, error) {
	var list struct {
		Data []Model `json:"data"`
	}
	err := c.get(ctx, "/v1/models", nil, &list)
	return list.Data, err
}
