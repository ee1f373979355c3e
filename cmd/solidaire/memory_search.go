package main

import (
	"context"
	"flag"
	"fmt"
	"strings"

	"github.com/solidaire-coop/solidaire/internal/client"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayapi"
)

func memorySearchCommand() command {
	var to target
	var asJSON bool
	var limit int
	var among client.Narrowing
	return command{
		name: "memory search", args: []string{"cli.arg.words"}, min: 1, max: -1,
		examples: []string{`memory search quorum`, `memory search --limit 3 --json quorum`,
			`memory search --body board --since 2024-01-01 --kind pdf budget`},
		flags: func(set *flag.FlagSet) {
			to.define(set)
			set.BoolVar(&asJSON, "json", false, "cli.flag.json")
			set.IntVar(&limit, "limit", 10, "cli.flag.limit")
			set.StringVar(&among.Source, "source", "", "cli.flag.among_source")
			set.StringVar(&among.Kind, "kind", "", "cli.flag.among_kind")
			set.StringVar(&among.Body, "body", "", "cli.flag.among_body")
			set.StringVar(&among.Since, "since", "", "cli.flag.since")
			set.StringVar(&among.Until, "until", "", "cli.flag.until")
		},
		run: func(ctx context.Context, c *call) error {
			if limit < 1 || limit > 100 {
				return usage("errors.cli_limit", core.Args{"Max": 100})
			}
			server, err := to.connect(ctx, c)
			if err != nil {
				return err
			}
			defer server.Close()
			found, err := server.Search(ctx, strings.Join(c.args, " "), limit, among)
			if err != nil {
				return c.failJSON(asJSON, err)
			}
			if asJSON {
				err = c.writeJSON(found.Hits)
				if !found.ByMeaning {
					fmt.Fprintln(c.term.err, c.speech.T("cli.ask.by_words")) // the list has no place to say it
				}
			} else {
				c.hits(found)
			}
			if err == nil && len(found.Hits) == 0 {
				return &exit{code: exitNotFound}
			}
			return err
		},
	}
}

func (c *call) hits(found client.Found) {
	if len(found.Hits) == 0 {
		fmt.Fprintln(c.term.out, c.speech.T("cli.memory.no_hit"))
	}
	for i, hit := range found.Hits {
		fmt.Fprintf(c.term.out, "%s\n    %s\n", c.term.bold(fmt.Sprintf("[%d] %s", i+1, c.hitPlace(hit))), passage(hit.Text, "    "))
	}
	if !found.ByMeaning {
		fmt.Fprintln(c.term.out, c.term.faint(c.speech.T("cli.ask.by_words")))
	}
}

// standing says on which page or slide, under which heading or on which sheet a passage stands.
func (c *call) standing(page string, slide bool, heading string, sheet bool) (parts []string) {
	switch {
	case page != "" && slide:
		parts = append(parts, c.speech.T("web.slide", core.Args{"Slide": printable(page)}))
	case page != "":
		parts = append(parts, c.speech.T("web.page", core.Args{"Page": printable(page)}))
	}
	switch {
	case heading != "" && sheet:
		parts = append(parts, c.speech.T("web.sheet", core.Args{"Sheet": printable(heading)}))
	case heading != "":
		parts = append(parts, printable(heading))
	}
	return parts
}

func (c *call) hitPlace(hit gatewayapi.Hit) string {
	parts := []string{printable(hit.Document)}
	parts = append(parts, c.standing(hit.Page, hit.Slide, hit.Heading, hit.Sheet)...)
	if dated := c.day(hit.Dated); dated != "" {
		parts = append(parts, dated)
	}
	if hit.Newer {
		parts = append(parts, c.speech.T("web.version.newer"))
	}
	return strings.Join(parts, " · ")
}
