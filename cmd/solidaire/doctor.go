package main

import (
	"context"
	"flag"
	"fmt"

	"github.com/solidaire-coop/solidaire/internal/core"
)

func doctorCommand() command {
	var at local
	var asJSON bool
	return command{
		name: "doctor", examples: []string{`doctor`, `doctor --data /srv/solidaire --json`},
		flags: func(set *flag.FlagSet) {
			at.define(set)
			set.BoolVar(&asJSON, "json", false, "cli.flag.json")
		},
		run: func(ctx context.Context, c *call) error {
			d := doctor{call: c}
			d.examine(ctx, &at)
			if asJSON {
				if err := c.writeJSON(d.report()); err != nil {
					return err
				}
			} else {
				d.show()
			}
			if d.worst() == broken {
				return &exit{code: exitFailed}
			}
			return nil
		},
	}
}

// How a part is.
const (
	well   = "ok"
	weak   = "degraded" // something is missing, and the rest works without it
	broken = "failed"
)

// check is what was found of one part.
type check struct {
	Name   string `json:"name"`
	State  string `json:"state"`
	Detail string `json:"detail,omitempty"`
	Next   string `json:"next,omitempty"`
}

// doctor gathers checks in the order in which one part needs another.
type doctor struct {
	*call
	checks []check
}

func (d *doctor) good(name, detail string) {
	d.checks = append(d.checks, check{Name: name, State: well, Detail: detail})
}

// bad notes a part that is not well, in the words of its error.
func (d *doctor) bad(name, state string, err error) {
	sentence, next := d.speech.Error(err)
	d.checks = append(d.checks, check{name, state, sentence, next})
}

func (d *doctor) worst() string {
	worst := well
	for _, c := range d.checks {
		if c.State == broken || c.State == weak && worst == well {
			worst = c.State
		}
	}
	return worst
}

// doctorReport is the JSON of doctor.
type doctorReport struct {
	State  string  `json:"state"` // the worst of the checks
	Checks []check `json:"checks"`
}

func (d *doctor) report() doctorReport { return doctorReport{d.worst(), d.checks} }

func (d *doctor) show() {
	width := 0
	for _, c := range d.checks {
		width = max(width, len([]rune(d.title(c))))
	}
	marks := map[string]string{well: "✓", weak: "!", broken: "✗"}
	for _, c := range d.checks {
		title := d.title(c)
		fmt.Fprintf(d.term.out, "%s %s%*s  %s\n", marks[c.State], d.term.bold(title), width-len([]rune(title)), "", printable(c.Detail))
		if c.Next != "" {
			fmt.Fprintf(d.term.out, "  → %s\n", printable(c.Next))
		}
	}
	fmt.Fprintln(d.term.out)
	fmt.Fprintln(d.term.out, d.speech.T("cli.doctor.verdict."+d.worst()))
}

// title names a part in the reader's language.
func (d *doctor) title(c check) string {
	name, which := cut(c.Name)
	switch name {
	case "configuration", "data", "disk", "server", "database", "audit", "charter", "restrictions", "memory", "engine", "backend", "embedding", "chat", "energy", "scans":
		title := d.speech.T("cli.doctor.part." + name)
		if which != "" {
			return d.speech.T("cli.doctor.which", core.Args{"Part": title, "Which": printable(which)})
		}
		return title
	}
	return printable(c.Name)
}
