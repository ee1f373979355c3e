package memorysql

import (
	"errors"
	"fmt"
	"syscall"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// told says what failed, and tells a disk without room as such: people can do something about it.
func told(what string, err error) error {
	var known *core.Error
	switch {
	case errors.As(err, &known):
		return known
	case full(err):
		return core.Wrap(fmt.Errorf("%s: %w", what, err), core.Unavailable, "errors.memory_disk_full", nil)
	}
	return fmt.Errorf("%s: %w", what, err)
}

func full(err error) bool {
	var lite *sqlite.Error
	if errors.As(err, &lite) {
		return lite.Code()&0xff == sqlite3.SQLITE_FULL || lite.Code() == sqlite3.SQLITE_IOERR_WRITE
	}
	var server *pgconn.PgError
	if errors.As(err, &server) {
		return server.Code == "53100"
	}
	return errors.Is(err, syscall.ENOSPC)
}
