package main

import (
	"context"
	"fmt"

	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayapi"
)

func charterShowCommand() command {
	return readingOf(command{
		name: "charter show", args: []string{"cli.arg.charter"}, max: 1,
		examples: []string{`charter show`, `charter show d16fbe24`, `charter show --json`},
	}, func(ctx context.Context, s *server, hash string) (gatewayapi.CharterVersion, error) {
		return s.Charter(ctx, hash)
	}, (*call).tellCharter)
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
