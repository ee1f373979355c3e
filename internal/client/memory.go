package client

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayapi"
)

// Found is what a search of the memory gives.
type Found struct {
	Hits      []gatewayapi.Hit `json:"hits"`
	ByMeaning bool             `json:"by_meaning"` // false: full text only
}

// AddDocument sends one file and waits until it is findable or has failed. name is the path shown to people.
func (c *Client) AddDocument(ctx context.Context, name string, modified time.Time, file io.Reader) (gatewayapi.Report, error) {
	var report gatewayapi.Report
	query := url.Values{"name": {name}, "modified": {strconv.FormatInt(modified.UnixMilli(), 10)}}
	data, err := c.call(ctx, request{
		method: http.MethodPost, path: "/api/memory/documents", query: query,
		media: "application/octet-stream", body: file,
	})
	if err != nil {
		return report, err
	}
	return report, c.decode(data, &report)
}

// Documents lists the memory's documents by name.
func (c *Client) Documents(ctx context.Context) ([]gatewayapi.Document, error) {
	var list []gatewayapi.Document
	err := c.get(ctx, "/api/memory/documents", nil, &list)
	return list, err
}

// RemoveDocument erases a document with all its versions.
func (c *Client) RemoveDocument(ctx context.Context, id core.ID) error {
	_, err := c.call(ctx, request{method: http.MethodDelete, path: "/api/memory/documents/" + url.PathEscape(string(id))})
	return err
}

// Search returns whole passages, best first.
func (c *Client) Search(ctx context.Context, text string, limit int) (Found, error) {
	var found Found
	err := c.get(ctx, "/api/memory/search", url.Values{"q": {text}, "limit": {strconv.Itoa(limit)}}, &found)
	return found, err
}
