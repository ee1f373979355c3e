package main

import (
	"context"
	"flag"
	"io"
	"strings"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/platform/i18n"
)

// command is one line of the command table. Its sentences are in the locale files, under cli.command.<name>.
type command struct {
	name     string   // "ask", "key create"
	args     []string // what follows, as keys under cli.arg
	min, max int      // how many arguments; max -1: any
	examples []string // after "solidaire"; QUESTION is replaced by one in the reader's language
	flags    func(*flag.FlagSet)
	run      func(ctx context.Context, c *call) error
}

// call is one use of a command.
type call struct {
	command command
	args    []string
	term    *terminal
	speech  *i18n.Localizer
	environ []string       // as os.Environ gives it
	zone    *time.Location // of the organisation, once its configuration was read
}

// getenv gives a variable of the environment, "" when it is not set.
func (c *call) getenv(name string) string {
	for i := len(c.environ) - 1; i >= 0; i-- { // the last one counts
		if value, ok := strings.CutPrefix(c.environ[i], name+"="); ok {
			return value
		}
	}
	return ""
}

// commands is the table, in the order of the help.
func commands() []command {
	return []command{
		serveCommand(), linkCommand(), askCommand(),
		memoryAddCommand(), memoryListCommand(), memorySearchCommand(), memoryShowCommand(), memoryEvalCommand(),
		memoryStatusCommand(), memoryRetryCommand(), memoryRemoveCommand(),
		memoryQuestionsListCommand(), memoryQuestionsImportCommand(), memoryQuestionsExportCommand(), memoryQuestionsRemoveCommand(),
		memoryQuestionsRunCommand(), memoryQuestionsHistoryCommand(),
		memorySourceAddCommand(), memorySourceListCommand(), memorySourceKindsCommand(), memorySourceTryCommand(), memorySourceRunCommand(),
		memorySourceOrderCommand("pause", "cli.source.paused"), memorySourceOrderCommand("resume", "cli.source.resumed"),
		memorySourceOrderCommand("readmit", "cli.source.readmitted"), memorySourceRemoveCommand(),
		membersListCommand(), membersImportCommand(), membersExportCommand(),
		keyCreateCommand(), keyListCommand(), keyRevokeCommand(),
		modelsAddCommand(), modelsListCommand(), modelsTryCommand(),
		charterShowCommand(), charterVerifyCommand(), charterRestrictionsCommand(), charterRestrictCommand(), charterLiftCommand(),
		proposalListCommand(), proposalShowCommand(), proposalDryRunCommand(), voteVerifyCommand(),
		meetingListCommand(), meetingShowCommand(), meetingMinutesCommand(), electionListCommand(), electionImportCommand(),
		receiptShowCommand(), receiptListCommand(), auditVerifyCommand(),
		energyCommand(), statusCommand(),
		doctorCommand(), setupCommand(), versionCommand(), helpCommand(),
	}
}

// find takes the command's name off the front of the words.
func find(words []string) (command, []string, error) {
	if len(words) == 0 {
		return command{}, nil, usage("errors.cli_command_missing", nil)
	}
	for _, c := range commands() {
		name := strings.Fields(c.name)
		if len(words) >= len(name) && strings.Join(words[:len(name)], " ") == c.name {
			return c, words[len(name):], nil
		}
	}
	return command{}, nil, unknownCommand(words)
}

// unknownCommand says what was probably meant: the nearest name, else the commands of the group when the group exists.
func unknownCommand(words []string) error {
	var names, group []string
	for _, c := range commands() {
		names = append(names, c.name)
		if strings.HasPrefix(c.name, words[0]+" ") {
			group = append(group, "solidaire "+c.name)
		}
	}
	var tries []string
	if len(words) > 1 {
		tries = append(tries, words[0]+" "+words[1])
	}
	if len(group) == 0 {
		tries = append(tries, words[0])
	}
	for _, word := range tries {
		if near := nearest(word, names); near != "" {
			return usage("errors.cli_command_unknown_near", core.Args{"Name": printable(word), "Near": "solidaire " + near})
		}
	}
	if len(group) > 0 {
		return usage("errors.cli_command_group", core.Args{"Name": printable(words[0]), "Commands": strings.Join(group, ", ")})
	}
	return usage("errors.cli_command_unknown", core.Args{"Name": printable(words[0])})
}

// flagSet gives the command's flags, with their default values.
func (c command) flagSet() *flag.FlagSet {
	set := flag.NewFlagSet(c.name, flag.ContinueOnError)
	set.SetOutput(io.Discard)
	if c.flags != nil {
		c.flags(set)
	}
	return set
}

// checkArgs holds the number of arguments against what the command takes.
func (c command) checkArgs(args []string) error {
	switch {
	case len(args) < c.min:
		return usage("errors.cli_argument_missing", core.Args{"Command": "solidaire " + c.name})
	case c.max >= 0 && len(args) > c.max:
		return usage("errors.cli_argument_extra", core.Args{"Command": "solidaire " + c.name, "Extra": args[c.max]})
	}
	return nil
}
