package memorysql

import (
	"context"
	"database/sql"
	"fmt"
	"sort"
	"strings"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb"
)

// index puts the passages of a version into SQLite's full text index. On PostgreSQL a generated
// column is the index.
func index(ctx context.Context, tx *sqldb.Tx, version int64) error {
	if tx.Dialect != sqldb.SQLite {
		return nil
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO memory_fts (rowid, organisation, header, body)
		SELECT id, organisation, header, body FROM memory_passages WHERE version = $1`, version)
	return err
}

// dropPassages takes a document's passages out of every index and counts the removal.
func dropPassages(ctx context.Context, tx *sqldb.Tx, organisation, document core.ID) error {
	gone, err := list(ctx, tx, scanShadow, `SELECT header, body FROM memory_passages WHERE document = $1`, document)
	if err != nil || len(gone) == 0 {
		return err
	}
	statements := []string{
		`DELETE FROM memory_vectors WHERE passage IN (SELECT id FROM memory_passages WHERE document = $1)`,
		`DELETE FROM memory_passages WHERE document = $1`,
	}
	if tx.Dialect == sqldb.SQLite {
		statements = append([]string{`INSERT INTO memory_fts (memory_fts, rowid, organisation, header, body)
			SELECT 'delete', id, organisation, header, body FROM memory_passages WHERE document = $1`}, statements...)
	}
	for _, s := range statements {
		if _, err := tx.ExecContext(ctx, s, document); err != nil {
			return err
		}
	}
	if _, err := tx.ExecContext(ctx, `UPDATE memory_index SET change = change + 1, removal = change + 1
		WHERE organisation = $1`, organisation); err != nil {
		return err
	}
	return count(ctx, tx, organisation, gone, -1)
}

func scanShadow(rows *sql.Rows) (p memory.NewPassage, err error) {
	return p, rows.Scan(&p.Header, &p.Body)
}

// count adds passages to the organisation's statistics, or with sign -1 takes them away.
func count(ctx context.Context, tx *sqldb.Tx, organisation core.ID, passages []memory.NewPassage, sign int) error {
	frequency := map[string]int{}
	terms := 0
	for _, p := range passages {
		seen := map[string]bool{}
		for term := range strings.FieldsSeq(p.Header + " " + p.Body) {
			terms++
			if !seen[term] {
				seen[term] = true
				frequency[term]++
			}
		}
	}
	if _, err := tx.ExecContext(ctx, `UPDATE memory_index SET passages = passages + $2, terms = terms + $3
		WHERE organisation = $1`, organisation, sign*len(passages), sign*terms); err != nil {
		return err
	}
	if err := countTerms(ctx, tx, organisation, frequency, sign); err != nil || sign > 0 {
		return err
	}
	_, err := tx.ExecContext(ctx, `DELETE FROM memory_terms WHERE organisation = $1 AND passages <= 0`, organisation)
	return err
}

// countTerms adds in groups, in the order of terms, so that writers never wait on each other in a ring.
func countTerms(ctx context.Context, tx *sqldb.Tx, organisation core.ID, frequency map[string]int, sign int) error {
	terms := make([]string, 0, len(frequency))
	for t := range frequency {
		terms = append(terms, t)
	}
	sort.Strings(terms)
	const group = 200
	for len(terms) > 0 {
		n := min(group, len(terms))
		args := []any{organisation}
		var values []string
		for _, t := range terms[:n] {
			values = append(values, fmt.Sprintf("($1, $%d, $%d)", len(args)+1, len(args)+2))
			args = append(args, t, sign*frequency[t])
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO memory_terms (organisation, term, passages) VALUES `+
			strings.Join(values, ", ")+` ON CONFLICT (organisation, term)
			DO UPDATE SET passages = memory_terms.passages + excluded.passages`, args...); err != nil {
			return err
		}
		terms = terms[n:]
	}
	return nil
}
