package main

import (
	"context"
	"flag"
	"fmt"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/governance"
)

func electionImportCommand() command {
	var to target
	var asJSON bool
	var motion string
	return command{
		name: "election import", args: []string{"cli.arg.election_file"}, min: 1, max: 1,
		examples: []string{`election import presidence.bel`, `election import presidence.bel --proposal 06h06gtg2j2etp3x0d4axpgx1m --json`},
		flags: func(set *flag.FlagSet) {
			to.define(set)
			set.BoolVar(&asJSON, "json", false, "cli.flag.json")
			set.StringVar(&motion, "proposal", "", "cli.flag.election_proposal")
		},
		run: func(ctx context.Context, c *call) error {
			file, err := c.openInput(c.args[0])
			if err != nil {
				return err
			}
			defer file.Close()
			server, err := to.connect(ctx, c)
			if err != nil {
				return err
			}
			defer server.Close()
			brought, err := server.BringElection(ctx, motion, file)
			if err != nil {
				return c.failJSON(asJSON, err)
			}
			if asJSON {
				return c.writeJSON(brought)
			}
			c.tellElection(brought)
			fmt.Fprintln(c.term.out, c.speech.T("elections.unchecked"))
			return nil
		},
	}
}

func electionListCommand() command {
	return reading("election list", func(ctx context.Context, s *server) ([]governance.Election, error) { return s.Elections(ctx) },
		func(c *call, list []governance.Election) {
			if len(list) == 0 {
				fmt.Fprintln(c.term.out, c.speech.T("elections.none"))
			}
			for _, e := range list {
				c.tellElection(e)
			}
		}, `election list`, `election list --json`)
}

func (c *call) tellElection(e governance.Election) {
	say := func(text string) { fmt.Fprintln(c.term.out, printable(text)) }
	say(e.Name)
	say("   " + c.speech.T("elections.fingerprint.is", core.Args{"Fingerprint": e.Fingerprint}))
	say("   " + c.speech.T("elections.ballots.count", core.Args{"Ballots": e.Ballots, "Counted": e.Counted}))
	for _, q := range e.Questions {
		say("   " + q.Question)
		for i, answer := range q.Answers {
			voices := ""
			if i < len(q.Totals) {
				voices = c.speech.Number(float64(q.Totals[i]), 0) + "  "
			}
			say("     " + voices + answer)
		}
		if q.Blank != nil {
			say("     " + c.speech.Number(float64(*q.Blank), 0) + "  " + c.speech.T("elections.blank"))
		}
	}
}
