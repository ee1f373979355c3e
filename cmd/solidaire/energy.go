package main

import (
	"context"
	"flag"
	"fmt"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayapi"
)

func energyCommand() command {
	var to target
	var asJSON, organisation bool
	var days int
	return command{
		name: "energy", examples: []string{`energy`, `energy --organisation --days 7`, `energy --json`},
		flags: func(set *flag.FlagSet) {
			to.define(set)
			set.BoolVar(&asJSON, "json", false, "cli.flag.json")
			set.BoolVar(&organisation, "organisation", false, "cli.flag.organisation")
			set.IntVar(&days, "days", 30, "cli.flag.days")
		},
		run: func(ctx context.Context, c *call) error {
			server, err := to.connect(ctx, c)
			if err != nil {
				return err
			}
			defer server.Close()
			use, err := server.Energy(ctx, days, organisation)
			switch {
			case err != nil:
				return c.failJSON(asJSON, err)
			case asJSON:
				return c.writeJSON(use)
			}
			c.energy(use)
			return nil
		},
	}
}

// energy says what was used, each sort of figure by itself, then what the choice of the smallest model saved.
func (c *call) energy(use gatewayapi.EnergyUse) {
	if len(use.Parts) == 0 {
		fmt.Fprintln(c.term.out, c.speech.T("cli.energy.none"))
	} else {
		rows := [][]string{{c.speech.T("cli.column.energy"), c.speech.T("cli.column.requests"), c.speech.T("cli.column.label")}}
		for _, p := range use.Parts {
			figure := "–"
			if p.Energy.Joules != nil {
				figure = c.speech.Joules(*p.Energy.Joules)
			}
			rows = append(rows, []string{figure, c.speech.Number(float64(p.Requests), 0), c.speech.EnergyLabel(p.Energy.Label)})
		}
		c.table(rows)
	}
	if use.Auto.Requests == 0 {
		return
	}
	fmt.Fprintln(c.term.out)
	fmt.Fprintln(c.term.out, c.speech.T("cli.energy.auto", core.Args{"Count": use.Auto.Requests}), c.savedText(use.Auto.Saved))
	if use.Auto.Bigger > 0 {
		fmt.Fprintln(c.term.out, c.speech.T("cli.energy.bigger", core.Args{"Count": use.Auto.Bigger}), c.savedText(use.Auto.Extra))
	}
	fmt.Fprintln(c.term.out, c.speech.T("cli.energy.method"))
}

// savedText writes an estimate with its bounds.
func (c *call) savedText(e core.Energy) string {
	if e.Joules == nil || e.Low == nil || e.High == nil {
		return c.speech.Energy(e)
	}
	return c.speech.T("cli.energy.between", core.Args{"Figure": c.speech.Energy(e), "Low": c.speech.Joules(*e.Low), "High": c.speech.Joules(*e.High)})
}
