package client

import (
	"context"
	"net/http"
	"net/url"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayapi"
)

const sourcesPath = "/api/memory/sources"

func sourcePath(id core.ID) string { return sourcesPath + "/" + url.PathEscape(string(id)) }

// SourceKinds lists the kinds of sources and their settings.
func (c *Client) SourceKinds(ctx context.Context) ([]gatewayapi.Kind, error) {
	var list []gatewayapi.Kind
	err := c.get(ctx, sourcesPath+"/kinds", nil, &list)
	return list, err
}

// Sources lists the sources by name.
func (c *Client) Sources(ctx context.Context) ([]gatewayapi.Source, error) {
	var list []gatewayapi.Source
	err := c.get(ctx, sourcesPath, nil, &list)
	return list, err
}

// AddSource adds a source that can be reached.
func (c *Client) AddSource(ctx context.Context, n gatewayapi.NewSource) (gatewayapi.Source, error) {
	var s gatewayapi.Source
	err := c.order(ctx, http.MethodPost, sourcesPath, nil, n, &s)
	return s, err
}

// TrySource tells what a source holds, without keeping it.
func (c *Client) TrySource(ctx context.Context, n gatewayapi.NewSource) (gatewayapi.Sample, error) {
	var s gatewayapi.Sample
	err := c.order(ctx, http.MethodPost, sourcesPath+"/try", nil, n, &s)
	return s, err
}

// ChangeSource replaces settings and schedule. A secret that is not given stays.
func (c *Client) ChangeSource(ctx context.Context, id core.ID, n gatewayapi.NewSource) (gatewayapi.Source, error) {
	var s gatewayapi.Source
	err := c.order(ctx, http.MethodPut, sourcePath(id), nil, n, &s)
	return s, err
}

// RunSource asks for a run now. With all, what is gone from the source is removed however much it is.
func (c *Client) RunSource(ctx context.Context, id core.ID, all bool) error {
	query := url.Values{}
	if all {
		query.Set("removals", "all")
	}
	return c.order(ctx, http.MethodPost, sourcePath(id)+"/run", query, nil, nil)
}

// OrderSource pauses, resumes, or readmits what was erased.
func (c *Client) OrderSource(ctx context.Context, id core.ID, order string) error {
	return c.order(ctx, http.MethodPost, sourcePath(id)+"/"+order, nil, nil, nil)
}

// RemoveSource forgets a source, with its documents or without.
func (c *Client) RemoveSource(ctx context.Context, id core.ID, keepDocuments bool) error {
	query := url.Values{}
	if keepDocuments {
		query.Set("documents", "keep")
	}
	return c.order(ctx, http.MethodDelete, sourcePath(id), query, nil, nil)
}
