package sqldb

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"runtime"
	"strings"

	_ "github.com/jackc/pgx/v5/stdlib" // registers "pgx"
	_ "modernc.org/sqlite"             // registers "sqlite"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// Dialect names the engine behind a DB.
type Dialect string

// The engines.
const (
	SQLite   Dialect = "sqlite"
	Postgres Dialect = "postgres"
)

// DB is an open database. It is safe for concurrent use.
type DB struct {
	Dialect Dialect
	clock   core.Clock
	write   *sql.DB
	read    *sql.DB
}

// OpenSQLite opens or creates the database file at path and migrates it.
//
// Deleted content is overwritten (secure_delete), the journal is a WAL synced at every commit
// (synchronous=FULL), foreign keys hold.
func OpenSQLite(ctx context.Context, path string, clock core.Clock) (*DB, error) {
	pragmas := url.Values{"_pragma": {
		"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)",
		"foreign_keys(1)", "secure_delete(1)", "temp_store(MEMORY)", "cache_size(-8000)",
	}}
	dsn := "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + pragmas.Encode()
	write, err := sql.Open("sqlite", dsn+"&_txlock=immediate")
	if err != nil {
		return nil, openError(err)
	}
	write.SetMaxOpenConns(1)
	read, err := sql.Open("sqlite", dsn+"&_pragma=query_only(1)")
	if err != nil {
		write.Close()
		return nil, openError(err)
	}
	read.SetMaxOpenConns(max(4, runtime.NumCPU()))
	return finishOpen(ctx, &DB{Dialect: SQLite, clock: clock, write: write, read: read})
}

// OpenPostgres connects to the server at dsn (a postgres:// URL) and migrates the schema.
func OpenPostgres(ctx context.Context, dsn string, clock core.Clock) (*DB, error) {
	pool, err := sql.Open("pgx", dsn)
	if err != nil {
		return nil, openError(err)
	}
	pool.SetMaxOpenConns(16)
	return finishOpen(ctx, &DB{Dialect: Postgres, clock: clock, write: pool, read: pool})
}

// Open chooses the engine by the address: postgres:// or postgresql:// is PostgreSQL, anything
// else a SQLite file.
func Open(ctx context.Context, address string, clock core.Clock) (*DB, error) {
	if strings.HasPrefix(address, "postgres://") || strings.HasPrefix(address, "postgresql://") {
		return OpenPostgres(ctx, address, clock)
	}
	return OpenSQLite(ctx, address, clock)
}

func finishOpen(ctx context.Context, db *DB) (*DB, error) {
	if err := db.write.PingContext(ctx); err != nil {
		db.Close()
		return nil, openError(err)
	}
	if err := migrate(ctx, db); err != nil {
		db.Close()
		return nil, err
	}
	return db, nil
}

func openError(err error) error {
	return core.Wrap(fmt.Errorf("open database: %w", err), core.Unavailable, "errors.database_unavailable", nil)
}

// Reader gives the pool for statements that only read. Rows read through it are committed.
func (db *DB) Reader() *sql.DB { return db.read }

// Ping reports whether the database answers.
func (db *DB) Ping(ctx context.Context) error { return db.read.PingContext(ctx) }

// Checkpoint truncates SQLite's write-ahead log, so that erased content is gone from it too.
// It does nothing on PostgreSQL.
func (db *DB) Checkpoint(ctx context.Context) error {
	if db.Dialect != SQLite {
		return nil
	}
	_, err := db.write.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)")
	return err
}

// Close releases the connections. It is safe to call twice.
func (db *DB) Close() error {
	err := db.write.Close()
	if db.read != db.write {
		if e := db.read.Close(); err == nil {
			err = e
		}
	}
	return err
}
