package main

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/solidaire-coop/solidaire/internal/app"
	"github.com/solidaire-coop/solidaire/internal/audit/audittessera"
	"github.com/solidaire-coop/solidaire/internal/client"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/platform/config"
	"github.com/solidaire-coop/solidaire/internal/platform/telemetry"
)

// A server that holds the directory but does not answer yet is starting: it is given patience, asked at every beat.
const (
	patience = 10 * time.Second
	beat     = 100 * time.Millisecond
)

// here reaches the process that holds the data directory, or holds it for the time of the command. Both are spoken to
// through the socket.
func here(ctx context.Context, c *call, cfg config.Config) (*server, error) {
	answering := client.Local(app.DataDir(cfg.Data).Socket(), c.speech.Lang())
	if answering.Answers(ctx) {
		return &server{Client: answering}, nil
	}
	house, err := openHouse(ctx, app.Options{Config: cfg, Log: quiet(cfg, c), Version: version, Reader: c.term.reader()})
	if core.Is(err, core.Conflict) && waitFor(ctx, answering) {
		return &server{Client: answering}, nil
	}
	if err != nil {
		answering.Close()
		return nil, err
	}
	return lodge(ctx, house, answering)
}

// openHouse opens the program with one log for all of it, its libraries included.
func openHouse(ctx context.Context, o app.Options) (*app.App, error) {
	audittessera.RouteDriverLogs(o.Log)
	return app.New(ctx, o)
}

// lodge runs the house until the server is closed.
func lodge(ctx context.Context, house *app.App, answering *client.Client) (*server, error) {
	running, stop := context.WithCancel(context.WithoutCancel(ctx)) // the answer to a Ctrl-C is recorded too
	ended := make(chan error, 1)
	go func() { ended <- house.Run(running) }()
	leave := func() {
		stop()
		<-ended
		house.Close()
	}
	select {
	case <-house.Listening():
		return &server{Client: answering, stop: leave}, nil
	case err := <-ended:
		stop()
		answering.Close()
		return nil, errors.Join(err, house.Close())
	}
}

func waitFor(ctx context.Context, answering *client.Client) bool {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	tick := time.NewTicker(beat)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return false
		case <-tick.C:
			if answering.Answers(ctx) {
				return true
			}
		}
	}
}

// quiet keeps the log of a single command out of the terminal, unless the configuration asks to see everything.
func quiet(cfg config.Config, c *call) *slog.Logger {
	if cfg.Log.Level == "debug" {
		return telemetry.NewLogger(c.term.err, cfg.Log.Level, cfg.Log.Format)
	}
	return slog.New(slog.DiscardHandler)
}
