package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"time"

	"github.com/solidaire-coop/solidaire/internal/app"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/members"
)

func membersListCommand() command {
	var at local
	var asJSON, left bool
	return command{
		name: "members list", examples: []string{`members list`, `members list --left --json`},
		flags: func(set *flag.FlagSet) {
			at.define(set)
			set.BoolVar(&asJSON, "json", false, "cli.flag.json")
			set.BoolVar(&left, "left", false, "cli.flag.left")
		},
		run: func(ctx context.Context, c *call) error {
			return at.withStores(ctx, c, func(stores *app.Stores) error {
				all, err := stores.Members.Members(ctx, stores.Organisation.ID)
				if err != nil {
					return c.failJSON(asJSON, err)
				}
				shown := []members.Record{}
				for _, r := range all {
					if end := r.Membership().Left; left || end.IsZero() || end.After(time.Now()) {
						shown = append(shown, r)
					}
				}
				switch {
				case asJSON:
					list := make([]memberJSON, len(shown))
					for i, r := range shown {
						list[i] = memberOf(r, false)
					}
					return c.writeJSON(list)
				case len(shown) == 0:
					fmt.Fprintln(c.term.out, c.speech.T("cli.members.none"))
					return nil
				}
				classes, err := stores.Members.Classes(ctx, stores.Organisation.ID)
				c.members(shown, classes)
				return err
			})
		},
	}
}

// members lists them, each with the title of their class in the reader's language.
func (c *call) members(list []members.Record, classes []members.Class) {
	titles := map[string]string{}
	for _, class := range classes {
		titles[class.Key] = class.Name.In(c.speech.Lang())
	}
	rows := [][]string{{c.speech.T("cli.column.number"), c.speech.T("cli.column.name"), c.speech.T("cli.column.class"), c.speech.T("cli.column.vote"),
		c.speech.T("cli.column.joined"), c.speech.T("cli.column.state")}}
	for _, r := range list {
		m := r.Membership()
		vote, state := "cli.members.no", c.speech.T("cli.members.in")
		if m.Voting {
			vote = "cli.members.yes"
		}
		if !m.Left.IsZero() {
			state = c.speech.T("cli.members.left", core.Args{"Date": c.speech.Date(m.Left)})
		}
		rows = append(rows, []string{m.Number, r.Person.Name, cmp.Or(titles[m.Class], m.Class), c.speech.T(vote), c.speech.Date(m.Joined), state})
	}
	c.table(rows)
}
