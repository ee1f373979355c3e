package client

import (
	"context"
	"io"
	"net/http"
	"net/url"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayapi"
)

// Questions lists the organisation's own question set.
func (c *Client) Questions(ctx context.Context) ([]gatewayapi.Question, error) {
	var list []gatewayapi.Question
	err := c.get(ctx, "/api/memory/questions", nil, &list)
	return list, err
}

// ExportQuestions gives the set as lines of JSON.
func (c *Client) ExportQuestions(ctx context.Context) ([]byte, error) {
	return c.call(ctx, request{method: http.MethodGet, path: "/api/memory/questions", query: url.Values{"format": {"jsonl"}}})
}

// ImportQuestions adds a set, or puts it in place of the one that is kept, and counts it.
func (c *Client) ImportQuestions(ctx context.Context, lines io.Reader, replace bool) (int, error) {
	query := url.Values{}
	if replace {
		query.Set("replace", "true")
	}
	var out struct {
		Questions int `json:"questions"`
	}
	err := c.send(ctx, http.MethodPost, "/api/memory/questions", query, lines, &out)
	return out.Questions, err
}

// RemoveQuestion takes a question out, by its id.
func (c *Client) RemoveQuestion(ctx context.Context, id string) error {
	return c.order(ctx, http.MethodDelete, "/api/memory/questions/"+url.PathEscape(id), nil, nil, nil)
}

// Measurements lists what was measured, newest first, and how far a measurement under way is.
func (c *Client) Measurements(ctx context.Context) (gatewayapi.Measurements, error) {
	var out gatewayapi.Measurements
	err := c.get(ctx, "/api/memory/measurements", nil, &out)
	return out, err
}

// Measure begins a measurement.
func (c *Client) Measure(ctx context.Context) (gatewayapi.Measuring, error) {
	var out gatewayapi.Measuring
	err := c.order(ctx, http.MethodPost, "/api/memory/measurements", nil, nil, &out)
	return out, err
}

// StopMeasuring ends the measurement under way.
func (c *Client) StopMeasuring(ctx context.Context) error {
	return c.order(ctx, http.MethodDelete, "/api/memory/measurements", nil, nil, nil)
}

// Measurement reads one, held against an earlier one unless that is "".
func (c *Client) Measurement(ctx context.Context, id, against core.ID) (gatewayapi.Measurement, error) {
	var out gatewayapi.Measurement
	query := url.Values{}
	if against != "" {
		query.Set("against", string(against))
	}
	err := c.get(ctx, "/api/memory/measurements/"+url.PathEscape(string(id)), query, &out)
	return out, err
}
