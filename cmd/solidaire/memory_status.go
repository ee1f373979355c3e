package main

import (
	"context"
	"flag"
	"fmt"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayapi"
	"github.com/solidaire-coop/solidaire/internal/memory"
)

func memoryStatusCommand() command {
	ask := func(ctx context.Context, s *server) (gatewayapi.Status, error) { return s.Status(ctx) }
	return reading("memory status", ask, (*call).status, `memory status`, `memory status --json`)
}

func (c *call) status(s gatewayapi.Status) {
	say := func(key string, args core.Args) { fmt.Fprintln(c.term.out, c.speech.T(key, args)) }
	say("cli.memory.status.documents", core.Args{"Count": s.Documents})
	for _, state := range []memory.State{memory.Indexed, memory.Reading, memory.Waiting, memory.Failed} {
		if n := s.States[state]; n > 0 {
			fmt.Fprintln(c.term.out, "  "+c.speech.T("cli.memory.status."+string(state), core.Args{"Count": n}))
		}
	}
	for _, name := range s.Reading {
		fmt.Fprintf(c.term.out, "    %s\n", printable(name))
	}
	c.trouble("  ", s.Blocked)
	switch {
	case s.Model == "":
		say("cli.memory.status.no_vectors", nil)
	case s.VectorsComplete:
		say("cli.memory.status.vectors_complete", core.Args{"Count": s.Passages})
	default:
		say("cli.memory.status.vectors", core.Args{"Done": s.Embedded, "Total": s.Passages})
	}
	c.trouble("  ", s.Vectors)
	for _, source := range s.Sources {
		c.sourceStatus(source)
	}
	for _, d := range s.Failed {
		fmt.Fprintf(c.term.out, "✗ %s\n", printable(d.Name))
		c.trouble("  ", d.Problem)
	}
	for _, d := range s.Noticed {
		fmt.Fprintf(c.term.out, "! %s\n", printable(d.Name))
		c.trouble("  ", d.Notice)
	}
	if more := s.States[memory.Failed] - len(s.Failed); more > 0 {
		say("cli.memory.status.more_failed", core.Args{"Count": more})
	}
}

// trouble says what is wrong and what to do; nothing when nothing is.
func (c *call) trouble(indent string, p *gatewayapi.Problem) {
	if p != nil {
		fmt.Fprintf(c.term.out, "%s%s\n%s→ %s\n", indent, printable(p.Message), indent, printable(p.Next))
	}
}

func memoryRetryCommand() command {
	var to target
	var asJSON bool
	return command{
		name: "memory retry", args: []string{"cli.arg.documents"}, min: 0, max: -1,
		examples: []string{`memory retry`, `memory retry documents/budget.pdf`},
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
			ids := []core.ID{""} // all
			if len(c.args) > 0 {
				ids = nil
			}
			for _, which := range c.args {
				document, err := chooseDocument(ctx, server, which)
				if err != nil {
					return c.failJSON(asJSON, err)
				}
				ids = append(ids, document.ID)
			}
			total := 0
			for _, id := range ids {
				n, err := server.Retry(ctx, id)
				if err != nil {
					return c.failJSON(asJSON, err)
				}
				total += n
			}
			if asJSON {
				return c.writeJSON(map[string]int{"documents": total})
			}
			fmt.Fprintln(c.term.out, c.speech.T("cli.memory.retried", core.Args{"Count": total}))
			return nil
		},
	}
}
