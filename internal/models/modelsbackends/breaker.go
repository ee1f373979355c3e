package modelsbackends

import (
	"slices"
	"sync"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/models"
)

const (
	// tolerated is how many failures in a row a server may have before it rests.
	tolerated = 3
	// A rest lasts twice as long as the one before, between these bounds.
	firstRest   = 5 * time.Second
	longestRest = 2 * time.Minute
	// longestPause bounds how long a server's own Retry-After keeps requests away from it.
	longestPause = 10 * time.Minute
)

// breaker leaves a failing server alone: after some failures in a row it rests, then one request tries it.
type breaker struct {
	clock core.Clock

	mu       sync.Mutex
	failures int           // in a row
	rest     time.Duration // the last one; 0 after an answer
	until    time.Time     // of the rest
	trying   bool          // a request is out to see whether the rest is over
	paused   map[string]time.Time
}

// turned says why a request is turned away: how long to wait, and whether the server itself asked for that.
type turned struct {
	wait  time.Duration
	asked bool
}

// admit lets a request for a model go, or says why not. A request that was admitted must come to one of answered,
// failed, pause and left.
func (b *breaker) admit(model string) (turned, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if away := b.waiting(model); away.wait > 0 {
		return away, false
	}
	if b.rested() {
		if b.trying {
			return turned{wait: firstRest}, false
		}
		b.trying = true
	}
	return turned{}, true
}

// waiting is how long the server, or one model of it, is to be left alone.
func (b *breaker) waiting(model string) turned {
	now := b.clock.Now()
	away := turned{wait: max(0, b.until.Sub(now))}
	if pause, ok := b.paused[model]; ok {
		if wait := pause.Sub(now); wait > away.wait {
			away = turned{wait: wait, asked: true}
		} else if wait <= 0 {
			delete(b.paused, model)
		}
	}
	return away
}

// rests reports whether a request for the model would be turned away, without asking for a turn.
func (b *breaker) rests(model string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.waiting(model).wait > 0 || b.rested() && b.trying
}

// rested reports whether the server has rested and has not answered since. The lock is held.
func (b *breaker) rested() bool { return b.rest > 0 && b.failures >= tolerated }

// circuit tells what failures have come to.
func (b *breaker) circuit() models.Circuit {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.clock.Now()
	c := models.Circuit{Failures: b.failures, Wait: max(0, b.until.Sub(now))}
	switch {
	case c.Wait > 0:
		c.State = models.CircuitResting
	case b.rested():
		c.State = models.CircuitTrying
	case b.failures > 0:
		c.State = models.CircuitDoubted
	}
	for model, until := range b.paused {
		if until.After(now) {
			c.Paused = append(c.Paused, model)
		}
	}
	slices.Sort(c.Paused)
	return c
}

// resting is how long the whole server is left alone; 0 when it is not.
func (b *breaker) resting() time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	return max(0, b.until.Sub(b.clock.Now()))
}

// answered notes that the server began to answer: others may go again, on probation until one answer is whole.
func (b *breaker) answered() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.trying = false
	b.failures = min(b.failures, tolerated-1)
	b.until = time.Time{}
}

// finished notes a whole answer.
func (b *breaker) finished() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.trying, b.failures, b.rest, b.until = false, 0, 0, time.Time{}
}

// failed notes a failure of the server, and has it rest after too many in a row.
func (b *breaker) failed() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.trying = false
	if b.failures++; b.failures < tolerated {
		return
	}
	if b.until.After(b.clock.Now()) { // it rests already: requests of before come back
		return
	}
	b.rest = min(max(firstRest, 2*b.rest), longestRest)
	b.until = b.clock.Now().Add(b.rest)
}

// left notes that a request ended without telling anything about the server.
func (b *breaker) left() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.trying = false
}

// pause obeys a server that asked for time, for one of its models.
func (b *breaker) pause(model string, wait time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.trying = false
	if wait <= 0 {
		return
	}
	if b.paused == nil {
		b.paused = map[string]time.Time{}
	}
	b.paused[model] = b.clock.Now().Add(min(wait, longestPause))
}

// reachable ends the rest of a server that was seen to be there again: the next request tries it.
func (b *breaker) reachable() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.until = time.Time{}
}
