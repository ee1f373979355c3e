package meetingssql_test

import (
	"errors"
	"testing"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/meetings"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb/sqldbtest"
)

// TestAConvocationIsWrittenWholeOrNotAtAll breaks each table that a notice writes to, one after the other.
func TestAConvocationIsWrittenWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db, "demonstration")
		m := h.planned(3 * day)
		for _, table := range []string{"meetings_notices", "meetings_roll", "meetings_letters"} {
			h.exec(`ALTER TABLE ` + table + ` RENAME TO gone`)
			_, err := h.service.Convene(t.Context(), h.actor(0), m.ID)
			if !core.Is(err, core.Unavailable) || errors.Unwrap(err) == nil {
				t.Errorf("%s: %v", table, err)
			}
			h.exec(`ALTER TABLE gone RENAME TO ` + table)
			d := h.show(0, m)
			if d.Meeting.State != meetings.Draft || len(d.Told) != 0 || len(d.Attendance.Roll) != 0 || len(d.Letters) != 0 {
				t.Fatalf("%s: half a convocation is kept: %+v", table, d.Meeting)
			}
		}
		must[meetings.Meeting](t)(h.service.Convene(t.Context(), h.actor(0), m.ID))
	})
}

// TestMinutesThatCannotBeKeptAreNotApproved breaks the table of the minutes.
func TestMinutesThatCannotBeKeptAreNotApproved(t *testing.T) {
	t.Parallel()
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db, "demonstration")
		ctx := t.Context()
		m := h.planned(0)
		must[meetings.Meeting](t)(h.service.Convene(ctx, h.actor(0), m.ID))
		must[meetings.Meeting](t)(h.service.Begin(ctx, h.actor(0), m.ID, h.actor(1).Person))
		h.clock.move(time.Minute)
		must[meetings.Meeting](t)(h.service.End(ctx, h.actor(0), m.ID))
		must[meetings.Meeting](t)(h.service.ShowMinutes(ctx, h.actor(0), m.ID))
		h.exec(`ALTER TABLE meetings_minutes RENAME TO gone`)
		if _, err := h.service.Approve(ctx, h.actor(0), m.ID); !core.Is(err, core.Unavailable) {
			t.Errorf("%v", err)
		}
		h.exec(`ALTER TABLE gone RENAME TO meetings_minutes`)
		if d := h.show(0, m); d.Meeting.State != meetings.Drafted || len(h.log.list) != 0 {
			t.Errorf("%s, %d statements", d.Meeting.State, len(h.log.list))
		}
		must[meetings.Meeting](t)(h.service.Approve(ctx, h.actor(0), m.ID))
		if len(h.log.list) != 1 {
			t.Errorf("%d statements", len(h.log.list))
		}
	})
}
