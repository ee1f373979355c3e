// Package memberssql keeps members in the program's database. It only keeps rows: the rules are
// those of package members. Every call is one transaction; what it returned without an error is on
// stable storage.
package memberssql

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/members"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb"
)

// Store implements members.Store on both engines.
type Store struct {
	db *sqldb.DB
}

// New returns the store kept in db.
func New(db *sqldb.DB) *Store { return &Store{db: db} }

var _ members.Store = (*Store)(nil)

// AddOrganisation implements members.Store.
func (s *Store) AddOrganisation(ctx context.Context, o members.Organisation) error {
	return s.db.WithTx(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.ExecContext(ctx, "INSERT INTO organisations (id, name, lang, created) VALUES ($1, $2, $3, $4)",
			o.ID, o.Name, o.Lang, sqldb.Millis(o.Created))
		if err != nil {
			return err
		}
		return saveBody(ctx, tx, assemblyOf(o.ID))
	})
}

// Organisations implements members.Store.
func (s *Store) Organisations(ctx context.Context) ([]members.Organisation, error) {
	rows, err := s.db.Reader().QueryContext(ctx, "SELECT id, name, lang, created FROM organisations ORDER BY created, id")
	return sqldb.Collect(rows, err, func(row sqldb.Scanner) (o members.Organisation, err error) {
		var created int64
		err = row.Scan(&o.ID, &o.Name, &o.Lang, &created)
		o.Created = sqldb.Time(created)
		return o, err
	})
}

// AddPerson implements members.Store.
func (s *Store) AddPerson(ctx context.Context, p members.Person) error {
	return s.db.WithTx(ctx, func(tx *sqldb.Tx) error { return addPerson(ctx, tx, p) })
}

func addPerson(ctx context.Context, tx *sqldb.Tx, p members.Person) error {
	if err := exists(ctx, tx, "SELECT 1 FROM organisations WHERE id = $1", p.Organisation); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx,
		"INSERT INTO people (id, organisation, name, lang, roles, created) VALUES ($1, $2, $3, $4, $5, $6)",
		p.ID, p.Organisation, p.Name, p.Lang, joinRoles(p.Roles), sqldb.Millis(p.Created))
	return err
}

const selectPerson = "SELECT id, organisation, name, lang, roles, created FROM people "

func scanPerson(row sqldb.Scanner) (p members.Person, err error) {
	var roles string
	var created int64
	err = row.Scan(&p.ID, &p.Organisation, &p.Name, &p.Lang, &roles, &created)
	p.Roles, p.Created = splitRoles(roles), sqldb.Time(created)
	return p, err
}

// Person implements members.Store.
func (s *Store) Person(ctx context.Context, id core.ID) (members.Person, error) {
	p, err := scanPerson(s.db.Reader().QueryRowContext(ctx, selectPerson+"WHERE id = $1", id))
	return p, found(err)
}

// People implements members.Store.
func (s *Store) People(ctx context.Context, organisation core.ID) ([]members.Person, error) {
	rows, err := s.db.Reader().QueryContext(ctx, selectPerson+"WHERE organisation = $1 ORDER BY created, id", organisation)
	return sqldb.Collect(rows, err, scanPerson)
}

// exists answers members.ErrNotFound when the query finds no row.
func exists(ctx context.Context, tx *sqldb.Tx, query string, id core.ID) error {
	var one int
	return found(tx.QueryRowContext(ctx, query, id).Scan(&one))
}

// found turns the absence of a row into members.ErrNotFound.
func found(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return members.ErrNotFound
	}
	return err
}

// changed answers members.ErrNotFound when a statement changed nothing.
func changed(result sql.Result, err error) error {
	if err != nil {
		return err
	}
	n, err := result.RowsAffected()
	if err == nil && n == 0 {
		return members.ErrNotFound
	}
	return err
}

func joinRoles(roles []core.Role) string {
	words := make([]string, len(roles))
	for i, r := range roles {
		words[i] = string(r)
	}
	return strings.Join(words, " ")
}

func splitRoles(text string) []core.Role {
	var roles []core.Role
	for word := range strings.FieldsSeq(text) {
		roles = append(roles, core.Role(word))
	}
	return roles
}

// millis and instant keep the zero time as 0.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return sqldb.Millis(t)
}

func instant(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return sqldb.Time(ms)
}
