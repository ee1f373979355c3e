package client

import (
	"context"
	"net/url"

	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayapi"
)

// Proposals lists what members propose and decided, the last changed first.
func (c *Client) Proposals(ctx context.Context) (list []gatewayapi.Proposal, err error) {
	return list, c.get(ctx, "/api/proposals", nil, &list)
}

// Proposal returns one by its id.
func (c *Client) Proposal(ctx context.Context, id string) (p gatewayapi.ProposalDetail, err error) {
	return p, c.get(ctx, "/api/proposals/"+url.PathEscape(id), nil, &p)
}
