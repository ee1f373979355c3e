//go:build unix

package auditlog

import (
	"errors"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// lockDirectory keeps a second instance out. The lock goes with the process, however it ends.
func lockDirectory(dir string) (unlock func() error, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, core.Wrap(err, core.Unavailable, "errors.audit_disk", nil)
	}
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, core.Wrap(err, core.Unavailable, "errors.audit_disk", nil)
	}
	err = unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		f.Close()
		return nil, core.Wrap(err, core.Conflict, "errors.audit_locked", nil)
	}
	if err != nil {
		f.Close()
		return nil, core.Wrap(err, core.Unavailable, "errors.audit_disk", nil)
	}
	return func() error {
		// Closing alone is not enough: a child process that is just being started holds the file too, until it is another program.
		return errors.Join(unix.Flock(int(f.Fd()), unix.LOCK_UN), f.Close())
	}, nil
}
