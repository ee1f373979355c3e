package memberssql

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/members"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb"
)

const personExists = "SELECT 1 FROM people WHERE id = $1"

// stillHere is true of people whose last standing has not ended at $2, and of those who are no members.
const stillHere = `NOT EXISTS (SELECT 1 FROM standings t WHERE t.person = sign_in_links.person AND t.end_at <> 0 AND t.end_at <= $2
	AND t.start_at = (SELECT MAX(start_at) FROM standings WHERE person = sign_in_links.person))`

// AddLink implements members.Store.
func (s *Store) AddLink(ctx context.Context, link members.Link, digest members.Digest) error {
	return s.db.WithTx(ctx, func(tx *sqldb.Tx) error {
		if err := exists(ctx, tx, personExists, link.Person); err != nil {
			return err
		}
		created := sqldb.Millis(link.Created)
		if _, err := tx.ExecContext(ctx, "DELETE FROM sign_in_links WHERE expires <= $1", created); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "INSERT INTO sign_in_links (digest, person, created, expires) VALUES ($1, $2, $3, $4)",
			digest.String(), link.Person, created, sqldb.Millis(link.Expires))
		return err
	})
}

// RedeemLink implements members.Store. The deletion is what makes the link single: of two transactions
// only one can delete the row.
func (s *Store) RedeemLink(ctx context.Context, link members.Digest, session members.Session, token members.Digest) (person core.ID, err error) {
	err = s.db.WithTx(ctx, func(tx *sqldb.Tx) error {
		now := sqldb.Millis(session.Created)
		row := tx.QueryRowContext(ctx, "DELETE FROM sign_in_links WHERE digest = $1 AND expires > $2 AND "+stillHere+" RETURNING person", link.String(), now)
		if err := found(row.Scan(&person)); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "DELETE FROM sessions WHERE expires <= $1", now); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "INSERT INTO sessions (id, digest, person, created, expires) VALUES ($1, $2, $3, $4, $5)",
			session.ID, token.String(), person, now, sqldb.Millis(session.Expires))
		return err
	})
	return person, err
}

// ExtendSession implements members.Store.
func (s *Store) ExtendSession(ctx context.Context, id core.ID, expires time.Time) error {
	return s.db.WithTx(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.ExecContext(ctx, "UPDATE sessions SET expires = $1 WHERE id = $2 AND expires < $1", sqldb.Millis(expires), id)
		return err
	})
}

// EndSession implements members.Store.
func (s *Store) EndSession(ctx context.Context, token members.Digest) error {
	return s.db.WithTx(ctx, func(tx *sqldb.Tx) error {
		return changed(tx.ExecContext(ctx, "DELETE FROM sessions WHERE digest = $1", token.String()))
	})
}

// Sessions implements members.Store.
func (s *Store) Sessions(ctx context.Context, person core.ID) ([]members.Session, error) {
	rows, err := s.db.Reader().QueryContext(ctx, "SELECT id, person, created, expires FROM sessions WHERE person = $1 ORDER BY created, id", person)
	return sqldb.Collect(rows, err, func(row sqldb.Scanner) (m members.Session, err error) {
		var created, expires int64
		err = row.Scan(&m.ID, &m.Person, &created, &expires)
		m.Created, m.Expires = sqldb.Time(created), sqldb.Time(expires)
		return m, err
	})
}

// AddKey implements members.Store.
func (s *Store) AddKey(ctx context.Context, key members.APIKey, digest members.Digest) error {
	return s.db.WithTx(ctx, func(tx *sqldb.Tx) error {
		if err := exists(ctx, tx, personExists, key.Person); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx,
			"INSERT INTO api_keys (id, digest, person, name, prefix, created, last_used, revoked) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
			key.ID, digest.String(), key.Person, key.Name, key.Prefix, sqldb.Millis(key.Created), millis(key.LastUsed), millis(key.Revoked))
		return err
	})
}

// Keys implements members.Store.
func (s *Store) Keys(ctx context.Context, organisation core.ID) ([]members.APIKey, error) {
	rows, err := s.db.Reader().QueryContext(ctx, `
		SELECT k.id, k.person, k.name, k.prefix, k.created, k.last_used, k.revoked
		FROM api_keys k JOIN people p ON p.id = k.person
		WHERE p.organisation = $1 ORDER BY k.created, k.id`, organisation)
	return sqldb.Collect(rows, err, func(row sqldb.Scanner) (k members.APIKey, err error) {
		var created, lastUsed, revoked int64
		err = row.Scan(&k.ID, &k.Person, &k.Name, &k.Prefix, &created, &lastUsed, &revoked)
		k.Created, k.LastUsed, k.Revoked = sqldb.Time(created), instant(lastUsed), instant(revoked)
		return k, err
	})
}

// RevokeKey implements members.Store.
func (s *Store) RevokeKey(ctx context.Context, id core.ID, at time.Time) error {
	return s.db.WithTx(ctx, func(tx *sqldb.Tx) error {
		return changed(tx.ExecContext(ctx, "UPDATE api_keys SET revoked = $1 WHERE id = $2 AND revoked = 0", sqldb.Millis(at), id))
	})
}

// SaveUses implements members.Store. The keys are taken in one order, so that two processes that save
// together do not wait for each other in a ring.
func (s *Store) SaveUses(ctx context.Context, uses []members.Use) error {
	uses = slices.SortedFunc(slices.Values(uses), func(a, b members.Use) int { return cmp.Compare(a.Key, b.Key) })
	return s.db.WithTx(ctx, func(tx *sqldb.Tx) error {
		for _, u := range uses {
			_, err := tx.ExecContext(ctx, "UPDATE api_keys SET last_used = $1 WHERE id = $2 AND last_used < $1", sqldb.Millis(u.Time), u.Key)
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// The columns of a holder, then where they are looked for.
const (
	holderColumns = `p.id, p.organisation, p.name, p.roles, COALESCE(m.declines_ai, 0), COALESCE(t.start_at, 0), COALESCE(t.end_at, 0),
		COALESCE(t.joined, 0), COALESCE(t.class, ''), COALESCE(t.voting, 0)`
	holderTables = ` LEFT JOIN memberships m ON m.person = p.id
		LEFT JOIN standings t ON t.person = p.id AND t.start_at = (SELECT MAX(start_at) FROM standings WHERE person = p.id) WHERE `
	selectKeyHolder     = "SELECT k.id, 0, " + holderColumns + " FROM api_keys k JOIN people p ON p.id = k.person" + holderTables + "k.revoked = 0 AND "
	selectSessionHolder = "SELECT s.id, s.expires, " + holderColumns + " FROM sessions s JOIN people p ON p.id = s.person" + holderTables
	selectPersonHolder  = "SELECT '', 0, " + holderColumns + " FROM people p" + holderTables
)

// KeyHolder implements members.Store.
func (s *Store) KeyHolder(ctx context.Context, secret members.Digest) (members.Holder, error) {
	return s.holder(ctx, true, selectKeyHolder+"k.digest = $1", secret.String())
}

// SessionHolder implements members.Store.
func (s *Store) SessionHolder(ctx context.Context, token members.Digest) (members.Holder, error) {
	return s.holder(ctx, false, selectSessionHolder+"s.digest = $1", token.String())
}

// PersonHolder implements members.Store.
func (s *Store) PersonHolder(ctx context.Context, person core.ID) (members.Holder, error) {
	return s.holder(ctx, false, selectPersonHolder+"p.id = $1", string(person))
}

// CredentialHolder implements members.Store.
func (s *Store) CredentialHolder(ctx context.Context, id core.ID) (members.Holder, error) {
	h, err := s.holder(ctx, true, selectKeyHolder+"k.id = $1", string(id))
	if err != members.ErrNotFound {
		return h, err
	}
	return s.holder(ctx, false, selectSessionHolder+"s.id = $1", string(id))
}

func (s *Store) holder(ctx context.Context, byKey bool, query, argument string) (members.Holder, error) {
	var roles string
	var expires, declines, start, end, joined, voting int64
	actor := core.Actor{ByKey: byKey}
	var last members.Standing
	err := s.db.Reader().QueryRowContext(ctx, query, argument).Scan(&actor.Credential, &expires,
		&actor.Person, &actor.Organisation, &actor.Name, &roles, &declines, &start, &end, &joined, &last.Class, &voting)
	if err != nil {
		return members.Holder{}, found(err)
	}
	actor.Roles, actor.DeclinesAI = splitRoles(roles), declines != 0
	last.Start, last.End, last.Joined, last.Voting = instant(start), instant(end), instant(joined), voting != 0
	seats, err := s.seats(ctx, actor.Person)
	return members.Holder{Actor: actor, Expires: instant(expires), Standing: last, Seats: seats}, err
}

func (s *Store) seats(ctx context.Context, person core.ID) ([]members.Seat, error) {
	rows, err := s.db.Reader().QueryContext(ctx,
		"SELECT b.key, m.start_at, m.end_at FROM mandates m JOIN bodies b ON b.id = m.body WHERE m.person = $1 ORDER BY b.key, m.start_at", person)
	return sqldb.Collect(rows, err, func(row sqldb.Scanner) (seat members.Seat, err error) {
		var start, end int64
		err = row.Scan(&seat.Body, &start, &end)
		seat.Start, seat.End = sqldb.Time(start), instant(end)
		return seat, err
	})
}
