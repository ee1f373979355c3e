package app

import (
	"context"
	"errors"
	"log/slog"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/members"
	"github.com/solidaire-coop/solidaire/internal/members/memberssql"
	"github.com/solidaire-coop/solidaire/internal/models/modelssql"
	"github.com/solidaire-coop/solidaire/internal/platform/config"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb"
)

// Stores is the database alone, without the lock: for commands such as `key create` that may run beside the process that
// holds the directory.
type Stores struct {
	Members      *members.Service
	Organisation members.Organisation
	Person       members.Person // of this installation

	db *sqldb.DB
}

// OpenStores opens the database of the configuration, making it at the first use.
func OpenStores(ctx context.Context, c config.Config, log *slog.Logger) (*Stores, error) {
	db, err := prepareDatabase(ctx, c)
	if err != nil {
		return nil, err
	}
	s := &Stores{Members: members.NewService(memberssql.New(db), core.SystemClock{}, log), db: db}
	if s.Organisation, s.Person, err = home(ctx, s.Members, c.Demo, c.Zone()); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// Close releases the database.
func (s *Stores) Close() error { return errors.Join(s.Members.Close(), s.db.Close()) }

func prepareDatabase(ctx context.Context, c config.Config) (*sqldb.DB, error) {
	if err := DataDir(c.Data).Prepare(); err != nil {
		return nil, err
	}
	return openDatabase(ctx, c, core.SystemClock{})
}

// Catalogue is the catalogue of installed models alone, without the lock.
type Catalogue struct {
	*modelssql.Catalogue
	db *sqldb.DB
}

// OpenCatalogue opens it. Unlike OpenStores it makes no organisation, so that models can be installed before the first
// start has named one.
func OpenCatalogue(ctx context.Context, c config.Config, log *slog.Logger) (*Catalogue, error) {
	db, err := prepareDatabase(ctx, c)
	if err != nil {
		return nil, err
	}
	catalogue, err := modelssql.New(ctx, db, c.Data, log)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return &Catalogue{catalogue, db}, nil
}

// Close releases the database.
func (c *Catalogue) Close() error { return c.db.Close() }
