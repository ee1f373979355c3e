package gateway

import (
	"context"
	"sync/atomic"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// RetryAfterStop is how long a caller is told to wait when the program is stopping, in seconds: about what a restart takes.
const RetryAfterStop = "10"

// traffic counts the requests under way, so that stopping can wait for them. The zero value is ready.
type traffic struct {
	open      atomic.Int64
	answering atomic.Int64 // of those, how many have their first token
	draining  atomic.Bool
	idle      atomic.Pointer[chan struct{}] // closed when draining and nothing is open
}

// enter lets a request in, unless the program is stopping.
func (t *traffic) enter() error {
	t.open.Add(1)
	if t.draining.Load() {
		t.leave()
		return core.E(core.Unavailable, "errors.server_stopping", core.Args{"RetryAfter": RetryAfterStop})
	}
	return nil
}

func (t *traffic) leave() {
	if t.open.Add(-1) == 0 && t.draining.Load() {
		t.tell()
	}
}

// tell says once that nothing is open.
func (t *traffic) tell() {
	if idle := t.idle.Swap(nil); idle != nil {
		close(*idle)
	}
}

// UnderWay counts the requests that were admitted and have not ended.
func (s *Service) UnderWay() int { return int(s.traffic.open.Load()) }

// Draining reports whether the program is stopping.
func (s *Service) Draining() bool { return s.traffic.draining.Load() }

// Drain refuses what comes from now on, with a clear error and the time to come back after, and waits until what is under
// way has ended or ctx has. It returns how many requests were left.
func (s *Service) Drain(ctx context.Context) int {
	idle := make(chan struct{})
	s.traffic.idle.Store(&idle)
	s.traffic.draining.Store(true)
	if s.traffic.open.Load() == 0 {
		s.traffic.tell()
	}
	select {
	case <-idle:
		return 0
	case <-ctx.Done():
		return s.UnderWay()
	}
}
