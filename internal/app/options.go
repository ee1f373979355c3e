package app

import (
	"log/slog"

	"github.com/solidaire-coop/solidaire/internal/gateway"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayopenai"
	"github.com/solidaire-coop/solidaire/internal/platform/config"
)

// Options say how the program runs.
type Options struct {
	Config config.Config
	Log    *slog.Logger
	// Listen opens the TCP address. Without it only the Unix socket is opened, as for a single command.
	Listen  bool
	Version string
	// Reader is the command that starts a reader of files, ending with ReaderWord. Empty: files are read in this
	// process, as tests do.
	Reader []string
	// Held is told how many bytes the memory's indexes hold, when that changes; nil: nobody is.
	Held func(bytes int)
	// Without replaces steps of the way of a request, so that the price of each can be measured. No configuration, flag
	// or variable reaches it.
	Without Without
}

// Without says what is left out of a measurement.
type Without struct {
	Keys  gatewayopenai.Authenticator // in place of API keys; nil: real ones
	Needs func(*gateway.Needs)        // changes the steps; nil: all are real
}
