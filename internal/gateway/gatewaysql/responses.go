package gatewaysql

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb"
)

// maxChainBytes bounds the conversation that one request goes on from.
const maxChainBytes = 64 << 20

// Responses implements gateway.Responses.
type Responses struct {
	db *sqldb.DB
}

// NewResponses makes the store.
func NewResponses(db *sqldb.DB) *Responses { return &Responses{db: db} }

// chain follows a response back to where its conversation began. $1 is its id, $2 and $3 whose it is, $4 how far.
const chain = `WITH RECURSIVE chain (id, previous, depth) AS (
	SELECT id, previous, 0 FROM responses WHERE id = $1 AND organisation = $2 AND person = $3
	UNION ALL
	SELECT r.id, r.previous, c.depth + 1 FROM responses r JOIN chain c ON r.id = c.previous
	WHERE r.organisation = $2 AND r.person = $3 AND c.depth < $4) `

const responseColumns = "r.id, r.previous, r.created, r.input, r.body"

// Keep implements gateway.Responses. What it goes on from is kept as long as it.
func (s *Responses) Keep(ctx context.Context, actor core.Actor, r gateway.KeptResponse) error {
	return s.db.WithTx(ctx, func(tx *sqldb.Tx) error {
		now := sqldb.Millis(tx.Now)
		if _, err := tx.ExecContext(ctx, `INSERT INTO responses (id, organisation, person, previous, created, used, input, body)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			r.ID, actor.Organisation, actor.Person, r.Previous, sqldb.Millis(r.Created), now, r.Input, r.Body); err != nil {
			return fmt.Errorf("keep a response: %w", err)
		}
		if r.Previous == "" {
			return nil
		}
		_, err := tx.ExecContext(ctx, "UPDATE responses SET used = $5 WHERE id IN ("+chain+"SELECT id FROM chain)",
			r.Previous, actor.Organisation, actor.Person, gateway.MaxChain, now)
		return err
	})
}

// Find implements gateway.Responses.
func (s *Responses) Find(ctx context.Context, actor core.Actor, id core.ID) (gateway.KeptResponse, error) {
	row := s.db.Reader().QueryRowContext(ctx, "SELECT "+responseColumns+" FROM responses r WHERE r.id = $1 AND r.organisation = $2 AND r.person = $3",
		id, actor.Organisation, actor.Person)
	return scanResponse(row)
}

// Chain implements gateway.Responses.
func (s *Responses) Chain(ctx context.Context, actor core.Actor, id core.ID) ([]gateway.KeptResponse, error) {
	rows, err := s.db.Reader().QueryContext(ctx, chain+"SELECT "+responseColumns+" FROM responses r JOIN chain c ON c.id = r.id ORDER BY c.depth DESC",
		id, actor.Organisation, actor.Person, gateway.MaxChain)
	if err != nil {
		return nil, fmt.Errorf("read responses: %w", err)
	}
	defer rows.Close()
	var list []gateway.KeptResponse
	size := 0
	for rows.Next() {
		r, err := scanResponse(rows)
		if err != nil {
			return nil, err
		}
		if size += len(r.Input) + len(r.Body); size > maxChainBytes || len(list) >= gateway.MaxChain {
			return nil, core.E(core.TooLarge, "errors.response_chain_long", core.Args{"Max": gateway.MaxChain})
		}
		list = append(list, r)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read responses: %w", err)
	}
	if len(list) == 0 || list[0].Previous != "" {
		return nil, unknownResponse()
	}
	return list, nil
}

// Delete implements gateway.Responses.
func (s *Responses) Delete(ctx context.Context, actor core.Actor, id core.ID) error {
	err := s.db.WithTx(ctx, func(tx *sqldb.Tx) error {
		result, err := tx.ExecContext(ctx, "DELETE FROM responses WHERE id = $1 AND organisation = $2 AND person = $3", id, actor.Organisation, actor.Person)
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); err != nil || n == 0 {
			return errors.Join(err, unknownResponse())
		}
		return nil
	})
	if err != nil {
		return err
	}
	return s.db.Checkpoint(ctx)
}

// Purge erases the responses of every person that were last used before the given time, and says how many.
func (s *Responses) Purge(ctx context.Context, before time.Time) (int, error) {
	count := 0
	err := s.db.WithTx(ctx, func(tx *sqldb.Tx) error {
		result, err := tx.ExecContext(ctx, "DELETE FROM responses WHERE used < $1", sqldb.Millis(before))
		if err != nil {
			return err
		}
		n, err := result.RowsAffected()
		count = int(n)
		return err
	})
	if err != nil || count == 0 {
		return 0, err
	}
	return count, s.db.Checkpoint(ctx)
}

func scanResponse(row scanner) (gateway.KeptResponse, error) {
	var r gateway.KeptResponse
	var created int64
	err := row.Scan(&r.ID, &r.Previous, &created, &r.Input, &r.Body)
	if errors.Is(err, sql.ErrNoRows) {
		return r, unknownResponse()
	}
	r.Created = sqldb.Time(created)
	return r, err
}

func unknownResponse() error { return core.E(core.NotFound, "errors.response_unknown", nil) }

// Count says how many responses are kept for somebody.
func (s *Responses) Count(ctx context.Context, actor core.Actor) (n int, err error) {
	err = s.db.Reader().QueryRowContext(ctx, "SELECT COUNT(*) FROM responses WHERE organisation = $1 AND person = $2", actor.Organisation, actor.Person).Scan(&n)
	return n, err
}

// Each calls do with every response kept for somebody, oldest first.
func (s *Responses) Each(ctx context.Context, actor core.Actor, do func(gateway.KeptResponse) error) error {
	rows, err := s.db.Reader().QueryContext(ctx, "SELECT "+responseColumns+" FROM responses r WHERE r.organisation = $1 AND r.person = $2 ORDER BY r.id",
		actor.Organisation, actor.Person)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		r, err := scanResponse(rows)
		if err == nil {
			err = do(r)
		}
		if err != nil {
			return err
		}
	}
	return rows.Err()
}
