package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"

	"github.com/solidaire-coop/solidaire/internal/client"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayapi"
	"github.com/solidaire-coop/solidaire/internal/memory"
)

func memoryAddCommand() command {
	var to target
	var asJSON bool
	return command{
		name: "memory add", args: []string{"cli.arg.paths"}, min: 1, max: -1,
		examples: []string{`memory add documents/`, `memory add --json statuts.md budget.pdf`},
		flags: func(set *flag.FlagSet) {
			to.define(set)
			set.BoolVar(&asJSON, "json", false, "cli.flag.json_lines")
		},
		run: func(ctx context.Context, c *call) error {
			files, err := gather(c.args)
			if err != nil {
				return err
			}
			if len(files) == 0 {
				return core.E(core.NotFound, "errors.cli_no_files", nil)
			}
			server, err := to.connect(ctx, c)
			if err != nil {
				return err
			}
			defer server.Close()
			a := adding{call: c, server: server.Client, asJSON: asJSON, progress: c.term.progress()}
			return a.all(ctx, files)
		},
	}
}

// adding sends files one after the other and tells what became of each.
type adding struct {
	*call
	server                *client.Client
	asJSON                bool
	progress              *progress
	added, same, failures int
}

func (a *adding) all(ctx context.Context, files []toAdd) error {
	for i, file := range files {
		a.progress.show(a.speech.T("cli.memory.adding", core.Args{"Done": i + 1, "Total": len(files), "Name": file.name}))
		report, err := a.one(ctx, file)
		a.progress.clear()
		if err != nil {
			return err
		}
		a.count(report)
		if err := a.tell(report); err != nil {
			return err
		}
	}
	if !a.asJSON {
		fmt.Fprintln(a.term.out, a.speech.T("cli.memory.added", core.Args{"Added": a.added, "Same": a.same, "Failed": a.failures}))
	}
	if a.failures > 0 {
		return &exit{code: exitFailed}
	}
	return nil
}

// one sends a file. What concerns this file alone is in the report; the error ends the whole work, since a server that
// is gone or a key that does not hold would fail for every file.
func (a *adding) one(ctx context.Context, file toAdd) (gatewayapi.Report, error) {
	failed := gatewayapi.Report{Name: file.name, State: memory.Failed}
	opened, err := os.Open(file.path)
	if err != nil {
		failed.Problem = a.problem(unreadable(err, file.path))
		return failed, nil
	}
	defer opened.Close()
	report, err := a.server.AddDocument(ctx, file.name, file.modified, opened)
	var refusal *client.Error
	if errors.As(err, &refusal) && refusal.OfContent() {
		failed.Problem = &gatewayapi.Problem{Message: refusal.Message, Next: refusal.Next}
		return failed, nil
	}
	return report, err
}

func (a *adding) problem(err error) *gatewayapi.Problem {
	sentence, next := a.speech.Error(err)
	return &gatewayapi.Problem{Message: sentence, Next: next}
}

func (a *adding) count(report gatewayapi.Report) {
	switch {
	case report.State == memory.Failed || report.Problem != nil:
		a.failures++
	case report.Unchanged:
		a.same++
	default:
		a.added++
	}
}

func (a *adding) tell(report gatewayapi.Report) error {
	if a.asJSON {
		return a.writeJSON(report)
	}
	name := printable(report.Name)
	switch {
	case report.Problem != nil:
		fmt.Fprintf(a.term.out, "✗ %s\n  %s\n  → %s\n", name, printable(report.Problem.Message), printable(report.Problem.Next))
	case report.State == memory.Failed:
		fmt.Fprintf(a.term.out, "✗ %s\n", name)
	case report.Unchanged:
		fmt.Fprintf(a.term.out, "= %s\n", name)
	default:
		fmt.Fprintf(a.term.out, "✓ %s\n", name)
	}
	return nil
}
