package main

import (
	"context"
	"fmt"

	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayapi"
)

func proposalListCommand() command {
	return reading("proposal list", func(ctx context.Context, s *server) ([]gatewayapi.Proposal, error) { return s.Proposals(ctx) },
		(*call).tellProposals, `proposal list`, `proposal list --json`)
}

func (c *call) tellProposals(list []gatewayapi.Proposal) {
	if len(list) == 0 {
		fmt.Fprintln(c.term.out, c.speech.T("cli.proposal.none"))
		return
	}
	rows := [][]string{{c.speech.T("cli.column.proposal"), c.speech.T("cli.column.state"), c.speech.T("cli.column.date"), c.speech.T("cli.column.title")}}
	for _, p := range list {
		rows = append(rows, []string{string(p.ID), c.speech.T("governance.state." + string(p.State)), c.moment(p.Updated), printable(p.Title.In(c.speech.Lang()))})
	}
	c.table(rows)
}
