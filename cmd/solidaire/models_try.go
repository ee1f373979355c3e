package main

import (
	"context"
	"flag"
	"fmt"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// modelsTryCommand puts a model to our own test of cited answers: only a model that passes may write from documents.
func modelsTryCommand() command {
	var to target
	var asJSON bool
	return command{
		name: "models test", args: []string{"cli.arg.model"}, min: 1, max: 1, examples: []string{`models test qwen3-1.7b`},
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
			line := c.term.progress()
			line.show(c.speech.T("cli.models.testing", core.Args{"Name": printable(c.args[0])}))
			result, raw, err := server.TestModel(ctx, c.args[0])
			line.clear()
			if err != nil {
				return c.failJSON(asJSON, err)
			}
			if asJSON {
				fmt.Fprintf(c.term.out, "%s\n", raw)
			} else {
				verdict := "cli.models.test.failed"
				switch {
				case result.Passed && result.Kept:
					verdict = "cli.models.test.passed"
				case result.Passed:
					verdict = "cli.models.test.not_kept"
				}
				fmt.Fprintln(c.term.out, c.speech.T("cli.models.test.result", core.Args{
					"Right": result.Right, "Answerable": result.Answerable, "Honest": result.Honest, "Unanswerable": result.Silent,
				}))
				fmt.Fprintln(c.term.out, c.speech.T(verdict, core.Args{"Name": result.Model}))
			}
			if !result.Passed {
				return &exit{code: exitFailed}
			}
			return nil
		},
	}
}
