package memoryprocess

import (
	"bufio"
	"bytes"
	"io"
	"os/exec"
	"runtime"
	"sync"
	"time"
)

// reader is a running reader.
type reader struct {
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    *bufio.Reader
	errs   *tail
	done   chan struct{} // closed when it has ended and was reaped
	served int

	once   sync.Once // ends it
	mu     sync.Mutex
	asleep *time.Timer
	gone   bool
}

// startReader starts the program. The thread that forks stays with the child until it ends: Linux kills the child
// when that thread ends.
func startReader(command, environ []string) (*reader, error) {
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Env = environ
	prepare(cmd)
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	r := &reader{cmd: cmd, in: in, out: bufio.NewReaderSize(out, 64<<10), errs: &tail{}, done: make(chan struct{})}
	cmd.Stderr = r.errs
	started := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			cmd.Process.Wait() // cmd.Wait would close the pipes under whoever reads them
			close(r.done)
		}
	}()
	return r, <-started
}

// ask sends a request and waits for the head of its answer.
func (r *reader) ask(ask request, file []byte, sign func()) (answer, error) {
	r.served++
	if err := writeHead(r.in, ask); err != nil {
		return answer{}, err
	}
	if _, err := r.in.Write(file); err != nil {
		return answer{}, err
	}
	for {
		var head answer
		if err := readHead(r.out, &head); err != nil || !head.Alive {
			return head, err
		}
		sign()
	}
}

// kill ends the reader and all that it started, at once.
func (r *reader) kill() { killGroup(r.cmd) }

// end kills the reader and waits until it is gone, whoever calls it how often.
func (r *reader) end() {
	r.once.Do(func() {
		r.in.Close()
		r.kill()
		<-r.done
		r.cmd.Wait() // closes the pipes; how it ended is known
	})
}

// sleep ends the reader when nothing comes for a while.
func (r *reader) sleep(idle time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asleep = time.AfterFunc(idle, func() {
		r.mu.Lock()
		gone := r.asleep == nil
		r.gone = !gone
		r.mu.Unlock()
		if !gone {
			r.end()
		}
	})
}

// wake takes a sleeping reader back; false when it ended meanwhile.
func (r *reader) wake() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.gone {
		return false
	}
	r.asleep.Stop()
	r.asleep = nil
	select {
	case <-r.done:
		return false
	default:
		return true
	}
}

// outOfMemory tells from its last words why a reader ended.
func (r *reader) outOfMemory() bool {
	<-r.done
	said := r.errs.bytes()
	return bytes.Contains(said, []byte("out of memory")) || bytes.Contains(said, []byte("cannot allocate memory"))
}

// tail keeps the beginning of what a reader says of its own end. It is looked at, never shown or logged: it may
// hold bytes of a document.
type tail struct {
	mu   sync.Mutex
	kept []byte
}

const maxTail = 8 << 10

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.kept = append(t.kept, p[:min(len(p), maxTail-len(t.kept))]...)
	return len(p), nil
}

func (t *tail) bytes() []byte {
	t.mu.Lock()
	defer t.mu.Unlock()
	return bytes.Clone(t.kept)
}
