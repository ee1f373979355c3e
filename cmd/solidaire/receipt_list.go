package main

import (
	"context"
	"flag"
	"fmt"

	"github.com/solidaire-coop/solidaire/internal/audit"
	"github.com/solidaire-coop/solidaire/internal/core"
)

func receiptListCommand() command {
	var to target
	var asJSON bool
	var limit int
	return command{
		name: "receipt list", examples: []string{`receipt list --limit 5`},
		flags: func(set *flag.FlagSet) {
			to.define(set)
			set.BoolVar(&asJSON, "json", false, "cli.flag.json")
			set.IntVar(&limit, "limit", 20, "cli.flag.limit")
		},
		run: func(ctx context.Context, c *call) error {
			if limit < 1 || limit > 200 {
				return usage("errors.cli_limit", core.Args{"Max": 200})
			}
			server, err := to.connect(ctx, c)
			if err != nil {
				return err
			}
			defer server.Close()
			records, err := server.Receipts(ctx, "", limit)
			switch {
			case err != nil:
				return c.failJSON(asJSON, err)
			case asJSON:
				return c.writeJSON(records)
			case len(records) == 0:
				fmt.Fprintln(c.term.out, c.speech.T("cli.receipt_none"))
				return nil
			}
			c.records(records)
			return nil
		},
	}
}

func (c *call) records(records []audit.Record) {
	rows := [][]string{{c.speech.T("cli.column.receipt"), c.speech.T("cli.column.date"), c.speech.T("cli.column.outcome"), c.speech.T("cli.column.energy")}}
	for _, r := range records {
		rows = append(rows, []string{string(r.ID), c.moment(r.Time), c.outcome(r.Outcome), c.speech.Energy(r.Energy)})
	}
	c.table(rows)
}

// outcome says how a request ended, in the words of the pages.
func (c *call) outcome(outcome audit.Outcome) string {
	switch outcome {
	case audit.Completed, audit.NotFound, audit.Interrupted, audit.Cancelled, audit.Failed, audit.Blocked:
		return c.speech.T("receipts.outcome." + string(outcome))
	}
	return c.speech.T("receipts.outcome.other")
}
