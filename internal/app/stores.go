package app

import (
	"context"
	"errors"
	"log/slog"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/members"
	"github.com/solidaire-coop/solidaire/internal/members/memberssql"
	"github.com/solidaire-coop/solidaire/internal/platform/config"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb"
)

// Stores is the database alone, without the lock: for commands such as `key create` that may run beside the process that
// holds the directory.
type Stores struct {
	Members      *members.Service
	Organisation members.Organisation
	Person       members.Person // of this installation

	db  *sqldb.DB
	dir DataDir
	log *slog.Logger
}

// OpenStores opens the database of the configuration, making it at the first use.
func OpenStores(ctx context.Context, c config.Config, log *slog.Logger) (*Stores, error) {
	dir := DataDir(c.Data)
	if err := dir.Prepare(); err != nil {
		return nil, err
	}
	clock := core.SystemClock{}
	db, err := openDatabase(ctx, c, clock)
	if err != nil {
		return nil, err
	}
	s := &Stores{Members: members.NewService(memberssql.New(db), clock, log), db: db, dir: dir, log: log}
	if s.Organisation, s.Person, err = home(ctx, s.Members, c.Demo); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// Close releases the database.
func (s *Stores) Close() error { return errors.Join(s.Members.Close(), s.db.Close()) }
