package memorysql

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb"
)

var _ memory.QualityStore = (*Store)(nil)

// Questions lists the set.
func (s *Store) Questions(ctx context.Context, organisation core.ID) ([]memory.KeptQuestion, error) {
	out, err := list(ctx, s.db.Reader(), func(rows *sql.Rows) (memory.KeptQuestion, error) {
		var k memory.KeptQuestion
		var content string
		var added int64
		var draft int
		if err := rows.Scan(&k.Key, &draft, &content, &added); err != nil {
			return k, err
		}
		k.Draft, k.Added = draft != 0, sqldb.Time(added)
		return k, json.Unmarshal([]byte(content), &k.TestQuestion)
	}, `SELECT id, draft, content, added FROM memory_questions WHERE organisation = $1 ORDER BY label`, organisation)
	if err != nil {
		return nil, told("list the question set", err)
	}
	return out, nil
}

// PutQuestions adds questions, or changes those of the same key or id.
func (s *Store) PutQuestions(ctx context.Context, organisation core.ID, questions []memory.KeptQuestion, replace bool) error {
	err := s.db.WithTx(ctx, func(tx *sqldb.Tx) error {
		if replace {
			if _, err := tx.ExecContext(ctx, `DELETE FROM memory_questions WHERE organisation = $1`, organisation); err != nil {
				return err
			}
		}
		for _, k := range questions {
			if err := putQuestion(ctx, tx, organisation, k); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return told("keep questions", err)
	}
	return nil
}

func putQuestion(ctx context.Context, tx *sqldb.Tx, organisation core.ID, k memory.KeptQuestion) error {
	content, err := json.Marshal(k.TestQuestion)
	if err != nil {
		return err
	}
	if k.Key == "" {
		_, err := tx.ExecContext(ctx, `INSERT INTO memory_questions (id, organisation, label, draft, content, added) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (organisation, label) DO UPDATE SET draft = excluded.draft, content = excluded.content`,
			core.NewID(tx.Now), organisation, k.ID, truth(k.Draft), string(content), sqldb.Millis(tx.Now))
		return err
	}
	var taken int
	if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM memory_questions WHERE organisation = $1 AND label = $2 AND id <> $3`,
		organisation, k.ID, k.Key).Scan(&taken); err != nil {
		return err
	}
	if taken > 0 {
		return core.E(core.Conflict, "errors.memory_question_taken", core.Args{"ID": k.ID})
	}
	done, err := tx.ExecContext(ctx, `UPDATE memory_questions SET label = $3, draft = $4, content = $5 WHERE organisation = $1 AND id = $2`,
		organisation, k.Key, k.ID, truth(k.Draft), string(content))
	return orAbsent(done, err, "errors.memory_no_question")
}

// orAbsent turns a statement that met no row into core.NotFound.
func orAbsent(done sql.Result, err error, key string) error {
	if err != nil {
		return err
	}
	if n, err := done.RowsAffected(); err != nil || n > 0 {
		return err
	}
	return core.E(core.NotFound, key, nil)
}

// RemoveQuestion takes one out.
func (s *Store) RemoveQuestion(ctx context.Context, organisation, key core.ID) error {
	err := s.db.WithTx(ctx, func(tx *sqldb.Tx) error {
		done, err := tx.ExecContext(ctx, `DELETE FROM memory_questions WHERE organisation = $1 AND id = $2`, organisation, key)
		return orAbsent(done, err, "errors.memory_no_question")
	})
	if err != nil {
		return told("remove a question", err)
	}
	return s.scrub(ctx)
}

// storedReport is what the report column of a measurement holds.
type storedReport struct {
	Setting    memory.Setting    `json:"setting"`
	Evaluation memory.Evaluation `json:"evaluation"`
}

// A measurement that is expected has the id of its organisation, and has not ended.
const expected = ` WHERE ended = 0`

// ExpectMeasurement notes that one was asked for.
func (s *Store) ExpectMeasurement(ctx context.Context, organisation core.ID, asked time.Time) error {
	return s.change(ctx, "note that a measurement is expected", `INSERT INTO memory_measurements (id, organisation, began, ended, report, results)
		VALUES ($1, $1, $2, 0, '{}', 'null') ON CONFLICT (id) DO UPDATE SET began = excluded.began`, organisation, sqldb.Millis(asked))
}

// ExpectedMeasurements tells who waits for one, and since when.
func (s *Store) ExpectedMeasurements(ctx context.Context) (map[core.ID]time.Time, error) {
	out := map[core.ID]time.Time{}
	_, err := list(ctx, s.db.Reader(), func(rows *sql.Rows) (struct{}, error) {
		var organisation core.ID
		var began int64
		err := rows.Scan(&organisation, &began)
		out[organisation] = sqldb.Time(began)
		return struct{}{}, err
	}, `SELECT organisation, began FROM memory_measurements`+expected)
	if err != nil {
		return nil, told("list the measurements that are expected", err)
	}
	return out, nil
}

// ForgetExpected takes that note back.
func (s *Store) ForgetExpected(ctx context.Context, organisation core.ID) error {
	return s.change(ctx, "forget that a measurement is expected", `DELETE FROM memory_measurements`+expected+` AND organisation = $1`, organisation)
}

// KeepMeasurement notes a run, and forgets those before the last keep.
func (s *Store) KeepMeasurement(ctx context.Context, m memory.Measurement, keep int) error {
	report, err := json.Marshal(storedReport{m.Setting, m.Evaluation})
	if err != nil {
		return err
	}
	results, err := json.Marshal(m.Questions)
	if err != nil {
		return err
	}
	err = s.db.WithTx(ctx, func(tx *sqldb.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM memory_measurements`+expected+` AND organisation = $1`, m.Organisation); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO memory_measurements (id, organisation, began, ended, report, results)
			VALUES ($1, $2, $3, $4, $5, $6)`, m.ID, m.Organisation, sqldb.Millis(m.Began), sqldb.Millis(m.Ended), string(report), string(results)); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `DELETE FROM memory_measurements WHERE organisation = $1 AND id NOT IN
			(SELECT id FROM memory_measurements WHERE organisation = $1 ORDER BY began DESC, id DESC LIMIT $2)`, m.Organisation, keep)
		return err
	})
	if err != nil {
		return told("note a measurement", err)
	}
	return nil
}

func scanMeasurement(row interface{ Scan(dest ...any) error }, more ...any) (memory.Measurement, error) {
	var m memory.Measurement
	var began, ended int64
	var text string
	if err := row.Scan(append([]any{&m.ID, &m.Organisation, &began, &ended, &text}, more...)...); err != nil {
		return m, err
	}
	var report storedReport
	err := json.Unmarshal([]byte(text), &report)
	m.Began, m.Ended, m.Setting, m.Evaluation = sqldb.Time(began), sqldb.Time(ended), report.Setting, report.Evaluation
	return m, err
}

// Measurements lists them, newest first.
func (s *Store) Measurements(ctx context.Context, organisation core.ID) ([]memory.Measurement, error) {
	out, err := list(ctx, s.db.Reader(), func(rows *sql.Rows) (memory.Measurement, error) { return scanMeasurement(rows) },
		`SELECT id, organisation, began, ended, report FROM memory_measurements WHERE organisation = $1 AND ended > 0 ORDER BY began DESC, id DESC`, organisation)
	if err != nil {
		return nil, told("list measurements", err)
	}
	return out, nil
}

// Measurement reads one with its questions.
func (s *Store) Measurement(ctx context.Context, organisation, id core.ID) (memory.Measurement, error) {
	var results string
	m, err := scanMeasurement(s.db.Reader().QueryRowContext(ctx, `SELECT id, organisation, began, ended, report, results
		FROM memory_measurements WHERE organisation = $1 AND id = $2 AND ended > 0`, organisation, id), &results)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return memory.Measurement{}, core.E(core.NotFound, "errors.memory_no_measurement", nil)
	case err != nil:
		return memory.Measurement{}, told("read a measurement", err)
	}
	return m, json.Unmarshal([]byte(results), &m.Questions)
}

// storedFeedback is what the content column of feedback holds.
type storedFeedback struct {
	Opinion  memory.Opinion `json:"opinion"`
	Words    string         `json:"words,omitempty"`
	Question string         `json:"question"`
	Found    bool           `json:"found"`
	Model    string         `json:"model,omitempty"`
	Cited    []memory.Cited `json:"cited,omitempty"`
	Made     string         `json:"made,omitempty"`
}

// PutFeedback notes what is said of an answer.
func (s *Store) PutFeedback(ctx context.Context, f memory.Feedback) error {
	content, err := json.Marshal(storedFeedback{f.Opinion, f.Words, f.Question, f.Found, f.Model, f.Cited, f.Made})
	if err != nil {
		return err
	}
	err = s.db.WithTx(ctx, func(tx *sqldb.Tx) error {
		given := tx.Now
		if !f.Given.IsZero() {
			given = f.Given
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO memory_feedback (id, organisation, given, content) VALUES ($1, $2, $3, $4)
			ON CONFLICT (id) DO UPDATE SET given = excluded.given, content = excluded.content
			WHERE memory_feedback.organisation = excluded.organisation`, f.ID, f.Organisation, sqldb.Millis(given), string(content))
		return err
	})
	if err != nil {
		return told("note feedback", err)
	}
	return nil
}

// among writes « id IN (…) » for ids from the parameter after the ones that are there.
func among(column string, ids []core.ID, args []any) (string, []any) {
	marks := make([]string, len(ids))
	for i, id := range ids {
		args = append(args, id)
		marks[i] = fmt.Sprintf("$%d", len(args))
	}
	return column + " IN (" + strings.Join(marks, ", ") + ")", args
}

// Feedback lists it, newest first, as far as one page goes.
func (s *Store) Feedback(ctx context.Context, organisation core.ID, ids ...core.ID) ([]memory.Feedback, error) {
	query, args := `SELECT id, organisation, given, content FROM memory_feedback WHERE organisation = $1`, []any{organisation}
	if len(ids) > 0 {
		var which string
		which, args = among("id", ids, args)
		query += " AND " + which
	}
	out, err := list(ctx, s.db.Reader(), func(rows *sql.Rows) (memory.Feedback, error) {
		var f memory.Feedback
		var given int64
		var content string
		if err := rows.Scan(&f.ID, &f.Organisation, &given, &content); err != nil {
			return f, err
		}
		var c storedFeedback
		err := json.Unmarshal([]byte(content), &c)
		f.Given, f.Opinion, f.Words, f.Question, f.Found = sqldb.Time(given), c.Opinion, c.Words, c.Question, c.Found
		f.Model, f.Cited, f.Made = c.Model, c.Cited, c.Made
		return f, err
	}, query+fmt.Sprintf(` ORDER BY given DESC, id DESC LIMIT %d`, max(len(ids), memory.MaxPage)), args...)
	if err != nil {
		return nil, told("list feedback", err)
	}
	return out, nil
}

// RemoveFeedback erases it.
func (s *Store) RemoveFeedback(ctx context.Context, organisation core.ID, ids ...core.ID) error {
	if len(ids) == 0 {
		return nil
	}
	which, args := among("id", ids, []any{organisation})
	if err := s.change(ctx, "erase feedback", `DELETE FROM memory_feedback WHERE organisation = $1 AND `+which, args...); err != nil {
		return err
	}
	return s.scrub(ctx)
}
