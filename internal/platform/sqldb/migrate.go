package sqldb

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"log/slog"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// Migrations of every room, one folder per engine, numbered together:
// NNNN_module_what.sql. A migration that has landed is never edited, and depends only on lower numbers.
//
//go:embed migrations
var migrations embed.FS

func migrate(ctx context.Context, db *DB) error {
	dir, err := fs.Sub(migrations, "migrations/"+string(db.Dialect))
	if err != nil {
		return err
	}
	dialect, options := goose.DialectSQLite3, []goose.ProviderOption{
		goose.WithSlog(slog.New(slog.DiscardHandler)),
		goose.WithAllowOutofOrder(true), // rooms land their migrations in the order in which they are ready
	}
	if db.Dialect == Postgres {
		dialect = goose.DialectPostgres
		locker, err := lock.NewPostgresSessionLocker()
		if err != nil {
			return fmt.Errorf("migration lock: %w", err)
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	provider, err := goose.NewProvider(dialect, db.write, dir, options...)
	if err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	if _, err := provider.Up(ctx); err != nil {
		return core.Wrap(fmt.Errorf("migrate: %w", err), core.Unavailable, "errors.database_migration", nil)
	}
	return nil
}
