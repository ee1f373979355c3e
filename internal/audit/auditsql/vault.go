package auditsql

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"

	"github.com/solidaire-coop/solidaire/internal/audit"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb"
)

// Vault is the store. It is safe for concurrent use.
type Vault struct {
	db         *sqldb.DB
	projectors []Projector
}

// New makes a vault over db. The projectors see every record once, in the order of the log.
func New(db *sqldb.DB, projectors ...Projector) *Vault { return &Vault{db, projectors} }

// Entry is a record on its way into the vault. Sealed holds the same record as bytes.
type Entry struct {
	Record audit.Record
	Sealed audit.Sealed
}

// Leaf is a leaf that has no index yet.
type Leaf struct {
	ID    core.ID
	Bytes []byte
}

// Placed says where a leaf stands in the log.
type Placed struct {
	ID    core.ID
	Index uint64
}

// Keep puts the entries in the vault and runs the projections, all in one transaction. An id that the vault
// holds already, or that comes twice, is left as it was first kept: appending again what may have been saved
// is harmless. It returns the leaves of these entries that have no index yet, in order.
func (v *Vault) Keep(ctx context.Context, entries []Entry) ([]Leaf, error) {
	var pending []Leaf
	err := v.db.WithTx(ctx, func(tx *sqldb.Tx) error {
		fresh, known, err := insert(ctx, tx, entries)
		if err != nil {
			return err
		}
		pending, err = unplaced(ctx, tx, fresh, known)
		if err != nil {
			return err
		}
		return v.project(ctx, tx, fresh)
	})
	if err != nil {
		return nil, databaseError(err)
	}
	return pending, nil
}

func (v *Vault) project(ctx context.Context, tx *sqldb.Tx, fresh []Entry) error {
	if len(fresh) == 0 {
		return nil
	}
	records := make([]audit.Record, len(fresh))
	for i, e := range fresh {
		records[i] = e.Record
	}
	for _, p := range v.projectors {
		if err := p.Project(ctx, tx, records); err != nil {
			return err
		}
	}
	return nil
}

// rowsPerInsert keeps the number of parameters small: SQLite looks for the name of each among all of them.
const rowsPerInsert = 16

// insert tells the entries that were not in the vault from those that were.
func insert(ctx context.Context, tx *sqldb.Tx, entries []Entry) (fresh []Entry, known []core.ID, err error) {
	for len(entries) > 0 {
		n := min(len(entries), rowsPerInsert)
		added, err := insertRows(ctx, tx, entries[:n])
		if err != nil {
			return nil, nil, err
		}
		for _, e := range entries[:n] {
			if added[e.Record.ID] {
				fresh = append(fresh, e)
				delete(added, e.Record.ID)
			} else {
				known = append(known, e.Record.ID)
			}
		}
		entries = entries[n:]
	}
	return fresh, known, nil
}

func insertRows(ctx context.Context, tx *sqldb.Tx, entries []Entry) (added map[core.ID]bool, err error) {
	args := make([]any, 0, 6*len(entries))
	for _, e := range entries {
		r, s := &e.Record, &e.Sealed
		args = append(args, string(r.ID), string(r.Organisation), string(r.Person), s.Record, s.Key[:], s.Leaf)
	}
	rows, err := tx.QueryContext(ctx, `INSERT INTO audit_records (id, organisation, person, record, commitment_key, leaf)
		VALUES `+placeholders(len(entries), 6)+` ON CONFLICT (id) DO NOTHING RETURNING id`, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	added = make(map[core.ID]bool, len(entries))
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		added[core.ID(id)] = true
	}
	return added, rows.Err()
}

// placeholders writes "($1,$2),($3,$4)" for two rows of two columns.
func placeholders(rows, columns int) string {
	b := make([]byte, 0, 5*rows*columns+2*rows)
	for i := range rows * columns {
		switch {
		case i == 0:
			b = append(b, '(')
		case i%columns == 0:
			b = append(b, "),("...)
		default:
			b = append(b, ',')
		}
		b = strconv.AppendInt(append(b, '$'), int64(i+1), 10)
	}
	return string(append(b, ')'))
}

// unplaced lists the leaves to integrate: all the fresh ones, and known ones that a crash left without index.
func unplaced(ctx context.Context, tx *sqldb.Tx, fresh []Entry, known []core.ID) ([]Leaf, error) {
	pending := make([]Leaf, 0, len(fresh))
	for _, e := range fresh {
		pending = append(pending, Leaf{e.Record.ID, e.Sealed.Leaf})
	}
	seen := map[core.ID]bool{}
	for _, leaf := range pending {
		seen[leaf.ID] = true
	}
	for _, id := range known {
		if seen[id] {
			continue
		}
		seen[id] = true
		leaf := Leaf{ID: id}
		err := tx.QueryRowContext(ctx, `SELECT leaf FROM audit_records r WHERE id = $1
			AND NOT EXISTS (SELECT 1 FROM audit_leaves l WHERE l.id = r.id)`, string(id)).Scan(&leaf.Bytes)
		if err == nil {
			pending = append(pending, leaf)
		} else if !errors.Is(err, sql.ErrNoRows) {
			return nil, err
		}
	}
	return pending, nil
}

// Place notes where leaves stand in the log of that name. A second index for the same record, from a leaf that a crash made us
// add twice, is passed over: the first one proves the record.
func (v *Vault) Place(ctx context.Context, log string, placed []Placed) error {
	err := v.db.WithTx(ctx, func(tx *sqldb.Tx) error {
		for len(placed) > 0 {
			n := min(len(placed), rowsPerInsert)
			args := make([]any, 0, 3*n)
			for _, p := range placed[:n] {
				args = append(args, log, int64(p.Index), string(p.ID))
			}
			_, err := tx.ExecContext(ctx, `INSERT INTO audit_leaves (log, log_index, id) VALUES `+
				placeholders(n, 3)+` ON CONFLICT DO NOTHING`, args...)
			if err != nil {
				return err
			}
			placed = placed[n:]
		}
		return nil
	})
	return databaseError(err)
}

// databaseError is nil for nil, and leaves what is already ours as it is.
func databaseError(err error) error {
	var ours *core.Error
	if err == nil || errors.As(err, &ours) {
		return err
	}
	return core.Wrap(fmt.Errorf("vault: %w", err), core.Unavailable, "errors.audit_vault", nil)
}
