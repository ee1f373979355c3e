//go:build !unix

package modelsfetch

// lock does not hold against other processes on this system.
func lock(string) (unlock func(), err error) { return func() {}, nil }
