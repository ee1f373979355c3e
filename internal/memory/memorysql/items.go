package memorysql

import (
	"context"
	"database/sql"
	"errors"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb"
)

// Items lists what the memory has of a source, and the marks of what was erased.
func (s *Store) Items(ctx context.Context, source core.ID) ([]memory.KnownItem, map[string]bool, error) {
	known, err := list(ctx, s.db.Reader(), func(rows *sql.Rows) (k memory.KnownItem, err error) {
		return k, rows.Scan(&k.Document, &k.Name, &k.State, &k.Version, &k.Item, &k.Identity, &k.Fingerprint, &k.FileHash)
	}, `SELECT d.id, d.name, d.state, COALESCE(v.hash, ''), d.item, d.identity, d.fingerprint, COALESCE(v.file_hash, '')
		FROM memory_documents d
		LEFT JOIN memory_versions v ON v.document = d.id
			AND v.ordinal = (SELECT MAX(ordinal) FROM memory_versions WHERE document = d.id)
		WHERE d.source = $1 AND d.item <> ''`, source)
	if err != nil {
		return nil, nil, told("list a source's documents", err)
	}
	marks, err := list(ctx, s.db.Reader(), func(rows *sql.Rows) (m string, err error) { return m, rows.Scan(&m) },
		`SELECT mark FROM memory_erased WHERE source = $1`, source)
	if err != nil {
		return nil, nil, told("list what was erased of a source", err)
	}
	erased := make(map[string]bool, len(marks))
	for _, m := range marks {
		erased[m] = true
	}
	return known, erased, nil
}

// markErased remembers, as hashes, a document that its source must not bring back.
func markErased(ctx context.Context, tx *sqldb.Tx, organisation, document core.ID) error {
	var source core.ID
	var item, identity, fileHash string
	err := tx.QueryRowContext(ctx, `SELECT d.source, d.item, d.identity,
		COALESCE((SELECT v.file_hash FROM memory_versions v WHERE v.document = d.id ORDER BY v.ordinal DESC LIMIT 1), '')
		FROM memory_documents d WHERE d.organisation = $1 AND d.id = $2 AND d.item <> ''`, organisation, document).
		Scan(&source, &item, &identity, &fileHash)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, mark := range memory.Marks(item, identity, fileHash) {
		if _, err := tx.ExecContext(ctx, `INSERT INTO memory_erased (source, mark) VALUES ($1, $2) ON CONFLICT DO NOTHING`, source, mark); err != nil {
			return err
		}
	}
	return nil
}

// Readmit forgets what was erased of a source.
func (s *Store) Readmit(ctx context.Context, organisation, source core.ID) error {
	return s.change(ctx, "readmit what was erased", `DELETE FROM memory_erased WHERE source IN
		(SELECT id FROM memory_sources WHERE organisation = $1 AND id = $2)`, organisation, source)
}

// Expect makes documents for new items, and lets known ones wait.
func (s *Store) Expect(ctx context.Context, source memory.Source, items []memory.Expected) ([]core.ID, error) {
	ids := make([]core.ID, len(items))
	err := s.db.WithTx(ctx, func(tx *sqldb.Tx) error {
		insert, err := tx.PrepareContext(ctx, `INSERT INTO memory_documents
			(id, organisation, source, name, title, state, lang, added, label, item, identity, modified)
			VALUES ($1, $2, $3, $4, $5, 'waiting', '', $6, $7, $8, $9, $10)`)
		if err != nil {
			return err
		}
		defer insert.Close()
		for i, e := range items {
			if ids[i] = e.Document; e.Document != "" {
				if _, err := tx.ExecContext(ctx, `UPDATE memory_documents SET state = 'waiting', problem = NULL WHERE id = $1`, e.Document); err != nil {
					return err
				}
				continue
			}
			ids[i] = core.NewID(tx.Now)
			if _, err := insert.ExecContext(ctx, ids[i], source.Organisation, source.ID, e.Name, e.Title, sqldb.Millis(tx.Now),
				memory.Label(e.Title, e.Name), e.Item.Key, e.Item.Identity, nullTime(e.Item.Modified)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, told("note what a source holds", err)
	}
	return ids, nil
}

// Settle notes that a document is what its source has.
func (s *Store) Settle(ctx context.Context, document core.ID, item memory.SourceItem) error {
	return s.change(ctx, "note an unchanged document", `UPDATE memory_documents SET state = 'indexed', problem = NULL, fingerprint = $2, modified = $3
		WHERE id = $1`, document, item.Fingerprint, nullTime(item.Modified))
}

// Move gives a document the place of an item.
func (s *Store) Move(ctx context.Context, document, placeholder core.ID, name string, item memory.SourceItem) error {
	err := s.db.WithTx(ctx, func(tx *sqldb.Tx) error {
		if placeholder != "" {
			if _, err := tx.ExecContext(ctx, `DELETE FROM memory_documents WHERE id = $1
				AND NOT EXISTS (SELECT 1 FROM memory_versions WHERE document = $1)`, placeholder); err != nil {
				return err
			}
		}
		var title string
		if err := tx.QueryRowContext(ctx, `SELECT title FROM memory_documents WHERE id = $1`, document).Scan(&title); err != nil {
			if errors.Is(err, sql.ErrNoRows) {
				return nil // erased meanwhile
			}
			return err
		}
		_, err := tx.ExecContext(ctx, `UPDATE memory_documents SET name = $2, label = $3, item = $4, identity = $5, fingerprint = $6, modified = $7,
			state = CASE WHEN EXISTS (SELECT 1 FROM memory_versions WHERE document = $1) THEN 'indexed' ELSE state END
			WHERE id = $1`, document, name, memory.Label(title, name), item.Key, item.Identity, item.Fingerprint, nullTime(item.Modified))
		return err
	})
	if err != nil {
		return told("move a document", err)
	}
	return nil
}

// RemoveAll erases documents as Remove does; those that are gone already are passed over. Their source may
// bring them back: it is the source that let them go.
func (s *Store) RemoveAll(ctx context.Context, organisation core.ID, documents []core.ID) error {
	if err := s.removeAll(ctx, organisation, documents); err != nil {
		return err
	}
	return s.scrub(ctx)
}

func (s *Store) removeAll(ctx context.Context, organisation core.ID, documents []core.ID) error {
	err := s.db.WithTx(ctx, func(tx *sqldb.Tx) error {
		for _, id := range documents {
			if err := remove(ctx, tx, organisation, id); err != nil && !core.Is(err, core.NotFound) {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return told("remove documents", err)
	}
	return nil
}
