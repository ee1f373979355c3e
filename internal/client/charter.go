package client

import (
	"context"
	"net/url"

	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayapi"
)

// Charter returns a version of the charter by its hash or the beginning of it; "" is the one in force.
func (c *Client) Charter(ctx context.Context, hash string) (v gatewayapi.CharterVersion, err error) {
	path := "/api/charter"
	if hash != "" {
		path += "/" + url.PathEscape(hash)
	}
	return v, c.get(ctx, path, nil, &v)
}
