package sqldbtest

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb"
)

// EnvDSN names the environment variable that holds the address of a PostgreSQL server whose user
// may create databases. `make test` starts one (see withpostgres) and sets it.
const EnvDSN = "SOLIDAIRE_TEST_POSTGRES"

// EnvFull, when set to 1, turns every missing real part into a failure instead of a skip.
const EnvFull = "SOLIDAIRE_TEST_FULL"

// Postgres creates a new database that lives as long as the test. Without a server it skips, and
// says so; under EnvFull it fails.
func Postgres(t testing.TB) *sqldb.DB {
	t.Helper()
	db, err := sqldb.OpenPostgres(t.Context(), PostgresAddress(t), core.SystemClock{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// PostgresAddress is the same for who opens the database, as often as they like.
func PostgresAddress(t testing.TB) string {
	t.Helper()
	dsn := os.Getenv(EnvDSN)
	if dsn == "" {
		if os.Getenv(EnvFull) == "1" {
			t.Fatalf("no PostgreSQL: %s is empty", EnvDSN)
		}
		t.Skipf("no PostgreSQL: set %s, or run through make test", EnvDSN)
	}
	name := "t_" + strings.ToLower(string(core.NewID(time.Now())))
	admin, err := sql.Open("pgx", dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close()
	if _, err := admin.ExecContext(t.Context(), "CREATE DATABASE "+name); err != nil {
		t.Fatalf("create database: %v", err)
	}
	t.Cleanup(func() { drop(t, dsn, name) })
	return withDatabase(t, dsn, name)
}

func withDatabase(t testing.TB, dsn, name string) string {
	t.Helper()
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/" + name
	return u.String()
}

func drop(t testing.TB, dsn, name string) {
	t.Helper()
	admin, err := sql.Open("pgx", dsn)
	if err != nil {
		t.Error(err)
		return
	}
	defer admin.Close()
	if _, err := admin.ExecContext(context.Background(), fmt.Sprintf("DROP DATABASE IF EXISTS %s WITH (FORCE)", name)); err != nil {
		t.Errorf("drop database: %v", err)
	}
}
