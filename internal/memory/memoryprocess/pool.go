package memoryprocess

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"sync"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
)

// Config says how readers are started and how long they may take.
type Config struct {
	Command  []string // the program and its arguments
	Environ  []string // as os.Environ gives it
	Size     int      // readers at once
	MaxTime  time.Duration
	Patience time.Duration // without a sign of life
	Idle     time.Duration // after which a reader that has nothing to do ends
	Log      *slog.Logger
}

// Pool satisfies memory.Extractor with readers. It is safe for concurrent use.
type Pool struct {
	config Config
	slots  chan struct{}

	mu     sync.Mutex
	idle   []*reader
	closed bool
}

var _ memory.Extractor = (*Pool)(nil)

// New makes the pool. Nothing is started yet.
func New(c Config) *Pool { return &Pool{config: c, slots: make(chan struct{}, c.Size)} }

// Extract reads a file in a reader.
func (p *Pool) Extract(ctx context.Context, name string, file []byte) (memory.Extracted, error) {
	var x memory.Extracted
	err := p.do(ctx, request{Op: opExtract, Name: name, Size: len(file)}, file, func(r io.Reader, head answer) (err error) {
		x, err = readExtracted(r, head)
		return err
	})
	if err != nil {
		return memory.Extracted{}, err
	}
	return x, nil
}

// Render draws a page, from 0, at a width in pixels, as PNG.
func (p *Pool) Render(ctx context.Context, name string, file []byte, page, width int) ([]byte, error) {
	var picture []byte
	err := p.do(ctx, request{Op: opRender, Name: name, Size: len(file), Page: page, Width: width}, file, func(r io.Reader, head answer) (err error) {
		picture, err = readBytes(r, head.Picture, maxPicture)
		return err
	})
	return picture, err
}

// Close ends all readers. The pool starts none after it.
func (p *Pool) Close() error {
	p.mu.Lock()
	idle, again := p.idle, p.closed
	p.idle, p.closed = nil, true
	p.mu.Unlock()
	if again {
		return nil
	}
	for _, r := range idle {
		r.end()
	}
	for range cap(p.slots) { // whoever reads still holds a slot, and ends its reader when it sees that we close
		p.slots <- struct{}{}
	}
	for range cap(p.slots) {
		<-p.slots
	}
	return nil
}

// do has a reader answer. A reader that had done other files before is not blamed on this one: the file gets
// another chance in a fresh one.
func (p *Pool) do(ctx context.Context, ask request, file []byte, take func(io.Reader, answer) error) error {
	select {
	case p.slots <- struct{}{}:
		defer func() { <-p.slots }()
	case <-ctx.Done():
		return core.Wrap(ctx.Err(), core.Cancelled, "errors.cancelled", nil)
	}
	for {
		r, err := p.reader()
		if err != nil {
			return core.Wrap(err, core.Unavailable, "errors.memory_reader", nil)
		}
		used := r.served > 0
		err = p.ask(ctx, r, ask, file, take)
		var known *core.Error
		if err == nil || errors.As(err, &known) {
			return err
		}
		if !used {
			p.config.Log.WarnContext(ctx, "a reader of files broke down", "cause", err, "memory", r.outOfMemory())
			if r.outOfMemory() {
				return core.Wrap(err, core.TooLarge, "errors.memory_file_heavy", nil)
			}
			return core.Wrap(err, core.Corrupt, "errors.memory_file_crashed", nil)
		}
	}
}

// reader takes one that has nothing to do, or starts one.
func (p *Pool) reader() (*reader, error) {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return nil, errClosed
	}
	for len(p.idle) > 0 {
		r := p.idle[len(p.idle)-1]
		p.idle = p.idle[:len(p.idle)-1]
		p.mu.Unlock()
		if r.wake() {
			return r, nil
		}
		r.end()
		p.mu.Lock()
	}
	p.mu.Unlock()
	return startReader(p.config.Command, p.config.Environ)
}

var errClosed = errors.New("the pool is closed")

// ask passes a file to a reader and takes its answer. The reader is kept when it did well, and killed when it
// did not.
func (p *Pool) ask(ctx context.Context, r *reader, ask request, file []byte, take func(io.Reader, answer) error) error {
	watch := newWatch(ctx, p.config.MaxTime, p.config.Patience, r.kill)
	head, err := r.ask(ask, file, watch.sign)
	if err == nil && head.Problem == nil {
		err = take(r.out, head)
	}
	reason := watch.end()
	if err != nil || reason != nil || head.Last {
		r.end()
		switch {
		case reason != nil:
			return reason
		case err != nil:
			return err
		}
	} else {
		p.keep(r)
	}
	if head.Problem != nil {
		return head.Problem.error()
	}
	return nil
}

// keep puts a reader aside for the next file.
func (p *Pool) keep(r *reader) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed || r.served >= maxServed {
		r.end()
		return
	}
	r.sleep(p.config.Idle)
	p.idle = append(p.idle, r)
}

// maxServed is how many files a reader reads before another takes its place.
const maxServed = 500
