package client

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"github.com/solidaire-coop/solidaire/internal/audit"
	"github.com/solidaire-coop/solidaire/internal/core"
)

// Receipt returns the receipt file of a request, waiting for its place in the log.
func (c *Client) Receipt(ctx context.Context, id core.ID) ([]byte, error) {
	return c.call(ctx, request{method: http.MethodGet, path: "/api/receipts/" + url.PathEscape(string(id))})
}

// Receipts lists one's own newest records, at most limit, before the given id when it is not empty.
func (c *Client) Receipts(ctx context.Context, before core.ID, limit int) ([]audit.Record, error) {
	query := url.Values{"limit": {strconv.Itoa(limit)}}
	if before != "" {
		query.Set("before", string(before))
	}
	var list []audit.Record
	err := c.get(ctx, "/api/receipts", query, &list)
	return list, err
}
