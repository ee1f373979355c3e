package auditlog

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/solidaire-coop/solidaire/internal/audit"
	"github.com/solidaire-coop/solidaire/internal/audit/auditsql"
	"github.com/solidaire-coop/solidaire/internal/audit/audittessera"
	"github.com/solidaire-coop/solidaire/internal/audit/auditwal"
)

const (
	defaultPace = time.Second
	defaultIdle = 5 * time.Second
	batchMost   = audittessera.BatchSize // entries per transaction
	retryFirst  = 100 * time.Millisecond
	retryMost   = 30 * time.Second
	restMost    = 10 * time.Second
	behindMost  = 8 // segments of the write-ahead log
)

// pipeline brings entries from the write-ahead log to their end, in order, one batch at a time.
type pipeline struct {
	cfg    Config
	log    string // its name in the vault
	wal    *auditwal.WAL
	recent *handoff
	vault  *auditsql.Vault
	tree   *audittessera.Tree

	hurry  chan struct{} // somebody waits
	leave  chan struct{} // closed by stop
	ended  chan struct{} // closed when run returns
	cancel context.CancelFunc
	ctx    context.Context // of the work; ends when stop loses patience

	// The batch under way, kept between tries. Only one goroutine works on it.
	next   auditwal.Position
	leaves []auditsql.Leaf
	placed []auditsql.Placed

	mu      sync.Mutex
	done    auditwal.Position // all before it is at its end
	moved   chan struct{}     // closed when done moves
	failure error             // of the last try
	since   time.Time         // of the first failure in a row
}

func newPipeline(cfg Config, log string, wal *auditwal.WAL, recent *handoff, vault *auditsql.Vault, tree *audittessera.Tree) *pipeline {
	if cfg.Pace == 0 {
		cfg.Pace = defaultPace
	}
	if cfg.IdleAfter == 0 {
		cfg.IdleAfter = defaultIdle
	}
	ctx, cancel := context.WithCancel(context.Background())
	return &pipeline{
		cfg: cfg, log: log, wal: wal, recent: recent, vault: vault, tree: tree, ctx: ctx, cancel: cancel,
		hurry: make(chan struct{}, 1), leave: make(chan struct{}), ended: make(chan struct{}), moved: make(chan struct{}),
	}
}

// run works until stop.
func (p *pipeline) run() {
	defer close(p.ended)
	retry := retryFirst
	for {
		grown := p.wal.Grown()
		err := p.follow(p.ctx)
		if p.ctx.Err() == nil { // otherwise it was told to leave
			p.note(err)
		}
		switch {
		case err != nil && !p.pause(retry, nil):
			return
		case err != nil:
			retry = min(2*retry, retryMost)
		case !p.wait(grown):
			return
		default:
			retry = retryFirst
		}
	}
}

// wait returns when there is work and it had time to gather; false when the log closes. When nothing comes it
// brings everything to rest, and from then on waits without a timer.
func (p *pipeline) wait(grown <-chan struct{}) bool {
	idle := time.NewTimer(p.cfg.IdleAfter)
	defer idle.Stop()
	for {
		select {
		case <-grown:
			return p.pause(p.cfg.Pace, p.hurry)
		case <-p.hurry: // waits for something that has been done meanwhile
			return true
		case <-idle.C:
			if err := p.rest(); err != nil {
				p.note(err)
				idle.Reset(p.cfg.IdleAfter)
			}
		case <-p.leave:
			return false
		}
	}
}

// pause waits for d, or for sooner; false when the log closes.
func (p *pipeline) pause(d time.Duration, sooner <-chan struct{}) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-sooner:
		return true
	case <-p.leave:
		return false
	}
}

// catchUp brings everything that is acknowledged to its end, at once.
func (p *pipeline) catchUp(ctx context.Context) error {
	for {
		if worked, err := p.step(ctx); err != nil || !worked {
			return err
		}
	}
}

// follow does so while requests are under way, and gives way to them between batches; whoever waits for a receipt, or for
// the end, cuts the rest short.
func (p *pipeline) follow(ctx context.Context) error {
	for {
		began := p.cfg.Clock.Now()
		worked, err := p.step(ctx)
		if err != nil || !worked {
			return err
		}
		p.pause(p.giveWay(p.cfg.Clock.Now().Sub(began)), p.hurry)
	}
}

// giveWay is the rest after a batch that took the given time: its syncs make those of the write-ahead log wait, so they
// get a tenth of the time, as long as what waits is not more than behindMost segments.
func (p *pipeline) giveWay(took time.Duration) time.Duration {
	if p.wal.End().Segment > p.position().Segment+behindMost {
		return 0
	}
	return min(9*took, p.cfg.Pace)
}

// step brings one batch further. After an error it goes on where it stopped.
func (p *pipeline) step(ctx context.Context) (worked bool, err error) {
	if len(p.leaves)+len(p.placed) == 0 {
		entries, next, err := p.wal.Read(p.position(), batchMost)
		if err != nil || len(entries) == 0 {
			return false, err
		}
		if p.leaves, err = p.keep(ctx, entries); err != nil {
			return false, err
		}
		p.next = next
	}
	if err := p.integrate(ctx); err != nil {
		return false, err
	}
	return true, p.finish()
}

// keep puts the records among the entries in the vault, and returns the leaves to integrate. A statement has no
// record: its leaf is all there is.
func (p *pipeline) keep(ctx context.Context, sealed []audit.Sealed) ([]auditsql.Leaf, error) {
	entries := make([]auditsql.Entry, 0, len(sealed))
	var statements []auditsql.Leaf
	for _, s := range sealed {
		if isStatement(s) {
			statements = append(statements, auditsql.Leaf{Bytes: s.Leaf})
			continue
		}
		record, err := p.recent.take(s)
		if err != nil {
			return nil, err
		}
		entries = append(entries, auditsql.Entry{Record: record, Sealed: s})
	}
	leaves, err := p.vault.Keep(ctx, entries)
	return append(leaves, statements...), err
}

// integrate puts the leaves in the tree and notes their indexes. A leaf whose addition failed stays for the
// next try, and so do indexes that could not be noted.
func (p *pipeline) integrate(ctx context.Context) error {
	bytes := make([][]byte, len(p.leaves))
	for i, leaf := range p.leaves {
		bytes[i] = leaf.Bytes
	}
	var failed error
	if len(bytes) > 0 {
		var added []audittessera.Added
		added, failed = p.tree.Add(ctx, bytes)
		var left []auditsql.Leaf
		for i, leaf := range p.leaves {
			switch {
			case added[i].Err != nil:
				left = append(left, leaf)
			case leaf.ID != "": // the place of a statement is found by reading the log
				p.placed = append(p.placed, auditsql.Placed{ID: leaf.ID, Index: added[i].Index})
			}
		}
		p.leaves = left
	}
	if len(p.placed) > 0 {
		if err := p.vault.Place(ctx, p.log, p.placed); err != nil {
			return err
		}
		p.placed = nil
	}
	return failed
}

// finish marks the batch as done and gives back segments that hold nothing else.
func (p *pipeline) finish() error {
	p.mu.Lock()
	crossed := p.done.Segment != p.next.Segment
	p.done = p.next
	close(p.moved)
	p.moved = make(chan struct{})
	p.mu.Unlock()
	if !crossed {
		return nil
	}
	return p.wal.Release(p.next)
}

// rest leaves nothing to do for anybody: all is published, the driver sleeps, no record is left in the
// write-ahead log.
func (p *pipeline) rest() error {
	ctx, cancel := context.WithTimeout(p.ctx, restMost)
	defer cancel()
	err := p.tree.Rest(ctx)
	if emptied := p.empty(); err == nil {
		err = emptied
	}
	if p.cfg.rested != nil {
		p.cfg.rested()
	}
	return err
}

// empty removes all segments whose entries are done.
func (p *pipeline) empty() error {
	if !p.position().Reaches(p.wal.End()) {
		return nil // it will be, when the next batch is done
	}
	if err := p.wal.Seal(); err != nil {
		return err
	}
	return p.wal.Release(p.position())
}

func (p *pipeline) position() auditwal.Position {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.done
}

// settle waits until everything that is acknowledged now is at its end.
func (p *pipeline) settle(ctx context.Context) error {
	end := p.wal.End()
	for {
		p.mu.Lock()
		reached, moved := p.done.Reaches(end), p.moved
		p.mu.Unlock()
		if reached {
			return nil
		}
		select {
		case p.hurry <- struct{}{}:
		default:
		}
		select {
		case <-moved:
		case <-p.ended:
			return notIntegrated(context.Canceled)
		case <-ctx.Done():
			return notIntegrated(ctx.Err())
		}
	}
}

// note remembers how the last try ended, and says so once when that changes.
func (p *pipeline) note(err error) {
	p.mu.Lock()
	before, since := p.failure, p.since
	p.failure = err
	if err != nil && before == nil {
		p.since = p.cfg.Clock.Now()
	}
	p.mu.Unlock()
	switch {
	case err != nil && before == nil:
		p.cfg.Logger.Error("audit records wait: they are safe, but not in the public log yet", slog.Any("error", err))
	case err == nil && before != nil:
		p.cfg.Logger.Info("audit records flow again", slog.Time("since", since))
	}
}

func (p *pipeline) trouble() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.failure
}

// stop lets the worker go, finishes what is acknowledged, up to ctx, and empties the write-ahead log.
func (p *pipeline) stop(ctx context.Context) error {
	defer p.cancel()
	close(p.leave)
	release := context.AfterFunc(ctx, p.cancel)
	defer release()
	<-p.ended
	if err := p.catchUp(ctx); err != nil {
		return err
	}
	return p.empty()
}
