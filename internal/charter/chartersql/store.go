// Package chartersql keeps the chain of charters of one organisation in the program's database.
//
// Promises: versions are only added, each in one transaction that has checked the whole chain; what is
// read has been verified down to the canonical bytes, so that a row changed by hand is a corrupt charter,
// never a charter in force; an organisation gets its first charter once, however many try. What cannot be
// seen here, because whoever edits a row can recompute its seal, charter.Keeper sees in the log.
package chartersql

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb"
)

// Store keeps the charters of one organisation.
type Store struct {
	db           *sqldb.DB
	clock        core.Clock
	organisation core.ID
}

// New returns the store of an organisation, which must exist before its first charter.
func New(db *sqldb.DB, clock core.Clock, organisation core.ID) *Store {
	return &Store{db: db, clock: clock, organisation: organisation}
}

// Genesis gives the organisation its first charter, provisional and in force at once. core.Conflict when
// it has one already, core.NotFound when there is no such template.
func (s *Store) Genesis(ctx context.Context, template string) (charter.Version, error) {
	d, err := charter.Template(template)
	if err != nil {
		return charter.Version{}, err
	}
	first, err := charter.Genesis(d, s.clock.Now())
	if err != nil {
		return charter.Version{}, err
	}
	err = s.db.WithTx(ctx, func(tx *sqldb.Tx) error {
		return s.insert(ctx, tx, first, "", "errors.charter_exists")
	})
	if err != nil {
		return charter.Version{}, failure(ctx, err)
	}
	return first, nil
}

// Append adds the version that follows the newest one. core.Conflict when it follows another. By what
// right it is enacted is for the caller to have checked.
func (s *Store) Append(ctx context.Context, next charter.Version) error {
	err := s.db.WithTx(ctx, func(tx *sqldb.Tx) error {
		chain, seal, err := s.load(ctx, tx)
		if err != nil {
			return err
		}
		if len(chain) == 0 {
			return core.E(core.NotFound, "errors.charter_missing", nil)
		}
		if newest := chain[len(chain)-1]; next.Parent != newest.Hash || next.Number != newest.Number+1 {
			return core.E(core.Conflict, "errors.charter_parent", core.Args{"Number": newest.Number})
		}
		if err := charter.VerifyChain(append(chain, next)); err != nil {
			return err
		}
		return s.insert(ctx, tx, next, seal, "errors.charter_parent")
	})
	return failure(ctx, err)
}

// insert adds a row; a row with the same number wins, under the key of that conflict.
func (s *Store) insert(ctx context.Context, tx *sqldb.Tx, v charter.Version, parentSeal, conflict string) error {
	result, err := tx.ExecContext(ctx, `
		INSERT INTO charter_versions (organisation, number, hash, parent, status, effective, bytes, seal, certificate)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT (organisation, number) DO NOTHING`,
		s.organisation, v.Number, v.Hash, v.Parent, v.Status, sqldb.Millis(v.Effective), v.Bytes, v.Seal(parentSeal), v.Certificate)
	if err != nil {
		return err
	}
	n, err := result.RowsAffected()
	if err == nil && n == 0 {
		return core.E(core.Conflict, conflict, core.Args{"Number": v.Number})
	}
	return err
}

// Load returns the whole chain, oldest first, verified; empty before the first charter. core.Corrupt when
// a row is not what was written.
func (s *Store) Load(ctx context.Context) ([]charter.Version, error) {
	chain, _, err := s.load(ctx, s.db.Reader())
	return chain, failure(ctx, err)
}

// querier reads, inside a transaction or outside.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// load reads and verifies the chain, and returns the seal of the newest version.
func (s *Store) load(ctx context.Context, q querier) (chain []charter.Version, seal string, err error) {
	rows, err := q.QueryContext(ctx, `
		SELECT number, hash, parent, status, effective, bytes, certificate, seal
		FROM charter_versions WHERE organisation = $1 ORDER BY number`, s.organisation)
	if err != nil {
		return nil, "", err
	}
	defer rows.Close()
	for rows.Next() {
		var row charter.Row
		var effective int64
		var stored string
		if err := rows.Scan(&row.Number, &row.Hash, &row.Parent, &row.Status, &effective, &row.Bytes, &row.Certificate, &stored); err != nil {
			return nil, "", err
		}
		row.Effective = sqldb.Time(effective)
		v, err := charter.Restore(row)
		if err != nil {
			return nil, "", err
		}
		if seal = v.Seal(seal); seal != stored {
			return nil, "", core.Wrap(fmt.Errorf("row of version %d does not bear its seal", row.Number),
				core.Corrupt, "errors.charter_corrupt", core.Args{"Number": row.Number})
		}
		chain = append(chain, v)
	}
	if err := rows.Err(); err != nil {
		return nil, "", err
	}
	return chain, seal, charter.VerifyChain(chain)
}

// failure leaves an error that a person can read alone, and makes one of the database's.
func failure(ctx context.Context, err error) error {
	switch code := core.CodeOf(err); {
	case err == nil:
		return nil
	case code != core.Internal:
		return err
	case ctx.Err() != nil:
		return core.Wrap(err, core.Cancelled, "errors.charter_cancelled", nil)
	}
	return core.Wrap(err, core.Unavailable, "errors.charter_unavailable", nil)
}
