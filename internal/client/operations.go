package client

import (
	"context"

	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayapi"
)

// Operations tells what the last hour came to, and how each engine is.
func (c *Client) Operations(ctx context.Context) (gatewayapi.OperationsNow, error) {
	var now gatewayapi.OperationsNow
	err := c.get(ctx, "/api/operations", nil, &now)
	return now, err
}
