package memorysql

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb"
)

// Revision tells whether the organisation's passages or their vectors changed.
func (s *Store) Revision(ctx context.Context, organisation core.ID) (memory.Revision, error) {
	var r memory.Revision
	err := s.db.Reader().QueryRowContext(ctx, `SELECT change, removal, passages, terms FROM memory_index WHERE organisation = $1`,
		organisation).Scan(&r.Change, &r.Removal, &r.Passages, &r.Terms)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return r, fmt.Errorf("read the index revision: %w", err)
	}
	return r, nil
}

// Vectors streams the vectors of a model written after a revision.
func (s *Store) Vectors(ctx context.Context, organisation core.ID, model string, after int64, each func(id int64, vector []float32) error) error {
	rows, err := s.db.Reader().QueryContext(ctx, `SELECT passage, whole FROM memory_vectors
		WHERE organisation = $1 AND model = $2 AND change > $3 ORDER BY passage`, organisation, model, after)
	if err != nil {
		return fmt.Errorf("read vectors: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var whole []byte
		if err := rows.Scan(&id, &whole); err != nil {
			return fmt.Errorf("read vectors: %w", err)
		}
		vector, err := decodeFloats(whole)
		if err != nil {
			return err
		}
		if err := each(id, vector); err != nil {
			return err
		}
	}
	return rows.Err()
}

// Unembedded gives passages without a vector of the model, oldest first.
func (s *Store) Unembedded(ctx context.Context, model string, after int64, limit int) ([]memory.Unembedded, error) {
	out, err := list(ctx, s.db.Reader(), func(rows *sql.Rows) (memory.Unembedded, error) {
		var u memory.Unembedded
		var sentences, text []byte
		err := rows.Scan(&u.ID, &u.Organisation, &u.Start, &u.End, &u.Context, &sentences, &text)
		if err != nil {
			return u, err
		}
		u.Text = string(text)
		u.Sentences, err = decodeSentences(u.Start, sentences)
		return u, err
	}, `SELECT p.id, p.organisation, p.start_byte, p.end_byte, p.context, p.sentences,
		substr(v.text, CAST(p.start_byte + 1 AS INTEGER), CAST(p.end_byte - p.start_byte AS INTEGER))
		FROM memory_passages p JOIN memory_versions v ON v.id = p.version
		WHERE p.id > $1 AND NOT EXISTS (SELECT 1 FROM memory_vectors e WHERE e.passage = p.id AND e.model = $2)
		ORDER BY p.id LIMIT $3`, after, model, limit)
	if err != nil {
		return nil, fmt.Errorf("find passages without vectors: %w", err)
	}
	return out, nil
}

// PutVectors keeps vectors beside the model that made them.
func (s *Store) PutVectors(ctx context.Context, organisation core.ID, model string, vectors []memory.PassageVectors) error {
	err := s.db.WithTx(ctx, func(tx *sqldb.Tx) error {
		if err := lockIndex(ctx, tx, organisation); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE memory_index SET change = change + 1 WHERE organisation = $1`, organisation); err != nil {
			return err
		}
		for _, v := range vectors {
			if _, err := tx.ExecContext(ctx, `INSERT INTO memory_vectors (passage, organisation, model, change, whole, sentences)
				SELECT p.id, p.organisation, CAST($3 AS TEXT), i.change, $4, $5
				FROM memory_passages p JOIN memory_index i ON i.organisation = p.organisation
				WHERE p.id = $1 AND p.organisation = $2
				ON CONFLICT (passage) DO UPDATE SET model = excluded.model, change = excluded.change,
					whole = excluded.whole, sentences = excluded.sentences`,
				v.ID, organisation, model, encodeFloats(v.Whole), encodeSmall(v.Sentences)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("keep vectors: %w", err)
	}
	return nil
}
