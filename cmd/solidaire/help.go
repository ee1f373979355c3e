package main

import (
	"context"
	"flag"
	"fmt"
	"strings"

	"github.com/solidaire-coop/solidaire/internal/core"
)

func helpCommand() command {
	return command{
		name: "help", args: []string{"cli.arg.command"}, max: 3, examples: []string{`help ask`, `help memory source`},
		run: func(_ context.Context, c *call) error {
			if len(c.args) == 0 {
				c.overview()
				return nil
			}
			found, rest, err := find(c.args)
			if err != nil {
				return c.helpGroup(err)
			}
			if len(rest) > 0 {
				return unknownCommand(c.args)
			}
			c.helpOn(found)
			return nil
		},
	}
}

// overview lists every command with one line each.
func (c *call) overview() {
	say := func(text string) { fmt.Fprintln(c.term.out, text) }
	say(c.speech.T("cli.help.what"))
	say("")
	say(c.term.bold(c.speech.T("cli.help.usage")))
	say("  solidaire " + c.speech.T("cli.help.line"))
	say("")
	say(c.term.bold(c.speech.T("cli.help.commands")))
	width := 0
	for _, known := range commands() {
		width = max(width, len(known.name))
	}
	for _, known := range commands() {
		say(fmt.Sprintf("  %-*s  %s", width, known.name, c.summary(known)))
	}
	say("")
	say(c.term.bold(c.speech.T("cli.help.start")))
	say("  solidaire serve --demo")
	say("")
	say(c.speech.T("cli.help.more"))
}

// helpGroup answers "help key" with the commands of the group.
func (c *call) helpGroup(err error) error {
	shown := false
	for _, known := range commands() {
		if strings.HasPrefix(known.name, strings.Join(c.args, " ")+" ") {
			if shown {
				fmt.Fprintln(c.term.out)
			}
			c.helpOn(known)
			shown = true
		}
	}
	if shown {
		return nil
	}
	return err
}

// helpOn explains one command: what it does, its flags, examples.
func (c *call) helpOn(known command) {
	say := func(text string) { fmt.Fprintln(c.term.out, text) }
	line := "solidaire " + known.name
	for _, arg := range known.args {
		line += " " + c.speech.T(arg)
	}
	say(c.term.bold(line))
	say(c.speech.T("cli.command." + known.key() + ".about"))
	set := known.flagSet()
	var g global
	g.define(set)
	say("")
	say(c.term.bold(c.speech.T("cli.help.flags")))
	set.VisitAll(func(f *flag.Flag) { say(c.flagLine(f)) })
	say("")
	say(c.term.bold(c.speech.T("cli.help.examples")))
	question := `"` + c.speech.T("cli.help.question") + `"`
	for _, example := range known.examples {
		say("  solidaire " + strings.ReplaceAll(example, "QUESTION", question))
	}
}

func (c *call) flagLine(f *flag.Flag) string {
	name := "--" + f.Name
	if !isSwitch(f) {
		name += " " + c.speech.T("cli.value."+f.Name)
	}
	text := c.speech.T(f.Usage)
	if f.DefValue != "" && !isSwitch(f) {
		text = c.speech.T("cli.help.default", core.Args{"About": text, "Default": f.DefValue})
	}
	return fmt.Sprintf("  %-20s  %s", name, text)
}

func (c *call) summary(known command) string { return c.speech.T("cli.command." + known.key()) }

// key is the command's name as it stands in a translation key.
func (c command) key() string { return strings.ReplaceAll(c.name, " ", "_") }
