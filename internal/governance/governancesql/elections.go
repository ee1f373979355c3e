package governancesql

import (
	"context"
	"encoding/json"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/governance"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb"
)

var _ governance.ElectionStore = (*Store)(nil)

// AddElection implements governance.ElectionStore.
func (s *Store) AddElection(ctx context.Context, organisation core.ID, e governance.Election) error {
	summary, err := json.Marshal(e.Elsewhere)
	if err != nil {
		return err
	}
	return failure(ctx, s.db.WithTx(ctx, func(tx *sqldb.Tx) error {
		result, err := tx.ExecContext(ctx, `
			INSERT INTO governance_elections (id, organisation, motion, imported, imported_by, file, summary) VALUES ($1, $2, $3, $4, $5, $6, $7)
			ON CONFLICT (organisation, file) DO NOTHING`,
			e.ID, organisation, e.Motion, sqldb.Millis(e.Imported), e.By, e.File, summary)
		if err := touched(result, err); core.Is(err, core.Conflict) {
			return core.E(core.Conflict, "errors.election_known", nil)
		} else if err != nil {
			return err
		}
		return nil
	}))
}

// Elections implements governance.ElectionStore.
func (s *Store) Elections(ctx context.Context, organisation core.ID) ([]governance.Election, error) {
	return list(ctx, s.db.Reader(), func(r sqldb.Scanner) (e governance.Election, err error) {
		var imported int64
		var summary []byte
		if err := r.Scan(&e.ID, &e.Motion, &imported, &e.By, &summary); err != nil {
			return e, err
		}
		e.Imported = sqldb.Time(imported)
		return e, json.Unmarshal(summary, &e.Elsewhere)
	}, `SELECT id, motion, imported, imported_by, summary FROM governance_elections WHERE organisation = $1 ORDER BY imported DESC, id DESC`, organisation)
}
