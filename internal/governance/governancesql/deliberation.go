package governancesql

import (
	"context"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/governance"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb"
)

// Sign implements governance.Store.
func (s *Store) Sign(ctx context.Context, proposal string, g governance.Signature) error {
	return s.write(ctx, `INSERT INTO governance_signatures (proposal, person, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
		proposal, g.Person, sqldb.Millis(g.Time))
}

// Signatures implements governance.Store.
func (s *Store) Signatures(ctx context.Context, proposal string) ([]governance.Signature, error) {
	return list(ctx, s.db.Reader(), func(r sqldb.Scanner) (g governance.Signature, err error) {
		var at int64
		err = r.Scan(&g.Person, &at)
		g.Time = sqldb.Time(at)
		return g, err
	}, `SELECT person, at FROM governance_signatures WHERE proposal = $1 ORDER BY at, person`, proposal)
}

// AddArgument implements governance.Store.
func (s *Store) AddArgument(ctx context.Context, a governance.Argument) error {
	return s.write(ctx, `INSERT INTO governance_arguments (id, motion, parent, author, kind, text, at, hidden_by, hidden_why)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		a.ID, a.Motion, a.Parent, a.Author, a.Kind, a.Text, sqldb.Millis(a.Time), a.HiddenBy, a.HiddenWhy)
}

// HideArgument implements governance.Store.
func (s *Store) HideArgument(ctx context.Context, motion, id, by core.ID, why string) error {
	return failure(ctx, s.db.WithTx(ctx, func(tx *sqldb.Tx) error {
		return touched(tx.ExecContext(ctx, `UPDATE governance_arguments SET hidden_by = $3, hidden_why = $4
			WHERE motion = $1 AND id = $2 AND hidden_by = ''`, motion, id, by, why))
	}))
}

// Arguments implements governance.Store.
func (s *Store) Arguments(ctx context.Context, motion core.ID) ([]governance.Argument, error) {
	return list(ctx, s.db.Reader(), func(r sqldb.Scanner) (a governance.Argument, err error) {
		var at int64
		err = r.Scan(&a.ID, &a.Motion, &a.Parent, &a.Author, &a.Kind, &a.Text, &at, &a.HiddenBy, &a.HiddenWhy)
		a.Time = sqldb.Time(at)
		return a, err
	}, `SELECT id, motion, parent, author, kind, text, at, hidden_by, hidden_why FROM governance_arguments WHERE motion = $1 ORDER BY at, id`, motion)
}

// AddAmendment implements governance.Store.
func (s *Store) AddAmendment(ctx context.Context, a governance.Amendment) error {
	canonical, err := a.Text.Proposal.Canonical()
	if err != nil {
		return err
	}
	return s.write(ctx, `INSERT INTO governance_amendments (id, motion, author, base, reasons, bytes, document, state, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		a.ID, a.Motion, a.Author, a.Base, a.Reasons, canonical, a.Text.Document, a.State, sqldb.Millis(a.Time))
}

// Amendments implements governance.Store.
func (s *Store) Amendments(ctx context.Context, motion core.ID) ([]governance.Amendment, error) {
	return list(ctx, s.db.Reader(), func(r sqldb.Scanner) (a governance.Amendment, err error) {
		var at int64
		var canonical []byte
		if err = r.Scan(&a.ID, &a.Motion, &a.Author, &a.Base, &a.Reasons, &canonical, &a.Text.Document, &a.State, &at); err != nil {
			return a, err
		}
		a.Time = sqldb.Time(at)
		a.Text.Created = a.Time
		a.Text.Proposal, err = governance.ParseProposal(canonical)
		return a, err
	}, `SELECT id, motion, author, base, reasons, bytes, document, state, at FROM governance_amendments WHERE motion = $1 ORDER BY at, id`, motion)
}

// SettleAmendment implements governance.Store.
func (s *Store) SettleAmendment(ctx context.Context, id core.ID, to governance.AmendmentState, c *governance.Change) error {
	return failure(ctx, s.db.WithTx(ctx, func(tx *sqldb.Tx) error {
		err := touched(tx.ExecContext(ctx, `UPDATE governance_amendments SET state = $2 WHERE id = $1 AND state = $3`, id, to, governance.AmendmentOpen))
		if err != nil || c == nil {
			return err
		}
		return apply(ctx, tx, *c)
	}))
}

// AddContest implements governance.Store.
func (s *Store) AddContest(ctx context.Context, proposal string, c governance.Contest) error {
	return failure(ctx, s.db.WithTx(ctx, func(tx *sqldb.Tx) error {
		return touched(tx.ExecContext(ctx, `INSERT INTO governance_contests (proposal, person, reasons, at) VALUES ($1, $2, $3, $4)
			ON CONFLICT DO NOTHING`, proposal, c.Person, c.Reasons, sqldb.Millis(c.Time)))
	}))
}

// Contests implements governance.Store.
func (s *Store) Contests(ctx context.Context, proposal string) ([]governance.Contest, error) {
	return list(ctx, s.db.Reader(), func(r sqldb.Scanner) (c governance.Contest, err error) {
		var at int64
		err = r.Scan(&c.Person, &c.Reasons, &at)
		c.Time = sqldb.Time(at)
		return c, err
	}, `SELECT person, reasons, at FROM governance_contests WHERE proposal = $1 ORDER BY at, person`, proposal)
}
