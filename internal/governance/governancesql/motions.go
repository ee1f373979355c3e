package governancesql

import (
	"context"
	"errors"
	"time"

	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/governance"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb"
)

// RulesHistory implements governance.Store.
func (s *Store) RulesHistory(ctx context.Context, organisation core.ID) ([]governance.RulesVersion, error) {
	return list(ctx, s.db.Reader(), func(r sqldb.Scanner) (v governance.RulesVersion, err error) {
		var since int64
		err = r.Scan(&v.Number, &v.Hash, &v.Bytes, &v.Motion, &since)
		v.Since = sqldb.Time(since)
		return v, err
	}, `SELECT number, hash, bytes, motion, since FROM governance_rules WHERE organisation = $1 ORDER BY number`, organisation)
}

// BeginRules implements governance.Store.
func (s *Store) BeginRules(ctx context.Context, organisation core.ID, v governance.RulesVersion) error {
	return s.write(ctx, `INSERT INTO governance_rules (organisation, number, hash, bytes, motion, since) VALUES ($1, 1, $2, $3, '', $4)
		ON CONFLICT DO NOTHING`, organisation, v.Hash, v.Bytes, sqldb.Millis(v.Since))
}

const motionColumns = `id, organisation, author, kind, body, title_fr, title_en, state, version, proposal, ballot, created, updated, due, revision`

func readMotion(r sqldb.Scanner) (m governance.Motion, err error) {
	var created, updated, due int64
	err = r.Scan(&m.ID, &m.Organisation, &m.Author, &m.Kind, &m.Body, &m.Title.FR, &m.Title.EN, &m.State, &m.Version, &m.Proposal,
		&m.Ballot, &created, &updated, &due, &m.Revision)
	m.Created, m.Updated, m.Due = sqldb.Time(created), sqldb.Time(updated), instant(due)
	return m, err
}

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

// Motions implements governance.Store.
func (s *Store) Motions(ctx context.Context, organisation core.ID) ([]governance.Motion, error) {
	return list(ctx, s.db.Reader(), readMotion,
		`SELECT `+motionColumns+` FROM governance_motions WHERE organisation = $1 ORDER BY updated DESC, id DESC`, organisation)
}

// Motion implements governance.Store.
func (s *Store) Motion(ctx context.Context, organisation, id core.ID) (governance.Motion, error) {
	m, err := readMotion(s.db.Reader().QueryRowContext(ctx,
		`SELECT `+motionColumns+` FROM governance_motions WHERE organisation = $1 AND id = $2`, organisation, id))
	return m, failure(ctx, err)
}

// Due implements governance.Store.
func (s *Store) Due(ctx context.Context, organisation core.ID, now time.Time) (due []governance.Motion, next time.Time, err error) {
	all, err := list(ctx, s.db.Reader(), readMotion,
		`SELECT `+motionColumns+` FROM governance_motions WHERE organisation = $1 AND due > 0 ORDER BY due, id`, organisation)
	for _, m := range all {
		if m.Due.After(now) {
			return due, m.Due, err
		}
		due = append(due, m)
	}
	return due, time.Time{}, err
}

// Apply implements governance.Store.
func (s *Store) Apply(ctx context.Context, c governance.Change) error {
	return failure(ctx, s.db.WithTx(ctx, func(tx *sqldb.Tx) error { return apply(ctx, tx, c) }))
}

func apply(ctx context.Context, tx *sqldb.Tx, c governance.Change) error {
	if err := writeMotion(ctx, tx, c); err != nil {
		return err
	}
	if c.Text != nil {
		if err := writeText(ctx, tx, c.After.ID, c.After.Proposal, *c.Text); err != nil {
			return err
		}
	}
	if c.Call != nil {
		if err := writeCall(ctx, tx, *c.Call); err != nil {
			return err
		}
	}
	if r := c.Result; r != nil {
		if _, err := tx.ExecContext(ctx, `INSERT INTO governance_results (proposal, certificate, signed) VALUES ($1, $2, $3)`,
			r.Proposal, r.Certificate, r.Signed); err != nil {
			return err
		}
	}
	if v := c.Rules; v != nil {
		_, err := tx.ExecContext(ctx, `INSERT INTO governance_rules (organisation, number, hash, bytes, motion, since) VALUES ($1, $2, $3, $4, $5, $6)`,
			c.After.Organisation, v.Number, v.Hash, v.Bytes, v.Motion, sqldb.Millis(v.Since))
		return err
	}
	return nil
}

// writeMotion adds a motion, or changes it if it is still what it was before.
func writeMotion(ctx context.Context, tx *sqldb.Tx, c governance.Change) error {
	m := c.After
	if c.Before.ID == "" {
		_, err := tx.ExecContext(ctx, `INSERT INTO governance_motions (`+motionColumns+`)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
			m.ID, m.Organisation, m.Author, m.Kind, m.Body, m.Title.FR, m.Title.EN, m.State, m.Version, m.Proposal, m.Ballot,
			millis(m.Created), millis(m.Updated), millis(m.Due), m.Revision)
		return err
	}
	return touched(tx.ExecContext(ctx, `UPDATE governance_motions SET kind = $3, body = $4, title_fr = $5, title_en = $6, state = $7,
		version = $8, proposal = $9, ballot = $10, updated = $11, due = $12, revision = $13 WHERE id = $1 AND revision = $2`,
		m.ID, c.Before.Revision, m.Kind, m.Body, m.Title.FR, m.Title.EN, m.State, m.Version, m.Proposal, m.Ballot,
		millis(m.Updated), millis(m.Due), m.Revision))
}

func writeText(ctx context.Context, tx *sqldb.Tx, motion core.ID, id string, t governance.Text) error {
	canonical, err := t.Proposal.Canonical()
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO governance_texts (motion, number, proposal, bytes, document, created) VALUES ($1, $2, $3, $4, $5, $6)`,
		motion, t.Number, id, canonical, t.Document, sqldb.Millis(t.Created))
	return err
}

func readText(r sqldb.Scanner) (t governance.Text, err error) {
	var id string
	var canonical []byte
	var created int64
	if err = r.Scan(&t.Number, &id, &canonical, &t.Document, &created); err != nil {
		return t, err
	}
	t.Created = sqldb.Time(created)
	if charter.HashOf(canonical) != id {
		return t, altered(errors.New("the text of a proposal is not the one that its id names"))
	}
	t.Proposal, err = governance.ParseProposal(canonical)
	return t, err
}

// Texts implements governance.Store.
func (s *Store) Texts(ctx context.Context, motion core.ID) ([]governance.Text, error) {
	return list(ctx, s.db.Reader(), readText,
		`SELECT number, proposal, bytes, document, created FROM governance_texts WHERE motion = $1 ORDER BY number`, motion)
}

// TextOf implements governance.Store.
func (s *Store) TextOf(ctx context.Context, organisation core.ID, proposal string) (governance.Text, error) {
	t, err := readText(s.db.Reader().QueryRowContext(ctx, `SELECT t.number, t.proposal, t.bytes, t.document, t.created FROM governance_texts t
		JOIN governance_motions m ON m.id = t.motion WHERE m.organisation = $1 AND t.proposal = $2`,
		organisation, proposal))
	return t, failure(ctx, err)
}

// Result implements governance.Store.
func (s *Store) Result(ctx context.Context, proposal string) (r governance.Result, err error) {
	err = s.db.Reader().QueryRowContext(ctx, `SELECT proposal, certificate, signed FROM governance_results WHERE proposal = $1`, proposal).
		Scan(&r.Proposal, &r.Certificate, &r.Signed)
	return r, failure(ctx, err)
}
