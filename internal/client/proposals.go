package client

import (
	"context"
	"net/url"

	"github.com/solidaire-coop/solidaire/internal/charter"
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

// Effect returns the dry run of a proposed charter.
func (c *Client) Effect(ctx context.Context, id string) (e charter.Effect, err error) {
	return e, c.get(ctx, "/api/proposals/"+url.PathEscape(id)+"/effect", nil, &e)
}
