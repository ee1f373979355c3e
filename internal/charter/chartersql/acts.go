package chartersql

import (
	"context"

	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb"
)

var _ charter.Acts = (*Store)(nil)

// Acts implements charter.Acts.
func (s *Store) Acts(ctx context.Context) (map[int]charter.KeptAct, error) {
	rows, err := s.db.Reader().QueryContext(ctx,
		"SELECT number, canonical, seal FROM charter_restrictions WHERE organisation = $1", s.organisation)
	if err != nil {
		return nil, failure(ctx, err)
	}
	defer rows.Close()
	acts := map[int]charter.KeptAct{}
	for rows.Next() {
		var number int
		var a charter.KeptAct
		if err := rows.Scan(&number, &a.Canonical, &a.Seal); err != nil {
			return nil, failure(ctx, err)
		}
		acts[number] = a
	}
	return acts, failure(ctx, rows.Err())
}

// Put implements charter.Acts.
func (s *Store) Put(ctx context.Context, number int, a charter.KeptAct) error {
	return failure(ctx, s.db.WithTx(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.ExecContext(ctx, `
			INSERT INTO charter_restrictions (organisation, number, canonical, seal) VALUES ($1, $2, $3, $4)
			ON CONFLICT (organisation, number) DO UPDATE SET canonical = excluded.canonical, seal = excluded.seal`,
			s.organisation, number, a.Canonical, a.Seal)
		return err
	}))
}
