package main

import (
	"context"
	"fmt"

	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/core"
)

func proposalDryRunCommand() command {
	return readingOf(command{
		name: "proposal dry-run", args: []string{"cli.arg.proposal"}, min: 1, max: 1,
		examples: []string{`proposal dry-run 0q3k8v…`, `proposal dry-run 0q3k8v… --json`},
	}, func(ctx context.Context, s *server, id string) (charter.Effect, error) { return s.Effect(ctx, id) }, (*call).tellEffect)
}

// tellEffect says what a proposed charter would change, first in all, then by article.
func (c *call) tellEffect(e charter.Effect) {
	out := c.term.out
	switch {
	case e.Questions == 0:
		fmt.Fprintln(out, c.speech.T("cli.effect.none_asked"))
		return
	case !e.Changes():
		fmt.Fprintln(out, c.speech.T("cli.effect.same", core.Args{"Count": e.Questions}))
	default:
		fmt.Fprintln(out, c.speech.T("cli.effect.changes", core.Args{"Count": e.Questions, "Allowed": e.NewlyAllowed, "Refused": e.NewlyRefused}))
	}
	for _, a := range e.Articles {
		fmt.Fprintln(out, c.speech.T("cli.effect.article", core.Args{"Number": a.Number, "Allows": a.Allows, "Refuses": a.Refuses}))
	}
	fmt.Fprintln(out, c.speech.T("cli.effect.limit"))
}
