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

var _ memory.IntakeStore = (*Store)(nil)

// Enqueue notes a file that has reached the inbox.
func (s *Store) Enqueue(ctx context.Context, a memory.Arrival) (memory.Accepted, error) {
	var out memory.Accepted
	err := s.db.WithTx(ctx, func(tx *sqldb.Tx) (err error) {
		out, err = enqueue(ctx, tx, a)
		return err
	})
	if err != nil {
		return memory.Accepted{}, told("note a file that arrived", err)
	}
	return out, nil
}

func enqueue(ctx context.Context, tx *sqldb.Tx, a memory.Arrival) (out memory.Accepted, err error) {
	kind, column, value := memory.Files, "name", a.Name
	if a.Conversation != "" {
		kind, column, value = memory.Conversations, "item", string(a.Conversation)
	}
	source, err := ensureSource(ctx, tx, a.Organisation, kind)
	if err != nil {
		return out, err
	}
	var fileHash string // "" too when something of the file could not be read: it may be now
	err = tx.QueryRowContext(ctx, `SELECT d.id, d.ticket, COALESCE(v.hash, ''), CASE WHEN v.notice IS NULL THEN COALESCE(v.file_hash, '') ELSE '' END
		FROM memory_documents d
		LEFT JOIN memory_versions v ON v.document = d.id
			AND v.ordinal = (SELECT MAX(ordinal) FROM memory_versions WHERE document = d.id)
		WHERE d.organisation = $1 AND d.source = $2 AND d.`+column+` = $3`, a.Organisation, source, value).
		Scan(&out.Document, &out.Replaced, &out.Version, &fileHash)
	if errors.Is(err, sql.ErrNoRows) {
		out.Document = core.NewID(tx.Now)
		_, err = tx.ExecContext(ctx, `INSERT INTO memory_documents (id, organisation, source, name, title, state, lang, added, label, ticket, modified, item)
			VALUES ($1, $2, $3, $4, $5, 'waiting', '', $6, $7, $8, $9, $10)`, out.Document, a.Organisation, source, a.Name, a.Title,
			sqldb.Millis(tx.Now), memory.Label(a.Title, a.Name), a.Ticket, nullTime(a.Modified), a.Conversation)
		return out, err
	}
	if err != nil {
		return out, err
	}
	state, ticket := memory.Waiting, a.Ticket
	if out.Unchanged = fileHash == a.Hash; out.Unchanged {
		state, ticket = memory.Indexed, ""
	}
	_, err = tx.ExecContext(ctx, `UPDATE memory_documents SET state = $2, problem = NULL, ticket = $3, modified = $4, attempts = 0, name = $5
		WHERE id = $1`, out.Document, state, ticket, nullTime(a.Modified), a.Name)
	return out, err
}

const jobColumns = `SELECT d.id, d.organisation, d.name, d.state, d.problem, d.ticket, d.modified, d.attempts,
	COALESCE((SELECT v.hash FROM memory_versions v WHERE v.document = d.id ORDER BY v.ordinal DESC LIMIT 1), ''),
	(SELECT s.kind FROM memory_sources s WHERE s.id = d.source) FROM memory_documents d `

func scanJob(row interface{ Scan(dest ...any) error }) (memory.Job, error) {
	var j memory.Job
	var problem sql.NullString
	var modified sql.NullInt64
	err := row.Scan(&j.Document, &j.Organisation, &j.Name, &j.State, &problem, &j.Ticket, &modified, &j.Attempts, &j.Version, &j.Kind)
	if err != nil {
		return j, err
	}
	j.Modified = timeOf(modified)
	j.Problem, err = decodeProblem(problem)
	return j, err
}

// Job gives where a document stands.
func (s *Store) Job(ctx context.Context, organisation, document core.ID) (memory.Job, error) {
	j, err := scanJob(s.db.Reader().QueryRowContext(ctx, jobColumns+`WHERE d.organisation = $1 AND d.id = $2`, organisation, document))
	if errors.Is(err, sql.ErrNoRows) {
		return memory.Job{}, core.E(core.NotFound, "errors.memory_no_document", nil)
	}
	if err != nil {
		return memory.Job{}, told("read where a document stands", err)
	}
	return j, nil
}

// Waiting lists documents whose file waits.
func (s *Store) Waiting(ctx context.Context, after core.ID, limit int) ([]memory.Job, error) {
	out, err := list(ctx, s.db.Reader(), func(rows *sql.Rows) (memory.Job, error) { return scanJob(rows) },
		jobColumns+`WHERE d.ticket <> '' AND d.state = 'waiting' AND d.id > $1 ORDER BY d.id LIMIT $2`, after, limit)
	if err != nil {
		return nil, told("find files that wait", err)
	}
	return out, nil
}

// Attempt counts a reading.
func (s *Store) Attempt(ctx context.Context, document core.ID, change int) error {
	return s.change(ctx, "count a reading", `UPDATE memory_documents SET attempts = attempts + $2 WHERE id = $1`, document, change)
}

// change runs one statement in a transaction of its own.
func (s *Store) change(ctx context.Context, what, statement string, args ...any) error {
	err := s.db.WithTx(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.ExecContext(ctx, statement, args...)
		return err
	})
	if err != nil {
		return told(what, err)
	}
	return nil
}

// Refuse notes why a document's file could not be read.
func (s *Store) Refuse(ctx context.Context, r memory.Refusal) error {
	problem, err := encodeProblem(r.Problem)
	if err != nil {
		return fmt.Errorf("record a failure: %w", err)
	}
	return s.change(ctx, "record a failure", `UPDATE memory_documents SET state = 'failed', problem = $4, fingerprint = $5, attempts = 0
		WHERE id = $1 AND organisation = $2 AND ticket = $3`, r.Document, r.Organisation, r.Ticket, problem, r.Fingerprint)
}

// Retry makes failed documents wait again.
func (s *Store) Retry(ctx context.Context, organisation, document core.ID) (memory.Retried, error) {
	var out memory.Retried
	err := s.db.WithTx(ctx, func(tx *sqldb.Tx) error {
		sources := map[core.ID]bool{}
		type again struct{ source, ticket string }
		rows, err := list(ctx, tx, func(rows *sql.Rows) (a again, err error) { return a, rows.Scan(&a.source, &a.ticket) },
			`UPDATE memory_documents SET state = 'waiting', problem = NULL, fingerprint = '', attempts = 0
			WHERE organisation = $1 AND ($2 = '' OR id = $2) AND state = 'failed' AND (ticket <> '' OR item <> '')
			RETURNING source, ticket`, organisation, document)
		for _, a := range rows {
			if id := core.ID(a.source); a.ticket == "" && !sources[id] {
				sources[id] = true
				out.Sources = append(out.Sources, id)
			}
		}
		out.Documents = len(rows)
		return err
	})
	if err != nil {
		return memory.Retried{}, told("try documents again", err)
	}
	return out, nil
}

// Tickets lists the tickets that documents hold.
func (s *Store) Tickets(ctx context.Context) ([]string, error) {
	out, err := list(ctx, s.db.Reader(), func(rows *sql.Rows) (t string, err error) { return t, rows.Scan(&t) },
		`SELECT ticket FROM memory_documents WHERE ticket <> ''`)
	if err != nil {
		return nil, told("list the files that wait", err)
	}
	return out, nil
}
