package modelsllama

// For tests of what only some systems use, and of what is too fine to see from outside.
var (
	Watched     = watched
	Arguments   = arguments
	Environment = environment
	ThreadsFor  = threadsFor
	OpenLog     = openLog
)

// Why is what a log remembers of a failure.
func (l *logFile) Why() string { return l.why() }
