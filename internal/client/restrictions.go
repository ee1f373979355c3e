package client

import (
	"context"
	"net/http"
	"strconv"

	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayapi"
)

const restrictionsPath = "/api/restrictions"

// Restrictions lists the emergency restrictions, the newest first.
func (c *Client) Restrictions(ctx context.Context) (list []gatewayapi.Restriction, err error) {
	return list, c.get(ctx, restrictionsPath, nil, &list)
}

// Restrict makes one.
func (c *Client) Restrict(ctx context.Context, n gatewayapi.NewRestriction) (made gatewayapi.Restriction, err error) {
	return made, c.order(ctx, http.MethodPost, restrictionsPath, nil, n, &made)
}

// Lift ends one before its time, and lists them all.
func (c *Client) Lift(ctx context.Context, number int, reason string) (list []gatewayapi.Restriction, err error) {
	return list, c.order(ctx, http.MethodPost, restrictionsPath+"/"+strconv.Itoa(number)+"/lift", nil, gatewayapi.Lifting{Reason: reason}, &list)
}
