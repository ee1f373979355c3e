package client

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayapi"
	"github.com/solidaire-coop/solidaire/internal/memory"
)

// Found is what a search of the memory gives.
type Found struct {
	Hits      []gatewayapi.Hit `json:"hits"`
	ByMeaning bool             `json:"by_meaning"` // false: full text only
}

// Offer sends one file and returns once it is kept: it is read in the background. name is the path shown to
// people.
func (c *Client) Offer(ctx context.Context, name string, modified time.Time, file io.Reader) (gatewayapi.Report, error) {
	query := url.Values{"name": {name}, "modified": {strconv.FormatInt(modified.UnixMilli(), 10)}, "wait": {"false"}}
	var report gatewayapi.Report
	err := c.send(ctx, http.MethodPost, "/api/memory/documents", query, file, &report)
	return report, err
}

// OfferArchive sends an archive, whose documents are then read in the background.
func (c *Client) OfferArchive(ctx context.Context, name string, file io.Reader) (gatewayapi.Archive, error) {
	var archive gatewayapi.Archive
	err := c.send(ctx, http.MethodPost, "/api/memory/archives", url.Values{"name": {name}}, file, &archive)
	return archive, err
}

// send sends bytes and reads a JSON answer.
func (c *Client) send(ctx context.Context, method, path string, query url.Values, body io.Reader, out any) error {
	data, err := c.call(ctx, request{method: method, path: path, query: query, media: "application/octet-stream", body: body})
	if err != nil || out == nil {
		return err
	}
	return c.decode(data, out)
}

// order sends JSON, or nothing, and reads a JSON answer, or none.
func (c *Client) order(ctx context.Context, method, path string, query url.Values, in, out any) error {
	r := request{method: method, path: path, query: query}
	if in != nil {
		data, err := json.Marshal(in)
		if err != nil {
			return err
		}
		r.media, r.body = "application/json", bytes.NewReader(data)
	}
	data, err := c.call(ctx, r)
	if err != nil || out == nil {
		return err
	}
	return c.decode(data, out)
}

// Finished waits until a document is read or has failed, or for a while when that takes long.
func (c *Client) Finished(ctx context.Context, id core.ID) (gatewayapi.Document, error) {
	var d gatewayapi.Document
	err := c.get(ctx, "/api/memory/documents/"+url.PathEscape(string(id)), url.Values{"wait": {"true"}}, &d)
	return d, err
}

// Documents lists the memory's documents by title, those of a state or all for "".
func (c *Client) Documents(ctx context.Context, state memory.State) ([]gatewayapi.Document, error) {
	all := []gatewayapi.Document{}
	for {
		var page []gatewayapi.Document
		query := url.Values{"offset": {strconv.Itoa(len(all))}, "limit": {strconv.Itoa(memory.MaxPage)}}
		if state != "" {
			query.Set("state", string(state))
		}
		if err := c.get(ctx, "/api/memory/documents", query, &page); err != nil {
			return nil, err
		}
		all = append(all, page...)
		if len(page) < memory.MaxPage {
			return all, nil
		}
	}
}

// DocumentsNamed finds the documents of that very name: one, or one for each source that has it.
func (c *Client) DocumentsNamed(ctx context.Context, name string) ([]gatewayapi.Document, error) {
	var list []gatewayapi.Document
	err := c.get(ctx, "/api/memory/documents", url.Values{"name": {name}}, &list)
	return list, err
}

// Document finds a document by its id.
func (c *Client) Document(ctx context.Context, id core.ID) (gatewayapi.Document, error) {
	var d gatewayapi.Document
	err := c.get(ctx, "/api/memory/documents/"+url.PathEscape(string(id)), nil, &d)
	return d, err
}

// RemoveDocument erases a document with all its versions.
func (c *Client) RemoveDocument(ctx context.Context, id core.ID) error {
	return c.order(ctx, http.MethodDelete, "/api/memory/documents/"+url.PathEscape(string(id)), nil, nil, nil)
}

// Retry makes failed documents wait again, one or all for "", and counts them.
func (c *Client) Retry(ctx context.Context, id core.ID) (int, error) {
	var out struct {
		Documents int `json:"documents"`
	}
	err := c.order(ctx, http.MethodPost, "/api/memory/retry", url.Values{"document": {string(id)}}, nil, &out)
	return out.Documents, err
}

// Status tells what the memory is doing.
func (c *Client) Status(ctx context.Context) (gatewayapi.Status, error) {
	var s gatewayapi.Status
	err := c.get(ctx, "/api/memory/status", nil, &s)
	return s, err
}

// Narrowing are the documents that a search is narrowed to, as the API reads them. Dates are YYYY-MM-DD; "" leaves all.
type Narrowing struct{ Source, Kind, Body, Since, Until string }

// Search returns whole passages, best first.
func (c *Client) Search(ctx context.Context, text string, limit int, among Narrowing) (Found, error) {
	var found Found
	query := url.Values{"q": {text}, "limit": {strconv.Itoa(limit)}}
	for name, value := range map[string]string{
		"source": among.Source, "kind": among.Kind, "body": among.Body, "since": among.Since, "until": among.Until,
	} {
		if value != "" {
			query.Set(name, value)
		}
	}
	err := c.get(ctx, "/api/memory/search", query, &found)
	return found, err
}
