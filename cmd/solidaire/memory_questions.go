package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayapi"
	"github.com/solidaire-coop/solidaire/internal/memory"
)

// withServer is a command on a server.
func withServer(cmd command, do func(ctx context.Context, c *call, s *server) error) command {
	var to target
	more := cmd.flags
	cmd.flags = func(set *flag.FlagSet) {
		to.define(set)
		if more != nil {
			more(set)
		}
	}
	cmd.run = func(ctx context.Context, c *call) error {
		server, err := to.connect(ctx, c)
		if err != nil {
			return err
		}
		defer server.Close()
		return do(ctx, c, server)
	}
	return cmd
}

func memoryQuestionsListCommand() command {
	ask := func(ctx context.Context, s *server) ([]gatewayapi.Question, error) { return s.Questions(ctx) }
	show := func(c *call, list []gatewayapi.Question) {
		if len(list) == 0 {
			c.say("quality.empty", nil)
			return
		}
		rows := [][]string{{c.speech.T("cli.column.id"), c.speech.T("quality.column.question"), c.speech.T("quality.column.expected")}}
		for _, q := range list {
			expected := q.File
			switch {
			case q.Draft:
				expected = c.speech.T("quality.draft")
			case q.File == "":
				expected = c.speech.T("quality.unanswerable")
			}
			rows = append(rows, []string{q.ID, fit(q.Question, 80), expected})
		}
		c.table(rows)
	}
	return reading("memory questions list", ask, show, `memory questions list`, `memory questions list --json`)
}

func memoryQuestionsImportCommand() command {
	var replace, asJSON bool
	return withServer(command{
		name: "memory questions import", args: []string{"cli.arg.questions"}, min: 1, max: 1,
		examples: []string{`memory questions import questions.jsonl`, `memory questions import --replace questions.jsonl`},
		flags: func(set *flag.FlagSet) {
			set.BoolVar(&replace, "replace", false, "cli.flag.replace")
			set.BoolVar(&asJSON, "json", false, "cli.flag.json")
		},
	}, func(ctx context.Context, c *call, s *server) error {
		file, err := os.Open(c.args[0])
		if err != nil {
			return unreadable(err, c.args[0])
		}
		defer file.Close()
		n, err := s.ImportQuestions(ctx, file, replace)
		switch {
		case err != nil:
			return c.failJSON(asJSON, err)
		case asJSON:
			return c.writeJSON(map[string]int{"questions": n})
		}
		c.say("cli.questions.imported", core.Args{"Count": n})
		return nil
	})
}

func memoryQuestionsExportCommand() command {
	return withServer(command{name: "memory questions export", examples: []string{`memory questions export > questions.jsonl`}},
		func(ctx context.Context, c *call, s *server) error {
			lines, err := s.ExportQuestions(ctx)
			if err == nil {
				_, err = c.term.out.Write(lines)
			}
			return err
		})
}

func memoryQuestionsRemoveCommand() command {
	return withServer(command{name: "memory questions remove", args: []string{"cli.arg.question_id"}, min: 1, max: 1, examples: []string{`memory questions remove quorum-2025`}},
		func(ctx context.Context, c *call, s *server) error {
			if err := s.RemoveQuestion(ctx, c.args[0]); err != nil {
				return err
			}
			c.say("quality.done.removed", nil)
			return nil
		})
}

func memoryQuestionsRunCommand() command {
	var asJSON bool
	return withServer(command{
		name: "memory questions run", examples: []string{`memory questions run`, `memory questions run --json`},
		flags: func(set *flag.FlagSet) { set.BoolVar(&asJSON, "json", false, "cli.flag.json") },
	}, func(ctx context.Context, c *call, s *server) error {
		before, err := s.Measurements(ctx)
		if err == nil {
			_, err = s.Measure(ctx)
		}
		if err != nil {
			return c.failJSON(asJSON, err)
		}
		kept, err := c.awaitMeasurement(ctx, s)
		if err != nil {
			return c.failJSON(asJSON, err)
		}
		against := core.ID("")
		if len(before.Measurements) > 0 {
			against = before.Measurements[0].ID
		}
		m, err := s.Measurement(ctx, kept, against)
		switch {
		case err != nil:
			return c.failJSON(asJSON, err)
		case asJSON:
			return c.writeJSON(m)
		}
		c.evaluation(m.Evaluation, false)
		c.comparison(m)
		return nil
	})
}

// awaitMeasurement waits until the measurement under way is kept. When the command is interrupted, so is the measurement.
func (c *call) awaitMeasurement(ctx context.Context, s *server) (core.ID, error) {
	tick := time.NewTicker(runBeat)
	defer tick.Stop()
	line := c.term.progress()
	defer line.clear()
	for {
		list, err := s.Measurements(ctx)
		if ctx.Err() != nil {
			return "", c.abandon(ctx, s)
		}
		if err != nil {
			return "", err
		}
		switch now := list.Now; {
		case now.Going:
			line.show(c.speech.T("cli.eval.progress", core.Args{"Done": now.Done, "Total": now.Total}))
		case now.Kept != "":
			return now.Kept, nil
		case now.Failure != nil:
			line.clear()
			c.trouble("", now.Failure)
			return "", &exit{code: exitFailed}
		default:
			return "", core.E(core.Cancelled, "errors.cancelled", nil)
		}
		select {
		case <-ctx.Done():
			return "", c.abandon(ctx, s)
		case <-tick.C:
		}
	}
}

// abandonWait bounds telling the server that nobody waits any more.
const abandonWait = 2 * time.Second

func (c *call) abandon(ctx context.Context, s *server) error {
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), abandonWait)
	defer cancel()
	return core.Wrap(s.StopMeasuring(last), core.Cancelled, "errors.cancelled", nil)
}

// comparison says in words what became of the questions since the measurement before.
func (c *call) comparison(m gatewayapi.Measurement) {
	a := m.Against
	if a == nil {
		c.say("cli.questions.first", core.Args{"Right": c.speech.Percent(m.Right)})
		return
	}
	fmt.Fprintln(c.term.out)
	fmt.Fprintln(c.term.out, c.term.bold(c.speech.T("quality.verdict."+string(a.Verdict))))
	c.say("quality.verdict.counts", core.Args{"Gained": len(a.Gained), "Lost": len(a.Lost), "Common": a.Common})
	if len(a.Gained)+len(a.Lost) > 0 {
		key := "quality.verdict.unsure"
		if a.Sure() {
			key = "quality.verdict.sure"
		}
		c.say(key, core.Args{"Chance": c.speech.Percent(a.Chance)})
	}
	for _, change := range a.Changed {
		fmt.Fprintf(c.term.out, "  %s %s\n", c.speech.T("quality.change."+change.What),
			c.speech.T("quality.from_to", core.Args{"Before": printable(fmt.Sprint(change.Before)), "After": printable(fmt.Sprint(change.After))}))
	}
	c.asked("+", a.Gained)
	c.asked("-", a.Lost)
}

func (c *call) asked(mark string, list []memory.Measured) {
	for _, q := range list {
		fmt.Fprintf(c.term.out, "%s %s %s\n", mark, printable(q.ID), printable(q.Question))
	}
}

func memoryQuestionsHistoryCommand() command {
	ask := func(ctx context.Context, s *server) (gatewayapi.Measurements, error) { return s.Measurements(ctx) }
	show := func(c *call, list gatewayapi.Measurements) {
		if len(list.Measurements) == 0 {
			c.say("quality.unmeasured", nil)
			return
		}
		rows := [][]string{{c.speech.T("cli.column.id"), c.speech.T("quality.column.date"), c.speech.T("quality.column.right"),
			c.speech.T("quality.column.questions"), c.speech.T("quality.column.setting")}}
		for _, m := range list.Measurements {
			setting := m.Setting.Model
			if !m.Setting.ByMeaning {
				setting = c.speech.T("quality.by_words")
			}
			rows = append(rows, []string{string(m.ID), c.moment(m.Began), c.speech.Percent(m.Right()), fmt.Sprint(m.Evaluation.Questions),
				setting + " · " + m.Setting.Version})
		}
		c.table(rows)
	}
	return reading("memory questions history", ask, show, `memory questions history`, `memory questions history --json`)
}
