package modelsopenai

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// errStalled is why a request ends whose engine fell silent.
var errStalled = errors.New("nothing came within the idle wait")

// answerBody gives every failure of reading the house's shape, and ends the request of an engine that
// falls silent in the middle.
type answerBody struct {
	io.ReadCloser
	caller  context.Context // ends when the caller leaves
	request context.Context // ends with it, or when the engine stalls
	cancel  context.CancelCauseFunc
	idle    time.Duration
	timer   *time.Timer
}

func newAnswerBody(caller, request context.Context, cancel context.CancelCauseFunc, body io.ReadCloser, idle time.Duration) *answerBody {
	b := &answerBody{ReadCloser: body, caller: caller, request: request, cancel: cancel, idle: idle}
	b.timer = time.AfterFunc(idle, func() { cancel(errStalled) })
	b.timer.Stop() // runs while a reader waits, not while one is busy elsewhere
	return b
}

// Read waits for the next bytes, at most the idle wait.
func (b *answerBody) Read(p []byte) (int, error) {
	b.timer.Reset(b.idle)
	n, err := b.ReadCloser.Read(p)
	b.timer.Stop()
	switch {
	case err == nil || err == io.EOF:
		return n, err
	case b.caller.Err() != nil:
		return n, core.Wrap(b.caller.Err(), core.Cancelled, "errors.engine_cancelled", nil)
	case errors.Is(context.Cause(b.request), errStalled):
		return n, core.Wrap(errStalled, core.Interrupted, "errors.engine_stalled", nil)
	}
	return n, core.Wrap(fmt.Errorf("read the engine's answer: %w", err), core.Interrupted, "errors.engine_interrupted", nil)
}

// Close ends the engine's request.
func (b *answerBody) Close() error {
	b.timer.Stop()
	defer b.cancel(nil) // last: what is at its end already may serve again
	return b.ReadCloser.Close()
}
