package memorytesseract

import (
	"os/exec"
	"runtime"
	"syscall"
)

// start runs the command to its end. The kernel kills it when the thread that started it ends, so that thread
// stays.
func start(cmd *exec.Cmd) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	return cmd.Run()
}
