package modelsllama

import (
	"errors"
	"os/exec"
	"runtime"
	"syscall"
	"time"
)

// How a child is stopped: asked, then killed. Together well under the 5 s promised.
const (
	politeWait = 2 * time.Second
	killWait   = 1500 * time.Millisecond
)

// process is one running child.
type process struct {
	cmd  *exec.Cmd
	done chan struct{} // closed when it has ended and was reaped
	err  error         // how it ended; read after done
}

// start runs the command. The thread that forks stays with the child until it ends: Linux kills the
// child when that thread ends, and Go ends threads that a goroutine had locked.
func start(cmd *exec.Cmd) (*process, error) {
	p := &process{cmd: cmd, done: make(chan struct{})}
	release := withParent(cmd)
	cmd.WaitDelay = killWait
	started := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		defer release()
		err := cmd.Start()
		started <- err
		if err == nil {
			p.err = cmd.Wait()
			close(p.done)
		}
	}()
	if err := <-started; err != nil {
		return nil, err
	}
	return p, nil
}

// stop ends the child and returns when it is gone, or could not even be killed in time.
func (p *process) stop() {
	endGroup(p.cmd.Process.Pid)
	polite := time.NewTimer(politeWait)
	defer polite.Stop()
	select {
	case <-p.done:
		return
	case <-polite.C:
	}
	killGroup(p.cmd.Process.Pid)
	last := time.NewTimer(killWait)
	defer last.Stop()
	select {
	case <-p.done:
	case <-last.C:
	}
}

// illegalInstruction reports whether the child died of an instruction that the processor lacks.
func (p *process) illegalInstruction() bool {
	var exit *exec.ExitError
	if !errors.As(p.err, &exit) {
		return false
	}
	status, ok := exit.Sys().(syscall.WaitStatus)
	return ok && status.Signaled() && status.Signal() == syscall.SIGILL
}
