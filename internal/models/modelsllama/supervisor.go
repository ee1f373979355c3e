package modelsllama

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/models"
)

// Config describes how to supervise.
type Config struct {
	Program   string // llama-server; its libraries lie beside it
	DataDir   string // run/ and logs/ are made in it
	Cores     int    // shared by the engines; 0: those of this machine
	Slots     int    // requests that a chat model works on at once; 0: by the cores
	Context   int    // tokens of one request to a chat model, at most; 0: 4,096. See Bounded
	MaxLoaded int    // children at once; 0: 4. An idle one makes room, the least recently used first.
	// How long a child may be silent: see package modelsopenai, whose defaults zero means.
	HeaderWait, IdleWait time.Duration
	Clock                core.Clock
	Log                  *slog.Logger
}

// Supervisor runs one llama-server child per model. It is safe for concurrent use.
type Supervisor struct {
	config Config
	run    string
	ctx    context.Context // ends at Stop
	cancel context.CancelFunc
	work   sync.WaitGroup

	mu       sync.Mutex
	children map[string]*child
	lives    int // numbers the sockets, so that an ending child and its successor do not meet
	stopped  bool
}

// NewSupervisor prepares the run folder and ends engines that an earlier run left behind. It starts
// none. The data directory must be this process's alone.
func NewSupervisor(config Config) (*Supervisor, error) {
	if config.Cores <= 0 {
		config.Cores = runtime.NumCPU()
	}
	if config.Slots <= 0 {
		config.Slots = slotsFor(config.Cores)
	}
	if config.Context <= 0 {
		config.Context = chatContext
	}
	if config.MaxLoaded <= 0 {
		config.MaxLoaded = 4
	}
	dir, err := runDir(config.DataDir)
	if err != nil {
		return nil, core.Wrap(err, core.Unavailable, "errors.engine_run_dir", nil)
	}
	endStale(dir)
	s := &Supervisor{config: config, run: dir, children: map[string]*child{}}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	return s, nil
}

// Open posts to the engine of a model, starting it first where needed. See models.Engines.
func (s *Supervisor) Open(ctx context.Context, model models.Model, path string, body []byte) (*models.Response, error) {
	body, progress := askProgress(path, body)
	for attempt := 0; ; attempt++ {
		c, run, err := s.acquire(ctx, model)
		if err != nil {
			return nil, err
		}
		resp, err := run.client.Open(ctx, path, body)
		if err == nil {
			if progress && resp.ContentType == "text/event-stream" {
				resp.Body = &withoutProgress{ReadCloser: resp.Body}
			}
			resp.Body = &releasing{ReadCloser: resp.Body, release: sync.OnceFunc(func() { s.release(c) })}
			return resp, nil
		}
		s.release(c)
		// A child that died while idle is not the caller's affair: once, the next one answers.
		if attempt > 0 || core.AsError(err).Key != "errors.engine_unreachable" {
			return nil, err
		}
		select {
		case <-run.process.done:
		case <-ctx.Done():
			return nil, core.Wrap(ctx.Err(), core.Cancelled, "errors.engine_cancelled", nil)
		}
	}
}

// Warm starts the engine of a model and returns when it is ready.
func (s *Supervisor) Warm(ctx context.Context, model models.Model) error {
	c, _, err := s.acquire(ctx, model)
	if err == nil {
		s.release(c)
	}
	return err
}

// acquire returns the running child of a model and marks it in use.
func (s *Supervisor) acquire(ctx context.Context, model models.Model) (*child, *running, error) {
	for {
		s.mu.Lock()
		c, err := s.childOf(model)
		if err != nil {
			s.mu.Unlock()
			return nil, nil, err
		}
		settled := c.settled
		if c.state == models.EngineReady && c.run.ended() {
			settled = c.run.gone // what comes next is decided there
		} else if c.state == models.EngineReady {
			c.active++
			c.used = s.config.Clock.Now()
			run := c.run
			s.mu.Unlock()
			return c, run, nil
		}
		if c.state == models.EngineFailed && s.config.Clock.Now().Before(c.retryAt) {
			problem := c.problem
			s.mu.Unlock()
			return nil, nil, problem
		}
		if c.state == models.EngineIdle || c.state == models.EngineFailed {
			if !s.makeRoom() {
				s.mu.Unlock()
				return nil, nil, core.E(core.Unavailable, "errors.engine_all_busy", nil)
			}
			settled = s.begin(c, 0)
		}
		s.mu.Unlock()
		select {
		case <-settled:
		case <-ctx.Done():
			return nil, nil, core.Wrap(ctx.Err(), core.Cancelled, "errors.engine_cancelled", nil)
		}
	}
}

// childOf finds or makes the child of a model. The caller holds the lock.
func (s *Supervisor) childOf(model models.Model) (*child, error) {
	if s.stopped {
		return nil, core.E(core.Unavailable, "errors.engine_stopping", nil)
	}
	key := keyOf(model)
	c, ok := s.children[key]
	if !ok {
		c = &child{key: key, model: model, state: models.EngineIdle, settled: closed()}
		s.children[key] = c
	}
	return c, nil
}

// begin starts the child in the background, after a delay. The caller holds the lock. The channel is
// closed when the attempt has ended, well or badly.
func (s *Supervisor) begin(c *child, delay time.Duration) chan struct{} {
	c.state, c.problem, c.settled = models.EngineStarting, nil, make(chan struct{})
	settled := c.settled
	s.work.Go(func() {
		defer close(settled)
		s.launch(c, delay)
	})
	return settled
}

// makeRoom stops the least recently used idle child when as many run as may; false when all are
// busy. The caller holds the lock.
func (s *Supervisor) makeRoom() bool {
	var oldest *child
	loaded := 0
	for _, c := range s.children {
		if c.state != models.EngineReady && c.state != models.EngineStarting {
			continue
		}
		loaded++
		if c.state == models.EngineReady && c.active == 0 && (oldest == nil || c.used.Before(oldest.used)) {
			oldest = c
		}
	}
	if loaded < s.config.MaxLoaded {
		return true
	}
	if oldest == nil {
		return false
	}
	oldest.state = models.EngineIdle
	oldest.run.unwanted = true
	run := oldest.run
	s.work.Go(run.process.stop)
	return true
}

func (s *Supervisor) release(c *child) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.active--
	c.used = s.config.Clock.Now()
}

// Health says how each child that was ever asked for stands, by the key of its model.
func (s *Supervisor) health(model models.Model) models.EngineHealth {
	s.mu.Lock()
	defer s.mu.Unlock()
	h := models.EngineHealth{Model: model.Name, Kind: model.Kind, State: models.EngineIdle, Program: s.config.Program}
	if c, ok := s.children[keyOf(model)]; ok {
		h.State, h.Detail = c.state, c.problem
		if wait := c.retryAt.Sub(s.config.Clock.Now()); c.state == models.EngineFailed && wait > 0 {
			h.Circuit = models.Circuit{State: models.CircuitResting, Wait: wait}
		}
	}
	return h
}

// Stop ends every child and waits until all are gone, at most 5 s. Requests under way are broken off.
func (s *Supervisor) Stop() error {
	s.mu.Lock()
	s.stopped = true
	s.mu.Unlock()
	s.cancel()
	s.work.Wait() // each launch and watch ends its own child
	files, _ := filepath.Glob(filepath.Join(s.run, "engine-*.pid"))
	var err error
	for _, f := range files {
		err = errors.Join(err, os.Remove(f))
	}
	return err
}

func closed() chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}
