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
	var addr, person string
	return command{
		name: "link", examples: []string{`link`, `link --data /srv/solidaire`, `link --person Amélie`},
		flags: func(set *flag.FlagSet) {
			at.define(set)
			set.StringVar(&addr, "addr", "", "cli.flag.link_addr")
			set.StringVar(&person, "person", "", "cli.flag.link_person")
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
				who := stores.Person
				if person != "" {
					if who, err = stores.Members.FindPerson(ctx, stores.Organisation.ID, person); err != nil {
						return err
					}
				}
				token, err := stores.Members.NewLink(ctx, who.ID, linkLife)
				if err != nil {
					return err
				}
				_, err = fmt.Fprintln(c.term.out, base+"/signin/"+token)
				return err
			})
		},
	}
}
