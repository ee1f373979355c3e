package ledgersql

import (
	"context"
	"fmt"

	"github.com/solidaire-coop/solidaire/internal/audit"
	"github.com/solidaire-coop/solidaire/internal/ledger"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb"
)

// The stored names of the assets.
const (
	tokens      = "tokens"
	millijoules = "millijoules"
)

const addBalance = `
INSERT INTO ledger_balances (organisation, person, day, kind, asset, balance)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (organisation, person, day, kind, asset)
DO UPDATE SET balance = ledger_balances.balance + excluded.balance`

// Project adds what the records cost to the stored balances, within the transaction that stores the
// records for the first time: that is what makes a record count exactly once. A record that appears twice
// in the batch counts once.
func (b *Budgets) Project(ctx context.Context, tx *sqldb.Tx, records []audit.Record) error {
	for _, entry := range ledger.Post(records) {
		if err := add(ctx, tx, entry.Account, tokens, entry.Amounts.Tokens); err != nil {
			return err
		}
		if err := add(ctx, tx, entry.Account, millijoules, entry.Amounts.Millijoules); err != nil {
			return err
		}
	}
	return nil
}

func add(ctx context.Context, tx *sqldb.Tx, a ledger.Account, asset string, amount int64) error {
	if amount == 0 {
		return nil
	}
	_, err := tx.ExecContext(ctx, addBalance, a.Organisation, a.Person, sqldb.Millis(a.Day), a.Kind, asset, amount)
	if err != nil {
		return fmt.Errorf("add to balance: %w", err)
	}
	return nil
}

const readUsed = `
SELECT asset, balance FROM ledger_balances
WHERE organisation = $1 AND person = $2 AND day = $3 AND kind = $4`

// stored reads what a person had used on a day, as far as records have been projected.
func (b *Budgets) stored(ctx context.Context, who holder) (ledger.Amounts, error) {
	var used ledger.Amounts
	rows, err := b.db.Reader().QueryContext(ctx, readUsed, who.organisation, who.person, sqldb.Millis(who.day), ledger.Used)
	if err != nil {
		return used, fmt.Errorf("read balances: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var asset string
		var balance int64
		if err := rows.Scan(&asset, &balance); err != nil {
			return used, fmt.Errorf("read balance: %w", err)
		}
		switch asset {
		case tokens:
			used.Tokens = balance
		case millijoules:
			used.Millijoules = balance
		}
	}
	return used, rows.Err()
}
