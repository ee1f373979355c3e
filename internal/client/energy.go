package client

import (
	"context"
	"net/url"
	"strconv"

	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayapi"
)

// Energy tells what the last days used, of the caller or of the whole organisation.
func (c *Client) Energy(ctx context.Context, days int, organisation bool) (gatewayapi.EnergyUse, error) {
	query := url.Values{"days": {strconv.Itoa(days)}}
	if organisation {
		query.Set("whose", "organisation")
	}
	var use gatewayapi.EnergyUse
	err := c.get(ctx, "/api/energy", query, &use)
	return use, err
}
