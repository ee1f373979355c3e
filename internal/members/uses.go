package members

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
)

const (
	useStep    = time.Minute     // how precisely the last use of a key is known
	useDelay   = 5 * time.Second // how long uses are gathered before they are written
	useTimeout = 10 * time.Second
	maxUses    = maxKnown
)

// uses gathers when keys were used and writes it off the way of requests. It holds no goroutine
// while there is nothing to write.
type uses struct {
	save func(ctx context.Context, uses []Use) error
	log  *slog.Logger

	mu      sync.Mutex
	noted   map[core.ID]time.Time // the last minute noted, of recently used keys
	pending map[core.ID]time.Time
	timer   *time.Timer
	closed  bool

	writing sync.Mutex // one writer at a time
}

func newUses(save func(ctx context.Context, uses []Use) error, log *slog.Logger) *uses {
	return &uses{save: save, log: log, noted: map[core.ID]time.Time{}, pending: map[core.ID]time.Time{}}
}

// note takes down that a key is being used.
func (u *uses) note(key core.ID, now time.Time) {
	minute := now.Truncate(useStep)
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.noted[key].Equal(minute) || u.closed {
		return
	}
	if len(u.noted) >= maxUses {
		clear(u.noted)
	}
	u.noted[key] = minute
	if len(u.pending) < maxUses {
		u.pending[key] = minute
	}
	u.schedule()
}

// schedule makes sure that what is pending gets written. u.mu is held.
func (u *uses) schedule() {
	if u.timer == nil && !u.closed && len(u.pending) > 0 {
		u.timer = time.AfterFunc(useDelay, func() {
			if err := u.flush(); err != nil {
				u.log.Warn("last use of keys not written; will try again", "error", err)
			}
		})
	}
}

// flush writes what is pending. What could not be written stays pending.
func (u *uses) flush() error {
	u.writing.Lock()
	defer u.writing.Unlock()
	u.mu.Lock()
	u.timer = nil
	batch := make([]Use, 0, len(u.pending))
	for key, at := range u.pending {
		batch = append(batch, Use{Key: key, Time: at})
	}
	clear(u.pending)
	u.mu.Unlock()
	if len(batch) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), useTimeout)
	defer cancel()
	err := u.save(ctx, batch)
	if err == nil {
		return nil
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, use := range batch {
		if use.Time.After(u.pending[use.Key]) {
			u.pending[use.Key] = use.Time
		}
	}
	u.schedule()
	return err
}

// close writes what is pending and stops.
func (u *uses) close() error {
	u.mu.Lock()
	u.closed = true
	if u.timer != nil {
		u.timer.Stop()
	}
	u.mu.Unlock()
	return u.flush()
}
