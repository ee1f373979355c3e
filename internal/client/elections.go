package client

import (
	"context"
	"io"
	"net/http"
	"net/url"

	"github.com/solidaire-coop/solidaire/internal/governance"
)

const electionsPath = "/api/elections"

// Elections lists the elections held elsewhere, the newest first.
func (c *Client) Elections(ctx context.Context) (list []governance.Election, err error) {
	return list, c.get(ctx, electionsPath, nil, &list)
}

// BringElection sends the file of one; motion is the proposal that it carries out, "" none.
func (c *Client) BringElection(ctx context.Context, motion string, file io.Reader) (e governance.Election, err error) {
	query := url.Values{}
	if motion != "" {
		query.Set("motion", motion)
	}
	data, err := c.call(ctx, request{method: http.MethodPost, path: electionsPath, query: query, media: "application/octet-stream", body: file})
	if err != nil {
		return e, err
	}
	return e, c.decode(data, &e)
}
