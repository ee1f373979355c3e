package modelsllama

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"strings"
	"syscall"
)

// withParent ties the child's life to ours: the kernel kills it when we die, however we die. It has
// a group of its own, so that Ctrl-C reaches it through us only.
func withParent(cmd *exec.Cmd) (release func()) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	return func() {}
}

func endGroup(pid int)  { _ = syscall.Kill(-pid, syscall.SIGTERM) } // already gone is as good
func killGroup(pid int) { _ = syscall.Kill(-pid, syscall.SIGKILL) }

func commandLine(pid int) string {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	if err != nil {
		return ""
	}
	return strings.ReplaceAll(string(raw), "\x00", " ")
}

func ownedByUs(stat fs.FileInfo) bool {
	sys, ok := stat.Sys().(*syscall.Stat_t)
	return ok && int(sys.Uid) == os.Getuid()
}
