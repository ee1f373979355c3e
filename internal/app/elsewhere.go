package app

import (
	"context"
	"encoding/json"
	"time"

	"github.com/solidaire-coop/solidaire/internal/audit"
	"github.com/solidaire-coop/solidaire/internal/audit/auditlog"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewaysql"
	"github.com/solidaire-coop/solidaire/internal/governance"
	"github.com/solidaire-coop/solidaire/internal/meetings"
	"github.com/solidaire-coop/solidaire/internal/members/membershttp"
)

// elsewhere is what the other rooms hold about a person, for the page where they see it and take it away.
type elsewhere struct {
	conversations *gatewaysql.Conversations
	receipts      *auditlog.Log
	responses     *gatewaysql.Responses
	decisions     *governance.Service
	meetings      *meetings.Service
}

var _ membershttp.Elsewhere = elsewhere{}

// Held implements membershttp.Elsewhere.
func (e elsewhere) Held(ctx context.Context, actor core.Actor) ([]membershttp.Holding, error) {
	conversations, err := e.conversations.Count(ctx, actor)
	if err != nil {
		return nil, err
	}
	responses, err := e.responses.Count(ctx, actor)
	if err != nil {
		return nil, err
	}
	decisions, err := e.decisions.Contributions(ctx, actor)
	if err != nil {
		return nil, err
	}
	attended, err := e.meetings.Attended(ctx, actor)
	if err != nil {
		return nil, err
	}
	receipts, err := e.receipts.Count(ctx, actor.Organisation, actor.Person)
	return []membershttp.Holding{
		{Kind: "conversations", Count: conversations, Href: "/conversations"},
		{Kind: "receipts", Count: receipts, Href: "/receipts"},
		{Kind: "responses", Count: responses},
		{Kind: "decisions", Count: len(decisions), Href: "/decisions"},
		{Kind: "meetings", Count: len(attended), Href: "/meetings"},
	}, err
}

// takenConversation is a conversation in the file that a person takes away.
type takenConversation struct {
	Conversation gateway.Conversation `json:"conversation"`
	Turns        []gateway.Turn       `json:"turns"`
}

// Give implements membershttp.Elsewhere.
func (e elsewhere) Give(ctx context.Context, actor core.Actor, each func(kind string, value any) error) error {
	ids, err := e.conversations.IDs(ctx, actor)
	if err != nil {
		return err
	}
	for _, id := range ids {
		conversation, turns, err := e.conversations.Turns(ctx, actor, id)
		if core.Is(err, core.NotFound) { // deleted meanwhile
			continue
		}
		if err == nil {
			err = each("conversations", takenConversation{conversation, turns})
		}
		if err != nil {
			return err
		}
	}
	err = e.responses.Each(ctx, actor, func(r gateway.KeptResponse) error {
		return each("responses", takenResponse{r.ID, r.Previous, r.Created, r.Input, r.Body})
	})
	if err == nil {
		err = e.giveDecisions(ctx, actor, each)
	}
	if err != nil {
		return err
	}
	attended, err := e.meetings.Attended(ctx, actor)
	if err != nil {
		return err
	}
	for _, a := range attended {
		if err := each("meetings", a); err != nil {
			return err
		}
	}
	return e.giveReceipts(ctx, actor, each)
}

// giveDecisions hands out what the person said and did in the assembly.
func (e elsewhere) giveDecisions(ctx context.Context, actor core.Actor, each func(kind string, value any) error) error {
	list, err := e.decisions.Contributions(ctx, actor)
	for _, c := range list {
		if err == nil {
			err = each("decisions", c)
		}
	}
	return err
}

// takenResponse is a response kept for a program, as it was asked and answered.
type takenResponse struct {
	ID       core.ID         `json:"id"`
	Previous core.ID         `json:"previous,omitempty"`
	Created  time.Time       `json:"created"`
	Input    json.RawMessage `json:"input"`
	Body     json.RawMessage `json:"body"`
}

// recordsAtOnce is how many records are read together.
const recordsAtOnce = 100

func (e elsewhere) giveReceipts(ctx context.Context, actor core.Actor, each func(kind string, value any) error) error {
	var before core.ID
	for {
		var records []audit.Record
		records, err := e.receipts.List(ctx, actor.Organisation, actor.Person, before, recordsAtOnce)
		if err != nil || len(records) == 0 {
			return err
		}
		for _, record := range records {
			if err := each("receipts", record); err != nil {
				return err
			}
		}
		before = records[len(records)-1].ID
	}
}
