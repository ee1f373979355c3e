package main

import (
	"context"
	"flag"
	"fmt"

	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayapi"
)

func proposalListCommand() command {
	var to target
	var asJSON bool
	return command{
		name: "proposal list", examples: []string{`proposal list`, `proposal list --json`},
		flags: func(set *flag.FlagSet) {
			to.define(set)
			set.BoolVar(&asJSON, "json", false, "cli.flag.json")
		},
		run: func(ctx context.Context, c *call) error {
			server, err := to.connect(ctx, c)
			if err != nil {
				return err
			}
			defer server.Close()
			list, err := server.Proposals(ctx)
			switch {
			case err != nil:
				return c.failJSON(asJSON, err)
			case asJSON:
				return c.writeJSON(list)
			case len(list) == 0:
				fmt.Fprintln(c.term.out, c.speech.T("cli.proposal.none"))
				return nil
			}
			c.tellProposals(list)
			return nil
		},
	}
}

func (c *call) tellProposals(list []gatewayapi.Proposal) {
	rows := [][]string{{c.speech.T("cli.column.proposal"), c.speech.T("cli.column.state"), c.speech.T("cli.column.date"), c.speech.T("cli.column.title")}}
	for _, p := range list {
		rows = append(rows, []string{string(p.ID), c.speech.T("governance.state." + string(p.State)), c.moment(p.Updated), printable(p.Title.In(c.speech.Lang()))})
	}
	c.table(rows)
}
