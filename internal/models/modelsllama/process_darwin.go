package modelsllama

import (
	"io/fs"
	"os"
	"os/exec"
	"strconv"
	"syscall"
)

// withParent ties the child's life to ours and gives it a group of its own.
func withParent(cmd *exec.Cmd) (release func()) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return watched(cmd)
}

func endGroup(pid int)  { _ = syscall.Kill(-pid, syscall.SIGTERM) } // already gone is as good
func killGroup(pid int) { _ = syscall.Kill(-pid, syscall.SIGKILL) }

func commandLine(pid int) string {
	out, err := exec.Command("ps", "-o", "command=", "-p", strconv.Itoa(pid)).Output()
	if err != nil {
		return ""
	}
	return string(out)
}

func ownedByUs(stat fs.FileInfo) bool {
	sys, ok := stat.Sys().(*syscall.Stat_t)
	return ok && int(sys.Uid) == os.Getuid()
}
