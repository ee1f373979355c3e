package main

import (
	"context"
	"flag"
	"fmt"
	"time"

	"github.com/solidaire-coop/solidaire/internal/app"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/members"
)

func keyListCommand() command {
	var at local
	var asJSON bool
	return command{
		name: "key list", examples: []string{`key list`, `key list --json`},
		flags: func(set *flag.FlagSet) {
			at.define(set)
			set.BoolVar(&asJSON, "json", false, "cli.flag.json")
		},
		run: func(ctx context.Context, c *call) error {
			return at.withStores(ctx, c, func(stores *app.Stores) error {
				keys, err := stores.Members.ListKeys(ctx, stores.Organisation.ID)
				switch {
				case err != nil:
					return err
				case asJSON:
					return c.writeJSON(keysJSON(keys))
				case len(keys) == 0:
					fmt.Fprintln(c.term.out, c.speech.T("cli.key.none"))
					return nil
				}
				c.keys(keys)
				return nil
			})
		},
	}
}

// keyJSON is one key for a script; times that are not known are null.
type keyJSON struct {
	ID       string     `json:"id"`
	Name     string     `json:"name"`
	Prefix   string     `json:"prefix"`
	Created  time.Time  `json:"created"`
	LastUsed *time.Time `json:"last_used"`
	Revoked  *time.Time `json:"revoked"`
}

func keysJSON(keys []members.APIKey) []keyJSON {
	list := make([]keyJSON, len(keys))
	for i, k := range keys {
		list[i] = keyJSON{ID: string(k.ID), Name: k.Name, Prefix: k.Prefix, Created: k.Created, LastUsed: known(k.LastUsed), Revoked: known(k.Revoked)}
	}
	return list
}

func known(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func (c *call) keys(keys []members.APIKey) {
	rows := [][]string{{c.speech.T("cli.column.key"), c.speech.T("cli.column.name"), c.speech.T("cli.column.state"), c.speech.T("cli.column.used")}}
	for _, k := range keys {
		state, used := c.speech.T("cli.key.in_force"), c.speech.T("cli.key.never")
		if !k.Revoked.IsZero() {
			state = c.speech.T("cli.key.revoked_on", core.Args{"Date": c.moment(k.Revoked)})
		}
		if !k.LastUsed.IsZero() {
			used = c.moment(k.LastUsed)
		}
		rows = append(rows, []string{k.Prefix + "…", k.Name, state, used})
	}
	c.table(rows)
}
