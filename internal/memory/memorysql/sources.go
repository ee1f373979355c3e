package memorysql

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb"
)

var _ memory.SourceStore = (*Store)(nil)

// storedRun is a run as its column holds it; instants have columns of their own.
type storedRun struct {
	Listed   int             `json:"listed"`
	LeftOut  int             `json:"left_out"`
	Erased   int             `json:"erased"`
	Total    int             `json:"total"`
	Done     int             `json:"done"`
	Added    int             `json:"added"`
	Changed  int             `json:"changed"`
	Renamed  int             `json:"renamed"`
	Removed  int             `json:"removed"`
	Failed   int             `json:"failed"`
	Held     int             `json:"held"`
	Problem  *problem        `json:"problem,omitempty"`
	Problems []storedTrouble `json:"problems,omitempty"`
}

type storedTrouble struct {
	Name    string   `json:"name"`
	Problem *problem `json:"problem"`
}

func encodeRun(r memory.Run) (string, error) {
	s := storedRun{r.Listed, r.LeftOut, r.Erased, r.Total, r.Done, r.Added, r.Changed, r.Renamed, r.Removed, r.Failed, r.Held, shed(r.Problem), nil}
	for _, p := range r.Problems {
		s.Problems = append(s.Problems, storedTrouble{p.Name, shed(p.Problem)})
	}
	out, err := json.Marshal(s)
	return string(out), err
}

func decodeRun(text string) (memory.Run, error) {
	var s storedRun
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		return memory.Run{}, err
	}
	r := memory.Run{Listed: s.Listed, LeftOut: s.LeftOut, Erased: s.Erased, Total: s.Total, Done: s.Done, Added: s.Added,
		Changed: s.Changed, Renamed: s.Renamed, Removed: s.Removed, Failed: s.Failed, Held: s.Held, Problem: s.Problem.error()}
	for _, p := range s.Problems {
		r.Problems = append(r.Problems, memory.ItemProblem{Name: p.Name, Problem: p.Problem.error()})
	}
	return r, nil
}

// AddSource keeps a new source.
func (s *Store) AddSource(ctx context.Context, source memory.Source) error {
	settings, err := json.Marshal(source.Settings)
	if err != nil {
		return err
	}
	err = s.db.WithTx(ctx, func(tx *sqldb.Tx) error {
		done, err := tx.ExecContext(ctx, `INSERT INTO memory_sources (id, organisation, kind, name, added, settings, every, paused, due)
			SELECT CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS TEXT), CAST($4 AS TEXT), $5, CAST($6 AS TEXT), $7, $8, $9
			WHERE NOT EXISTS (SELECT 1 FROM memory_sources WHERE organisation = $2 AND lower(name) = lower($4))
			ON CONFLICT DO NOTHING`, source.ID, source.Organisation, source.Kind, source.Name, sqldb.Millis(source.Added),
			string(settings), source.Every.Milliseconds(), truth(source.Paused), nullTime(source.Due))
		if err != nil {
			return err
		}
		if n, err := done.RowsAffected(); err != nil || n == 0 {
			return core.E(core.Conflict, "errors.source_name_taken", nil)
		}
		return nil
	})
	if err != nil {
		return told("keep a source", err)
	}
	return nil
}

func truth(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Sources lists sources by name.
func (s *Store) Sources(ctx context.Context, organisation core.ID) ([]memory.Source, error) {
	out, err := list(ctx, s.db.Reader(), scanSource, `SELECT id, organisation, kind, name, added, settings, every, paused, due, started, ended, report
		FROM memory_sources WHERE ($1 = '' OR organisation = $1) AND kind NOT IN ($2, $3) ORDER BY name, id`,
		organisation, memory.Files, memory.Conversations)
	if err != nil {
		return nil, told("list sources", err)
	}
	return out, nil
}

func scanSource(rows *sql.Rows) (memory.Source, error) {
	var s memory.Source
	var added, every, paused int64
	var due, started, ended sql.NullInt64
	var settings string
	var report sql.NullString
	err := rows.Scan(&s.ID, &s.Organisation, &s.Kind, &s.Name, &added, &settings, &every, &paused, &due, &started, &ended, &report)
	if err != nil {
		return s, err
	}
	if err := json.Unmarshal([]byte(settings), &s.Settings); err != nil {
		return s, fmt.Errorf("settings of a source: %w", err)
	}
	if report.Valid {
		if s.Last, err = decodeRun(report.String); err != nil {
			return s, fmt.Errorf("last run of a source: %w", err)
		}
	}
	s.Added, s.Every, s.Paused, s.Due = sqldb.Time(added), time.Duration(every)*time.Millisecond, paused != 0, timeOf(due)
	s.Last.Started, s.Last.Ended = timeOf(started), timeOf(ended)
	return s, nil
}

// ChangeSource replaces what somebody may change.
func (s *Store) ChangeSource(ctx context.Context, source memory.Source) error {
	settings, err := json.Marshal(source.Settings)
	if err != nil {
		return err
	}
	return s.change(ctx, "change a source", `UPDATE memory_sources SET settings = $3, every = $4, paused = $5, due = $6
		WHERE id = $1 AND organisation = $2`, source.ID, source.Organisation, string(settings),
		source.Every.Milliseconds(), truth(source.Paused), nullTime(source.Due))
}

// KeepRun notes how a run stands.
func (s *Store) KeepRun(ctx context.Context, source core.ID, run memory.Run, due time.Time) error {
	report, err := encodeRun(run)
	if err != nil {
		return err
	}
	return s.change(ctx, "note a run", `UPDATE memory_sources SET started = $2, ended = $3, report = $4, due = $5 WHERE id = $1`,
		source, nullTime(run.Started), nullTime(run.Ended), report, nullTime(due))
}

// RemoveSource forgets a source, and erases its documents or keeps them.
func (s *Store) RemoveSource(ctx context.Context, organisation, source core.ID, keepDocuments bool) error {
	if keepDocuments {
		if err := s.adopt(ctx, organisation, source); err != nil {
			return err
		}
	}
	for {
		ids, err := list(ctx, s.db.Reader(), scanID, `SELECT id FROM memory_documents WHERE organisation = $1 AND source = $2 LIMIT 200`, organisation, source)
		if err != nil {
			return told("list a source's documents", err)
		}
		if len(ids) == 0 {
			break
		}
		if err := s.removeAll(ctx, organisation, ids); err != nil {
			return err
		}
	}
	err := s.db.WithTx(ctx, func(tx *sqldb.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM memory_erased WHERE source = $1`, source); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `DELETE FROM memory_sources WHERE organisation = $1 AND id = $2`, organisation, source)
		return err
	})
	if err != nil {
		return told("remove a source", err)
	}
	return s.scrub(ctx)
}

func scanID(rows *sql.Rows) (id core.ID, err error) { return id, rows.Scan(&id) }

// adopt makes a source's documents that can be read files that somebody added. One whose name is taken
// there keeps its own beside it.
func (s *Store) adopt(ctx context.Context, organisation, source core.ID) error {
	err := s.db.WithTx(ctx, func(tx *sqldb.Tx) error {
		files, err := ensureSource(ctx, tx, organisation, sourceKind)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE memory_documents SET source = $3, item = '', identity = '', fingerprint = '', state = 'indexed', problem = NULL,
			name = CASE WHEN EXISTS (SELECT 1 FROM memory_documents o WHERE o.organisation = $1 AND o.source = $3 AND o.name = memory_documents.name)
				THEN name || ' ~' || substr(id, 19) ELSE name END
			WHERE organisation = $1 AND source = $2 AND EXISTS (SELECT 1 FROM memory_versions v WHERE v.document = memory_documents.id)`,
			organisation, source, files)
		return err
	})
	if err != nil {
		return told("keep a source's documents", err)
	}
	return nil
}
