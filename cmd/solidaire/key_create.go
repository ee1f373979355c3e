package main

import (
	"context"
	"flag"
	"fmt"

	"github.com/solidaire-coop/solidaire/internal/app"
)

func keyCreateCommand() command {
	var at local
	var name string
	return command{
		name: "key create", examples: []string{`key create --name accueil`, `key create --data /srv/solidaire --name accueil`},
		flags: func(set *flag.FlagSet) {
			at.define(set)
			set.StringVar(&name, "name", "", "cli.flag.key_name")
		},
		run: func(ctx context.Context, c *call) error {
			if name == "" {
				return usage("errors.cli_key_name", nil)
			}
			return at.withStores(ctx, c, func(stores *app.Stores) error {
				_, secret, err := stores.Members.CreateKey(ctx, stores.Person.ID, name)
				if err != nil {
					return err
				}
				if c.term.outIsTTY {
					fmt.Fprintln(c.term.err, c.speech.T("cli.key.once"))
				}
				_, err = fmt.Fprintln(c.term.out, secret)
				return err
			})
		},
	}
}

// withStores opens the database of the data directory, beside the server when one runs.
func (l *local) withStores(ctx context.Context, c *call, do func(*app.Stores) error) error {
	cfg, err := l.load(c)
	if err != nil {
		return err
	}
	stores, err := app.OpenStores(ctx, cfg, quiet(cfg, c))
	if err != nil {
		return err
	}
	if err := do(stores); err != nil {
		stores.Close()
		return err
	}
	return stores.Close()
}
