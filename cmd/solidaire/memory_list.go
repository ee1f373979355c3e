package main

import (
	"context"
	"flag"
	"fmt"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayapi"
	"github.com/solidaire-coop/solidaire/internal/memory"
)

func memoryListCommand() command {
	var to target
	var asJSON bool
	var state string
	return command{
		name: "memory list", examples: []string{`memory list`, `memory list --state failed --json`},
		flags: func(set *flag.FlagSet) {
			to.define(set)
			set.BoolVar(&asJSON, "json", false, "cli.flag.json")
			set.StringVar(&state, "state", "", "cli.flag.state")
		},
		run: func(ctx context.Context, c *call) error {
			switch memory.State(state) {
			case "", memory.Waiting, memory.Indexed, memory.Failed:
			default:
				return usage("errors.cli_state", nil)
			}
			server, err := to.connect(ctx, c)
			if err != nil {
				return err
			}
			defer server.Close()
			documents, err := server.Documents(ctx, memory.State(state))
			switch {
			case err != nil:
				return c.failJSON(asJSON, err)
			case asJSON:
				return c.writeJSON(documents)
			case len(documents) == 0:
				fmt.Fprintln(c.term.out, c.speech.T("cli.memory.empty"))
				return nil
			}
			c.documents(documents)
			return nil
		},
	}
}

func (c *call) documents(list []gatewayapi.Document) {
	rows := [][]string{{c.speech.T("cli.column.id"), c.speech.T("cli.column.document"), c.speech.T("cli.column.state"), c.speech.T("cli.column.date")}}
	for _, d := range list {
		rows = append(rows, []string{string(d.ID), d.Name, c.documentState(d), c.day(d.Dated)})
	}
	c.table(rows)
}

func (c *call) documentState(d gatewayapi.Document) string {
	switch {
	case d.State != memory.Indexed:
		return c.speech.T("cli.memory.state." + string(d.State))
	case !d.Vectors:
		return c.speech.T("cli.memory.state.words", core.Args{"Count": d.Passages})
	}
	return c.speech.T("cli.memory.state.indexed", core.Args{"Count": d.Passages})
}
