package app

import (
	"log/slog"

	"github.com/solidaire-coop/solidaire/internal/platform/config"
)

// Options say how the program runs.
type Options struct {
	Config config.Config
	Log    *slog.Logger
	// Listen opens the TCP address. Without it only the Unix socket is opened, as for a single command.
	Listen  bool
	Version string
}
