package governancesql

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/governance"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb"
)

// AddStatement implements governance.Opinions.
func (s *Store) AddStatement(ctx context.Context, st governance.Statement) error {
	return s.write(ctx, `INSERT INTO governance_statements (id, motion, author, text, at, hidden_by, hidden_why) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		st.ID, st.Motion, st.Author, st.Text, sqldb.Millis(st.Time), st.HiddenBy, st.HiddenWhy)
}

// HideStatement implements governance.Opinions.
func (s *Store) HideStatement(ctx context.Context, motion, id, by core.ID, why string) error {
	return failure(ctx, s.db.WithTx(ctx, func(tx *sqldb.Tx) error {
		return touched(tx.ExecContext(ctx, `UPDATE governance_statements SET hidden_by = $3, hidden_why = $4
			WHERE motion = $1 AND id = $2 AND hidden_by = ''`, motion, id, by, why))
	}))
}

// Statements implements governance.Opinions.
func (s *Store) Statements(ctx context.Context, motion core.ID) ([]governance.Statement, error) {
	return list(ctx, s.db.Reader(), func(r sqldb.Scanner) (st governance.Statement, err error) {
		var at int64
		err = r.Scan(&st.ID, &st.Motion, &st.Author, &st.Text, &at, &st.HiddenBy, &st.HiddenWhy)
		st.Time = sqldb.Time(at)
		return st, err
	}, `SELECT id, motion, author, text, at, hidden_by, hidden_why FROM governance_statements WHERE motion = $1 ORDER BY at, id`, motion)
}

// Answer implements governance.Opinions. Two answers of one person at once are both kept.
func (s *Store) Answer(ctx context.Context, motion, statement, person core.ID, o governance.Opinion, at time.Time) error {
	for range answerTries {
		kept, err := s.sheet(ctx, motion, person)
		if err != nil {
			return err
		}
		mine := unfold(kept)
		mine[statement] = o
		// A sheet that was erased meanwhile stays erased.
		query, args := `UPDATE governance_sheets SET answers = $3, at = $4 WHERE motion = $1 AND person = $2 AND answers = $5`,
			[]any{motion, person, fold(mine), sqldb.Millis(at), kept}
		if kept == "" {
			query, args = `INSERT INTO governance_sheets (motion, person, answers, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`, args[:4]
		}
		err = failure(ctx, s.db.WithTx(ctx, func(tx *sqldb.Tx) error {
			return touched(tx.ExecContext(ctx, query, args...))
		}))
		if !core.Is(err, core.Conflict) {
			return err
		}
	}
	return core.E(core.Conflict, "errors.governance_changed", nil)
}

// answerTries is how often an answer is written again when another one of the same person came between.
const answerTries = 10

// sheet reads what a person answered, "" when nothing.
func (s *Store) sheet(ctx context.Context, motion, person core.ID) (answers string, err error) {
	err = s.db.Reader().QueryRowContext(ctx, `SELECT answers FROM governance_sheets WHERE motion = $1 AND person = $2`, motion, person).Scan(&answers)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return answers, failure(ctx, err)
}

// fold writes answers in one line, and unfold reads them.
func fold(answers map[core.ID]governance.Opinion) string {
	lines := make([]string, 0, len(answers))
	for statement, o := range answers {
		lines = append(lines, string(statement)+":"+strconv.Itoa(int(o)))
	}
	slices.Sort(lines)
	return strings.Join(lines, " ")
}

func unfold(line string) map[core.ID]governance.Opinion {
	answers := map[core.ID]governance.Opinion{}
	for part := range strings.FieldsSeq(line) {
		statement, said, _ := strings.Cut(part, ":")
		switch said {
		case "1", "-1", "2":
			n, _ := strconv.Atoi(said)
			answers[core.ID(statement)] = governance.Opinion(n)
		}
	}
	return answers
}

// ForgetOpinions implements governance.Opinions.
func (s *Store) ForgetOpinions(ctx context.Context, motion, person core.ID) error {
	return s.write(ctx, `DELETE FROM governance_sheets WHERE motion = $1 AND person = $2`, motion, person)
}

// OpinionsOf implements governance.Opinions.
func (s *Store) OpinionsOf(ctx context.Context, motion, person core.ID) (map[core.ID]governance.Opinion, error) {
	line, err := s.sheet(ctx, motion, person)
	return unfold(line), err
}

// EachOpinion implements governance.Opinions.
func (s *Store) EachOpinion(ctx context.Context, motion core.ID, each func(person, statement core.ID, o governance.Opinion) error) error {
	rows, err := s.db.Reader().QueryContext(ctx, `SELECT person, answers FROM governance_sheets WHERE motion = $1 ORDER BY person`, motion)
	if err != nil {
		return failure(ctx, err)
	}
	defer rows.Close()
	for rows.Next() {
		var person core.ID
		var line string
		if err := rows.Scan(&person, &line); err != nil {
			return failure(ctx, err)
		}
		for statement, o := range unfold(line) {
			if err := each(person, statement, o); err != nil {
				return err
			}
		}
	}
	return failure(ctx, rows.Err())
}

// CountOpinions implements governance.Opinions.
func (s *Store) CountOpinions(ctx context.Context, motion core.ID) (statements, people int, err error) {
	err = s.db.Reader().QueryRowContext(ctx, `SELECT (SELECT COUNT(*) FROM governance_statements WHERE motion = $1 AND hidden_by = ''),
		(SELECT COUNT(*) FROM governance_sheets WHERE motion = $1)`, motion).Scan(&statements, &people)
	return statements, people, failure(ctx, err)
}
