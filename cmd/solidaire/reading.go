package main

import (
	"context"
	"flag"
)

// reading is a command that asks a server one thing, and shows it to people or writes it for scripts.
func reading[T any](name string, ask func(context.Context, *server) (T, error), show func(*call, T), examples ...string) command {
	return readingOf(command{name: name, examples: examples},
		func(ctx context.Context, s *server, _ string) (T, error) { return ask(ctx, s) }, show)
}

// readingOf is the same for a command that may name what it asks about.
func readingOf[T any](described command, ask func(ctx context.Context, s *server, which string) (T, error), show func(*call, T)) command {
	var to target
	var asJSON bool
	described.flags = func(set *flag.FlagSet) {
		to.define(set)
		set.BoolVar(&asJSON, "json", false, "cli.flag.json")
	}
	described.run = func(ctx context.Context, c *call) error {
		server, err := to.connect(ctx, c)
		if err != nil {
			return err
		}
		defer server.Close()
		which := ""
		if len(c.args) > 0 {
			which = c.args[0]
		}
		answer, err := ask(ctx, server, which)
		if err != nil {
			return c.failJSON(asJSON, err)
		}
		if asJSON {
			return c.writeJSON(answer)
		}
		show(c, answer)
		return nil
	}
	return described
}
