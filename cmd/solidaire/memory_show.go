package main

import (
	"context"
	"flag"
	"fmt"
	"strings"

	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayapi"
)

func memoryShowCommand() command {
	var to target
	var asJSON bool
	var version string
	return command{
		name: "memory show", args: []string{"cli.arg.document"}, min: 1, max: 1,
		examples: []string{`memory show statuts.md`, `memory show --json documents/budget.pdf`},
		flags: func(set *flag.FlagSet) {
			to.define(set)
			set.BoolVar(&asJSON, "json", false, "cli.flag.json")
			set.StringVar(&version, "version", "", "cli.flag.version_hash")
		},
		run: func(ctx context.Context, c *call) error {
			server, err := to.connect(ctx, c)
			if err != nil {
				return err
			}
			defer server.Close()
			text, err := server.Text(ctx, c.args[0], version)
			switch {
			case err != nil:
				return c.failJSON(asJSON, err)
			case asJSON:
				return c.writeJSON(text)
			}
			c.text(text)
			return nil
		},
	}
}

// text writes a document as it was read, each page announced where it begins.
func (c *call) text(text gatewayapi.Text) {
	fmt.Fprintln(c.term.out, c.term.bold(printable(text.Document)))
	c.trouble("", text.Notice)
	if text.Newer != "" {
		fmt.Fprintln(c.term.out, c.term.faint(c.speech.T("web.version.newer")))
	}
	at := 0
	for _, m := range text.Marks {
		if (m.Kind == "page" || m.Kind == "slide") && m.Start >= at && m.Start <= len(text.Text) {
			fmt.Fprint(c.term.out, safeText(text.Text[at:m.Start]))
			fmt.Fprintln(c.term.out, c.term.faint("— "+strings.Join(c.standing(m.Label, m.Kind == "slide", "", false), "")+" —"))
			at = m.Start
		}
	}
	fmt.Fprintln(c.term.out, safeText(text.Text[at:]))
}

// safeText is text of many lines, made safe for a terminal. Unlike a quotation it keeps its last line break.
func safeText(text string) string {
	out := passage(text, "")
	if len(text) > 0 && text[len(text)-1] == '\n' {
		out += "\n"
	}
	return out
}
