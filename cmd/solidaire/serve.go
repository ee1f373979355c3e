package main

import (
	"context"
	"errors"
	"flag"
	"fmt"

	"github.com/solidaire-coop/solidaire/internal/app"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/platform/config"
	"github.com/solidaire-coop/solidaire/internal/platform/heap"
	"github.com/solidaire-coop/solidaire/internal/platform/telemetry"
)

func serveCommand() command {
	var s serving
	return command{
		name:     "serve",
		examples: []string{`serve --demo`, `serve --data /srv/solidaire --addr 127.0.0.1:8484`, `serve --engine http://127.0.0.1:11434`},
		flags:    s.define,
		run:      func(ctx context.Context, c *call) error { return s.run(ctx, c) },
	}
}

// serving are the flags of serve.
type serving struct {
	local
	addr, engine string
	demo         bool
}

func (s *serving) define(set *flag.FlagSet) {
	s.local.define(set)
	set.StringVar(&s.addr, "addr", "", "cli.flag.addr")
	set.StringVar(&s.engine, "engine", "", "cli.flag.engine")
	set.BoolVar(&s.demo, "demo", false, "cli.flag.demo")
}

// settings adds what the command line says to the configuration.
func (s *serving) settings(c *call) (config.Config, error) {
	cfg, err := s.load(c)
	for _, flag := range []struct{ key, value string }{{"addr", s.addr}, {"engine.url", s.engine}} {
		if err == nil && flag.value != "" {
			err = cfg.Set(flag.key, flag.value)
		}
	}
	cfg.Demo = cfg.Demo || s.demo
	return cfg, err
}

// run serves until Ctrl-C. The one line of stdout is the link to open.
func (s *serving) run(ctx context.Context, c *call) error {
	cfg, err := s.settings(c)
	if err != nil {
		return err
	}
	house, err := openHouse(ctx, app.Options{
		Config: cfg, Log: telemetry.NewLogger(c.term.err, cfg.Log.Level, cfg.Log.Format), Listen: true, Version: version,
		Reader: c.term.reader(), Held: c.paced(),
	})
	if err != nil {
		return err
	}
	if err := c.prepareDemo(ctx, house, cfg.Demo); err != nil {
		if ctx.Err() != nil {
			err = nil // Ctrl-C came first
		}
		return errors.Join(err, house.Close())
	}
	running, stop := context.WithCancel(ctx)
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- house.Run(running) }()
	select {
	case <-house.Listening():
		if err = c.welcome(ctx, house); ctx.Err() != nil {
			err = nil
		}
		if err != nil {
			stop() // without a way in there is nothing to serve
		}
		err = errors.Join(err, <-ended)
	case err = <-ended:
	}
	return errors.Join(err, house.Close())
}

// paced sets how far the heap grows. A small heap is collected often: letting it grow to three times what lives costs some tens of
// megabytes under load and gives the requests the time. GOGC in the environment goes before.
func (c *call) paced() func(held int) {
	if c.getenv("GOGC") != "" {
		return nil
	}
	return heap.NewPace(200).Hold
}

// prepareDemo reads the demonstration's documents, so that whoever comes in finds them there.
func (c *call) prepareDemo(ctx context.Context, house *app.App, demo bool) error {
	if !demo {
		return nil
	}
	line := c.term.progress()
	defer line.clear()
	return house.AddDemo(ctx, func(name string, done, total int) {
		line.show(c.speech.T("cli.memory.adding", core.Args{"Done": done, "Total": total, "Name": name}))
	})
}

// welcome shows the way in.
func (c *call) welcome(ctx context.Context, house *app.App) error {
	link, err := house.SignInLink(ctx)
	if err != nil {
		return err
	}
	if c.term.errIsTTY {
		fmt.Fprintln(c.term.err, c.speech.T("cli.serve.open"))
	}
	_, err = fmt.Fprintln(c.term.out, link)
	return err
}
