package audittessera

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/transparency-dev/tessera"
	"github.com/transparency-dev/tessera/storage/posix"
	"golang.org/x/mod/sumdb/note"
	"k8s.io/klog/v2"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// BatchSize is how many leaves are integrated at once: Add with as many does not wait for more.
const BatchSize = 512

// Settings for small installs: one caller adds whole batches, so a partial batch need not wait long.
const (
	batchAge           = 5 * time.Millisecond
	checkpointInterval = 100 * time.Millisecond // the driver's minimum
	cleanUpInterval    = time.Second            // of partial tiles, while the driver runs
	publishTimeout     = 10 * time.Second
	pollPublished      = 10 * time.Millisecond // only while a caller waits for a checkpoint
)

// Config says where the log is and who signs it.
type Config struct {
	Dir      string // of the tiles
	HeadFile string // last signed head; outside Dir, and not in the same backup as Dir
	Signer   note.Signer
	Verifier string
}

// Tree is an open log. Add has one caller at a time; the rest is safe for concurrent use.
type Tree struct {
	cfg      Config
	verifier note.Verifier
	lock     *headLock
	reader   tessera.LogReader // reads files: valid while the driver sleeps, too

	mu     sync.Mutex
	driver *driver // nil while asleep
	closed bool
}

// driver is Tessera at work.
type driver struct {
	add    tessera.AddFn
	finish func(context.Context) error
	cancel context.CancelFunc
}

// RouteDriverLogs sends what Tessera logs, which goes to standard error otherwise, to the logger. It changes the
// whole process and must be called before any log is opened: from main.
func RouteDriverLogs(logger *slog.Logger) { klog.SetSlogLogger(logger) }

// Open opens the log, or starts it when neither log nor head exists. It refuses with core.Corrupt a log
// that is older than, or differs from, the last head that was signed for it.
func Open(ctx context.Context, cfg Config) (*Tree, error) {
	verifier, err := note.NewVerifier(cfg.Verifier)
	if err != nil {
		return nil, core.Wrap(err, core.Corrupt, "errors.audit_verifier_malformed", nil)
	}
	lock, err := openHeadLock(cfg.HeadFile, cfg.Signer)
	if err != nil {
		return nil, err
	}
	if started, err := Exists(cfg.Dir); err != nil {
		return nil, err
	} else if !started && lock.last.size > 0 { // the driver would start a new log here
		return nil, core.E(core.Corrupt, "errors.audit_log_older", core.Args{"Signed": int64(lock.last.size), "Size": 0})
	}
	if err := os.MkdirAll(filepath.Dir(cfg.HeadFile), 0o700); err != nil {
		return nil, diskError(err)
	}
	t := &Tree{cfg: cfg, verifier: verifier, lock: lock}
	if err := t.wake(ctx); err != nil {
		return nil, err
	}
	return t, nil
}

// Exists reports whether a log was ever started in dir.
func Exists(dir string) (bool, error) {
	_, err := os.Stat(filepath.Join(dir, ".state", "treeState"))
	if err == nil || errors.Is(err, os.ErrNotExist) {
		return err == nil, nil
	}
	return false, diskError(err)
}

// wake starts the driver if it sleeps, and checks the log against the last signed head before anything is
// added.
func (t *Tree) wake(ctx context.Context) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return core.E(core.Unavailable, "errors.audit_closed", nil)
	}
	if t.driver != nil {
		return nil
	}
	storage, err := posix.New(ctx, posix.Config{Path: t.cfg.Dir})
	if err != nil {
		return diskError(err)
	}
	running, cancel := context.WithCancel(context.WithoutCancel(ctx))
	options := tessera.NewAppendOptions().
		WithCheckpointSigner(t.lock).
		WithBatching(BatchSize, batchAge).
		WithCheckpointInterval(checkpointInterval).
		WithCheckpointRepublishInterval(0).
		WithGarbageCollectionInterval(cleanUpInterval).
		WithShutdownTimeout(publishTimeout)
	appender, finish, reader, err := tessera.NewAppender(running, storage, options)
	if err != nil {
		cancel()
		return diskError(err)
	}
	if t.reader == nil { // they are all the same: they only read files
		t.reader = reader
	}
	if err := t.checkHead(ctx); err != nil {
		cancel()
		return err
	}
	t.driver = &driver{appender.Add, finish, cancel}
	return nil
}

// Added says what became of one leaf: its index, or why it is not known to be in the log.
type Added struct {
	Index uint64
	Err   error
}

// Add puts the leaves in the log, in order, and returns once they are integrated. The results are in the order of
// the leaves; the error is the first among them.
func (t *Tree) Add(ctx context.Context, leaves [][]byte) ([]Added, error) {
	if err := t.wake(ctx); err != nil {
		return make([]Added, len(leaves)), err
	}
	t.mu.Lock()
	add := t.driver.add
	t.mu.Unlock()
	futures := make([]tessera.IndexFuture, len(leaves))
	for i, leaf := range leaves {
		futures[i] = add(context.WithoutCancel(ctx), tessera.NewEntry(leaf))
	}
	added := make([]Added, len(leaves))
	var first error
	for i, wait := range futures {
		index, err := wait()
		added[i] = Added{index.Index, diskError(err)}
		if first == nil {
			first = added[i].Err
		}
	}
	return added, first
}

// Size is the number of leaves that are integrated.
func (t *Tree) Size(ctx context.Context) (uint64, error) {
	size, err := t.reader.IntegratedSize(ctx)
	return size, diskError(err)
}

// Rest puts the driver to sleep, once a checkpoint covers all leaves. It does nothing to a driver that sleeps.
func (t *Tree) Rest(ctx context.Context) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.driver == nil {
		return nil
	}
	size, err := t.reader.IntegratedSize(ctx)
	if err != nil {
		return diskError(err)
	}
	if size > 0 {
		if _, err := t.published(ctx, size-1); err != nil {
			return err
		}
	}
	err = t.driver.finish(ctx)
	t.driver.cancel()
	t.driver = nil
	return diskError(err)
}

// Close stops the driver, published or not: the next start publishes. It is safe to call twice.
func (t *Tree) Close(ctx context.Context) error {
	err := t.Rest(ctx)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.closed = true
	if t.driver != nil {
		t.driver.cancel()
		t.driver = nil
	}
	return err
}

// diskError is nil for nil.
func diskError(err error) error {
	if err == nil {
		return nil
	}
	return core.Wrap(fmt.Errorf("tree: %w", err), core.Unavailable, "errors.audit_log_disk", nil)
}
