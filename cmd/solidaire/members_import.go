package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/solidaire-coop/solidaire/internal/app"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/members"
)

func membersImportCommand() command {
	var at local
	var dry, classes, asJSON bool
	return command{
		name: "members import", args: []string{"cli.arg.csv"}, min: 1, max: 1,
		examples: []string{`members import membres.csv --dry-run`, `members import membres.csv --add-classes`},
		flags: func(set *flag.FlagSet) {
			at.define(set)
			set.BoolVar(&dry, "dry-run", false, "cli.flag.dry_run")
			set.BoolVar(&classes, "add-classes", false, "cli.flag.add_classes")
			set.BoolVar(&asJSON, "json", false, "cli.flag.json")
		},
		run: func(ctx context.Context, c *call) error {
			file, err := c.openInput(c.args[0])
			if err != nil {
				return err
			}
			defer file.Close()
			return at.withStores(ctx, c, func(stores *app.Stores) error {
				options := members.ImportOptions{DryRun: dry, AddClasses: classes, Zone: c.zone}
				report, err := stores.Members.Import(ctx, stores.Organisation.ID, file, options)
				if asJSON {
					return c.importJSON(report, dry, err)
				}
				c.importTold(report, dry, err)
				return err
			})
		},
	}
}

// openInput opens a file, or what is piped in when it is "-".
func (c *call) openInput(path string) (io.ReadCloser, error) {
	if path == "-" {
		return io.NopCloser(c.term.in), nil
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, unreadable(err, path)
	}
	return file, nil
}

// importTold says what a file changed, or would, and each line that is wrong.
func (c *call) importTold(report members.ImportReport, dry bool, err error) {
	if len(report.Ignored) > 0 {
		fmt.Fprintln(c.term.err, c.speech.T("cli.members.ignored", core.Args{"Columns": strings.Join(report.Ignored, ", ")}))
	}
	for _, p := range report.Problems {
		sentence, next := c.speech.Error(p.Err)
		fmt.Fprintln(c.term.err, c.speech.T("cli.members.line", core.Args{"Line": p.Line, "Problem": sentence, "Next": next}))
	}
	if more := report.Wrong - len(report.Problems); more > 0 {
		fmt.Fprintln(c.term.err, c.speech.T("cli.members.more", core.Args{"Count": more}))
	}
	if err != nil {
		return
	}
	if len(report.Classes) > 0 {
		c.say("cli.members.classes", core.Args{"Classes": strings.Join(report.Classes, ", ")})
	}
	c.say("cli.members.new", core.Args{"Count": len(report.New)})
	c.say("cli.members.changed", core.Args{"Count": len(report.Changed)})
	c.say("cli.members.same", core.Args{"Count": report.Same})
	if dry {
		c.say("cli.members.dry", nil)
	}
}

// importJSON is the same for a script.
func (c *call) importJSON(report members.ImportReport, dry bool, err error) error {
	if err != nil && report.Wrong == 0 {
		return c.failJSON(true, err)
	}
	type problem struct {
		Line    int    `json:"line"`
		Error   string `json:"error"`
		Message string `json:"message"`
	}
	problems := []problem{}
	for _, p := range report.Problems {
		sentence, _ := c.speech.Error(p.Err)
		problems = append(problems, problem{p.Line, p.Err.Key, sentence})
	}
	if werr := c.writeJSON(map[string]any{
		"dry_run": dry, "written": !dry && err == nil, "new": len(report.New), "changed": len(report.Changed), "same": report.Same,
		"classes_added": orEmpty(report.Classes), "columns_ignored": orEmpty(report.Ignored), "wrong": report.Wrong, "problems": problems,
	}); werr != nil {
		return werr
	}
	return err
}

func orEmpty(list []string) []string { return append([]string{}, list...) }
