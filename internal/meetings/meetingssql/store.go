// Package meetingssql keeps meetings in the program's database.
//
// Promises: each write is one transaction, and a meeting is written only if nobody changed it since it was read; notices and approved
// minutes are only added; nobody enters a meeting that people do not enter, and nobody sits in one that is over. A
// notice or a meeting whose bytes were altered by hand is found where a hash names them.
package meetingssql

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/governance"
	"github.com/solidaire-coop/solidaire/internal/meetings"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb"
)

// Store implements meetings.Store.
type Store struct{ db *sqldb.DB }

// New returns the store.
func New(db *sqldb.DB) *Store { return &Store{db: db} }

var _ meetings.Store = (*Store)(nil)

// failure leaves an error that a person can read alone, and makes one of the database's.
func failure(ctx context.Context, err error) error {
	switch code := core.CodeOf(err); {
	case err == nil:
		return nil
	case errors.Is(err, sql.ErrNoRows):
		return core.E(core.NotFound, "errors.meetings_unknown", nil)
	case code != core.Internal:
		return err
	case ctx.Err() != nil:
		return core.Wrap(err, core.Cancelled, "errors.governance_cancelled", nil)
	}
	return core.Wrap(err, core.Unavailable, "errors.governance_unavailable", nil)
}

// list reads all lines of a query.
func list[T any](ctx context.Context, s *Store, read func(sqldb.Scanner) (T, error), query string, args ...any) ([]T, error) {
	rows, err := s.db.Reader().QueryContext(ctx, query, args...)
	out, err := sqldb.Collect(rows, err, read)
	return out, failure(ctx, err)
}

// write runs statements in one transaction.
func (s *Store) write(ctx context.Context, do func(tx *sqldb.Tx) error) error {
	return failure(ctx, s.db.WithTx(ctx, do))
}

// touched reports a statement that changed nothing.
func touched(otherwise error, result sql.Result, err error) error {
	if err != nil {
		return err
	}
	n, err := result.RowsAffected()
	if err == nil && n == 0 {
		return otherwise
	}
	return err
}

func changed() error { return core.E(core.Conflict, "errors.meetings_changed", nil) }

// instant reads a time that may be absent.
func instant(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return sqldb.Time(ms)
}

func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return sqldb.Millis(t)
}

func readMeeting(r sqldb.Scanner) (m meetings.Meeting, err error) {
	var facts []byte
	if err = r.Scan(&facts); err != nil {
		return m, err
	}
	if err = json.Unmarshal(facts, &m); err != nil {
		err = core.Wrap(err, core.Corrupt, "errors.meetings_altered", nil)
	}
	return m, err
}

// Meetings implements meetings.Store.
func (s *Store) Meetings(ctx context.Context, organisation core.ID) ([]meetings.Meeting, error) {
	return list(ctx, s, readMeeting, `SELECT facts FROM meetings WHERE organisation = $1 ORDER BY starts DESC, id DESC`, organisation)
}

// Meeting implements meetings.Store.
func (s *Store) Meeting(ctx context.Context, organisation, id core.ID) (meetings.Meeting, error) {
	m, err := readMeeting(s.db.Reader().QueryRowContext(ctx, `SELECT facts FROM meetings WHERE organisation = $1 AND id = $2`, organisation, id))
	return m, failure(ctx, err)
}

// Save implements meetings.Store.
func (s *Store) Save(ctx context.Context, c meetings.Change) error {
	return s.write(ctx, func(tx *sqldb.Tx) error { return save(ctx, tx, c) })
}

func save(ctx context.Context, tx *sqldb.Tx, c meetings.Change) error {
	if err := saveMeeting(ctx, tx, c); err != nil {
		return err
	}
	if c.Notice != nil {
		if err := saveNotice(ctx, tx, c); err != nil {
			return err
		}
	}
	if k := c.Minutes; k != nil {
		if _, err := tx.ExecContext(ctx, `INSERT INTO meetings_minutes (meeting, hash, bytes, stated) VALUES ($1, $2, $3, 0)`, c.After.ID, k.Hash, k.Bytes); err != nil {
			return err
		}
	}
	if !c.After.State.Over() {
		return nil
	}
	at := c.After.Updated
	if !c.After.Ended.IsZero() {
		at = c.After.Ended
	}
	_, err := tx.ExecContext(ctx, `UPDATE meetings_sittings SET gone = $2 WHERE meeting = $1 AND gone = 0`, c.After.ID, millis(at))
	return err
}

func saveMeeting(ctx context.Context, tx *sqldb.Tx, c meetings.Change) error {
	m := c.After
	facts, err := json.Marshal(m)
	if err != nil {
		return err
	}
	if c.Before.ID == "" {
		_, err := tx.ExecContext(ctx, `INSERT INTO meetings (id, organisation, state, starts, revision, facts) VALUES ($1, $2, $3, $4, $5, $6)`,
			m.ID, m.Organisation, m.State, millis(m.Starts), m.Revision, facts)
		return err
	}
	result, err := tx.ExecContext(ctx, `UPDATE meetings SET state = $3, starts = $4, revision = $5, facts = $6 WHERE id = $1 AND revision = $2`,
		m.ID, c.Before.Revision, m.State, millis(m.Starts), m.Revision, facts)
	return touched(changed(), result, err)
}

func saveNotice(ctx context.Context, tx *sqldb.Tx, c meetings.Change) error {
	text, hash, err := c.Notice.Canonical()
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO meetings_notices (meeting, number, hash, bytes) VALUES ($1, $2, $3, $4)`, c.After.ID, c.Notice.Number, hash, text); err != nil {
		return err
	}
	for _, table := range []string{"meetings_roll", "meetings_letters"} {
		if _, err := tx.ExecContext(ctx, `DELETE FROM `+table+` WHERE meeting = $1`, c.After.ID); err != nil {
			return err
		}
	}
	for _, e := range c.Roll {
		if _, err := tx.ExecContext(ctx, `INSERT INTO meetings_roll (meeting, person, class) VALUES ($1, $2, $3)`, c.After.ID, e.Person, e.Class); err != nil {
			return err
		}
	}
	for _, l := range c.Letters {
		if _, err := tx.ExecContext(ctx, `INSERT INTO meetings_letters (meeting, person, number, state, tries, due, fault, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			l.Meeting, l.Person, l.Number, l.State, l.Tries, millis(l.Due), l.Fault, millis(l.At)); err != nil {
			return err
		}
	}
	return nil
}

// Notices implements meetings.Store.
func (s *Store) Notices(ctx context.Context, meeting core.ID) ([]meetings.Notice, error) {
	return list(ctx, s, func(r sqldb.Scanner) (n meetings.Notice, err error) {
		var text []byte
		var hash string
		if err = r.Scan(&text, &hash); err != nil {
			return n, err
		}
		return meetings.OpenNotice(text, hash)
	}, `SELECT bytes, hash FROM meetings_notices WHERE meeting = $1 ORDER BY number`, meeting)
}

// Roll implements meetings.Store.
func (s *Store) Roll(ctx context.Context, meeting core.ID) ([]governance.Elector, error) {
	return list(ctx, s, func(r sqldb.Scanner) (governance.Elector, error) {
		e := governance.Elector{Weight: 1}
		err := r.Scan(&e.Person, &e.Class)
		return e, err
	}, `SELECT person, class FROM meetings_roll WHERE meeting = $1 ORDER BY person`, meeting)
}

// Minutes implements meetings.Store.
func (s *Store) Minutes(ctx context.Context, meeting core.ID) (k meetings.Kept, err error) {
	var stated int
	err = s.db.Reader().QueryRowContext(ctx, `SELECT hash, bytes, stated FROM meetings_minutes WHERE meeting = $1`, meeting).Scan(&k.Hash, &k.Bytes, &stated)
	k.Stated = stated == 1
	return k, failure(ctx, err)
}

// Unstated implements meetings.Store.
func (s *Store) Unstated(ctx context.Context, organisation core.ID) ([]core.ID, error) {
	return list(ctx, s, func(r sqldb.Scanner) (id core.ID, err error) {
		err = r.Scan(&id)
		return id, err
	}, `SELECT k.meeting FROM meetings_minutes k JOIN meetings m ON m.id = k.meeting WHERE m.organisation = $1 AND k.stated = 0 ORDER BY k.meeting`, organisation)
}

// Stated implements meetings.Store.
func (s *Store) Stated(ctx context.Context, meeting core.ID) error {
	return s.write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE meetings_minutes SET stated = 1 WHERE meeting = $1`, meeting)
		return err
	})
}
