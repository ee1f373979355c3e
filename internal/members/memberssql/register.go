package memberssql

import (
	"context"
	"database/sql"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/members"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb"
)

// SaveClass implements members.RegisterStore.
func (s *Store) SaveClass(ctx context.Context, organisation core.ID, c members.Class) error {
	return s.db.WithTx(ctx, func(tx *sqldb.Tx) error {
		if err := exists(ctx, tx, "SELECT 1 FROM organisations WHERE id = $1", organisation); err != nil {
			return err
		}
		return saveClass(ctx, tx, organisation, c)
	})
}

func saveClass(ctx context.Context, tx *sqldb.Tx, organisation core.ID, c members.Class) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO classes (organisation, key, name_fr, name_en) VALUES ($1, $2, $3, $4)
		ON CONFLICT (organisation, key) DO UPDATE SET name_fr = excluded.name_fr, name_en = excluded.name_en`,
		organisation, c.Key, c.Name.FR, c.Name.EN)
	return err
}

// Classes implements members.RegisterStore.
func (s *Store) Classes(ctx context.Context, organisation core.ID) ([]members.Class, error) {
	rows, err := s.db.Reader().QueryContext(ctx, "SELECT key, name_fr, name_en FROM classes WHERE organisation = $1 ORDER BY key", organisation)
	return sqldb.Collect(rows, err, func(row sqldb.Scanner) (c members.Class, err error) {
		err = row.Scan(&c.Key, &c.Name.FR, &c.Name.EN)
		return c, err
	})
}

// SaveRecords implements members.RegisterStore.
func (s *Store) SaveRecords(ctx context.Context, records []members.Record, classes ...members.Class) error {
	return s.db.WithTx(ctx, func(tx *sqldb.Tx) error {
		for _, c := range classes {
			if err := saveClass(ctx, tx, records[0].Person.Organisation, c); err != nil {
				return err
			}
		}
		// Numbers and addresses that change hands within one call are free before they are taken.
		for _, r := range records {
			if r.Version > 0 {
				if err := lift(ctx, tx, r); err != nil {
					return err
				}
			}
		}
		for _, r := range records {
			if err := saveRecord(ctx, tx, r); err != nil {
				return err
			}
		}
		return nil
	})
}

// lift takes a record of the expected version out of the way of the others.
func lift(ctx context.Context, tx *sqldb.Tx, r members.Record) error {
	err := changed(tx.ExecContext(ctx,
		"UPDATE memberships SET number = '', email = '', version = version + 1 WHERE person = $1 AND version = $2", r.Person.ID, r.Version))
	if err == members.ErrNotFound {
		return members.ErrChanged
	}
	return err
}

func saveRecord(ctx context.Context, tx *sqldb.Tx, r members.Record) error {
	if err := free(ctx, tx, r); err != nil {
		return err
	}
	var err error
	if r.Version == 0 {
		err = insertRecord(ctx, tx, r)
	} else {
		err = updateRecord(ctx, tx, r)
	}
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, "DELETE FROM standings WHERE person = $1", r.Person.ID); err != nil {
		return err
	}
	for _, st := range r.History {
		_, err := tx.ExecContext(ctx, "INSERT INTO standings (person, start_at, end_at, joined, class, voting, voices) VALUES ($1, $2, $3, $4, $5, $6, $7)",
			r.Person.ID, sqldb.Millis(st.Start), millis(st.End), sqldb.Millis(st.Joined), st.Class, integer(st.Voting), st.Voices)
		if err != nil {
			return err
		}
	}
	end := millis(r.Membership().Left)
	if end == 0 {
		return nil
	}
	_, err = tx.ExecContext(ctx, `UPDATE mandates SET end_at = CASE WHEN start_at > $1 THEN start_at ELSE $1 END
		WHERE person = $2 AND (end_at = 0 OR end_at > $1)`, end, r.Person.ID)
	return err
}

// free looks for another member with the same number or address.
func free(ctx context.Context, tx *sqldb.Tx, r members.Record) error {
	if r.Number == "" && r.Email == "" {
		return nil
	}
	var one int
	err := tx.QueryRowContext(ctx, `SELECT 1 FROM memberships WHERE organisation = $1 AND person <> $2
		AND (number <> '' AND number = $3 OR email <> '' AND email = $4)`, r.Person.Organisation, r.Person.ID, r.Number, r.Email).Scan(&one)
	switch err {
	case nil:
		return members.ErrTaken
	case sql.ErrNoRows:
		return nil
	}
	return err
}

func insertRecord(ctx context.Context, tx *sqldb.Tx, r members.Record) error {
	if err := addPerson(ctx, tx, r.Person); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, "INSERT INTO memberships (person, organisation, number, email, declines_ai, version) VALUES ($1, $2, $3, $4, $5, 1)",
		r.Person.ID, r.Person.Organisation, r.Number, r.Email, integer(r.DeclinesAI))
	return err
}

func updateRecord(ctx context.Context, tx *sqldb.Tx, r members.Record) error {
	_, err := tx.ExecContext(ctx, "UPDATE memberships SET number = $1, email = $2, declines_ai = $3 WHERE person = $4",
		r.Number, r.Email, integer(r.DeclinesAI), r.Person.ID)
	if err != nil {
		return err
	}
	return changed(tx.ExecContext(ctx, "UPDATE people SET name = $1, lang = $2 WHERE id = $3", r.Person.Name, r.Person.Lang, r.Person.ID))
}

const selectRecord = `SELECT p.id, p.organisation, p.name, p.lang, p.roles, p.created, m.number, m.email, m.declines_ai, m.version,
		s.start_at, s.end_at, s.joined, s.class, s.voting, s.voices
	FROM people p JOIN memberships m ON m.person = p.id JOIN standings s ON s.person = p.id `

// Records implements members.RegisterStore.
func (s *Store) Records(ctx context.Context, organisation core.ID) ([]members.Record, error) {
	rows, err := s.db.Reader().QueryContext(ctx, selectRecord+"WHERE p.organisation = $1 ORDER BY p.id, s.start_at", organisation)
	lines, err := sqldb.Collect(rows, err, scanRecord)
	return gather(lines), err
}

// Record implements members.RegisterStore.
func (s *Store) Record(ctx context.Context, person core.ID) (members.Record, error) {
	rows, err := s.db.Reader().QueryContext(ctx, selectRecord+"WHERE p.id = $1 ORDER BY s.start_at", person)
	lines, err := sqldb.Collect(rows, err, scanRecord)
	if err != nil {
		return members.Record{}, err
	}
	if len(lines) == 0 {
		return members.Record{}, members.ErrNotFound
	}
	return gather(lines)[0], nil
}

// scanRecord reads one line: a record with one standing.
func scanRecord(row sqldb.Scanner) (r members.Record, err error) {
	var roles string
	var created, declines, start, end, joined, voting int64
	var st members.Standing
	err = row.Scan(&r.Person.ID, &r.Person.Organisation, &r.Person.Name, &r.Person.Lang, &roles, &created, &r.Number, &r.Email, &declines, &r.Version,
		&start, &end, &joined, &st.Class, &voting, &st.Voices)
	r.Person.Roles, r.Person.Created, r.DeclinesAI = splitRoles(roles), sqldb.Time(created), declines != 0
	st.Start, st.End, st.Joined, st.Voting = sqldb.Time(start), instant(end), sqldb.Time(joined), voting != 0
	r.History = []members.Standing{st}
	return r, err
}

// gather puts the lines of one person together.
func gather(lines []members.Record) []members.Record {
	var list []members.Record
	for _, line := range lines {
		if n := len(list); n > 0 && list[n-1].Person.ID == line.Person.ID {
			list[n-1].History = append(list[n-1].History, line.History...)
			continue
		}
		list = append(list, line)
	}
	return list
}

func integer(yes bool) int64 {
	if yes {
		return 1
	}
	return 0
}
