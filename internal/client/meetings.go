package client

import (
	"context"
	"net/url"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayapi"
)

// Meetings lists those that the caller may see, the latest first.
func (c *Client) Meetings(ctx context.Context) (list []gatewayapi.Meeting, err error) {
	return list, c.get(ctx, "/api/meetings", nil, &list)
}

// Meeting returns one by its id.
func (c *Client) Meeting(ctx context.Context, id string) (m gatewayapi.MeetingDetail, err error) {
	return m, c.get(ctx, "/api/meetings/"+url.PathEscape(id), nil, &m)
}

// Minutes returns those of a meeting, with their text in a language.
func (c *Client) Minutes(ctx context.Context, id string, lang core.Lang) (m gatewayapi.MeetingMinutes, err error) {
	return m, c.get(ctx, "/api/meetings/"+url.PathEscape(id)+"/minutes", url.Values{"lang": {string(lang)}}, &m)
}
