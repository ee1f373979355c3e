package modelsllama

import (
	"io"

	"github.com/solidaire-coop/solidaire/internal/models"
)

// For tests of what only some systems use, and of what is too fine to see from outside.
var (
	Watched     = watched
	SlotsFor    = slotsFor
	Environment = environment
	ThreadsFor  = threadsFor
	AskProgress = askProgress
	OpenLog     = openLog
)

// Arguments are those of a child, for requests at once of so many tokens each.
func Arguments(m models.Model, socket string, threads, slots, context int) []string {
	return arguments(m, socket, threads, share{slots, context})
}

// Why is what a log remembers of a failure.
func (l *logFile) Why() string { return l.why() }

// WithoutProgress wraps a stream as Open does.
func WithoutProgress(r io.ReadCloser) io.ReadCloser { return &withoutProgress{ReadCloser: r} }
