package main

import (
	"context"
	"flag"
	"fmt"
	"time"

	"github.com/solidaire-coop/solidaire/internal/app"
	"github.com/solidaire-coop/solidaire/internal/client"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayapi"
	"github.com/solidaire-coop/solidaire/internal/models"
)

func statusCommand() command {
	var to target
	var asJSON bool
	return command{
		name: "status", examples: []string{`status`, `status --json`, `status --url https://ia.exemple.coop --key CLÉ`},
		flags: func(set *flag.FlagSet) {
			to.define(set)
			set.BoolVar(&asJSON, "json", false, "cli.flag.json")
		},
		run: func(ctx context.Context, c *call) error {
			server, err := to.running(ctx, c)
			if err != nil {
				return err
			}
			defer server.Close()
			now, err := server.Operations(ctx)
			switch {
			case err != nil:
				return c.failJSON(asJSON, err)
			case asJSON:
				return c.writeJSON(now)
			}
			c.operations(now)
			return nil
		},
	}
}

// running reaches a server that runs already: one that would be started for the command has nothing to tell.
func (t *target) running(ctx context.Context, c *call) (*server, error) {
	if t.url != "" || t.data == "" && t.config == "" && c.getenv("SOLIDAIRE_URL") != "" {
		return t.connect(ctx, c)
	}
	cfg, err := t.load(c)
	if err != nil {
		return nil, err
	}
	answering := client.Local(app.DataDir(cfg.Data).Socket(), c.speech.Lang())
	if !answering.Answers(ctx) {
		answering.Close()
		return nil, core.E(core.Unavailable, "errors.cli_nothing_runs", core.Args{"Dir": printable(cfg.Data)})
	}
	return &server{Client: answering}, nil
}

// operations says what the page of operations shows.
func (c *call) operations(now gatewayapi.OperationsNow) {
	fmt.Fprintln(c.term.out, c.speech.T("cli.status.load", core.Args{"Answering": now.Answering, "Waiting": now.Waiting}))
	total := now.Total
	fmt.Fprintln(c.term.out, c.speech.T("cli.status.hour", core.Args{"Count": total.Requests, "Refused": total.Refused, "Failed": total.Failed, "Left": total.Left}))
	if first := total.FirstToken; first != nil {
		fmt.Fprintln(c.term.out, c.speech.T("cli.status.first", core.Args{"Median": c.seconds(first.Median), "Slow": c.seconds(first.Slow)}))
	}
	if total.Energy.Joules != nil || total.EnergyUnknown > 0 {
		fmt.Fprintln(c.term.out, c.speech.T("cli.energy", core.Args{"Energy": c.speech.Energy(total.Energy)}))
	}
	if len(now.Parts) > 0 {
		fmt.Fprintln(c.term.out)
		c.parts(now.Parts)
	}
	if len(now.Engines) > 0 {
		fmt.Fprintln(c.term.out)
		c.engines(now.Engines)
	}
}

func (c *call) seconds(s float64) string {
	return c.speech.Duration(time.Duration(s * float64(time.Second)).Round(time.Millisecond))
}

func (c *call) parts(parts []gatewayapi.OperationsPart) {
	rows := [][]string{{c.speech.T("operations.column.model"), c.speech.T("cli.column.server"), c.speech.T("cli.column.requests"),
		c.speech.T("operations.column.failed"), c.speech.T("operations.column.first"), c.speech.T("operations.column.tokens"), c.speech.T("cli.column.energy")}}
	for _, p := range parts {
		model, server, first := p.Model, p.Server, "–"
		if model == "" {
			model = c.speech.T("operations.model.none")
		}
		if server == "local" {
			server = c.speech.T("operations.server.local")
		}
		if p.FirstToken != nil {
			first = c.seconds(p.FirstToken.Median)
		}
		rows = append(rows, []string{model, server, c.count(p.Requests), c.count(p.Failed), first, c.count(p.Tokens), c.speech.Energy(p.Energy)})
	}
	c.table(rows)
}

func (c *call) count(n int) string { return c.speech.Number(float64(n), 0) }

func (c *call) engines(list []gatewayapi.OperationsState) {
	rows := [][]string{{c.speech.T("cli.column.engine"), c.speech.T("cli.column.state"), ""}}
	for _, e := range list {
		name := e.Model
		if e.Server != "" {
			name = e.Server
		}
		if name == "" {
			name = c.speech.T("modelspages.engine.all")
		}
		rows = append(rows, []string{name, c.engineState(e.State), c.trust(e)})
	}
	c.table(rows)
}

func (c *call) engineState(state string) string {
	switch models.EngineState(state) {
	case models.EngineReady, models.EngineStarting, models.EngineIdle, models.EngineMissing, models.EngineFailed:
		return c.speech.T("modelspages.engine." + state)
	}
	return c.speech.T("modelspages.engine.unknown")
}

// trust says how far an engine is trusted, or what is wrong with it.
func (c *call) trust(e gatewayapi.OperationsState) string {
	args := core.Args{"Count": e.Failures, "Wait": c.seconds(e.Wait)}
	switch models.CircuitState(e.Circuit) {
	case models.CircuitResting:
		if e.Failures == 0 {
			return c.speech.T("operations.circuit.waits", args)
		}
		return c.speech.T("operations.circuit.resting", args)
	case models.CircuitTrying:
		return c.speech.T("operations.circuit.trying")
	case models.CircuitDoubted:
		return c.speech.T("operations.circuit.doubted", args)
	}
	return e.Detail
}
