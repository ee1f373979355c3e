package main

import (
	"context"
	"flag"
	"fmt"
	"strings"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayopenai"
	"github.com/solidaire-coop/solidaire/internal/memory"
)

func askCommand() command {
	var to target
	var asJSON bool
	var writer string
	return command{
		name: "ask", args: []string{"cli.arg.question"}, min: 1, max: -1,
		examples: []string{`ask QUESTION`, `ask --json QUESTION`, `ask --url https://ia.exemple.coop --key sk-sol-… QUESTION`},
		flags: func(set *flag.FlagSet) {
			to.define(set)
			set.BoolVar(&asJSON, "json", false, "cli.flag.json")
			set.StringVar(&writer, "model", "", "cli.flag.model")
		},
		run: func(ctx context.Context, c *call) error {
			question := strings.TrimSpace(strings.Join(c.args, " "))
			if question == "" {
				return &exit{exitUsage, core.E(core.Invalid, "errors.question_empty", nil)}
			}
			server, err := to.connect(ctx, c)
			if err != nil {
				return err
			}
			defer server.Close()
			line := c.term.progress()
			line.show(c.speech.T("questions.waiting.search"))
			answer, raw, err := server.Ask(ctx, question, writer)
			line.clear()
			if err != nil {
				return c.failJSON(asJSON, err)
			}
			if asJSON {
				fmt.Fprintf(c.term.out, "%s\n", raw)
			} else {
				answerView{c, answer}.show()
			}
			if !answer.Found {
				return &exit{code: exitNotFound}
			}
			return nil
		},
	}
}

// answerView writes an answer for a reader: what was found, where, what it cost, and the receipt.
type answerView struct {
	*call
	answer gatewayopenai.AskAnswer
}

func (v answerView) show() {
	switch {
	case !v.answer.Found:
		v.line(v.speech.T("cli.ask.not_found"))
		v.sources("cli.ask.nearest", v.answer.Nearest, nearestShown)
	case v.answer.Mode == "model":
		v.line(passage(v.answer.Answer, ""))
		v.line("")
		v.line(v.term.faint(v.speech.T("cli.ask.written_by", core.Args{"Model": printable(v.answer.Model)})))
		if v.answer.Checked == nil {
			v.sources("cli.ask.sources", v.answer.Sources, wholeQuote)
			break
		}
		v.checked(*v.answer.Checked)
		v.sources("cli.ask.sources", v.answer.Passages, nearestShown)
	default:
		for i, s := range v.answer.Sources {
			v.line(fmt.Sprintf("%s [%d]", v.speech.Quoted(passage(s.Quote, "  ")), i+1))
		}
		v.sources("cli.ask.sources", v.answer.Sources, 0)
	}
	v.footer()
}

// checked says which sentences no passage supports, and why.
func (v answerView) checked(c gatewayopenai.AskCheck) {
	if c.Unsupported == 0 {
		v.line(v.term.faint(v.speech.T("questions.checked")))
	} else {
		v.line(v.speech.T("questions.checked.unsupported", core.Args{"Count": c.Unsupported}))
	}
	for _, s := range c.Sentences {
		if s.Support != memory.Unsupported || s.Start < 0 || s.End > len(v.answer.Answer) || s.Start > s.End {
			continue
		}
		why := v.speech.T("questions.checked.scattered")
		switch {
		case s.Negated:
			why = v.speech.T("questions.checked.negated")
		case len(s.Missing) > 0:
			why = v.speech.T("questions.checked.missing", core.Args{"Missing": printable(strings.Join(s.Missing, ", "))})
		}
		v.line("  ✗ " + v.speech.Quoted(passage(v.answer.Answer[s.Start:s.End], "    ")) + " " + why)
	}
	if len(c.Dropped) > 0 {
		v.line(v.speech.T("questions.checked.dropped", core.Args{"Citations": strings.Trim(fmt.Sprint(c.Dropped), "[]")}))
	}
}

func (v answerView) line(text string) { fmt.Fprintln(v.term.out, text) }

// How many characters of a quotation stand beside its source.
const (
	wholeQuote   = 1 << 20
	nearestShown = 240 // a passage that does not answer needs no more to be recognised
)

// sources numbers where the quotations come from, with so many characters of their words.
func (v answerView) sources(title string, list []gatewayopenai.AskSource, shown int) {
	if len(list) == 0 {
		return
	}
	v.line("")
	v.line(v.term.bold(v.speech.T(title)))
	for i, s := range list {
		v.line(fmt.Sprintf("[%d] %s", i+1, v.place(s)))
		switch {
		case shown >= len(s.Quote):
			v.line("    " + v.speech.Quoted(passage(s.Quote, "    ")))
		case shown > 0:
			v.line("    " + v.speech.Quoted(fit(strings.Join(strings.Fields(printable(s.Quote)), " "), shown)))
		}
		if s.Later != nil && s.Later.Quote != "" {
			v.line("    → " + printable(s.Later.Document) + " · " + v.speech.Quoted(fit(printable(s.Later.Quote), nearestShown)))
		}
	}
}

// place says where a quotation stands: document, page, heading, date.
func (v answerView) place(s gatewayopenai.AskSource) string {
	parts := []string{printable(s.Document)}
	parts = append(parts, v.standing(s.Page, s.Slide, s.Heading, s.Sheet)...)
	if dated := v.day(s.Dated); dated != "" {
		parts = append(parts, dated)
	}
	switch {
	case s.Later != nil && s.Later.Same:
		parts = append(parts, v.speech.T("web.version.newer_same"))
	case s.Later != nil:
		parts = append(parts, v.speech.T("web.version.newer_differs"))
	case s.Newer:
		parts = append(parts, v.speech.T("web.version.newer"))
	}
	return strings.Join(parts, " · ")
}

func (v answerView) footer() {
	v.line("")
	if v.answer.Mode == "extractive" && v.answer.Found {
		v.line(v.term.faint(v.speech.T("cli.ask.word_for_word")))
	}
	if !v.answer.ByMeaning {
		v.line(v.term.faint(v.speech.T("cli.ask.by_words")))
	}
	v.line(v.term.faint(v.speech.T("cli.energy", core.Args{"Energy": v.speech.Energy(v.answer.Energy.Energy)})))
	v.line(v.term.faint(v.speech.T("cli.receipt", core.Args{"ID": v.answer.Receipt})))
}
