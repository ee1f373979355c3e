package memberssql

import (
	"context"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/members"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb"
)

// Door implements members.JoiningStore.
func (s *Store) Door(ctx context.Context, organisation core.ID) (d members.Door, err error) {
	var open int64
	err = s.db.Reader().QueryRowContext(ctx, "SELECT is_open, welcome FROM joining WHERE organisation = $1", organisation).Scan(&open, &d.Welcome)
	d.Open = open != 0
	return d, found(err)
}

// SetDoor implements members.JoiningStore.
func (s *Store) SetDoor(ctx context.Context, organisation core.ID, d members.Door) error {
	return s.db.WithTx(ctx, func(tx *sqldb.Tx) error {
		if err := exists(ctx, tx, "SELECT 1 FROM organisations WHERE id = $1", organisation); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO joining (organisation, is_open, welcome) VALUES ($1, $2, $3)
			ON CONFLICT (organisation) DO UPDATE SET is_open = excluded.is_open, welcome = excluded.welcome`, organisation, integer(d.Open), d.Welcome)
		return err
	})
}

// AddRequest implements members.JoiningStore.
func (s *Store) AddRequest(ctx context.Context, r members.JoinRequest) error {
	return s.db.WithTx(ctx, func(tx *sqldb.Tx) error {
		if err := exists(ctx, tx, "SELECT 1 FROM organisations WHERE id = $1", r.Organisation); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO join_requests (id, organisation, name, email, class, message, lang, created, decided, decider, person, reason)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, '', '', '')`,
			r.ID, r.Organisation, r.Name, r.Email, r.Class, r.Message, r.Lang, sqldb.Millis(r.Created))
		return err
	})
}

// Waiting implements members.JoiningStore.
func (s *Store) Waiting(ctx context.Context, organisation core.ID) ([]members.JoinRequest, error) {
	rows, err := s.db.Reader().QueryContext(ctx, `SELECT id, organisation, name, email, class, message, lang, created FROM join_requests
		WHERE organisation = $1 AND decided = 0 ORDER BY id`, organisation)
	return sqldb.Collect(rows, err, func(row sqldb.Scanner) (r members.JoinRequest, err error) {
		var created int64
		err = row.Scan(&r.ID, &r.Organisation, &r.Name, &r.Email, &r.Class, &r.Message, &r.Lang, &created)
		r.Created = sqldb.Time(created)
		return r, err
	})
}

// Decide implements members.JoiningStore.
func (s *Store) Decide(ctx context.Context, r members.JoinRequest, admitted *members.Record) error {
	return s.db.WithTx(ctx, func(tx *sqldb.Tx) error {
		err := changed(tx.ExecContext(ctx, "UPDATE join_requests SET decided = $1, decider = $2, person = $3, reason = $4 WHERE id = $5 AND decided = 0",
			sqldb.Millis(r.Decided), r.Decider, r.Person, r.Reason, r.ID))
		switch {
		case err == members.ErrNotFound:
			return members.ErrChanged
		case err != nil || admitted == nil:
			return err
		}
		return saveRecord(ctx, tx, *admitted)
	})
}
