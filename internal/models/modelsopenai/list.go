package modelsopenai

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// Bounds on what a list of models may hold.
const (
	maxList   = 4 << 20
	maxModels = 10_000
	maxName   = 200
)

// Listed is one model as an engine lists it.
type Listed struct {
	Name       string
	Context    int      // tokens; 0: not said
	Parameters int64    // 0: not said
	Bytes      int64    // 0: not said
	Can        []string // capabilities, when the engine names them ("completion", "embedding")
}

// Models lists what the engine serves.
func (c *Client) Models(ctx context.Context) ([]Listed, error) {
	resp, err := c.do(ctx, http.MethodGet, "/v1/models", nil)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, problem(resp.StatusCode, "", engineError{})
	}
	var list struct {
		Data []struct {
			ID           string   `json:"id"`
			MaxLen       int      `json:"max_model_len"` // vLLM
			Capabilities []string `json:"capabilities"`
			Meta         struct { // llama-server
				Context    int   `json:"n_ctx_train"`
				Parameters int64 `json:"n_params"`
				Size       int64 `json:"size"`
			} `json:"meta"`
		} `json:"data"`
	}
	if err := json.NewDecoder(io.LimitReader(resp.Body, maxList)).Decode(&list); err != nil {
		return nil, core.Wrap(err, core.Unavailable, "errors.engine_not_openai", nil)
	}
	var models []Listed
	for _, m := range list.Data[:min(len(list.Data), maxModels)] {
		if m.ID == "" || len(m.ID) > maxName {
			continue // cannot be asked for by name
		}
		models = append(models, Listed{
			Name: m.ID, Context: max(m.MaxLen, m.Meta.Context), Parameters: m.Meta.Parameters,
			Bytes: m.Meta.Size, Can: m.Capabilities,
		})
	}
	return models, nil
}

// Get reads a small JSON document, such as llama-server's /slots.
func (c *Client) Get(ctx context.Context, path string) ([]byte, error) {
	resp, err := c.do(ctx, http.MethodGet, path, nil)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, problem(resp.StatusCode, "", engineError{})
	}
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxList))
	if err != nil {
		return nil, openError(ctx, err)
	}
	return data, nil
}

// Health returns nil when the engine is ready. Where it has no /health (Ollama), listing its models
// counts as one.
func (c *Client) Health(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	resp, err := c.do(ctx, http.MethodGet, "/health", nil)
	if err != nil {
		return err
	}
	io.Copy(io.Discard, io.LimitReader(resp.Body, maxProblem))
	resp.Body.Close()
	switch resp.StatusCode {
	case http.StatusOK:
		return nil
	case http.StatusNotFound, http.StatusMethodNotAllowed:
		_, err := c.Models(ctx)
		return err
	}
	return problem(resp.StatusCode, "", engineError{})
}
