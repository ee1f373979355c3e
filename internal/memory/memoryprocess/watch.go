package memoryprocess

import (
	"context"
	"sync"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// watch ends a reader that takes too long, shows no sign of life, or whose caller left.
type watch struct {
	ctx      context.Context
	patience time.Duration
	kill     func()
	forget   func() bool

	mu     sync.Mutex
	reason error
	silent *time.Timer
	total  *time.Timer
}

func newWatch(ctx context.Context, most, patience time.Duration, kill func()) *watch {
	w := &watch{ctx: ctx, patience: patience, kill: kill}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.forget = context.AfterFunc(ctx, func() {
		w.stop(core.Wrap(ctx.Err(), core.Cancelled, "errors.cancelled", nil))
	})
	w.silent = time.AfterFunc(patience, func() { w.stop(slow(patience)) })
	w.total = time.AfterFunc(most, func() { w.stop(slow(most)) })
	return w
}

func slow(after time.Duration) error {
	return core.E(core.TooLarge, "errors.memory_file_slow", core.Args{"Seconds": int(after.Seconds())})
}

// sign notes a sign of life.
func (w *watch) sign() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.reason == nil {
		w.silent.Reset(w.patience)
	}
}

func (w *watch) stop(reason error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.reason == nil {
		w.reason = reason
		w.kill()
	}
}

// end stops watching and gives the reason why the reader was killed, nil when it was not.
func (w *watch) end() error {
	w.forget()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.silent.Stop()
	w.total.Stop()
	if w.reason == nil {
		w.reason = errEnded // a timer that fires now finds nothing to do
		return nil
	}
	return w.reason
}

var errEnded = core.E(core.Cancelled, "errors.cancelled", nil)
