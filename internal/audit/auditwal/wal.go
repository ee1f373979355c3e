package auditwal

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"time"

	"github.com/solidaire-coop/solidaire/internal/audit"
	"github.com/solidaire-coop/solidaire/internal/core"
)

// Bounds of what waits for the next fsync. Append waits when they are reached.
const (
	maxBatchBytes   = 1 << 20
	maxBatchEntries = 1024
)

// brisk is what a commit takes at most on a disk that is well.
const brisk = 5 * time.Millisecond

// Config says where the log is and how long its segments get.
type Config struct {
	Disk         Disk
	SegmentBytes int64 // a new segment starts after this many bytes; 0: 8 MiB

	room int64 // made at first in a segment; for tests, which have many small ones
}

// WAL is an open log. It is safe for concurrent use.
type WAL struct {
	wake  chan struct{} // something is pending, or the log closes
	ended chan struct{} // the writer has stopped

	turn sync.Mutex // held from taking a batch to telling its callers; taken before all other locks

	mu       sync.Mutex
	pending  *batch
	spare    [2][]byte     // memory of past batches: one is written while the next one fills
	room     chan struct{} // closed when pending is taken
	grown    chan struct{} // closed when end moves
	segments []segment     // what counts and is permanent, oldest first
	end      Position
	floor    Position // released: segments that end before it are gone, or going
	failure  error    // of the last commit
	busy     bool     // somebody writes, or was told to
	calm     bool     // the last commit was of one entry, and went well and quickly
	closed   bool

	files writer
}

// batch is the entries that share one frame and one fsync.
type batch struct {
	frame   []byte
	entries int
	done    chan struct{} // closed once err is set
	err     error
}

// Open reads the log and starts its writer. Nothing is written before the first Append.
func Open(cfg Config) (*WAL, error) {
	segments, newest, err := load(cfg.Disk)
	if err != nil {
		return nil, err
	}
	if cfg.SegmentBytes == 0 {
		cfg.SegmentBytes = 8 << 20
	}
	if cfg.room == 0 {
		cfg.room = firstRoom
	}
	w := &WAL{
		wake: make(chan struct{}, 1), ended: make(chan struct{}),
		room: make(chan struct{}), grown: make(chan struct{}), segments: segments,
		files: writer{disk: cfg.Disk, limit: cfg.SegmentBytes, room: cfg.room, before: newest},
	}
	for _, s := range segments {
		w.files.last = s.number
		if s.length > headerSize {
			w.end = Position{s.number, s.length}
		}
	}
	go w.run()
	return w, nil
}

// Append returns nil once the entry is on stable storage. It copies the entry. When ctx ends first it
// returns core.Cancelled, or core.Unavailable at a deadline, and the entry may or may not be saved.
//
// A caller who is alone, as the last one was, on a disk that was quick then, writes by itself instead of waking the
// writer: it then learns of the end of ctx only after that one write.
func (w *WAL) Append(ctx context.Context, s audit.Sealed) error {
	if len(s.Record) > audit.MaxRecordBytes || len(s.Leaf) > audit.MaxLeafBytes {
		return core.E(core.TooLarge, "errors.audit_record_too_large", core.Args{"Max": audit.MaxRecordBytes})
	}
	b, mine, err := w.enqueue(ctx, s)
	if err != nil {
		return err
	}
	if mine {
		w.write()
		return b.err
	}
	select {
	case <-b.done:
		return b.err
	case <-ctx.Done():
		return cancelled(ctx)
	}
}

// enqueue adds the entry to the batch that fills. mine: the caller is to write it.
func (w *WAL) enqueue(ctx context.Context, s audit.Sealed) (b *batch, mine bool, err error) {
	for {
		if ctx.Err() != nil {
			return nil, false, cancelled(ctx)
		}
		w.mu.Lock()
		if w.closed {
			w.mu.Unlock()
			return nil, false, core.E(core.Unavailable, "errors.audit_closed", nil)
		}
		if b := w.pending; b != nil && (b.entries == maxBatchEntries || len(b.frame)+entrySize(s) > maxBatchBytes) {
			room := w.room
			w.mu.Unlock()
			select {
			case <-room:
			case <-ctx.Done():
			}
			continue
		}
		b, mine := w.add(s)
		w.mu.Unlock()
		return b, mine, nil
	}
}

// add is called with mu held.
func (w *WAL) add(s audit.Sealed) (b *batch, mine bool) {
	b = w.pending
	if b == nil {
		b = &batch{frame: append(w.spare[0][:0], make([]byte, frameHead)...), done: make(chan struct{})}
		w.pending, w.spare = b, [2][]byte{w.spare[1]}
		mine = !w.busy && w.calm
		if !w.busy && !mine {
			w.signal()
		}
		w.busy = true
	}
	b.frame = appendEntry(b.frame, s)
	b.entries++
	return b, mine
}

func (w *WAL) signal() {
	select {
	case w.wake <- struct{}{}:
	default: // the writer has not yet seen the last signal and will see this batch with it
	}
}

// run writes what no caller writes by itself.
func (w *WAL) run() {
	defer close(w.ended)
	for range w.wake {
		runtime.Gosched() // callers that the last batch woke get to share the next fsync
		if w.write() {
			return
		}
	}
}

// write commits the batch that has filled, if nobody else did meanwhile, and wakes the writer for what came since.
// When it returns, all batches that were there before are committed. last: the log is closed, and nothing is left to write.
func (w *WAL) write() (last bool) {
	w.turn.Lock()
	defer w.turn.Unlock()
	if b := w.take(); b != nil {
		began := time.Now()
		w.finish(b, w.commit(b), time.Since(began))
	}
	return w.rest()
}

func (w *WAL) take() *batch {
	w.mu.Lock()
	defer w.mu.Unlock()
	b := w.pending
	w.pending = nil
	close(w.room)
	w.room = make(chan struct{})
	return b
}

func (w *WAL) finish(b *batch, err error, took time.Duration) {
	w.mu.Lock()
	w.failure, w.calm = err, err == nil && b.entries == 1 && took < brisk
	if cap(b.frame) <= maxBatchBytes+audit.MaxRecordBytes {
		w.spare = [2][]byte{b.frame, w.spare[0]}
	}
	w.mu.Unlock()
	b.err = err
	close(b.done)
}

// rest lets the next caller write by itself, when nothing waits.
func (w *WAL) rest() (last bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.busy = w.pending != nil
	if w.busy || w.closed {
		w.signal()
	}
	return w.closed && !w.busy
}

// Grown returns a channel that is closed when the log grows past what End says now. Take it before reading.
func (w *WAL) Grown() <-chan struct{} {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.grown
}

// End is where the permanent entries end.
func (w *WAL) End() Position {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.end
}

// Close commits what is pending and stops. Appends fail from now on. It is safe to call twice.
func (w *WAL) Close() error {
	w.mu.Lock()
	w.closed = true
	w.signal()
	w.mu.Unlock()
	<-w.ended
	return w.Seal()
}

// cancelled tells a caller who left from a disk that did not answer in the time given.
func cancelled(ctx context.Context) error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return core.Wrap(ctx.Err(), core.Unavailable, "errors.audit_slow", nil)
	}
	return core.Wrap(context.Cause(ctx), core.Cancelled, "errors.audit_cancelled", nil)
}
