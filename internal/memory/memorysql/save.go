package memorysql

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb"
)

// The one source of the first whole: files that people add.
const (
	sourceKind = "files"
	sourceName = ""
)

// Current finds the document of that name.
func (s *Store) Current(ctx context.Context, organisation core.ID, name string) (memory.Current, error) {
	c, err := current(ctx, s.db.Reader(), organisation, name)
	if err != nil {
		return c, fmt.Errorf("read the newest version of a document: %w", err)
	}
	return c, nil
}

func current(ctx context.Context, q querier, organisation core.ID, name string) (memory.Current, error) {
	var c memory.Current
	err := q.QueryRowContext(ctx, `SELECT d.id, d.state, COALESCE(v.hash, ''), COALESCE(v.file_hash, '')
		FROM memory_documents d JOIN memory_sources s ON s.id = d.source
		LEFT JOIN memory_versions v ON v.document = d.id
			AND v.ordinal = (SELECT MAX(ordinal) FROM memory_versions WHERE document = d.id)
		WHERE d.organisation = $1 AND d.name = $2 AND s.kind = $3 AND s.name = $4`,
		organisation, name, sourceKind, sourceName).Scan(&c.Document, &c.State, &c.Version, &c.FileHash)
	if errors.Is(err, sql.ErrNoRows) {
		return memory.Current{}, nil
	}
	return c, err
}

// Save writes a version with its passages in one transaction.
func (s *Store) Save(ctx context.Context, v memory.NewVersion) (memory.Saved, error) {
	var saved memory.Saved
	err := s.db.WithTx(ctx, func(tx *sqldb.Tx) (err error) {
		saved, err = save(ctx, tx, v)
		return err
	})
	if err != nil {
		return memory.Saved{}, told("save a version", err)
	}
	return saved, nil
}

func save(ctx context.Context, tx *sqldb.Tx, v memory.NewVersion) (memory.Saved, error) {
	if err := lockIndex(ctx, tx, v.Organisation); err != nil {
		return memory.Saved{}, err
	}
	id, err := placeVersion(ctx, tx, v)
	if err != nil {
		return memory.Saved{}, err
	}
	before, err := newest(ctx, tx, id)
	if err != nil {
		return memory.Saved{}, err
	}
	if before == v.Version.Hash {
		return memory.Saved{Document: id, Unchanged: true}, renotice(ctx, tx, id, v.Version.Notice)
	}
	if err := dropPassages(ctx, tx, v.Organisation, id); err != nil {
		return memory.Saved{}, err
	}
	version, err := insertVersion(ctx, tx, id, v)
	if err != nil {
		return memory.Saved{}, err
	}
	ids, err := insertPassages(ctx, tx, id, version, v)
	return memory.Saved{Document: id, Passages: ids}, err
}

// placeVersion marks the document of a version as indexed, making it when it is known by its name only.
func placeVersion(ctx context.Context, tx *sqldb.Tx, v memory.NewVersion) (core.ID, error) {
	if v.Document == "" {
		return upsertDocument(ctx, tx, v.Organisation, v.Version.Name, documentState{
			title: v.Version.Title, state: memory.Indexed, lang: v.Lang})
	}
	var id core.ID
	err := tx.QueryRowContext(ctx, `UPDATE memory_documents SET title = $3, lang = $4, label = $5, attempts = 0, fingerprint = $7,
		state = CASE WHEN ticket = '' OR ticket = $6 THEN 'indexed' ELSE state END,
		problem = CASE WHEN ticket = '' OR ticket = $6 THEN NULL ELSE problem END,
		ticket = CASE WHEN ticket = $6 THEN '' ELSE ticket END
		WHERE id = $1 AND organisation = $2 RETURNING id`, v.Document, v.Organisation, v.Version.Title, v.Lang,
		memory.Label(v.Version.Title, v.Version.Name), v.Ticket, v.Fingerprint).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		err = core.E(core.NotFound, "errors.memory_no_document", nil)
	}
	return id, err
}

// newest gives the hash of a document's newest version, "" when it has none.
func newest(ctx context.Context, q querier, document core.ID) (hash string, err error) {
	err = q.QueryRowContext(ctx, `SELECT hash FROM memory_versions WHERE document = $1 ORDER BY ordinal DESC LIMIT 1`, document).Scan(&hash)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return hash, err
}

// lockIndex makes the organisation's row of counts and holds it, so that two writers of one
// organisation follow each other on PostgreSQL too.
func lockIndex(ctx context.Context, tx *sqldb.Tx, organisation core.ID) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO memory_index (organisation, passages, terms, change, removal)
		VALUES ($1, 0, 0, 0, 0) ON CONFLICT (organisation) DO UPDATE SET passages = memory_index.passages`, organisation)
	return err
}

// documentState is what changes on a document's row.
type documentState struct {
	title   string // "" leaves it
	state   memory.State
	problem sql.NullString
	lang    core.Lang // "" leaves it
}

func upsertDocument(ctx context.Context, tx *sqldb.Tx, organisation core.ID, name string, d documentState) (core.ID, error) {
	source, err := ensureSource(ctx, tx, organisation, sourceKind)
	if err != nil {
		return "", err
	}
	var id core.ID
	err = tx.QueryRowContext(ctx, `INSERT INTO memory_documents (id, organisation, source, name, title, state, problem, lang, added, label)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		ON CONFLICT (organisation, source, name) DO UPDATE SET
			label = CASE WHEN excluded.title = '' THEN memory_documents.label ELSE excluded.label END,
			title = CASE WHEN excluded.title = '' THEN memory_documents.title ELSE excluded.title END,
			lang = CASE WHEN excluded.lang = '' THEN memory_documents.lang ELSE excluded.lang END,
			state = excluded.state, problem = excluded.problem
		RETURNING id`,
		core.NewID(tx.Now), organisation, source, name, d.title, d.state, d.problem, d.lang, sqldb.Millis(tx.Now), memory.Label(d.title, name)).Scan(&id)
	return id, err
}

// ensureSource gives the source of what people add by hand, or of the conversations that they save.
func ensureSource(ctx context.Context, tx *sqldb.Tx, organisation core.ID, kind memory.SourceKind) (core.ID, error) {
	var id core.ID
	err := tx.QueryRowContext(ctx, `INSERT INTO memory_sources (id, organisation, kind, name, added) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (organisation, kind, name) DO UPDATE SET added = memory_sources.added RETURNING id`,
		core.NewID(tx.Now), organisation, kind, sourceName, sqldb.Millis(tx.Now)).Scan(&id)
	return id, err
}

func insertVersion(ctx context.Context, tx *sqldb.Tx, document core.ID, v memory.NewVersion) (int64, error) {
	marks, err := encodeMarks(v.Version.Marks)
	if err != nil {
		return 0, err
	}
	notice, err := encodeProblem(v.Version.Notice)
	if err != nil {
		return 0, err
	}
	var id int64
	err = tx.QueryRowContext(ctx, `INSERT INTO memory_versions
		(organisation, document, ordinal, hash, file_hash, media, title, text, marks, pages, seen, dated, notice)
		VALUES ($1, $2, (SELECT COALESCE(MAX(ordinal), 0) + 1 FROM memory_versions WHERE document = $2),
			$3, $4, $5, $6, $7, $8, $9, $10, $11, $12) RETURNING id`,
		v.Organisation, document, v.Version.Hash, v.Version.FileHash, v.Version.Media, v.Version.Title,
		[]byte(v.Version.Text), marks, v.Pages, sqldb.Millis(tx.Now), nullTime(v.Version.Dated), notice).Scan(&id)
	return id, err
}

// renotice notes what could not be read of a file that says the same as before: a part that is missing now may have been
// read then, or the other way round.
func renotice(ctx context.Context, tx *sqldb.Tx, document core.ID, notice *core.Error) error {
	text, err := encodeProblem(notice)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `UPDATE memory_versions SET notice = $2 WHERE document = $1
		AND ordinal = (SELECT MAX(ordinal) FROM memory_versions WHERE document = $1)`, document, text)
	return err
}

func insertPassages(ctx context.Context, tx *sqldb.Tx, document core.ID, version int64, v memory.NewVersion) ([]int64, error) {
	insert, err := tx.PrepareContext(ctx, `INSERT INTO memory_passages
		(organisation, document, version, start_byte, end_byte, context, marks, sentences, header, body)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id`)
	if err != nil {
		return nil, err
	}
	defer insert.Close()
	ids := make([]int64, len(v.Passages))
	for i, p := range v.Passages {
		marks, err := encodeMarks(p.Marks)
		if err != nil {
			return nil, err
		}
		err = insert.QueryRowContext(ctx, v.Organisation, document, version, p.Start, p.End, p.Context, marks,
			encodeSentences(p.Start, p.Sentences), p.Header, p.Body).Scan(&ids[i])
		if err != nil {
			return nil, err
		}
	}
	if err := index(ctx, tx, version); err != nil {
		return nil, err
	}
	return ids, count(ctx, tx, v.Organisation, v.Passages, 1)
}

// Fail records why a file could not be read.
func (s *Store) Fail(ctx context.Context, organisation core.ID, name string, why *core.Error) (core.ID, error) {
	p, err := encodeProblem(why)
	if err != nil {
		return "", fmt.Errorf("record a failure: %w", err)
	}
	var id core.ID
	err = s.db.WithTx(ctx, func(tx *sqldb.Tx) (err error) {
		id, err = upsertDocument(ctx, tx, organisation, name, documentState{state: memory.Failed, problem: p})
		return err
	})
	if err != nil {
		return "", told("record a failure", err)
	}
	return id, nil
}

// Remove erases a document and everything drawn from it. Its source will not bring it back.
func (s *Store) Remove(ctx context.Context, organisation, document core.ID) error {
	err := s.db.WithTx(ctx, func(tx *sqldb.Tx) error {
		if err := markErased(ctx, tx, organisation, document); err != nil {
			return err
		}
		return remove(ctx, tx, organisation, document)
	})
	if err != nil {
		return told("remove a document", err)
	}
	return s.scrub(ctx)
}

func remove(ctx context.Context, tx *sqldb.Tx, organisation, document core.ID) error {
	var found int
	if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM memory_documents WHERE organisation = $1 AND id = $2`,
		organisation, document).Scan(&found); err != nil {
		return err
	}
	if found == 0 {
		return core.E(core.NotFound, "errors.memory_no_document", nil)
	}
	if err := lockIndex(ctx, tx, organisation); err != nil {
		return err
	}
	if err := dropPassages(ctx, tx, organisation, document); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM memory_versions WHERE document = $1`, document); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `DELETE FROM memory_documents WHERE id = $1`, document)
	return err
}

// scrub takes what was deleted out of the journal, and on PostgreSQL frees its pages.
func (s *Store) scrub(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer cancel()
	if s.db.Dialect == sqldb.SQLite {
		return s.db.Checkpoint(ctx)
	}
	for _, table := range []string{"memory_passages", "memory_versions", "memory_vectors", "memory_documents", "memory_terms", "memory_questions", "memory_feedback"} {
		if _, err := s.db.Reader().ExecContext(ctx, "VACUUM "+table); err != nil {
			return fmt.Errorf("vacuum after removing a document: %w", err)
		}
	}
	return nil
}
