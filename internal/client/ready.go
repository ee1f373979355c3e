package client

import (
	"context"
	"net/http"
)

// Readiness is what a server says of itself.
type Readiness struct {
	Ready      bool        `json:"ready"` // questions can be answered and recorded
	Version    string      `json:"version"`
	Components []Component `json:"components"`
}

// Component is the state of one part: "ok", "degraded", "failed", or an engine's state.
type Component struct {
	Name    string `json:"name"`
	State   string `json:"state"`
	Detail  string `json:"detail,omitempty"`
	Next    string `json:"next,omitempty"`
	Program string `json:"program,omitempty"`
}

// Ready asks a server how it is. A server that is not ready answers too.
func (c *Client) Ready(ctx context.Context) (Readiness, error) {
	var ready Readiness
	status, data, err := c.exchange(ctx, request{method: http.MethodGet, path: "/readyz"})
	if err != nil {
		return ready, err
	}
	if status != http.StatusOK && status != http.StatusServiceUnavailable {
		return ready, c.refusal(status, data)
	}
	if err := c.decode(data, &ready); err != nil {
		return ready, err
	}
	return ready, nil
}
