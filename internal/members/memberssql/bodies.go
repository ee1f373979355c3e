package memberssql

import (
	"context"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/members"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb"
)

// SaveBody implements members.RegisterStore.
func (s *Store) SaveBody(ctx context.Context, b members.Body) error {
	return s.db.WithTx(ctx, func(tx *sqldb.Tx) error { return saveBody(ctx, tx, b) })
}

func saveBody(ctx context.Context, tx *sqldb.Tx, b members.Body) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO bodies (id, organisation, key, kind, name_fr, name_en) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (id) DO UPDATE SET name_fr = excluded.name_fr, name_en = excluded.name_en`,
		b.ID, b.Organisation, b.Key, b.Kind, b.Name.FR, b.Name.EN)
	return err
}

// assemblyOf is the body that every organisation has from its first day. It bears the organisation's id.
func assemblyOf(o core.ID) members.Body {
	return members.Body{ID: o, Organisation: o, Key: members.Assembly, Kind: members.KindAssembly,
		Name: core.Text{FR: "Assemblée générale", EN: "General assembly"}}
}

// Bodies implements members.RegisterStore.
func (s *Store) Bodies(ctx context.Context, organisation core.ID) ([]members.Body, error) {
	rows, err := s.db.Reader().QueryContext(ctx, `SELECT id, organisation, key, kind, name_fr, name_en FROM bodies WHERE organisation = $1
		ORDER BY CASE kind WHEN 'assembly' THEN 0 WHEN 'board' THEN 1 ELSE 2 END, key`, organisation)
	return sqldb.Collect(rows, err, func(row sqldb.Scanner) (b members.Body, err error) {
		err = row.Scan(&b.ID, &b.Organisation, &b.Key, &b.Kind, &b.Name.FR, &b.Name.EN)
		return b, err
	})
}

// AddMandate implements members.RegisterStore.
func (s *Store) AddMandate(ctx context.Context, m members.Mandate) error {
	return s.db.WithTx(ctx, func(tx *sqldb.Tx) error {
		if err := exists(ctx, tx, personExists, m.Person); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "INSERT INTO mandates (id, body, person, office, start_at, end_at, decided) VALUES ($1, $2, $3, $4, $5, $6, $7)",
			m.ID, m.Body, m.Person, m.Office, sqldb.Millis(m.Start), millis(m.End), m.By)
		return err
	})
}

// EndMandate implements members.RegisterStore.
func (s *Store) EndMandate(ctx context.Context, m members.Mandate, expected time.Time) error {
	return s.db.WithTx(ctx, func(tx *sqldb.Tx) error {
		err := changed(tx.ExecContext(ctx, "UPDATE mandates SET end_at = $1 WHERE id = $2 AND end_at = $3", millis(m.End), m.ID, millis(expected)))
		if err == members.ErrNotFound {
			return members.ErrChanged
		}
		return err
	})
}

// Mandates implements members.RegisterStore.
func (s *Store) Mandates(ctx context.Context, organisation core.ID) ([]members.Mandate, error) {
	rows, err := s.db.Reader().QueryContext(ctx, `SELECT m.id, m.body, m.person, m.office, m.start_at, m.end_at, m.decided
		FROM mandates m JOIN bodies b ON b.id = m.body WHERE b.organisation = $1 ORDER BY m.start_at, m.id`, organisation)
	return sqldb.Collect(rows, err, func(row sqldb.Scanner) (m members.Mandate, err error) {
		var start, end int64
		err = row.Scan(&m.ID, &m.Body, &m.Person, &m.Office, &start, &end, &m.By)
		m.Start, m.End = sqldb.Time(start), instant(end)
		return m, err
	})
}

// AssemblyRoll implements members.RegisterStore.
func (s *Store) AssemblyRoll(ctx context.Context, organisation core.ID, at time.Time) ([]members.Elector, error) {
	rows, err := s.db.Reader().QueryContext(ctx, `SELECT p.id, p.name, s.class, s.voices FROM people p JOIN standings s ON s.person = p.id
		WHERE p.organisation = $1 AND s.voting = 1 AND s.start_at <= $2 AND (s.end_at = 0 OR s.end_at > $2) ORDER BY p.id`,
		organisation, sqldb.Millis(at))
	return sqldb.Collect(rows, err, scanElector)
}

// BodyRoll implements members.RegisterStore. Who left for good by then is on no roll, whatever mandate was noted.
func (s *Store) BodyRoll(ctx context.Context, body core.ID, at time.Time) ([]members.Elector, error) {
	rows, err := s.db.Reader().QueryContext(ctx, `SELECT DISTINCT p.id, p.name, COALESCE(s.class, ''), 1 FROM mandates m JOIN people p ON p.id = m.person
		LEFT JOIN standings s ON s.person = p.id AND s.start_at <= $2 AND (s.end_at = 0 OR s.end_at > $2)
		WHERE m.body = $1 AND m.start_at <= $2 AND (m.end_at = 0 OR m.end_at > $2)
		AND (NOT EXISTS (SELECT 1 FROM memberships k WHERE k.person = p.id)
			OR EXISTS (SELECT 1 FROM standings l WHERE l.person = p.id AND (l.end_at = 0 OR l.end_at > $2)))
		ORDER BY p.id`, body, sqldb.Millis(at))
	return sqldb.Collect(rows, err, scanElector)
}

func scanElector(row sqldb.Scanner) (e members.Elector, err error) {
	err = row.Scan(&e.Person, &e.Name, &e.Class, &e.Voices)
	return e, err
}
