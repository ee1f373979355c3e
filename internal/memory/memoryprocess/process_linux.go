package memoryprocess

import (
	"os/exec"
	"syscall"
)

// prepare gives the reader a group of its own, and ties its life to ours: the kernel kills it when we die,
// however we die.
func prepare(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
