package main

import (
	"context"
	"flag"
)

// reading is a command that asks a server one thing, and shows it to people or writes it for scripts.
func reading[T any](name string, ask func(context.Context, *server) (T, error), show func(*call, T), examples ...string) command {
	var to target
	var asJSON bool
	return command{
		name: name, examples: examples,
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
			answer, err := ask(ctx, server)
			if err != nil {
				return c.failJSON(asJSON, err)
			}
			if asJSON {
				return c.writeJSON(answer)
			}
			show(c, answer)
			return nil
		},
	}
}
