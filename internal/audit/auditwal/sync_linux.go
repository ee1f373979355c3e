package auditwal

import (
	"os"

	"golang.org/x/sys/unix"
)

// syncData makes the content and length of f permanent; times may lag, which saves a journal write.
func syncData(f *os.File) error {
	for {
		if err := unix.Fdatasync(int(f.Fd())); err != unix.EINTR {
			return err
		}
	}
}
