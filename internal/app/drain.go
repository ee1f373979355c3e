package app

import (
	"context"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway"
)

const (
	drainTimeout = 2 * time.Second        // at most, for what is still being written once no answer is under way any more
	cutTimeout   = 500 * time.Millisecond // for callers to take the end of what was cut
)

// drain refuses new questions and lets answers under way end; after the grace period it cuts them, with an error that says
// so: their engines are released and their receipts written as interrupted. Until then the doors stay open, so that whoever
// comes is told when to come back. A caller who does not read, or who has said nothing yet, holds nothing up.
func (s *servers) drain() {
	stopping := core.E(core.Interrupted, "errors.server_stopping", core.Args{"RetryAfter": gateway.RetryAfterStop})
	defer s.cancelRequests(stopping)
	over := time.Now().Add(s.grace)
	grace, cancel := context.WithDeadline(context.Background(), over)
	defer cancel()
	if left := s.answers(grace); left > 0 {
		s.log.Warn("answers cut: the grace period is over", "count", left)
		s.cancelRequests(stopping)
		s.callers.hurry(cutTimeout)
	}
	last, cancel := context.WithTimeout(context.Background(), max(cutTimeout, min(drainTimeout, time.Until(over))))
	defer cancel()
	var both sync.WaitGroup
	for _, server := range []*http.Server{s.tcp, s.unix} {
		both.Go(func() {
			if server.Shutdown(last) == nil {
				return
			}
			s.cancelRequests(stopping)
			s.callers.hurry(cutTimeout)
			end, cancel := context.WithTimeout(context.Background(), 2*cutTimeout)
			defer cancel()
			if server.Shutdown(end) != nil {
				server.Close()
			}
		})
	}
	both.Wait()
}

// callers are the connections on which something is being said, and those on which nothing was yet. The zero value is ready.
type callers struct {
	mu    sync.Mutex
	state map[net.Conn]http.ConnState
}

// note is an http.Server's ConnState.
func (c *callers) note(conn net.Conn, state http.ConnState) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.state == nil {
		c.state = map[net.Conn]http.ConnState{}
	}
	switch state {
	case http.StateNew, http.StateActive:
		c.state[conn] = state
	default:
		delete(c.state, conn)
	}
}

// closeSilent closes the connections on which nothing was ever said. Browsers open some ahead of need, and a server that
// stops would wait for them.
func (c *callers) closeSilent() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for conn, state := range c.state {
		if state == http.StateNew {
			conn.Close()
		}
	}
}

// hurry gives those who are being answered this long to take what is written to them.
func (c *callers) hurry(within time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for conn := range c.state {
		conn.SetWriteDeadline(time.Now().Add(within)) // one that has closed meanwhile needs none
	}
}
