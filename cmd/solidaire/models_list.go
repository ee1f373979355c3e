package main

import (
	"context"
	"flag"
	"fmt"

	"github.com/solidaire-coop/solidaire/internal/app"
	"github.com/solidaire-coop/solidaire/internal/models"
	"github.com/solidaire-coop/solidaire/internal/platform/config"
)

func modelsListCommand() command {
	var at local
	var asJSON bool
	return command{
		name: "models list", examples: []string{`models list`},
		flags: func(set *flag.FlagSet) {
			at.define(set)
			set.BoolVar(&asJSON, "json", false, "cli.flag.json")
		},
		run: func(ctx context.Context, c *call) error {
			return at.withCatalogue(ctx, c, func(_ config.Config, catalogue *app.Catalogue) error {
				list, err := catalogue.List(ctx)
				switch {
				case err != nil:
					return err
				case asJSON:
					return c.writeJSON(modelsJSON(list))
				case len(list) == 0:
					fmt.Fprintln(c.term.out, c.speech.T("cli.models.none"))
					return nil
				}
				c.models(list)
				return nil
			})
		},
	}
}

// withCatalogue opens the catalogue of the data directory, beside the server when one runs.
func (l *local) withCatalogue(ctx context.Context, c *call, do func(config.Config, *app.Catalogue) error) error {
	cfg, err := l.load(c)
	if err != nil {
		return err
	}
	catalogue, err := app.OpenCatalogue(ctx, cfg, quiet(cfg, c))
	if err != nil {
		return err
	}
	if err := do(cfg, catalogue); err != nil {
		catalogue.Close()
		return err
	}
	return catalogue.Close()
}

// modelJSON is one model for a script; what is not known is null.
type modelJSON struct {
	Name       string      `json:"name"`
	Kind       models.Kind `json:"kind"`
	Digest     string      `json:"digest"`
	Bytes      *int64      `json:"bytes"`
	Parameters *int64      `json:"parameters"`
	Quantised  *string     `json:"quantised"`
	Licence    *string     `json:"licence"`
	Trial      bool        `json:"trial"`
	WritesFrom bool        `json:"writes_from_documents"`
	Origin     string      `json:"origin"`
}

func modelsJSON(list []models.Model) []modelJSON {
	out := make([]modelJSON, len(list))
	for i, m := range list {
		out[i] = modelJSON{Name: m.Name, Kind: m.Kind, Digest: m.Digest, Bytes: orNull(m.Bytes), Parameters: orNull(m.Parameters),
			Quantised: orNull(m.Quantised), Licence: orNull(m.Licence), Trial: m.Trial, WritesFrom: m.WritesFrom, Origin: m.Origin}
	}
	return out
}

// orNull gives nil for what is not known.
func orNull[T comparable](value T) *T {
	var unknown T
	if value == unknown {
		return nil
	}
	return &value
}

func (c *call) models(list []models.Model) {
	rows := [][]string{{c.speech.T("cli.column.name"), c.speech.T("cli.column.kind"), c.speech.T("cli.column.size"), c.speech.T("cli.column.licence"), c.speech.T("cli.column.digest")}}
	for _, m := range list {
		kind, size := string(m.Kind), ""
		if m.Kind == models.Chat || m.Kind == models.Embedding {
			kind = c.speech.T("cli.models.kind." + kind)
		}
		if m.Trial {
			kind = c.speech.T("cli.models.kind.trial")
		}
		if m.Bytes > 0 {
			size = c.speech.Bytes(m.Bytes)
		}
		rows = append(rows, []string{m.Name, kind, size, m.Licence, fit(m.Digest, 20)})
	}
	c.table(rows)
}
