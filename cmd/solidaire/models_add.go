package main

import (
	"context"
	"flag"
	"fmt"

	"github.com/solidaire-coop/solidaire/internal/app"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/models"
	"github.com/solidaire-coop/solidaire/internal/models/modelsfetch"
	"github.com/solidaire-coop/solidaire/internal/platform/config"
)

func modelsAddCommand() command {
	var at local
	var name, kind, digest string
	return command{
		name: "models add", args: []string{"cli.arg.model"}, min: 1, max: 1,
		examples: []string{`models add qwen3-1.7b.gguf`, `models add --name bge-m3 --kind embedding https://modeles.exemple.coop/bge-m3.gguf`},
		flags: func(set *flag.FlagSet) {
			at.define(set)
			set.StringVar(&name, "name", "", "cli.flag.model_name")
			set.StringVar(&kind, "kind", "", "cli.flag.kind")
			set.StringVar(&digest, "sha256", "", "cli.flag.sha256")
		},
		run: func(ctx context.Context, c *call) error {
			wish := modelsfetch.Wish{Source: c.args[0], Name: name, Kind: models.Kind(kind)}
			if digest != "" {
				wish.Digest = "sha256:" + digest
			}
			return at.withCatalogue(ctx, c, func(cfg config.Config, catalogue *app.Catalogue) error {
				return c.addModel(ctx, cfg, catalogue, wish)
			})
		},
	}
}

// addModel brings the file, enters it in the catalogue, and says by which name and digest it is known.
func (c *call) addModel(ctx context.Context, cfg config.Config, catalogue *app.Catalogue, wish modelsfetch.Wish) error {
	cache, err := modelsfetch.CacheDir()
	if err != nil {
		return err
	}
	line := c.term.progress()
	adder := modelsfetch.NewAdder(modelsfetch.AdderConfig{CacheDir: cache, DataDir: cfg.Data, Log: quiet(cfg, c)})
	model, err := adder.Add(ctx, wish, func(done, total int64) { line.show(c.transfer(wish.Source, done, total)) })
	line.clear()
	if err != nil {
		return err
	}
	if err := catalogue.Add(ctx, model); err != nil {
		return err
	}
	_, err = fmt.Fprintln(c.term.out, c.speech.T("cli.models.added", core.Args{"Name": model.Name, "Digest": model.Digest}))
	return err
}

// transfer says how far a transfer is, with its share where the whole is known.
func (c *call) transfer(what string, done, total int64) string {
	if total <= 0 {
		return c.speech.T("cli.models.transfer", core.Args{"Name": what, "Done": c.speech.Bytes(done)})
	}
	return c.speech.T("cli.models.transfer_of", core.Args{
		"Name": what, "Done": c.speech.Bytes(done), "Total": c.speech.Bytes(total), "Share": c.speech.Percent(float64(done) / float64(total)),
	})
}
