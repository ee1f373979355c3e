package memorysql

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb"
)

// placeholders writes « $n, $n+1, … » for count arguments.
func placeholders(from, count int) string {
	out := make([]string, count)
	for i := range out {
		out[i] = fmt.Sprintf("$%d", from+i)
	}
	return strings.Join(out, ", ")
}

// Statistics counts what BM25 needs.
func (s *Store) Statistics(ctx context.Context, organisation core.ID, terms []string) (memory.Statistics, error) {
	out := memory.Statistics{Frequency: map[string]int{}}
	q := s.db.Reader()
	err := q.QueryRowContext(ctx, `SELECT passages, terms FROM memory_index WHERE organisation = $1`, organisation).
		Scan(&out.Passages, &out.Terms)
	if errors.Is(err, sql.ErrNoRows) || (err == nil && len(terms) == 0) {
		return out, nil
	}
	if err != nil {
		return out, fmt.Errorf("read search statistics: %w", err)
	}
	args := []any{organisation}
	for _, t := range terms {
		args = append(args, t)
	}
	_, err = list(ctx, q, func(rows *sql.Rows) (struct{}, error) {
		var term string
		var n int
		err := rows.Scan(&term, &n)
		out.Frequency[term] = n
		return struct{}{}, err
	}, `SELECT term, passages FROM memory_terms WHERE organisation = $1 AND term IN (`+placeholders(2, len(terms))+`)`, args...)
	if err != nil {
		return out, fmt.Errorf("read search statistics: %w", err)
	}
	return out, nil
}

// Vocabulary lists terms that begin with a prefix.
func (s *Store) Vocabulary(ctx context.Context, organisation core.ID, prefix string, limit int) ([]string, error) {
	out, err := list(ctx, s.db.Reader(), func(rows *sql.Rows) (term string, err error) { return term, rows.Scan(&term) },
		`SELECT term FROM memory_terms WHERE organisation = $1 AND term >= $2 AND term < $3 AND term LIKE $4
		ORDER BY passages DESC, term LIMIT $5`, organisation, prefix, prefix+"zzzz", prefix+"%", limit)
	if err != nil {
		return nil, fmt.Errorf("read the vocabulary: %w", err)
	}
	return out, nil
}

// Candidates gives the passages that hold at least one term.
func (s *Store) Candidates(ctx context.Context, organisation core.ID, terms []memory.WeightedTerm, among []core.ID, limit int) ([]memory.Candidate, error) {
	if len(terms) == 0 {
		return nil, nil
	}
	query, args := candidatesSQLite(organisation, terms, among, limit)
	if s.db.Dialect == sqldb.Postgres {
		query, args = candidatesPostgres(organisation, terms, among, limit)
	}
	out, err := list(ctx, s.db.Reader(), scanCandidate, query, args...)
	if err != nil {
		return nil, fmt.Errorf("full text search: %w", err)
	}
	return out, nil
}

func scanCandidate(rows *sql.Rows) (c memory.Candidate, err error) {
	return c, rows.Scan(&c.ID, &c.Header, &c.Body)
}

// Shadows gives passages with an id above after. Writers of one organisation follow each other and ids only grow, so that none
// comes to stand below one that was read.
func (s *Store) Shadows(ctx context.Context, organisation core.ID, after int64, limit int) ([]memory.Candidate, error) {
	out, err := list(ctx, s.db.Reader(), scanCandidate, `SELECT id, header, body FROM memory_passages
		WHERE organisation = $1 AND id > $2 ORDER BY id LIMIT $3`, organisation, after, limit)
	if err != nil {
		return nil, fmt.Errorf("read terms of passages: %w", err)
	}
	return out, nil
}

// Living tells which passages are there.
func (s *Store) Living(ctx context.Context, organisation core.ID, ids []int64) ([]int64, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	args := []any{organisation}
	for _, id := range ids {
		args = append(args, id)
	}
	out, err := list(ctx, s.db.Reader(), scanPassageID,
		`SELECT id FROM memory_passages WHERE organisation = $1 AND id IN (`+placeholders(2, len(ids))+`)`, args...)
	if err != nil {
		return nil, fmt.Errorf("look for passages: %w", err)
	}
	return out, nil
}

func scanPassageID(rows *sql.Rows) (id int64, err error) { return id, rows.Scan(&id) }

// candidatesSQLite sieves by FTS5's own BM25 inside the organisation's rows.
func candidatesSQLite(organisation core.ID, terms []memory.WeightedTerm, among []core.ID, limit int) (string, []any) {
	quoted := make([]string, len(terms))
	for i, t := range terms {
		quoted[i] = quoteFTS(t.Term)
	}
	match := `organisation : ` + quoteFTS(string(organisation)) + ` AND {header body} : (` + strings.Join(quoted, " OR ") + `)`
	args := []any{match, limit, organisation}
	filter, args := amongDocuments(among, "rowid IN (SELECT id FROM memory_passages WHERE document IN (%s))", args)
	return `SELECT p.id, p.header, p.body
		FROM (SELECT rowid AS id FROM memory_fts WHERE memory_fts MATCH $1` + filter + ` ORDER BY rank LIMIT $2) f
		JOIN memory_passages p ON p.id = f.id
		WHERE p.organisation = $3`, args
}

// amongDocuments adds a condition on documents, when there is one: it narrows before the best are chosen.
func amongDocuments(among []core.ID, condition string, args []any) (string, []any) {
	if among == nil {
		return "", args
	}
	filter := fmt.Sprintf(" AND "+condition, placeholders(len(args)+1, len(among)))
	for _, id := range among {
		args = append(args, id)
	}
	return filter, args
}

// PassagesOf lists the passages of documents.
func (s *Store) PassagesOf(ctx context.Context, organisation core.ID, documents []core.ID) ([]int64, error) {
	var out []int64
	for len(documents) > 0 {
		n := min(len(documents), 500)
		filter, args := amongDocuments(documents[:n], "document IN (%s)", []any{organisation})
		ids, err := list(ctx, s.db.Reader(), scanPassageID, `SELECT id FROM memory_passages WHERE organisation = $1`+filter, args...)
		if err != nil {
			return nil, fmt.Errorf("list passages of documents: %w", err)
		}
		out, documents = append(out, ids...), documents[n:]
	}
	return out, nil
}

func quoteFTS(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }

// candidatesPostgres sieves by the sum of the weights of the terms that a passage holds.
func candidatesPostgres(organisation core.ID, terms []memory.WeightedTerm, among []core.ID, limit int) (string, []any) {
	args := []any{organisation, "", limit}
	var lexemes, sum []string
	for _, t := range terms {
		lexeme := quoteLexeme(t.Term)
		lexemes = append(lexemes, lexeme)
		sum = append(sum, fmt.Sprintf("CASE WHEN found @@ CAST($%d AS tsquery) THEN CAST($%d AS float8) ELSE 0 END",
			len(args)+1, len(args)+2))
		args = append(args, lexeme, t.Weight)
	}
	args[1] = strings.Join(lexemes, " | ")
	filter, args := amongDocuments(among, "document IN (%s)", args)
	return `SELECT id, header, body FROM memory_passages
		WHERE organisation = $1 AND found @@ CAST($2 AS tsquery)` + filter + `
		ORDER BY ` + strings.Join(sum, " + ") + ` DESC, id LIMIT $3`, args
}

func quoteLexeme(s string) string {
	return `'` + strings.NewReplacer(`'`, `''`, `\`, `\\`).Replace(s) + `'`
}

// Passages reads passages for quoting. CROSS JOIN says the same as JOIN, and keeps SQLite from going through all documents of the
// organisation to find those of forty passages: that was most of what a search cost.
func (s *Store) Passages(ctx context.Context, organisation core.ID, model string, ids []int64) ([]memory.StoredPassage, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	args := []any{organisation, model}
	for _, id := range ids {
		args = append(args, id)
	}
	out, err := list(ctx, s.db.Reader(), scanPassage, `SELECT p.id, p.document, d.name, v.title, v.hash, v.dated, d.lang,
		p.start_byte, p.end_byte, p.context, p.marks, p.sentences, p.body,
		substr(v.text, CAST(p.start_byte + 1 AS INTEGER), CAST(p.end_byte - p.start_byte AS INTEGER)), e.whole, e.sentences
		FROM memory_passages p
		CROSS JOIN memory_documents d
		CROSS JOIN memory_versions v
		LEFT JOIN memory_vectors e ON e.passage = p.id AND e.model = $2
		WHERE p.organisation = $1 AND d.organisation = $1 AND d.id = p.document AND v.id = p.version AND p.id IN (`+placeholders(3, len(ids))+`)`, args...)
	if err != nil {
		return nil, fmt.Errorf("read passages: %w", err)
	}
	return out, nil
}

func scanPassage(rows *sql.Rows) (memory.StoredPassage, error) {
	var p memory.StoredPassage
	var dated sql.NullInt64
	var marks string
	var sentences, text, whole, small []byte
	err := rows.Scan(&p.ID, &p.Document, &p.Name, &p.Title, &p.Version, &dated, &p.Lang,
		&p.Start, &p.End, &p.Context, &marks, &sentences, &p.Shadow, &text, &whole, &small)
	if err != nil {
		return p, err
	}
	p.Dated, p.Text = timeOf(dated), string(text)
	if p.Marks, err = decodeMarks(marks); err != nil {
		return p, err
	}
	if p.Sentences, err = decodeSentences(p.Start, sentences); err != nil {
		return p, err
	}
	p.Vectors.ID = p.ID
	if p.Vectors.Whole, err = decodeFloats(whole); err != nil {
		return p, err
	}
	p.Vectors.Sentences, err = decodeSmall(small)
	return p, err
}
