package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// Tx is one transaction with its frozen time. Stores receive it as an argument, never through a
// context.
type Tx struct {
	*sql.Tx
	Dialect Dialect
	Now     time.Time
}

// WithTx runs do in one write transaction. It commits when do returns nil; on an error or a
// panic it rolls back, and a failed roll-back is joined to the error rather than lost.
func (db *DB) WithTx(ctx context.Context, do func(tx *Tx) error) (err error) {
	inner, err := db.write.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	done := false
	defer func() {
		if done {
			return
		}
		if rerr := inner.Rollback(); rerr != nil && !errors.Is(rerr, sql.ErrTxDone) {
			err = errors.Join(err, fmt.Errorf("roll back: %w", rerr))
		}
	}()
	if err := do(&Tx{Tx: inner, Dialect: db.Dialect, Now: db.clock.Now()}); err != nil {
		return err
	}
	done = true
	if err := inner.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// Millis turns an instant into the integer that the database keeps.
func Millis(t time.Time) int64 { return t.UnixMilli() }

// Time turns the integer that the database keeps into an instant in UTC.
func Time(ms int64) time.Time { return time.UnixMilli(ms).UTC() }
