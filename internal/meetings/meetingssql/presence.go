package meetingssql

import (
	"context"
	"encoding/json"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/meetings"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb"
)

// Arrive implements meetings.Store.
func (s *Store) Arrive(ctx context.Context, meeting core.ID, sitting meetings.Sitting) error {
	return s.write(ctx, func(tx *sqldb.Tx) error {
		if err := entered(ctx, tx, meeting); err != nil {
			return err
		}
		var same, last int
		err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM meetings_sittings WHERE meeting = $1 AND person = $2 AND gone = 0 AND how = $3`, meeting, sitting.Person, sitting.How).Scan(&same)
		if err != nil || same > 0 {
			return err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE meetings_sittings SET gone = $3 WHERE meeting = $1 AND person = $2 AND gone = 0`, meeting, sitting.Person, millis(sitting.Arrived)); err != nil {
			return err
		}
		if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM meetings_sittings WHERE meeting = $1 AND person = $2`, meeting, sitting.Person).Scan(&last); err != nil {
			return err
		}
		if last >= mostStays {
			return core.E(core.Exhausted, "errors.meetings_stays", core.Args{"Max": mostStays})
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO meetings_sittings (meeting, person, number, how, arrived, gone, marker) VALUES ($1, $2, $3, $4, $5, 0, $6)`,
			meeting, sitting.Person, last+1, sitting.How, millis(sitting.Arrived), sitting.By)
		return err
	})
}

// mostStays bounds how often one person comes and goes, and how often they give their proxy to somebody else.
const mostStays = 50

// entered refuses a meeting that was opened and ended between two steps.
func entered(ctx context.Context, tx *sqldb.Tx, meeting core.ID) error {
	result, err := tx.ExecContext(ctx, `UPDATE meetings SET state = state WHERE id = $1 AND state IN ($2, $3)`, meeting, meetings.Convened, meetings.Open)
	return touched(core.E(core.Conflict, "errors.meetings_state", nil), result, err)
}

// Depart implements meetings.Store.
func (s *Store) Depart(ctx context.Context, meeting, person core.ID, at time.Time) error {
	return s.write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE meetings_sittings SET gone = $3 WHERE meeting = $1 AND person = $2 AND gone = 0`, meeting, person, millis(at))
		return err
	})
}

// Sittings implements meetings.Store.
func (s *Store) Sittings(ctx context.Context, meeting core.ID) ([]meetings.Sitting, error) {
	return list(ctx, s, func(r sqldb.Scanner) (v meetings.Sitting, err error) {
		var arrived, gone int64
		err = r.Scan(&v.Person, &v.How, &arrived, &gone, &v.By)
		v.Arrived, v.Left = instant(arrived), instant(gone)
		return v, err
	}, `SELECT person, how, arrived, gone, marker FROM meetings_sittings WHERE meeting = $1 ORDER BY arrived, person, number`, meeting)
}

// GiveProxy implements meetings.Store.
func (s *Store) GiveProxy(ctx context.Context, meeting core.ID, g meetings.Given, limit int) error {
	return s.write(ctx, func(tx *sqldb.Tx) error {
		if err := entered(ctx, tx, meeting); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE meetings_proxies SET ended = $3 WHERE meeting = $1 AND giver = $2 AND ended = 0`, meeting, g.Giver, millis(g.Since)); err != nil || g.Holder == "" {
			return err
		}
		var held, last int
		if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM meetings_proxies WHERE meeting = $1 AND holder = $2 AND ended = 0`, meeting, g.Holder).Scan(&held); err != nil {
			return err
		}
		if held >= limit {
			return core.E(core.Forbidden, "errors.governance_proxy_cap", core.Args{"Max": limit})
		}
		if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM meetings_proxies WHERE meeting = $1 AND giver = $2`, meeting, g.Giver).Scan(&last); err != nil {
			return err
		}
		if last >= mostStays {
			return core.E(core.Exhausted, "errors.meetings_stays", core.Args{"Max": mostStays})
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO meetings_proxies (meeting, giver, number, holder, since, ended) VALUES ($1, $2, $3, $4, $5, 0)`,
			meeting, g.Giver, last+1, g.Holder, millis(g.Since))
		return err
	})
}

// Proxies implements meetings.Store.
func (s *Store) Proxies(ctx context.Context, meeting core.ID) ([]meetings.Given, error) {
	return list(ctx, s, func(r sqldb.Scanner) (g meetings.Given, err error) {
		var since, ended int64
		err = r.Scan(&g.Giver, &g.Holder, &since, &ended)
		g.Since, g.Until = instant(since), instant(ended)
		return g, err
	}, `SELECT giver, holder, since, ended FROM meetings_proxies WHERE meeting = $1 ORDER BY since, giver, number`, meeting)
}

// AttendedBy implements meetings.Store.
func (s *Store) AttendedBy(ctx context.Context, organisation, person core.ID) ([]meetings.Attended, error) {
	var out []meetings.Attended
	for _, part := range []struct {
		query string
		fill  func(a *meetings.Attended, text string, one, two int64)
	}{
		{`SELECT m.facts, p.how, p.arrived, p.gone FROM meetings_sittings p JOIN meetings m ON m.id = p.meeting WHERE m.organisation = $1 AND p.person = $2 ORDER BY p.arrived`,
			func(a *meetings.Attended, text string, one, two int64) {
				a.How, a.Arrived, a.Left = meetings.How(text), moment(one), moment(two)
			}},
		{`SELECT m.facts, p.holder, p.since, p.ended FROM meetings_proxies p JOIN meetings m ON m.id = p.meeting WHERE m.organisation = $1 AND p.giver = $2 ORDER BY p.since`,
			func(a *meetings.Attended, text string, one, two int64) {
				a.GaveTo, a.Arrived, a.Left = core.ID(text), moment(one), moment(two)
			}},
		{`SELECT m.facts, p.giver, p.since, p.ended FROM meetings_proxies p JOIN meetings m ON m.id = p.meeting WHERE m.organisation = $1 AND p.holder = $2 ORDER BY p.since`,
			func(a *meetings.Attended, text string, one, two int64) {
				a.HeldFor, a.Arrived, a.Left = core.ID(text), moment(one), moment(two)
			}},
		{`SELECT m.facts, p.title, p.at, 0 FROM meetings_requests p JOIN meetings m ON m.id = p.meeting WHERE m.organisation = $1 AND p.author = $2 ORDER BY p.at`,
			func(a *meetings.Attended, text string, one, _ int64) { a.Asked, a.Arrived = text, moment(one) }},
		{`SELECT m.facts, p.state, p.at, 0 FROM meetings_letters p JOIN meetings m ON m.id = p.meeting WHERE m.organisation = $1 AND p.person = $2 ORDER BY m.starts`,
			func(a *meetings.Attended, text string, _, _ int64) { a.Letter = text }},
	} {
		lines, err := list(ctx, s, func(r sqldb.Scanner) (a meetings.Attended, err error) {
			var facts []byte
			var text string
			var one, two int64
			if err = r.Scan(&facts, &text, &one, &two); err != nil {
				return a, err
			}
			var m meetings.Meeting
			if err = json.Unmarshal(facts, &m); err != nil {
				return a, core.Wrap(err, core.Corrupt, "errors.meetings_altered", nil)
			}
			a.Meeting, a.Title, a.Starts = m.ID, m.Title, m.Starts
			part.fill(&a, text, one, two)
			return a, nil
		}, part.query, organisation, person)
		if err != nil {
			return nil, err
		}
		out = append(out, lines...)
	}
	return out, nil
}

func moment(ms int64) *time.Time {
	if ms == 0 {
		return nil
	}
	t := sqldb.Time(ms)
	return &t
}
