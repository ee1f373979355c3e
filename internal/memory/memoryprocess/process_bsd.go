//go:build unix && !linux

package memoryprocess

import (
	"os/exec"
	"syscall"
)

// prepare gives the reader a group of its own. It ends with us when its pipe does.
func prepare(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }
