package main

import (
	"context"
	"flag"
	"fmt"

	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayapi"
)

func charterShowCommand() command {
	var to target
	var asJSON bool
	return command{
		name: "charter show", args: []string{"cli.arg.charter"}, max: 1,
		examples: []string{`charter show`, `charter show d16fbe24`, `charter show --json`},
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
			hash := ""
			if len(c.args) > 0 {
				hash = c.args[0]
			}
			v, err := server.Charter(ctx, hash)
			switch {
			case err != nil:
				return c.failJSON(asJSON, err)
			case asJSON:
				return c.writeJSON(v)
			}
			c.tellCharter(v)
			return nil
		},
	}
}

// tellCharter gives the whole text, and where each rule stands in it.
func (c *call) tellCharter(v gatewayapi.CharterVersion) {
	lang, out := c.speech.Lang(), c.term.out
	fmt.Fprintln(out, printable(v.Title.In(lang)))
	fmt.Fprintln(out, c.speech.T("cli.charter.version", core.Args{"Number": v.Number, "Date": c.moment(v.Effective)}))
	status := "cli.charter.provisional"
	if v.Status == charter.Voted {
		status = "cli.charter.voted"
	}
	fmt.Fprintln(out, c.speech.T(status))
	if !v.InForce {
		fmt.Fprintln(out, c.speech.T("cli.charter.past"))
	}
	fmt.Fprintln(out, c.speech.T("cli.charter.hash", core.Args{"Hash": v.Hash}))
	if v.Parent != "" {
		fmt.Fprintln(out, c.speech.T("cli.charter.parent", core.Args{"Hash": v.Parent}))
	}
	for _, a := range v.Articles {
		fmt.Fprintf(out, "\n%s\n%s\n", c.speech.T("cli.charter.article", core.Args{"Number": a.Number, "Title": printable(a.Title.In(lang))}), passage(a.Text.In(lang), ""))
	}
}
