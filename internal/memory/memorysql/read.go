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

// Documents lists an organisation's documents by name.
func (s *Store) Documents(ctx context.Context, organisation core.ID, model string) ([]memory.Document, error) {
	out, err := list(ctx, s.db.Reader(), scanDocument, `SELECT d.id, d.organisation, d.name, d.title, d.state, d.problem, d.lang, d.added,
		COALESCE(v.hash, ''), v.dated, COALESCE(v.pages, 0),
		(SELECT COUNT(*) FROM memory_passages p WHERE p.document = d.id),
		(SELECT COUNT(*) FROM memory_passages p JOIN memory_vectors e ON e.passage = p.id AND e.model = $2 WHERE p.document = d.id)
		FROM memory_documents d
		LEFT JOIN memory_versions v ON v.document = d.id
			AND v.ordinal = (SELECT MAX(ordinal) FROM memory_versions WHERE document = d.id)
		WHERE d.organisation = $1 ORDER BY d.name`, organisation, model)
	if err != nil {
		return nil, fmt.Errorf("list documents: %w", err)
	}
	return out, nil
}

func scanDocument(rows *sql.Rows) (memory.Document, error) {
	var d memory.Document
	var problem sql.NullString
	var added int64
	var dated sql.NullInt64
	var vectors int
	err := rows.Scan(&d.ID, &d.Organisation, &d.Name, &d.Title, &d.State, &problem, &d.Lang, &added,
		&d.Version, &dated, &d.Pages, &d.Passages, &vectors)
	if err != nil {
		return d, err
	}
	d.Added, d.Dated = sqldb.Time(added), timeOf(dated)
	d.Vectors = d.Passages > 0 && vectors == d.Passages
	d.Problem, err = decodeProblem(problem)
	return d, err
}

// Version finds a version by its hash. Of several with the same text the one seen last.
func (s *Store) Version(ctx context.Context, organisation core.ID, hash string) (memory.Version, error) {
	var v memory.Version
	var text []byte
	var marks string
	var seen int64
	var dated sql.NullInt64
	var notice sql.NullString
	err := s.db.Reader().QueryRowContext(ctx, `SELECT v.hash, v.document, d.name, v.title, v.text, v.marks, v.seen, v.dated,
		v.file_hash, v.media, COALESCE(n.hash, ''), v.notice
		FROM memory_versions v JOIN memory_documents d ON d.id = v.document
		LEFT JOIN memory_versions n ON n.document = v.document AND n.ordinal = v.ordinal + 1
		WHERE v.organisation = $1 AND v.hash = $2 ORDER BY v.id DESC LIMIT 1`, organisation, hash).
		Scan(&v.Hash, &v.Document, &v.Name, &v.Title, &text, &marks, &seen, &dated, &v.FileHash, &v.Media, &v.Newer, &notice)
	if errors.Is(err, sql.ErrNoRows) {
		return memory.Version{}, core.E(core.NotFound, "errors.memory_no_version", nil)
	}
	if err != nil {
		return memory.Version{}, fmt.Errorf("read a version: %w", err)
	}
	v.Text, v.Seen, v.Dated = string(text), sqldb.Time(seen), timeOf(dated)
	if v.Marks, err = decodeMarks(marks); err == nil {
		v.Notice, err = decodeProblem(notice)
	}
	return v, err
}

// Editions lists every version, without its text.
func (s *Store) Editions(ctx context.Context, organisation core.ID) ([]memory.Edition, error) {
	out, err := list(ctx, s.db.Reader(), func(rows *sql.Rows) (memory.Edition, error) {
		var e memory.Edition
		var dated sql.NullInt64
		var seen int64
		var newest int
		err := rows.Scan(&e.Document, &e.Name, &e.Title, &e.Version, &e.Media, &e.Source, &dated, &seen, &newest)
		e.Dated, e.Seen, e.Newest = timeOf(dated), sqldb.Time(seen), newest == 0
		return e, err
	}, `SELECT v.document, d.name, v.title, v.hash, v.media, s.kind, v.dated, v.seen,
		(SELECT COUNT(*) FROM memory_versions n WHERE n.document = v.document AND n.ordinal > v.ordinal)
		FROM memory_versions v JOIN memory_documents d ON d.id = v.document JOIN memory_sources s ON s.id = d.source
		WHERE v.organisation = $1 ORDER BY v.id`, organisation)
	if err != nil {
		return nil, fmt.Errorf("list editions: %w", err)
	}
	return out, nil
}
