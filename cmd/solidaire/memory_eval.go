package main

import (
	"context"
	"flag"
	"fmt"
	"os"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
)

func memoryEvalCommand() command {
	var to target
	var asJSON, list bool
	var questions string
	return command{
		name: "memory eval", max: 0,
		examples: []string{`memory eval --questions questions.jsonl`, `memory eval --data data --questions questions.jsonl --json`},
		flags: func(set *flag.FlagSet) {
			to.define(set)
			set.StringVar(&questions, "questions", "", "cli.flag.questions")
			set.BoolVar(&asJSON, "json", false, "cli.flag.json")
			set.BoolVar(&list, "list", false, "cli.flag.eval_list")
		},
		run: func(ctx context.Context, c *call) error {
			if questions == "" {
				return usage("errors.cli_questions_missing", nil)
			}
			file, err := os.Open(questions)
			if err != nil {
				return unreadable(err, questions)
			}
			defer file.Close()
			server, err := to.connect(ctx, c)
			if err != nil {
				return err
			}
			defer server.Close()
			line := c.term.progress()
			result, err := server.Evaluate(ctx, file, func(done, of int) {
				line.show(c.speech.T("cli.eval.progress", core.Args{"Done": done, "Total": of}))
			})
			line.clear()
			switch {
			case err != nil:
				return c.failJSON(asJSON, err)
			case asJSON:
				return c.writeJSON(result)
			}
			c.evaluation(result, list)
			return nil
		},
	}
}

// evaluation writes the figures, one a line, each with what it is a share of.
func (c *call) evaluation(e memory.Evaluation, list bool) {
	if list {
		c.results(e.Results)
	}
	c.say("cli.eval.questions", core.Args{"Count": e.Questions, "Answerable": e.Answerable, "Others": e.Unanswerable})
	if e.Absent > 0 {
		c.say("cli.eval.absent", core.Args{"Count": e.Absent})
	}
	rows := [][]string{{c.speech.T("cli.eval.column.figure"), c.speech.T("cli.eval.column.value")}}
	add := func(key string, value string) { rows = append(rows, []string{c.speech.T(key), value}) }
	share := func(key string, value float64, whole int) {
		if whole > 0 {
			add(key, fmt.Sprintf("%.3f", value))
		} else {
			add(key, "—") // a share of nothing is no figure
		}
	}
	share("cli.eval.ndcg", e.NDCG10, e.Answerable)
	for _, depth := range []string{"1", "3", "10", "100"} {
		rows = append(rows, []string{c.speech.T("cli.eval.recall", core.Args{"Depth": depth}), fmt.Sprintf("%.3f", e.Recall[depth])})
	}
	share("cli.eval.range", e.RangeInAnswer, e.Quoted)
	share("cli.eval.first", e.FirstRight, e.Answerable)
	share("cli.eval.precision", e.CitationPrecision, e.Questions)
	share("cli.eval.recall_citations", e.CitationRecall, e.Answerable)
	share("cli.eval.refused", e.RefusedAnswerable, e.Answerable)
	share("cli.eval.silent", e.RefusedOthers, e.Unanswerable)
	add("cli.eval.search_time", c.speech.T("cli.eval.millis", core.Args{"P50": fmt.Sprintf("%.0f", e.SearchMillis.P50), "P95": fmt.Sprintf("%.0f", e.SearchMillis.P95)}))
	add("cli.eval.answer_time", c.speech.T("cli.eval.millis", core.Args{"P50": fmt.Sprintf("%.0f", e.AnswerMillis.P50), "P95": fmt.Sprintf("%.0f", e.AnswerMillis.P95)}))
	c.table(rows)
	switch {
	case e.ByMeaning:
		c.say("cli.eval.by_meaning", nil)
	case e.Unembedded > 0:
		c.say("cli.eval.unembedded", core.Args{"Count": e.Unembedded})
	default:
		c.say("cli.ask.by_words", nil)
	}
}

func (c *call) say(key string, args core.Args) { fmt.Fprintln(c.term.out, c.speech.T(key, args)) }

// results lists the questions with what was said to each, the wrong ones marked.
func (c *call) results(all []memory.TestResult) {
	for _, r := range all {
		mark := "✓"
		if !r.Right {
			mark = "✗"
		}
		fmt.Fprintf(c.term.out, "%s %s %s\n", mark, printable(r.ID), printable(r.Question))
		if r.Found {
			fmt.Fprintf(c.term.out, "    %s: %s\n", printable(r.Document), fit(printable(r.Answer), 160))
		} else {
			fmt.Fprintf(c.term.out, "    %s\n", c.speech.T("cli.ask.not_found"))
		}
	}
}
