package governancesql

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/governance"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb"
)

// linesAtOnce bounds the parameters of one statement.
const linesAtOnce = 200

func writeCall(ctx context.Context, tx *sqldb.Tx, c governance.Call) error {
	canonical, err := c.Ballot.Canonical()
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO governance_ballots (hash, proposal, bytes) VALUES ($1, $2, $3)`,
		c.Hash, c.Ballot.Proposal, canonical); err != nil {
		return err
	}
	roll := c.Roll.Electors()
	for len(roll) > 0 {
		n := min(linesAtOnce, len(roll))
		if err := writeRoll(ctx, tx, c.Hash, roll[:n]); err != nil {
			return err
		}
		roll = roll[n:]
	}
	return nil
}

func writeRoll(ctx context.Context, tx *sqldb.Tx, ballot string, electors []governance.Elector) error {
	var query strings.Builder
	query.WriteString(`INSERT INTO governance_rolls (ballot, person, class, weight) VALUES `)
	args := []any{ballot}
	for i, e := range electors {
		if i > 0 {
			query.WriteByte(',')
		}
		fmt.Fprintf(&query, "($1, $%d, $%d, $%d)", len(args)+1, len(args)+2, len(args)+3)
		args = append(args, e.Person, e.Class, e.Weight)
	}
	_, err := tx.ExecContext(ctx, query.String(), args...)
	return err
}

// Ballot implements governance.Store.
func (s *Store) Ballot(ctx context.Context, hash string) (governance.Call, error) {
	b, err := ballot(ctx, s.db.Reader(), hash)
	if err != nil {
		return governance.Call{}, failure(ctx, err)
	}
	electors, err := list(ctx, s.db.Reader(), readElector, `SELECT person, class, weight FROM governance_rolls WHERE ballot = $1`, hash)
	if err != nil {
		return governance.Call{}, err
	}
	roll, err := governance.NewRoll(electors)
	if err == nil && roll.Root() != b.RollRoot {
		err = altered(errors.New("the roll is not the ballot's"))
	}
	return governance.Call{Hash: hash, Ballot: b, Roll: roll}, err
}

// ballot reads a ballot whose bytes are those that its hash names.
func ballot(ctx context.Context, q querier, hash string) (governance.Ballot, error) {
	var canonical []byte
	if err := q.QueryRowContext(ctx, `SELECT bytes FROM governance_ballots WHERE hash = $1`, hash).Scan(&canonical); err != nil {
		return governance.Ballot{}, err
	}
	if charter.HashOf(canonical) != hash {
		return governance.Ballot{}, altered(errors.New("the ballot is not the one that was called"))
	}
	return governance.ParseBallot(canonical)
}

func altered(cause error) error {
	return core.Wrap(cause, core.Corrupt, "errors.governance_altered", nil)
}

func readElector(r sqldb.Scanner) (e governance.Elector, err error) {
	err = r.Scan(&e.Person, &e.Class, &e.Weight)
	return e, err
}

// OnRoll implements governance.Store.
func (s *Store) OnRoll(ctx context.Context, hash string, person core.ID) (governance.Elector, bool, error) {
	return onRoll(ctx, s.db.Reader(), hash, person)
}

func onRoll(ctx context.Context, q querier, hash string, person core.ID) (governance.Elector, bool, error) {
	e, err := readElector(q.QueryRowContext(ctx, `SELECT person, class, weight FROM governance_rolls WHERE ballot = $1 AND person = $2`, hash, person))
	if errors.Is(err, sql.ErrNoRows) {
		return e, false, nil
	}
	return e, err == nil, failure(ctx, err)
}

// Cast implements governance.Store.
func (s *Store) Cast(ctx context.Context, hash string, person, voice core.ID, make func(governance.Before) (governance.Kept, error)) (governance.Kept, error) {
	var kept governance.Kept
	err := s.db.WithTx(ctx, func(tx *sqldb.Tx) error {
		if err := stillOpen(ctx, tx, hash); err != nil {
			return err
		}
		before, err := before(ctx, tx, hash, person, voice)
		if err != nil {
			return err
		}
		if kept, err = make(before); err != nil {
			return err
		}
		canonical, err := kept.Vote.Canonical()
		if err != nil {
			return err
		}
		return touched(tx.ExecContext(ctx, `INSERT INTO governance_votes (ballot, number, person, voice, at, bytes, chain, seal)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING`,
			hash, kept.Vote.Sequence, person, voice, sqldb.Millis(kept.Vote.Time), canonical, kept.Chain, kept.Seal))
	})
	return kept, failure(ctx, err)
}

// stillOpen refuses a vote on a ballot that was counted between two steps.
func stillOpen(ctx context.Context, tx *sqldb.Tx, hash string) error {
	var open int
	err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM governance_motions WHERE ballot = $1 AND state = $2`, hash, governance.Balloting).Scan(&open)
	if err == nil && open == 0 {
		return core.E(core.Conflict, "errors.governance_closed", nil)
	}
	return err
}

func before(ctx context.Context, tx *sqldb.Tx, hash string, person, voice core.ID) (b governance.Before, err error) {
	b.Chain = hash
	var last int64
	err = tx.QueryRowContext(ctx, `SELECT number, chain, at FROM governance_votes WHERE ballot = $1 ORDER BY number DESC LIMIT 1`, hash).
		Scan(&b.Votes, &b.Chain, &last)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return b, err
	}
	if err == nil {
		b.Last = sqldb.Time(last)
	}
	var heard int
	if err = tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM governance_votes WHERE ballot = $1 AND voice = $2`, hash, voice).Scan(&heard); err != nil {
		return b, err
	}
	b.Heard = heard > 0
	if err = tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM governance_votes WHERE ballot = $1 AND person = $2 AND voice <> $2`, hash, person).Scan(&b.Held); err != nil {
		return b, err
	}
	_, caster, err := onRoll(ctx, tx, hash, person)
	if err != nil {
		return b, err
	}
	_, listed, err := onRoll(ctx, tx, hash, voice)
	b.OnRoll = caster && listed
	return b, err
}

func readKept(r sqldb.Scanner) (k governance.Kept, err error) {
	var canonical []byte
	if err = r.Scan(&canonical, &k.Chain, &k.Seal); err != nil {
		return k, err
	}
	if k.Vote, err = governance.ParseVote(canonical); err != nil {
		err = altered(err)
	}
	return k, err
}

// Votes implements governance.Store.
func (s *Store) Votes(ctx context.Context, hash string) ([]governance.Kept, error) {
	return list(ctx, s.db.Reader(), readKept, `SELECT bytes, chain, seal FROM governance_votes WHERE ballot = $1 ORDER BY number`, hash)
}

// VoteOf implements governance.Store.
func (s *Store) VoteOf(ctx context.Context, hash string, voice core.ID) (governance.Kept, bool, error) {
	k, err := readKept(s.db.Reader().QueryRowContext(ctx, `SELECT bytes, chain, seal FROM governance_votes WHERE ballot = $1 AND voice = $2`, hash, voice))
	if errors.Is(err, sql.ErrNoRows) {
		return k, false, nil
	}
	return k, err == nil, failure(ctx, err)
}

// Turnout implements governance.Store.
func (s *Store) Turnout(ctx context.Context, hash string) (n int, err error) {
	err = s.db.Reader().QueryRowContext(ctx, `SELECT COUNT(*) FROM governance_votes WHERE ballot = $1`, hash).Scan(&n)
	return n, failure(ctx, err)
}

// GiveProxy implements governance.Store.
func (s *Store) GiveProxy(ctx context.Context, hash string, giver, holder core.ID, limit int) error {
	return failure(ctx, s.db.WithTx(ctx, func(tx *sqldb.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM governance_proxies WHERE ballot = $1 AND giver = $2`, hash, giver); err != nil || holder == "" {
			return err
		}
		var held int
		if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM governance_proxies WHERE ballot = $1 AND holder = $2`, hash, holder).Scan(&held); err != nil {
			return err
		}
		if held >= limit {
			return core.E(core.Forbidden, "errors.governance_proxy_cap", core.Args{"Max": limit})
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO governance_proxies (ballot, giver, holder) VALUES ($1, $2, $3)`, hash, giver, holder)
		return err
	}))
}

// Proxies implements governance.Store.
func (s *Store) Proxies(ctx context.Context, hash string) ([]governance.Proxy, error) {
	return list(ctx, s.db.Reader(), func(r sqldb.Scanner) (p governance.Proxy, err error) {
		err = r.Scan(&p.Giver, &p.Holder)
		return p, err
	}, `SELECT giver, holder FROM governance_proxies WHERE ballot = $1 ORDER BY giver`, hash)
}
