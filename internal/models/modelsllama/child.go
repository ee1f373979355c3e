package modelsllama

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/models"
	"github.com/solidaire-coop/solidaire/internal/models/modelsfile"
	"github.com/solidaire-coop/solidaire/internal/models/modelsopenai"
)

// When a child is given up, and when it is tried again.
const (
	startWait    = 10 * time.Minute // a large model on a slow disk
	firstRestart = 250 * time.Millisecond
	longestWait  = time.Minute
	quickTries   = 3           // restarts by ourselves; after that only when asked
	steady       = time.Minute // a run this long forgets earlier crashes
)

// child is the engine of one model, running or not. The supervisor's lock guards its fields.
type child struct {
	key     string
	model   models.Model
	state   models.EngineState
	problem *core.Error
	settled chan struct{} // closed when no start is under way
	run     *running
	active  int
	used    time.Time
	crashes int
	retryAt time.Time
}

// running is one life of a child.
type running struct {
	process  *process
	client   *modelsopenai.Client
	log      *logFile
	socket   string
	pidFile  string
	since    time.Time
	gone     chan struct{} // closed once its end is noted
	unwanted bool          // stopped to make room; guarded by the supervisor's lock
}

func (r *running) ended() bool {
	select {
	case <-r.process.done:
		return true
	default:
		return false
	}
}

// close releases what a life held, after the process has ended.
func (r *running) close() {
	r.client.Close()
	r.log.Close()
	os.Remove(r.pidFile)
	os.Remove(r.socket)
}

// launch checks the model, starts the program and waits until it is ready; then a watcher takes over.
func (s *Supervisor) launch(c *child, delay time.Duration) {
	if !pause(s.ctx, delay) {
		s.settle(c, nil, core.E(core.Unavailable, "errors.engine_stopping", nil))
		return
	}
	run, err := s.start(c.model, c.key)
	s.settle(c, run, err)
	if err == nil {
		s.work.Go(func() { s.watch(c, run) })
	}
}

// settle notes how a start ended.
func (s *Supervisor) settle(c *child, run *running, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil {
		c.state, c.run, c.problem = models.EngineReady, run, nil
		c.used = s.config.Clock.Now()
		return
	}
	c.crashes++
	c.state, c.run, c.problem = models.EngineFailed, nil, core.AsError(err)
	c.retryAt = s.config.Clock.Now().Add(backOff(time.Second, c.crashes))
	s.config.Log.Error("engine did not start", "model", c.model.Name, "program", s.config.Program, "error", err)
}

// start brings one child up. On an error nothing of it is left.
func (s *Supervisor) start(model models.Model, key string) (*running, error) {
	if err := modelsfile.Check(s.ctx, model.Path, model.Digest, false); err != nil {
		return nil, err
	}
	if !executable(s.config.Program) {
		return nil, core.E(core.Unavailable, "errors.engine_missing", nil)
	}
	s.mu.Lock()
	s.lives++
	base := filepath.Join(s.run, fmt.Sprintf("engine-%s-%d", key, s.lives))
	s.mu.Unlock()
	run := &running{socket: base + ".sock", pidFile: base + ".pid", since: time.Now(), gone: make(chan struct{})}
	os.Remove(run.socket)
	client, err := modelsopenai.New(modelsopenai.Config{Address: "unix:" + run.socket, HeaderWait: s.config.HeaderWait, IdleWait: s.config.IdleWait})
	if err != nil {
		return nil, err
	}
	run.client = client
	run.log = openLog(filepath.Join(s.config.DataDir, "logs", "engine-"+key+".log"))
	fmt.Fprintf(run.log, "--- %s, %s, %s\n", s.config.Clock.Now().Format(time.RFC3339), model.Name, s.config.Program)
	cmd := exec.Command(s.config.Program, arguments(model, run.socket, threadsFor(model.Kind, s.config.Cores), share{s.config.Slots, s.config.Context})...)
	cmd.Env = environment(s.config.Program)
	cmd.Dir = s.run
	cmd.Stdout, cmd.Stderr = run.log, run.log
	if run.process, err = start(cmd); err != nil {
		run.close()
		return nil, core.Wrap(err, core.Unavailable, "errors.engine_start", nil)
	}
	if err := writePid(run.pidFile, cmd.Process.Pid); err != nil {
		run.process.stop()
		run.close()
		return nil, err
	}
	if err := s.awaitReady(run); err != nil {
		run.process.stop()
		run.close()
		return nil, err
	}
	s.config.Log.Info("engine ready", "model", model.Name, "pid", cmd.Process.Pid, "after", time.Since(run.since).Round(time.Millisecond))
	return run, nil
}

// awaitReady asks /health at widening intervals until the engine is ready, ends, or takes too long.
func (s *Supervisor) awaitReady(run *running) error {
	ctx, cancel := context.WithTimeout(s.ctx, startWait)
	defer cancel()
	for wait := 10 * time.Millisecond; ; wait = min(2*wait, 200*time.Millisecond) {
		if run.client.Health(ctx) == nil {
			return nil
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-run.process.done:
			timer.Stop()
			return startError(run)
		case <-ctx.Done():
			timer.Stop()
			return core.Wrap(fmt.Errorf("not ready: %s", run.log.why()), core.Unavailable, "errors.engine_start", nil)
		}
	}
}

// startError explains a child that ended before it was ready.
func startError(run *running) error {
	cause := fmt.Errorf("ended before it was ready (%v): %s", run.process.err, run.log.why())
	if run.process.illegalInstruction() {
		return core.Wrap(cause, core.Unavailable, "errors.engine_processor", nil)
	}
	if _, after, ok := strings.Cut(run.log.why(), "error while loading shared libraries: "); ok {
		library, _, _ := strings.Cut(after, ":")
		return core.Wrap(cause, core.Unavailable, "errors.engine_library", core.Args{"Library": library})
	}
	return core.Wrap(cause, core.Unavailable, "errors.engine_start", nil)
}

// watch waits for the end of a life: by Stop, to make room, or by a crash.
func (s *Supervisor) watch(c *child, run *running) {
	select {
	case <-run.process.done:
	case <-s.ctx.Done():
		run.process.stop()
	}
	run.close()
	s.mu.Lock()
	defer s.mu.Unlock()
	defer close(run.gone)
	if s.ctx.Err() != nil || run.unwanted {
		if c.run == run {
			c.state, c.run = models.EngineIdle, nil
		}
		return
	}
	if time.Since(run.since) >= steady {
		c.crashes = 0
	}
	c.crashes++
	c.run = nil
	c.problem = core.AsError(core.Wrap(fmt.Errorf("crashed (%v): %s", run.process.err, run.log.why()), core.Unavailable, "errors.engine_crashed", nil))
	s.config.Log.Error("engine crashed", "model", c.model.Name, "crashes", c.crashes, "error", c.problem)
	if c.crashes <= quickTries {
		s.begin(c, backOff(firstRestart, c.crashes))
		return
	}
	c.state = models.EngineFailed
	c.retryAt = s.config.Clock.Now().Add(backOff(time.Second, c.crashes-quickTries))
}

// backOff doubles with each crash, up to a minute.
func backOff(first time.Duration, crashes int) time.Duration {
	return min(first<<min(crashes-1, 10), longestWait)
}

// pause waits; false when ctx ended first.
func pause(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// releasing tells the supervisor when an answer has been read or dropped.
type releasing struct {
	io.ReadCloser
	release func()
}

func (r *releasing) Close() error {
	err := r.ReadCloser.Close()
	r.release()
	return err
}
