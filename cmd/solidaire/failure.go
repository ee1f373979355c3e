package main

import (
	"errors"
	"fmt"

	"github.com/solidaire-coop/solidaire/internal/client"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/platform/i18n"
)

// The exit codes that scripts rely on.
const (
	exitDone     = 0
	exitFailed   = 1
	exitUsage    = 2
	exitNotFound = 3
	exitRefused  = 4
)

// exit ends a command with a code of its own. Without an error the command has already said why.
type exit struct {
	code int
	err  error
}

// Error is for tests.
func (e *exit) Error() string { return fmt.Sprintf("exit %d: %v", e.code, e.err) }

// Unwrap gives what to show.
func (e *exit) Unwrap() error { return e.err }

// usage is a mistake in the command line.
func usage(key string, args core.Args) error {
	return &exit{exitUsage, core.E(core.Invalid, key, args)}
}

// exitCode maps a failure.
func exitCode(err error) int {
	var own *exit
	var refusal *client.Error
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &own):
		return own.code
	case errors.As(err, &refusal) && refusal.Refused(), core.Is(err, core.Refused):
		return exitRefused
	}
	return exitFailed
}

// explain shows a failure: what happened, then what to do. The cause stays unseen.
func explain(term *terminal, speech *i18n.Localizer, err error) {
	var own *exit
	if errors.As(err, &own) && own.err == nil {
		return
	}
	var refusal *client.Error
	if errors.As(err, &refusal) {
		term.complain(refusal.Message, refusal.Next)
		if refusal.Receipt != "" {
			fmt.Fprintln(term.err, speech.T("cli.receipt", core.Args{"ID": refusal.Receipt}))
		} else if refusal.Status >= 500 && refusal.ID != "" {
			fmt.Fprintln(term.err, speech.T("cli.error_number", core.Args{"ID": printable(refusal.ID)}))
		}
		return
	}
	term.complain(speech.Error(err))
}
