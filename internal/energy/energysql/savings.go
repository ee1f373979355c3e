package energysql

import (
	"context"
	"fmt"
	"time"

	"github.com/solidaire-coop/solidaire/internal/audit"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/energy"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb"
)

var _ energy.Accounts = (*Store)(nil)

// account is one row: what shares a person and a day.
type account struct {
	organisation, person core.ID
	day                  int64
}

// balance are the figures of one row.
type balance struct {
	requests, bigger int64
	saved, extra     sums // their requests are those with a figure
}

const addAccount = `
INSERT INTO energy_auto (organisation, person, day, requests, known, saved, saved_low, saved_high, bigger, extra_known, extra, extra_low, extra_high)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
ON CONFLICT (organisation, person, day) DO UPDATE SET
  requests = energy_auto.requests + excluded.requests,
  known = energy_auto.known + excluded.known,
  saved = energy_auto.saved + excluded.saved,
  saved_low = energy_auto.saved_low + excluded.saved_low,
  saved_high = energy_auto.saved_high + excluded.saved_high,
  bigger = energy_auto.bigger + excluded.bigger,
  extra_known = energy_auto.extra_known + excluded.extra_known,
  extra = energy_auto.extra + excluded.extra,
  extra_low = energy_auto.extra_low + excluded.extra_low,
  extra_high = energy_auto.extra_high + excluded.extra_high`

// projectSavings adds the answers whose model was chosen. What did not end well saved nothing.
func projectSavings(ctx context.Context, tx *sqldb.Tx, records []audit.Record) error {
	accounts, order := gatherSavings(records)
	for _, a := range order {
		b := accounts[a]
		_, err := tx.ExecContext(ctx, addAccount, a.organisation, a.person, a.day, b.requests,
			b.saved.requests, b.saved.joules, b.saved.low, b.saved.high,
			b.bigger, b.extra.requests, b.extra.joules, b.extra.low, b.extra.high)
		if err != nil {
			return fmt.Errorf("add savings: %w", err)
		}
	}
	return nil
}

// gatherSavings sums the records of a batch per row, in the order in which rows appear. A record that appears twice counts once.
func gatherSavings(records []audit.Record) (map[account]*balance, []account) {
	seen := make(map[core.ID]bool, len(records))
	accounts := map[account]*balance{}
	var order []account
	for _, r := range records {
		if r.Auto == nil || r.Outcome != audit.Completed || seen[r.ID] {
			continue
		}
		seen[r.ID] = true
		a := account{r.Organisation, r.Person, midnight(r.Time)}
		if accounts[a] == nil {
			accounts[a], order = &balance{}, append(order, a)
		}
		accounts[a].add(*r.Auto)
	}
	return accounts, order
}

func (b *balance) add(auto audit.Auto) {
	b.requests++
	if auto.Bigger != "" {
		b.bigger++
	}
	for _, part := range []struct {
		to   *sums
		from *core.Energy
	}{{&b.saved, auto.Saved}, {&b.extra, auto.Extra}} {
		if part.from == nil {
			continue
		}
		if figures, label := figuresOf(*part.from); label != core.EnergyUnknown {
			part.to.add(figures)
		}
	}
}

const readSavings = `
SELECT COALESCE(SUM(requests), 0), COALESCE(SUM(known), 0), COALESCE(SUM(saved), 0), COALESCE(SUM(saved_low), 0), COALESCE(SUM(saved_high), 0),
  COALESCE(SUM(bigger), 0), COALESCE(SUM(extra_known), 0), COALESCE(SUM(extra), 0), COALESCE(SUM(extra_low), 0), COALESCE(SUM(extra_high), 0)
FROM energy_auto
WHERE organisation = $1 AND ($2 = '' OR person = $2) AND day >= $3 AND day < $4`

// Savings implements energy.Accounts.
func (s *Store) Savings(ctx context.Context, organisation, person core.ID, from, to time.Time) (energy.Savings, error) {
	var b balance
	row := s.db.Reader().QueryRowContext(ctx, readSavings, organisation, person, sqldb.Millis(from), sqldb.Millis(to))
	err := row.Scan(&b.requests, &b.saved.requests, &b.saved.joules, &b.saved.low, &b.saved.high,
		&b.bigger, &b.extra.requests, &b.extra.joules, &b.extra.low, &b.extra.high)
	if err != nil {
		return energy.Savings{}, unavailable(err)
	}
	return energy.Savings{
		Requests: int(b.requests), Known: int(b.saved.requests), Saved: b.saved.estimate(),
		Bigger: int(b.bigger), Extra: b.extra.estimate(),
	}, nil
}

// estimate turns sums into what people read; unknown where no request had a figure.
func (v sums) estimate() core.Energy {
	if v.requests == 0 {
		return core.UnknownEnergy()
	}
	return v.part(core.EnergyEstimatedPublished).Energy
}
