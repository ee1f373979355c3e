// Package energysql keeps what was used each day, as sums of audit records. It holds no prompt, no time
// finer than a day, and no single request: the energy of one request tells how long its answer was.
package energysql

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/solidaire-coop/solidaire/internal/audit"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/energy"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb"
)

// Store implements energy.Days. Safe for concurrent use.
type Store struct{ db *sqldb.DB }

// New returns the store of db.
func New(db *sqldb.DB) *Store { return &Store{db} }

var _ energy.Days = (*Store)(nil)

// line is one row: what shares a person, day, label and model.
type line struct {
	organisation, person core.ID
	day                  int64
	label                core.EnergyLabel
	model                string
}

// sums are the figures of one row. Joules are kept as integers of a thousandth, so that adding in any
// order gives the same.
type sums struct{ requests, joules, low, high int64 }

const addLine = `
INSERT INTO energy_daily (organisation, person, day, label, model, requests, millijoules, millijoules_low, millijoules_high)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (organisation, person, day, label, model) DO UPDATE SET
  requests = energy_daily.requests + excluded.requests,
  millijoules = energy_daily.millijoules + excluded.millijoules,
  millijoules_low = energy_daily.millijoules_low + excluded.millijoules_low,
  millijoules_high = energy_daily.millijoules_high + excluded.millijoules_high`

// Project adds records to the sums, within the transaction that stores the records for the first time. A
// request that was refused did no work, and is not counted.
func (s *Store) Project(ctx context.Context, tx *sqldb.Tx, records []audit.Record) error {
	lines, order := gather(records)
	for _, l := range order {
		v := lines[l]
		_, err := tx.ExecContext(ctx, addLine, l.organisation, l.person, l.day, l.label, l.model,
			v.requests, v.joules, v.low, v.high)
		if err != nil {
			return fmt.Errorf("add energy: %w", err)
		}
	}
	return projectSavings(ctx, tx, records)
}

// gather sums the records of a batch per line, in the order in which lines appear. A record that appears
// twice counts once.
func gather(records []audit.Record) (map[line]*sums, []line) {
	seen := make(map[core.ID]bool, len(records))
	lines := map[line]*sums{}
	var order []line
	for _, r := range records {
		if seen[r.ID] || r.Outcome == audit.Blocked {
			continue
		}
		seen[r.ID] = true
		figures, label := figuresOf(r.Energy)
		l := line{r.Organisation, r.Person, midnight(r.Time), label, r.Model}
		if lines[l] == nil {
			lines[l], order = &sums{}, append(order, l)
		}
		lines[l].add(figures)
	}
	return lines, order
}

func (v *sums) add(o sums) {
	v.requests += o.requests
	v.joules += o.joules
	v.low += o.low
	v.high += o.high
}

// figuresOf reads the figure of one request. Without believable joules it is unknown, whatever its label.
func figuresOf(e core.Energy) (sums, core.EnergyLabel) {
	joules, ok := millijoules(e.Joules)
	if !ok || e.Label == "" || e.Label == core.EnergyUnknown {
		return sums{requests: 1}, core.EnergyUnknown
	}
	return sums{1, joules, bound(e.Low, joules), bound(e.High, joules)}, e.Label
}

// most bounds one figure, so that no sum of believable figures overflows: 10⁹ kJ.
const most = 1e15

func millijoules(joules *float64) (int64, bool) {
	if joules == nil || !(*joules >= 0) || *joules*1000 > most {
		return 0, false
	}
	return int64(math.Round(*joules * 1000)), true
}

func bound(joules *float64, otherwise int64) int64 {
	if mj, ok := millijoules(joules); ok {
		return mj
	}
	return otherwise
}

func midnight(t time.Time) int64 { return sqldb.Millis(t.UTC().Truncate(24 * time.Hour)) }

const readDaily = `
SELECT day, label, SUM(requests), SUM(millijoules), SUM(millijoules_low), SUM(millijoules_high)
FROM energy_daily
WHERE organisation = $1 AND ($2 = '' OR person = $2) AND day >= $3 AND day < $4
GROUP BY day, label
ORDER BY day`

// Daily implements energy.Days.
func (s *Store) Daily(ctx context.Context, organisation, person core.ID, from, to time.Time) ([]energy.Day, error) {
	rows, err := s.db.Reader().QueryContext(ctx, readDaily, organisation, person, sqldb.Millis(from), sqldb.Millis(to))
	if err != nil {
		return nil, unavailable(err)
	}
	defer rows.Close()
	var days []energy.Day
	for rows.Next() {
		var day int64
		var label core.EnergyLabel
		var v sums
		if err := rows.Scan(&day, &label, &v.requests, &v.joules, &v.low, &v.high); err != nil {
			return nil, unavailable(err)
		}
		date := sqldb.Time(day)
		if len(days) == 0 || !days[len(days)-1].Date.Equal(date) {
			days = append(days, energy.Day{Date: date})
		}
		last := &days[len(days)-1]
		last.Parts = append(last.Parts, v.part(label))
	}
	if err := rows.Err(); err != nil {
		return nil, unavailable(err)
	}
	for _, day := range days {
		slices.SortFunc(day.Parts, func(a, b energy.Part) int { return cmp.Compare(strength(a), strength(b)) })
	}
	return days, nil
}

// part turns a row into what people read. Bounds equal to the figure mean that no method gave an interval.
func (v sums) part(label core.EnergyLabel) energy.Part {
	p := energy.Part{Requests: int(v.requests), Energy: core.Energy{Label: label}}
	if label == core.EnergyUnknown {
		return p
	}
	p.Energy.Joules = joules(v.joules)
	if v.low != v.joules || v.high != v.joules {
		p.Energy.Low, p.Energy.High = joules(v.low), joules(v.high)
	}
	return p
}

func joules(mj int64) *float64 {
	j := float64(mj) / 1000
	return &j
}

// strength puts the strongest label first.
func strength(p energy.Part) int {
	order := []core.EnergyLabel{core.EnergyMeteredWall, core.EnergyMeteredPartial, core.EnergyEstimatedCalibrated, core.EnergyEstimatedPublished}
	if i := slices.Index(order, p.Energy.Label); i >= 0 {
		return i
	}
	return len(order)
}

func unavailable(cause error) error {
	return core.Wrap(fmt.Errorf("read energy: %w", cause), core.Unavailable, "errors.energy_unavailable", nil)
}
