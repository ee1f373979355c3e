package main

import (
	"context"
	"flag"
	"fmt"
	"strings"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayapi"
)

// onSource is a command on one source, found by its name or its id.
func onSource(name string, examples []string, more func(*flag.FlagSet), do func(ctx context.Context, c *call, s *server, source gatewayapi.Source) error) command {
	var to target
	return command{
		name: "memory source " + name, args: []string{"cli.arg.source"}, min: 1, max: 1, examples: examples,
		flags: func(set *flag.FlagSet) {
			to.define(set)
			if more != nil {
				more(set)
			}
		},
		run: func(ctx context.Context, c *call) error {
			server, err := to.connect(ctx, c)
			if err != nil {
				return err
			}
			defer server.Close()
			list, err := server.Sources(ctx)
			if err != nil {
				return err
			}
			for _, s := range list {
				if string(s.ID) == c.args[0] || strings.EqualFold(s.Name, c.args[0]) {
					return do(ctx, c, server, s)
				}
			}
			return core.E(core.NotFound, "errors.cli_source_unknown", core.Args{"Name": printable(c.args[0])})
		},
	}
}

func memorySourceListCommand() command {
	ask := func(ctx context.Context, s *server) ([]gatewayapi.Source, error) { return s.Sources(ctx) }
	return reading("memory source list", ask, (*call).sources, `memory source list`)
}

func (c *call) sources(list []gatewayapi.Source) {
	if len(list) == 0 {
		fmt.Fprintln(c.term.out, c.speech.T("cli.source.none"))
	}
	for _, s := range list {
		c.sourceStatus(s)
	}
}

// sourceStatus says how a source stands: its schedule, its last run and what went wrong.
func (c *call) sourceStatus(s gatewayapi.Source) {
	fmt.Fprintf(c.term.out, "%s  %s  (%s)\n", s.ID, c.term.bold(printable(s.Name)), c.speech.T("source.kind."+string(s.Kind)))
	switch {
	case s.Paused:
		fmt.Fprintln(c.term.out, "  "+c.speech.T("source.paused"))
	case s.Minutes > 0:
		fmt.Fprintln(c.term.out, "  "+c.speech.T("source.every", core.Args{"Every": c.speech.Duration(time.Duration(s.Minutes) * time.Minute)}))
	default:
		fmt.Fprintln(c.term.out, "  "+c.speech.T("source.when_asked"))
	}
	r := s.Last
	if r == nil {
		fmt.Fprintln(c.term.out, "  "+c.speech.T("source.never"))
		return
	}
	if r.Ended == nil {
		fmt.Fprintln(c.term.out, "  "+c.speech.T("source.going", core.Args{"Done": r.Done, "Total": r.Total}))
	} else {
		fmt.Fprintln(c.term.out, "  "+c.speech.T("source.last", core.Args{"Date": c.moment(*r.Ended)}))
	}
	fmt.Fprintln(c.term.out, "  "+c.speech.T("source.counts", core.Args{"Listed": r.Listed, "Added": r.Added, "Changed": r.Changed,
		"Renamed": r.Renamed, "Removed": r.Removed, "Failed": r.Failed, "LeftOut": r.LeftOut}))
	c.trouble("  ", r.Problem)
	for _, p := range r.Problems {
		fmt.Fprintf(c.term.out, "  ✗ %s\n", printable(p.Name))
		c.trouble("    ", &p.Problem)
	}
}

func memorySourceRunCommand() command {
	var asJSON, all bool
	more := func(set *flag.FlagSet) {
		set.BoolVar(&asJSON, "json", false, "cli.flag.json")
		set.BoolVar(&all, "accept-removals", false, "cli.flag.accept_removals")
	}
	return onSource("run", []string{`memory source run Nextcloud`}, more, func(ctx context.Context, c *call, s *server, source gatewayapi.Source) error {
		before := time.Time{}
		if source.Last != nil {
			before = source.Last.Started
		}
		if err := s.RunSource(ctx, source.ID, all); err != nil {
			return c.failJSON(asJSON, err)
		}
		done, err := c.awaitRun(ctx, s, source.ID, before)
		if err != nil {
			return c.failJSON(asJSON, err)
		}
		if asJSON {
			err = c.writeJSON(done)
		} else {
			c.sourceStatus(done)
		}
		if err == nil && (done.Last.Problem != nil || done.Last.Failed > 0) {
			return &exit{code: exitFailed}
		}
		return err
	})
}

// runBeat is how often a run is looked at.
const runBeat = 200 * time.Millisecond

// awaitRun waits until a run that began after an instant has ended, and shows how far it is.
func (c *call) awaitRun(ctx context.Context, s *server, id core.ID, after time.Time) (gatewayapi.Source, error) {
	tick := time.NewTicker(runBeat)
	defer tick.Stop()
	line := c.term.progress()
	defer line.clear()
	for {
		list, err := s.Sources(ctx)
		if err != nil {
			return gatewayapi.Source{}, err
		}
		for _, source := range list {
			r := source.Last
			if source.ID != id || r == nil || !r.Started.After(after) {
				continue
			}
			if r.Ended != nil {
				return source, nil
			}
			line.show(c.speech.T("source.going", core.Args{"Done": r.Done, "Total": r.Total}))
		}
		select {
		case <-ctx.Done():
			return gatewayapi.Source{}, core.Wrap(ctx.Err(), core.Cancelled, "errors.cancelled", nil)
		case <-tick.C:
		}
	}
}

// memorySourceOrderCommand is a command that gives a source an order and confirms it.
func memorySourceOrderCommand(order, confirmation string) command {
	return onSource(order, []string{`memory source ` + order + ` Nextcloud`}, nil, func(ctx context.Context, c *call, s *server, source gatewayapi.Source) error {
		if err := s.OrderSource(ctx, source.ID, order); err != nil {
			return err
		}
		fmt.Fprintln(c.term.out, c.speech.T(confirmation, core.Args{"Name": printable(source.Name)}))
		return nil
	})
}

func memorySourceRemoveCommand() command {
	var keep, erase bool
	more := func(set *flag.FlagSet) {
		set.BoolVar(&keep, "keep-documents", false, "cli.flag.keep_documents")
		set.BoolVar(&erase, "erase-documents", false, "cli.flag.erase_documents")
	}
	examples := []string{`memory source remove --keep-documents Nextcloud`, `memory source remove --erase-documents Nextcloud`}
	return onSource("remove", examples, more, func(ctx context.Context, c *call, s *server, source gatewayapi.Source) error {
		if keep == erase {
			return usage("errors.cli_source_keep_or_erase", nil)
		}
		if err := s.RemoveSource(ctx, source.ID, keep); err != nil {
			return err
		}
		confirmation := map[bool]string{true: "cli.source.removed_kept", false: "cli.source.removed_erased"}[keep]
		fmt.Fprintln(c.term.out, c.speech.T(confirmation, core.Args{"Name": printable(source.Name)}))
		return nil
	})
}
