package main

import (
	"context"
	"fmt"

	"github.com/solidaire-coop/solidaire/internal/app"
	"github.com/solidaire-coop/solidaire/internal/core"
)

func keyRevokeCommand() command {
	var at local
	return command{
		name: "key revoke", args: []string{"cli.arg.key"}, min: 1, max: 1,
		examples: []string{`key revoke accueil`},
		flags:    at.define,
		run: func(ctx context.Context, c *call) error {
			return at.withStores(ctx, c, func(stores *app.Stores) error {
				key, err := stores.Members.RevokeKey(ctx, stores.Organisation.ID, c.args[0])
				if err != nil {
					return err
				}
				_, err = fmt.Fprintln(c.term.out, c.speech.T("cli.key.revoked", core.Args{"Name": printable(key.Name), "Key": key.Prefix}))
				return err
			})
		},
	}
}
