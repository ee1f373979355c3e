package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// process is a program under test.
type process struct {
	cmd   *exec.Cmd
	addr  string
	log   string        // file of what it wrote
	ready time.Duration // from its start to its first 200
	done  chan struct{}
}

// start runs a program that listens on addr, and waits until path answers 200.
func start(ctx context.Context, name, addr, path, dir, program string, args ...string) (*process, error) {
	return startIn(ctx, name, addr, path, dir, "", nil, program, args...)
}

// startIn does so in a working directory, with an environment; empty ones are our own.
func startIn(ctx context.Context, name, addr, path, dir, work string, env []string, program string, args ...string) (*process, error) {
	log := filepath.Join(dir, name+".log")
	out, err := os.Create(log)
	if err != nil {
		return nil, err
	}
	defer out.Close()
	p := &process{cmd: exec.Command(program, args...), addr: addr, log: log, done: make(chan struct{})}
	p.cmd.Stdout, p.cmd.Stderr, p.cmd.Dir, p.cmd.Env = out, out, work, env
	began := time.Now()
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		_ = p.cmd.Wait() // how it ended shows in its log
		close(p.done)
	}()
	if err := p.await(ctx, path); err != nil {
		p.stop()
		tail, _ := os.ReadFile(log) // best effort: the error already says what failed
		return nil, fmt.Errorf("%s: %w\n%s", name, err, last(string(tail), 2000))
	}
	p.ready = time.Since(began)
	return p, nil
}

// await asks every two milliseconds, so that the figure is not rounded up by much.
func (p *process) await(ctx context.Context, path string) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	again := time.NewTicker(2 * time.Millisecond)
	defer again.Stop()
	client := &http.Client{Timeout: 5 * time.Second}
	for {
		if reply, err := client.Get("http://" + p.addr + path); err == nil {
			reply.Body.Close()
			if reply.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-again.C:
		case <-p.done:
			return fmt.Errorf("ended before it was ready")
		case <-ctx.Done():
			return fmt.Errorf("not ready: %w", ctx.Err())
		}
	}
}

// stop asks the program to end, and makes it after ten seconds.
func (p *process) stop() {
	if p == nil || p.cmd.Process == nil {
		return
	}
	_ = p.cmd.Process.Signal(syscall.SIGTERM) // it may have ended already
	select {
	case <-p.done:
	case <-time.After(10 * time.Second):
		_ = p.cmd.Process.Kill()
		<-p.done
	}
}

// residentMB is what the process holds in memory, in MB of 10⁶ bytes; peak is the most it ever held.
func (p *process) residentMB() (now, peak float64, err error) { return residentOf(p.cmd.Process.Pid) }

func residentOf(pid int) (now, peak float64, err error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, 0, err
	}
	for line := range strings.Lines(string(status)) {
		if value, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			now = kilobytes(value)
		}
		if value, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			peak = kilobytes(value)
		}
	}
	if now == 0 {
		return 0, 0, fmt.Errorf("no VmRSS for process %d", pid)
	}
	return now, peak, nil
}

// cpu is the processor time that the process and its children have taken, where /proc tells; in ticks of 10 ms.
func (p *process) cpu() time.Duration {
	var all time.Duration
	for _, pid := range family(p.cmd.Process.Pid) {
		all += cpuOf(pid)
	}
	return all
}

func cpuOf(pid int) time.Duration {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(stat), ") ")
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return 0
	}
	user, errUser := strconv.Atoi(fields[11])
	system, errSystem := strconv.Atoi(fields[12])
	if errUser != nil || errSystem != nil {
		return 0
	}
	return time.Duration(user+system) * 10 * time.Millisecond
}

// family is a process and all that it has started.
func family(pid int) []int {
	all := []int{pid}
	lists, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	if err != nil {
		return all
	}
	for _, list := range lists {
		raw, err := os.ReadFile(list)
		if err != nil {
			continue // the thread has ended
		}
		for child := range strings.FieldsSeq(string(raw)) {
			if n, err := strconv.Atoi(child); err == nil {
				all = append(all, family(n)...)
			}
		}
	}
	return all
}

// mostMB is the most memory that the process and its children have held, each at its own time.
func (p *process) mostMB() (sum float64) {
	for _, pid := range family(p.cmd.Process.Pid) {
		if _, peak, err := residentOf(pid); err == nil {
			sum += peak
		}
	}
	return sum
}

func kilobytes(line string) float64 {
	n, err := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(line), "kB")), 64)
	if err != nil {
		return 0
	}
	return n * 1024 / 1e6
}

// freeAddr finds an address that nobody listens on.
func freeAddr() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

func last(s string, n int) string {
	if len(s) > n {
		return s[len(s)-n:]
	}
	return s
}
