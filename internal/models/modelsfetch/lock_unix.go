//go:build unix

package modelsfetch

import (
	"os"

	"golang.org/x/sys/unix"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// lock holds a file against other processes until unlock; core.Conflict when another holds it.
func lock(path string) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, core.Wrap(err, core.Unavailable, "errors.models_write", nil)
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		f.Close()
		return nil, core.Wrap(err, core.Conflict, "errors.download_busy", nil)
	}
	return func() {
		unix.Flock(int(f.Fd()), unix.LOCK_UN) // a child process that is just being started holds the file too
		f.Close()
	}, nil
}
