package meetingssql

import (
	"context"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/meetings"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb"
)

const letterColumns = `l.meeting, l.person, l.number, l.state, l.tries, l.due, l.fault, l.at`

func readLetter(r sqldb.Scanner) (l meetings.Letter, err error) {
	var due, at int64
	err = r.Scan(&l.Meeting, &l.Person, &l.Number, &l.State, &l.Tries, &due, &l.Fault, &at)
	l.Due, l.At = instant(due), instant(at)
	return l, err
}

// Letters implements meetings.Store.
func (s *Store) Letters(ctx context.Context, meeting core.ID) ([]meetings.Letter, error) {
	return list(ctx, s, readLetter, `SELECT `+letterColumns+` FROM meetings_letters l WHERE l.meeting = $1 ORDER BY l.person`, meeting)
}

// DueLetters implements meetings.Store.
func (s *Store) DueLetters(ctx context.Context, organisation core.ID, now time.Time, most int) (due []meetings.Letter, next time.Time, err error) {
	waiting, err := list(ctx, s, readLetter, `SELECT `+letterColumns+` FROM meetings_letters l JOIN meetings m ON m.id = l.meeting
		WHERE m.organisation = $1 AND l.state = $2 ORDER BY l.due, l.meeting, l.person LIMIT $3`, organisation, meetings.Waiting, most+1)
	for _, l := range waiting {
		if l.Due.After(now) {
			return due, l.Due, err
		}
		if len(due) < most {
			due = append(due, l)
		}
	}
	return due, time.Time{}, err
}

// Mark implements meetings.Store.
func (s *Store) Mark(ctx context.Context, l meetings.Letter) error {
	return s.write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE meetings_letters SET state = $4, tries = $5, due = $6, fault = $7, at = $8 WHERE meeting = $1 AND person = $2 AND number = $3`,
			l.Meeting, l.Person, l.Number, l.State, l.Tries, millis(l.Due), l.Fault, millis(l.At))
		return err
	})
}

// Ask implements meetings.Store.
func (s *Store) Ask(ctx context.Context, r meetings.Request, most int) error {
	return s.write(ctx, func(tx *sqldb.Tx) error {
		var asked int
		if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM meetings_requests WHERE meeting = $1`, r.Meeting).Scan(&asked); err != nil {
			return err
		}
		if asked >= most {
			return core.E(core.Exhausted, "errors.meetings_many", core.Args{"Max": most})
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO meetings_requests (id, meeting, author, title, reasons, state, why, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			r.ID, r.Meeting, r.Author, r.Title, r.Reasons, r.State, r.Why, millis(r.At))
		return err
	})
}

// Requests implements meetings.Store.
func (s *Store) Requests(ctx context.Context, meeting core.ID) ([]meetings.Request, error) {
	return list(ctx, s, func(r sqldb.Scanner) (v meetings.Request, err error) {
		var at int64
		err = r.Scan(&v.ID, &v.Meeting, &v.Author, &v.Title, &v.Reasons, &v.State, &v.Why, &at)
		v.At = instant(at)
		return v, err
	}, `SELECT id, meeting, author, title, reasons, state, why, at FROM meetings_requests WHERE meeting = $1 ORDER BY at, id`, meeting)
}

// Answer implements meetings.Store.
func (s *Store) Answer(ctx context.Context, request core.ID, to meetings.RequestState, why string, c *meetings.Change) error {
	return s.write(ctx, func(tx *sqldb.Tx) error {
		result, err := tx.ExecContext(ctx, `UPDATE meetings_requests SET state = $3, why = $4 WHERE id = $1 AND state = $2`, request, meetings.Asked, to, why)
		if err := touched(changed(), result, err); err != nil || c == nil {
			return err
		}
		return save(ctx, tx, *c)
	})
}
