package auditlog

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/solidaire-coop/solidaire/internal/audit"
	"github.com/solidaire-coop/solidaire/internal/audit/auditsql"
	"github.com/solidaire-coop/solidaire/internal/audit/audittessera"
	"github.com/solidaire-coop/solidaire/internal/audit/audittlog"
	"github.com/solidaire-coop/solidaire/internal/audit/auditwal"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb"
)

// Config says where the audit lives and with whom.
type Config struct {
	Dir        string // <data>/audit: the write-ahead log in wal/, the public log in log/
	SecretsDir string // <data>/secrets: log.key and log.head; kept apart from backups of Dir
	// Origin names the log in every checkpoint, for ever: a host name and path such as "coop.example/log". It is
	// used once, when the key is made; afterwards the key's own name counts.
	Origin     string
	DB         *sqldb.DB
	Projectors []auditsql.Projector // called in this order
	Logger     *slog.Logger
	Clock      core.Clock

	// Pace is how long the background gathers records before it works on them; 0: 1 s. A waiting receipt
	// cuts it short.
	Pace time.Duration
	// IdleAfter is how long without records until everything rests; 0: 5 s.
	IdleAfter time.Duration
	// Disk replaces the directory of the write-ahead log; for tests.
	Disk auditwal.Disk

	rested func() // called when everything has come to rest; for tests
}

// Log is the open audit. It implements audit.Log and audit.Receipts and is safe for concurrent use.
type Log struct {
	wal      *auditwal.WAL
	vault    *auditsql.Vault
	tree     *audittessera.Tree
	key      audittlog.Key
	name     string    // of the log in the vault
	buffers  sync.Pool // of *[]byte
	recent   *handoff
	line     *pipeline
	unlock   func() error
	once     sync.Once
	closeErr error
}

var (
	_ audit.Log        = (*Log)(nil)
	_ audit.Receipts   = (*Log)(nil)
	_ audit.Statements = (*Log)(nil)
)

// Open opens the audit, making its key at the first start, and brings to the end what an earlier run
// acknowledged. Every error says what to do: core.Conflict when another instance holds the directory, core.Corrupt
// when what is there cannot be continued truthfully.
func Open(ctx context.Context, cfg Config) (*Log, error) {
	unlock, err := lockDirectory(cfg.Dir)
	if err != nil {
		return nil, err
	}
	l := &Log{unlock: unlock, recent: newHandoff(), vault: auditsql.New(cfg.DB, cfg.Projectors...)}
	l.buffers.New = func() any { b := make([]byte, 0, 2<<10); return &b }
	if err := l.open(ctx, cfg); err != nil {
		l.abandon()
		return nil, err
	}
	go l.line.run()
	return l, nil
}

func (l *Log) open(ctx context.Context, cfg Config) error {
	key, err := openKey(cfg)
	if err != nil {
		return err
	}
	l.key, l.name = key, fmt.Sprintf("%08x", key.Signer.KeyHash())
	if cfg.Disk == nil {
		cfg.Disk = auditwal.Directory(filepath.Join(cfg.Dir, "wal"))
	}
	if l.wal, err = auditwal.Open(auditwal.Config{Disk: cfg.Disk}); err != nil {
		return err
	}
	l.tree, err = audittessera.Open(ctx, audittessera.Config{
		Dir: logDir(cfg), HeadFile: headFile(cfg), Signer: key.Signer, Verifier: key.Verifier,
	})
	if err != nil {
		return err
	}
	if err := l.checkVault(ctx); err != nil {
		return err
	}
	l.line = newPipeline(cfg, l.name, l.wal, l.recent, l.vault, l.tree)
	return l.line.catchUp(ctx)
}

func logDir(cfg Config) string   { return filepath.Join(cfg.Dir, "log") }
func headFile(cfg Config) string { return filepath.Join(cfg.SecretsDir, "log.head") }

// openKey makes a key only where no log was ever started: a new key on an old log would orphan its receipts.
func openKey(cfg Config) (audittlog.Key, error) {
	path := filepath.Join(cfg.SecretsDir, "log.key")
	key, err := audittlog.LoadKey(path)
	if !core.Is(err, core.NotFound) {
		return key, err
	}
	started, existsErr := audittessera.Exists(logDir(cfg))
	if existsErr != nil {
		return audittlog.Key{}, existsErr
	}
	if _, statErr := os.Stat(headFile(cfg)); started || statErr == nil {
		return audittlog.Key{}, err
	}
	return audittlog.CreateKey(path, cfg.Origin)
}

// checkVault refuses a Merkle log that is shorter than the vault knows it to have been.
func (l *Log) checkVault(ctx context.Context) error {
	known, err := l.vault.Placed(ctx, l.name)
	if err != nil {
		return err
	}
	size, err := l.tree.Size(ctx)
	if err == nil && size < known {
		err = core.E(core.Corrupt, "errors.audit_log_older", core.Args{"Signed": int64(known), "Size": int64(size)})
	}
	return err
}

// abandon closes what a failed Open had opened.
func (l *Log) abandon() {
	if l.line != nil {
		l.line.cancel()
	}
	if l.tree != nil {
		ctx, cancel := context.WithCancel(context.Background())
		cancel() // without waiting: the next start publishes
		l.tree.Close(ctx)
	}
	if l.wal != nil {
		l.wal.Close()
	}
	l.unlock()
}

// Append implements audit.Log. The lists inside record must not be changed afterwards: projections read them.
func (l *Log) Append(ctx context.Context, record audit.Record) error {
	record.Time = record.Time.UTC().Truncate(time.Millisecond) // as it will be read back
	buf := l.buffers.Get().(*[]byte)
	defer l.buffers.Put(buf)
	sealed, err := record.Seal(audit.NewKey(), (*buf)[:0])
	if err != nil {
		return err
	}
	*buf = sealed.Record[:0]
	l.recent.put(sealed.Key, record)
	if err := l.wal.Append(ctx, sealed); err != nil {
		l.recent.drop(sealed.Key)
		return err
	}
	return nil
}

// Close refuses new records, brings what was acknowledged to the end, up to ctx, and stops. What ctx cuts short
// is finished at the next Open. A second call returns the result of the first.
func (l *Log) Close(ctx context.Context) error {
	l.once.Do(func() {
		errs := []error{l.wal.Close()}
		errs = append(errs, l.line.stop(ctx))
		errs = append(errs, l.tree.Close(ctx))
		l.closeErr = errors.Join(append(errs, l.unlock())...)
	})
	return l.closeErr
}

// Verifier is the public key of the log, to be given to whoever verifies receipts.
func (l *Log) Verifier() string { return l.key.Verifier }

// Origin is the name of the log.
func (l *Log) Origin() string { return l.key.Origin() }

// Fingerprint is the short form of Verifier.
func (l *Log) Fingerprint() string { return audittlog.Fingerprint(l.key.Verifier) }

// Health is nil when records are being acknowledged and brought to the end. Otherwise it is the error that
// is being retried.
func (l *Log) Health(context.Context) error {
	if err := l.wal.Health(); err != nil {
		return err
	}
	return l.line.trouble()
}
