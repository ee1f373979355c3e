package main

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"os"

	"github.com/solidaire-coop/solidaire/internal/app"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/models/modelsfetch"
	"github.com/solidaire-coop/solidaire/internal/platform/config"
)

func setupCommand() command {
	var at local
	var cacheOnly, verify bool
	return command{
		name: "setup", examples: []string{`setup`, `setup --data /srv/solidaire`, `setup --verify`},
		flags: func(set *flag.FlagSet) {
			at.define(set)
			set.BoolVar(&cacheOnly, "cache-only", false, "cli.flag.cache_only")
			set.BoolVar(&verify, "verify", false, "cli.flag.verify")
		},
		run: func(ctx context.Context, c *call) error {
			cache, err := modelsfetch.CacheDir()
			if err != nil {
				return err
			}
			if cacheOnly {
				return c.fillCache(ctx, cache, verify)
			}
			return at.withCatalogue(ctx, c, func(cfg config.Config, catalogue *app.Catalogue) error {
				return c.install(ctx, cache, cfg.Data, verify, catalogue)
			})
		},
	}
}

// fillCache installs into a folder of the cache that goes away again: its files stay behind in the cache.
func (c *call) fillCache(ctx context.Context, cache string, verify bool) error {
	if err := os.MkdirAll(cache, 0o700); err != nil {
		return core.Wrap(err, core.Unavailable, "errors.cli_file_unwritable", core.Args{"Path": printable(cache)})
	}
	data, err := os.MkdirTemp(cache, "setup-*")
	if err != nil {
		return core.Wrap(err, core.Unavailable, "errors.cli_file_unwritable", core.Args{"Path": printable(cache)})
	}
	defer os.RemoveAll(data)
	return c.install(ctx, cache, data, verify, nil)
}

// install brings what the product runs on and enters the models in the catalogue, if there is one. What cannot be had is
// said, and the rest comes all the same.
func (c *call) install(ctx context.Context, cache, data string, verify bool, catalogue *app.Catalogue) error {
	line := c.term.progress()
	fetcher := modelsfetch.New(modelsfetch.Config{CacheDir: cache, DataDir: data, Items: modelsfetch.Pinned(), Log: slog.New(slog.DiscardHandler)})
	results := fetcher.Ensure(ctx, verify, func(p modelsfetch.Progress) { line.show(c.step(p)) })
	line.clear()
	if ctx.Err() != nil {
		return core.Wrap(ctx.Err(), core.Cancelled, "errors.cancelled", nil)
	}
	failed := false
	for _, result := range results {
		problem := result.Problem
		if problem == nil && result.Model != nil && catalogue != nil {
			if err := catalogue.Put(ctx, *result.Model); err != nil {
				problem = core.AsError(err)
			}
		}
		c.tellInstalled(result, problem)
		failed = failed || problem != nil
	}
	if failed {
		return &exit{code: exitFailed}
	}
	return nil
}

func (c *call) tellInstalled(result modelsfetch.Result, problem *core.Error) {
	name := c.itemName(result.Name)
	switch {
	case problem != nil:
		sentence, next := c.speech.Error(problem)
		fmt.Fprintf(c.term.err, "✗ %s\n  %s\n  → %s\n", name, sentence, next)
	case result.Fetched:
		fmt.Fprintf(c.term.err, "✓ %s\n", c.speech.T("cli.setup.fetched", core.Args{"Name": name}))
	default:
		fmt.Fprintf(c.term.err, "✓ %s\n", c.speech.T("cli.setup.there", core.Args{"Name": name}))
	}
}

// step says what is being done to an item.
func (c *call) step(p modelsfetch.Progress) string {
	name := fmt.Sprintf("[%d/%d] %s", p.Number, p.Count, c.itemName(p.Item))
	if p.Stage == modelsfetch.Downloading {
		return c.transfer(name, p.Done, p.Total)
	}
	switch p.Stage {
	case modelsfetch.Checking, modelsfetch.Unpacking:
		return c.speech.T("cli.setup.stage."+string(p.Stage), core.Args{"Name": name})
	}
	return name
}

// itemName names an item in the reader's language; models bear their own names.
func (c *call) itemName(item string) string {
	if item == "engine" {
		return c.speech.T("cli.setup.engine")
	}
	return printable(item)
}
