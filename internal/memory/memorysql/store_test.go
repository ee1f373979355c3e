package memorysql_test

import (
	"testing"

	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/memory/memorysql"
	"github.com/solidaire-coop/solidaire/internal/memory/memorytest"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb/sqldbtest"
)

func TestStore(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) {
		memorytest.TestStore(t, func(t *testing.T) memory.Store { return memorysql.New(sqldbtest.SQLite(t)) })
	})
	t.Run("postgres", func(t *testing.T) {
		memorytest.TestStore(t, func(t *testing.T) memory.Store { return memorysql.New(sqldbtest.Postgres(t)) })
	})
}

func TestShelf(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) {
		memorytest.TestShelf(t, func(t *testing.T) memorytest.Shelf { return memorysql.New(sqldbtest.SQLite(t)) })
	})
	t.Run("postgres", func(t *testing.T) {
		memorytest.TestShelf(t, func(t *testing.T) memorytest.Shelf { return memorysql.New(sqldbtest.Postgres(t)) })
	})
}

func TestQuality(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) {
		memorytest.TestQuality(t, func(t *testing.T) memorytest.QualityShelf { return memorysql.New(sqldbtest.SQLite(t)) })
	})
	t.Run("postgres", func(t *testing.T) {
		memorytest.TestQuality(t, func(t *testing.T) memorytest.QualityShelf { return memorysql.New(sqldbtest.Postgres(t)) })
	})
}
