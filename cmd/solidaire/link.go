package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"time"

	"github.com/solidaire-coop/solidaire/internal/app"
)

// linkLife is how long a sign-in link holds.
const linkLife = 30 * time.Minute

func linkCommand() command {
	var at local
	var addr string
	return command{
		name: "link", examples: []string{`link`, `link --data /srv/solidaire`},
		flags: func(set *flag.FlagSet) {
			at.define(set)
			set.StringVar(&addr, "addr", "", "cli.flag.link_addr")
		},
		run: func(ctx context.Context, c *call) error {
			cfg, err := at.load(c)
			if err == nil {
				err = cfg.Set("addr", cmp.Or(addr, app.DataDir(cfg.Data).Address(), cfg.Addr))
			}
			if err != nil {
				return err
			}
			base := cfg.PublicURL
			if base == "" {
				base = "http://" + cfg.Addr
			}
			return at.withStores(ctx, c, func(stores *app.Stores) error {
				token, err := stores.Members.NewLink(ctx, stores.Person.ID, linkLife)
				if err != nil {
					return err
				}
				_, err = fmt.Fprintln(c.term.out, base+"/signin/"+token)
				return err
			})
		},
	}
}
