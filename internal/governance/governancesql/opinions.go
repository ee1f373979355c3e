package governancesql

import (
	"context"
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
	return list(ctx, s.db.Reader(), func(r row) (st governance.Statement, err error) {
		var at int64
		err = r.Scan(&st.ID, &st.Motion, &st.Author, &st.Text, &at, &st.HiddenBy, &st.HiddenWhy)
		st.Time = sqldb.Time(at)
		return st, err
	}, `SELECT id, motion, author, text, at, hidden_by, hidden_why FROM governance_statements WHERE motion = $1 ORDER BY at, id`, motion)
}

// Answer implements governance.Opinions.
func (s *Store) Answer(ctx context.Context, motion, statement, person core.ID, o governance.Opinion, at time.Time) error {
	return s.write(ctx, `INSERT INTO governance_opinions (motion, person, statement, opinion, at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (motion, person, statement) DO UPDATE SET opinion = excluded.opinion, at = excluded.at`,
		motion, person, statement, int64(o), sqldb.Millis(at))
}

// ForgetOpinions implements governance.Opinions.
func (s *Store) ForgetOpinions(ctx context.Context, motion, person core.ID) error {
	return s.write(ctx, `DELETE FROM governance_opinions WHERE motion = $1 AND person = $2`, motion, person)
}

// OpinionsOf implements governance.Opinions.
func (s *Store) OpinionsOf(ctx context.Context, motion, person core.ID) (map[core.ID]governance.Opinion, error) {
	mine := map[core.ID]governance.Opinion{}
	_, err := list(ctx, s.db.Reader(), func(r row) (none struct{}, err error) {
		var statement core.ID
		var o governance.Opinion
		err = r.Scan(&statement, &o)
		mine[statement] = o
		return none, err
	}, `SELECT statement, opinion FROM governance_opinions WHERE motion = $1 AND person = $2`, motion, person)
	return mine, err
}

// EachOpinion implements governance.Opinions.
func (s *Store) EachOpinion(ctx context.Context, motion core.ID, each func(person, statement core.ID, o governance.Opinion) error) error {
	rows, err := s.db.Reader().QueryContext(ctx,
		`SELECT person, statement, opinion FROM governance_opinions WHERE motion = $1 ORDER BY person, statement`, motion)
	if err != nil {
		return failure(ctx, err)
	}
	defer rows.Close()
	for rows.Next() {
		var person, statement core.ID
		var o governance.Opinion
		if err := rows.Scan(&person, &statement, &o); err != nil {
			return failure(ctx, err)
		}
		if err := each(person, statement, o); err != nil {
			return err
		}
	}
	return failure(ctx, rows.Err())
}

// CountOpinions implements governance.Opinions.
func (s *Store) CountOpinions(ctx context.Context, motion core.ID) (statements, people int, err error) {
	err = s.db.Reader().QueryRowContext(ctx, `SELECT (SELECT COUNT(*) FROM governance_statements WHERE motion = $1 AND hidden_by = ''),
		(SELECT COUNT(DISTINCT o.person) FROM governance_opinions o JOIN governance_statements s ON s.id = o.statement
			WHERE o.motion = $1 AND s.hidden_by = '')`, motion).Scan(&statements, &people)
	return statements, people, failure(ctx, err)
}
