//go:build !unix

package memoryprocess

import "os/exec"

func prepare(*exec.Cmd) {}

func killGroup(cmd *exec.Cmd) { _ = cmd.Process.Kill() }

// limit has nothing to ask here: the deadline and the soft limit of memory hold.
func limit() {}
