package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"time"

	"github.com/solidaire-coop/solidaire/internal/client"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayapi"
	"github.com/solidaire-coop/solidaire/internal/memory"
)

func memoryAddCommand() command {
	var to target
	var asJSON, wait bool
	return command{
		name: "memory add", args: []string{"cli.arg.paths"}, min: 1, max: -1,
		examples: []string{`memory add documents/`, `memory add --json statuts.md budget.pdf`, `memory add --wait archives.zip`},
		flags: func(set *flag.FlagSet) {
			to.define(set)
			set.BoolVar(&asJSON, "json", false, "cli.flag.json_lines")
			set.BoolVar(&wait, "wait", false, "cli.flag.wait_vectors")
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
			a := adding{call: c, server: server.Client, asJSON: asJSON, wait: wait || server.stop != nil, progress: c.term.progress()}
			return a.all(ctx, files)
		},
	}
}

// addWindow is how many files are handed over ahead of those that are read: once handed over, a file is read
// even if this command or the server is stopped.
const addWindow = 200

// adding hands files over and tells, in their order, what became of each.
type adding struct {
	*call
	server                *client.Client
	asJSON                bool
	wait                  bool // for vectors: without a server that stays, nobody would make them
	progress              *progress
	ahead                 []gatewayapi.Report
	told, total           int
	added, same, failures int
}

func (a *adding) all(ctx context.Context, files []toAdd) error {
	a.total = len(files)
	for i, file := range files {
		a.progress.show(a.speech.T("cli.memory.sending", core.Args{"Done": i + 1, "Total": len(files), "Name": file.name}))
		if err := a.hand(ctx, file); err != nil {
			return err
		}
		if err := a.finish(ctx, addWindow); err != nil {
			return err
		}
	}
	if err := a.finish(ctx, 0); err != nil {
		return err
	}
	if a.wait {
		if err := a.vectors(ctx); err != nil {
			return err
		}
	}
	a.progress.clear()
	if !a.asJSON {
		fmt.Fprintln(a.term.out, a.speech.T("cli.memory.added", core.Args{"Added": a.added, "Same": a.same, "Failed": a.failures}))
	}
	if a.failures > 0 {
		return &exit{code: exitFailed}
	}
	return nil
}

// hand sends a file, or what an archive holds. What concerns the file alone is in its report; the error ends the
// whole work, since a server that is gone or a key that does not hold would fail for every file.
func (a *adding) hand(ctx context.Context, file toAdd) error {
	opened, err := os.Open(file.path)
	if err != nil {
		return a.refused(file, a.problem(unreadable(err, file.path)))
	}
	defer opened.Close()
	var report gatewayapi.Report
	if memory.IsArchive(file.name) {
		var archive gatewayapi.Archive
		if archive, err = a.server.OfferArchive(ctx, file.name, opened); err == nil {
			a.ahead = append(a.ahead, archive.Files...)
			a.total += len(archive.Files)
			if archive.Problem != nil {
				return a.refused(file, archive.Problem)
			}
			return nil
		}
	} else if report, err = a.server.Offer(ctx, file.name, file.modified, opened); err == nil {
		a.ahead = append(a.ahead, report)
		return nil
	}
	var refusal *client.Error
	if errors.As(err, &refusal) && refusal.OfContent() {
		return a.refused(file, &gatewayapi.Problem{Message: refusal.Message, Next: refusal.Next})
	}
	return err
}

func (a *adding) refused(file toAdd, problem *gatewayapi.Problem) error {
	a.ahead = append(a.ahead, gatewayapi.Report{Name: file.name, State: memory.Failed, Problem: problem})
	return nil
}

func (a *adding) problem(err error) *gatewayapi.Problem {
	sentence, next := a.speech.Error(err)
	return &gatewayapi.Problem{Message: sentence, Next: next}
}

// finish waits for the oldest files that were handed over, until no more than some are ahead.
func (a *adding) finish(ctx context.Context, ahead int) error {
	for len(a.ahead) > ahead {
		report := a.ahead[0]
		a.ahead = a.ahead[1:]
		for report.State == memory.Waiting && report.Problem == nil {
			a.progress.show(a.speech.T("cli.memory.adding", core.Args{"Done": a.told + 1, "Total": a.total, "Name": report.Name}))
			d, err := a.server.Finished(ctx, report.Document)
			if err != nil {
				return err
			}
			report.State, report.Version, report.Problem = d.State, d.Version, d.Problem
			if report.State == memory.Reading {
				report.State = memory.Waiting
			}
		}
		a.progress.clear()
		a.told++
		a.count(report)
		if err := a.tell(report); err != nil {
			return err
		}
	}
	return nil
}

// vectorsBeat is how often the making of vectors is looked at.
const vectorsBeat = 250 * time.Millisecond

// vectors waits until every passage has its vector. Without an engine it does not: documents are found by words,
// and the vectors follow when one answers.
func (a *adding) vectors(ctx context.Context) error {
	tick := time.NewTicker(vectorsBeat)
	defer tick.Stop()
	for {
		status, err := a.server.Status(ctx)
		if err != nil {
			return err
		}
		if status.VectorsComplete || status.Model == "" || status.Vectors != nil {
			return nil
		}
		a.progress.show(a.speech.T("cli.memory.vectors", core.Args{"Done": status.Embedded, "Total": status.Passages}))
		select {
		case <-ctx.Done():
			return core.Wrap(ctx.Err(), core.Cancelled, "errors.cancelled", nil)
		case <-tick.C:
		}
	}
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
