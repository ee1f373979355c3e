//go:build unix

package memoryprocess

import (
	"os/exec"
	"syscall"

	"golang.org/x/sys/unix"
)

// killGroup kills the reader and what it started; gone already is as good.
func killGroup(cmd *exec.Cmd) { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }

// What the system holds a reader to.
const (
	maxData  = 2 << 30 // bytes of memory of its own
	maxFiles = 256
	maxWrite = 512 << 20 // of one file: the cache of the PDF reader
)

// limit asks the system to hold this process to its bounds. A bound that is lower already stays.
func limit() {
	for what, most := range map[int]uint64{unix.RLIMIT_DATA: maxData, unix.RLIMIT_NOFILE: maxFiles, unix.RLIMIT_FSIZE: maxWrite, unix.RLIMIT_CORE: 0} {
		var now unix.Rlimit
		if unix.Getrlimit(what, &now) == nil {
			now.Cur = min(now.Cur, most)
			now.Max = min(now.Max, most)
			_ = unix.Setrlimit(what, &now) // where the system refuses, the deadline and the soft limit still hold
		}
	}
}
