package auditsql

import (
	"context"
	"database/sql"
	"errors"

	"github.com/solidaire-coop/solidaire/internal/audit"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb"
)

// MaxList bounds one page of records.
const MaxList = 200

// Kept is what the vault holds of one record.
type Kept struct {
	Sealed audit.Sealed
	Log    string // where the leaf stands; "" when it is not known yet
	Index  uint64 // of the leaf there
}

// Get returns what is kept under the id; core.NotFound when there is nothing, or it belongs to another
// organisation.
func (v *Vault) Get(ctx context.Context, organisation, id core.ID) (Kept, error) {
	var k Kept
	var key []byte
	var log sql.NullString
	var index sql.NullInt64
	err := v.db.Reader().QueryRowContext(ctx, `SELECT r.record, r.commitment_key, r.leaf, l.log, l.log_index
		FROM audit_records r LEFT JOIN audit_leaves l ON l.id = r.id
		WHERE r.id = $1 AND r.organisation = $2`, string(id), string(organisation)).
		Scan(&k.Sealed.Record, &key, &k.Sealed.Leaf, &log, &index)
	if errors.Is(err, sql.ErrNoRows) {
		return Kept{}, core.E(core.NotFound, "errors.audit_receipt_unknown", nil)
	}
	if err != nil {
		return Kept{}, databaseError(err)
	}
	copy(k.Sealed.Key[:], key)
	k.Log, k.Index = log.String, uint64(index.Int64)
	return k, nil
}

// List returns the newest records of one person, at most limit, older than before when it is not empty.
func (v *Vault) List(ctx context.Context, organisation, person, before core.ID, limit int) ([]audit.Record, error) {
	return v.records(ctx, `SELECT record FROM audit_records
		WHERE organisation = $1 AND person = $2 AND ($3 = '' OR id < $3) ORDER BY id DESC LIMIT $4`,
		string(organisation), string(person), string(before), min(max(limit, 1), MaxList))
}

// Newest returns the newest records of everybody in an organisation, at most limit, the newest first. They are for counting:
// nobody may be shown the records of others.
func (v *Vault) Newest(ctx context.Context, organisation core.ID, limit int) ([]audit.Record, error) {
	return v.records(ctx, `SELECT record FROM audit_records WHERE organisation = $1 ORDER BY id DESC LIMIT $2`, string(organisation), limit)
}

func (v *Vault) records(ctx context.Context, query string, args ...any) ([]audit.Record, error) {
	rows, err := v.db.Reader().QueryContext(ctx, query, args...)
	if err != nil {
		return nil, databaseError(err)
	}
	defer rows.Close()
	var records []audit.Record
	for rows.Next() {
		var raw []byte
		if err := rows.Scan(&raw); err != nil {
			return nil, databaseError(err)
		}
		record, err := audit.ParseRecord(raw)
		if err != nil {
			return nil, err
		}
		records = append(records, record)
	}
	return records, databaseError(rows.Err())
}

// Erase shreds the records: record, key, leaf and index. Ids that are not there, or belong to another
// organisation, are passed over. On SQLite the journal is emptied too, so that no copy stays in the file.
func (v *Vault) Erase(ctx context.Context, organisation core.ID, ids ...core.ID) error {
	err := v.db.WithTx(ctx, func(tx *sqldb.Tx) error {
		for _, id := range ids {
			result, err := tx.ExecContext(ctx, `DELETE FROM audit_records WHERE id = $1 AND organisation = $2`,
				string(id), string(organisation))
			if err != nil {
				return err
			}
			n, err := result.RowsAffected()
			if err != nil {
				return err
			}
			if n == 0 {
				continue
			}
			if _, err := tx.ExecContext(ctx, `DELETE FROM audit_leaves WHERE id = $1`, string(id)); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		err = v.db.Checkpoint(ctx)
	}
	return databaseError(err)
}

// Placed returns how many leaves the log of that name must at least hold for the noted indexes to be true.
func (v *Vault) Placed(ctx context.Context, log string) (uint64, error) {
	var last sql.NullInt64
	err := v.db.Reader().QueryRowContext(ctx, `SELECT MAX(log_index) FROM audit_leaves WHERE log = $1`, log).Scan(&last)
	if err != nil || !last.Valid {
		return 0, databaseError(err)
	}
	return uint64(last.Int64) + 1, nil
}

// Count says how many records are kept of somebody.
func (v *Vault) Count(ctx context.Context, organisation, person core.ID) (n int, err error) {
	err = v.db.Reader().QueryRowContext(ctx, "SELECT COUNT(*) FROM audit_records WHERE organisation = $1 AND person = $2", organisation, person).Scan(&n)
	return n, err
}
