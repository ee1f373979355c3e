package modelsllama

import "io"

// For tests of what only some systems use, and of what is too fine to see from outside.
var (
	Watched     = watched
	Arguments   = arguments
	Environment = environment
	ThreadsFor  = threadsFor
	AskProgress = askProgress
	OpenLog     = openLog
)

// Why is what a log remembers of a failure.
func (l *logFile) Why() string { return l.why() }

// WithoutProgress wraps a stream as Open does.
func WithoutProgress(r io.ReadCloser) io.ReadCloser { return &withoutProgress{ReadCloser: r} }
