// Command solidaire is the whole program: the server, and the commands that speak to it or to a data directory.
//
// Promises: stdout carries what was asked for and nothing else, stderr the rest; an error is one line and the next
// step, in the reader's language; exit codes are 0 done, 1 failed, 2 wrong command line, 3 not found in the documents,
// 4 refused by the charter.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/solidaire-coop/solidaire/internal/app"
	"github.com/solidaire-coop/solidaire/internal/platform/i18n"
)

// version is set when the program is built.
var version = "unknown"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the program at once
	os.Exit(run(ctx, os.Args[1:], systemTerminal(os.Getenv), os.Environ()))
}

// run carries out one command line and returns the exit code.
func run(ctx context.Context, words []string, term *terminal, environ []string) int {
	if len(words) > 0 && words[0] == app.ReaderWord {
		return exitCode(app.ServeReader(ctx, words[1:], term.in, term.out))
	}
	bundle, err := i18n.Load()
	if err != nil {
		term.complain(err.Error(), "")
		return exitFailed
	}
	c, err := prepare(words, term, bundle, environ)
	if err == nil {
		err = c.command.run(ctx, c)
	}
	if err != nil {
		explain(term, c.speech, err)
	}
	return exitCode(err)
}
