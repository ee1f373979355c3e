package memorysql

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb"
)

// Page lists documents, sorted by title. Only the rows of the page are counted and joined.
func (s *Store) Page(ctx context.Context, f memory.Filter, model string) (memory.Page, error) {
	where, args := conditions(f)
	var page memory.Page
	if err := s.db.Reader().QueryRowContext(ctx, `SELECT COUNT(*) FROM memory_documents d WHERE `+where, args...).Scan(&page.Total); err != nil {
		return memory.Page{}, told("count documents", err)
	}
	n := len(args)
	args = append(args, model, f.Limit, f.Offset)
	var err error
	page.Entries, err = list(ctx, s.db.Reader(), scanEntry, fmt.Sprintf(`SELECT d.id, d.organisation, d.name, d.title, d.state, d.problem, d.lang, d.added,
		COALESCE(v.hash, ''), v.dated, COALESCE(v.pages, 0),
		(SELECT COUNT(*) FROM memory_passages p WHERE p.document = d.id),
		(SELECT COUNT(*) FROM memory_passages p JOIN memory_vectors e ON e.passage = p.id AND e.model = $%d WHERE p.document = d.id),
		s.id, s.kind, s.name, d.ticket <> '', v.notice
		FROM (SELECT * FROM memory_documents d WHERE %s ORDER BY d.label, d.id LIMIT $%d OFFSET $%d) d
		JOIN memory_sources s ON s.id = d.source
		LEFT JOIN memory_versions v ON v.document = d.id
			AND v.ordinal = (SELECT MAX(ordinal) FROM memory_versions WHERE document = d.id)
		ORDER BY d.label, d.id`, n+1, where, n+2, n+3), args...)
	if err != nil {
		return memory.Page{}, told("list documents", err)
	}
	return page, nil
}

// conditions writes the filter.
func conditions(f memory.Filter) (where string, args []any) {
	all := []string{"d.organisation = $1"}
	args = []any{f.Organisation}
	and := func(condition string, value any) {
		args = append(args, value)
		all = append(all, fmt.Sprintf(condition, len(args)))
	}
	if f.Document != "" {
		and("d.id = $%d", f.Document)
	}
	if f.Name != "" {
		and("d.name = $%d", f.Name)
	}
	if f.Conversation != "" {
		and("d.item = $%d AND d.source IN (SELECT id FROM memory_sources WHERE organisation = d.organisation AND kind = 'conversations')", f.Conversation)
	}
	if f.Noticed {
		all = append(all, noticed)
	}
	if f.Source != "" {
		and("d.source = $%d", f.Source)
	}
	if f.State != "" {
		and("d.state = $%d", f.State)
	}
	for word := range strings.FieldsSeq(memory.Fold(f.Text)) {
		and(`d.label LIKE $%d ESCAPE '\'`, "%"+strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(word)+"%")
	}
	return strings.Join(all, " AND "), args
}

// noticed chooses documents of whose newest version something could not be read.
const noticed = `EXISTS (SELECT 1 FROM memory_versions v WHERE v.document = d.id AND v.notice IS NOT NULL
	AND v.ordinal = (SELECT MAX(ordinal) FROM memory_versions WHERE document = d.id))`

func scanEntry(rows *sql.Rows) (memory.Entry, error) {
	var e memory.Entry
	var problem, notice sql.NullString
	var added int64
	var dated sql.NullInt64
	err := rows.Scan(&e.ID, &e.Organisation, &e.Name, &e.Title, &e.State, &problem, &e.Lang, &added,
		&e.Version, &dated, &e.Pages, &e.Passages, &e.Embedded, &e.Source, &e.Kind, &e.From, &e.Kept, &notice)
	if err != nil {
		return e, err
	}
	e.Added, e.Dated = sqldb.Time(added), timeOf(dated)
	e.Vectors = e.Passages > 0 && e.Embedded == e.Passages
	if e.Problem, err = decodeProblem(problem); err == nil {
		e.Notice, err = decodeProblem(notice)
	}
	return e, err
}

// Tally counts an organisation's documents, passages and vectors.
func (s *Store) Tally(ctx context.Context, organisation core.ID, model string) (memory.Tally, error) {
	out := memory.Tally{States: map[memory.State]int{}}
	q := s.db.Reader()
	_, err := list(ctx, q, func(rows *sql.Rows) (struct{}, error) {
		var state memory.State
		var n int
		err := rows.Scan(&state, &n)
		out.States[state] = n
		return struct{}{}, err
	}, `SELECT state, COUNT(*) FROM memory_documents WHERE organisation = $1 GROUP BY state`, organisation)
	if err == nil {
		err = q.QueryRowContext(ctx, `SELECT (SELECT COALESCE(SUM(passages), 0) FROM memory_index WHERE organisation = $1),
			(SELECT COUNT(*) FROM memory_vectors WHERE organisation = $1 AND model = $2),
			(SELECT COUNT(*) FROM memory_documents d WHERE d.organisation = $1 AND `+noticed+`)`, organisation, model).Scan(&out.Passages, &out.Embedded, &out.Noticed)
	}
	if err != nil {
		return memory.Tally{}, told("count the memory", err)
	}
	return out, nil
}
