package memberssql_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb/sqldbtest"
)

func TestLinksAndSessions(t *testing.T) {
	t.Parallel()
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		ctx := t.Context()
		link, err := h.NewLink(ctx, h.amelie.ID, 10*time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		session, token, err := h.Redeem(ctx, link)
		if err != nil {
			t.Fatal(err)
		}
		actor, err := h.SessionActor(ctx, token)
		if err != nil || actor.Person != h.amelie.ID || actor.ByKey || actor.Credential != session.ID || !actor.Has(core.RoleOperator) {
			t.Fatalf("actor: got %+v, %v", actor, err)
		}
		for name, wrong := range map[string]string{"used": link, "malformed": "soll_", "a session": token, "empty": ""} {
			if _, _, err := h.Redeem(ctx, wrong); core.CodeOf(err) != core.Unauthenticated {
				t.Errorf("%s link: got %v", name, err)
			}
		}
		t.Run("a link ends", func(t *testing.T) {
			link, err := h.NewLink(ctx, h.amelie.ID, 10*time.Minute)
			if err != nil {
				t.Fatal(err)
			}
			h.clock.pass(10 * time.Minute)
			_, _, err = h.Redeem(ctx, link)
			wantCode(t, err, core.Unauthenticated)
		})
		t.Run("a session slides with its use", func(t *testing.T) {
			for range 4 {
				h.clock.pass(29 * 24 * time.Hour)
				if _, err := h.SessionActor(ctx, token); err != nil {
					t.Fatal(err)
				}
				if holds, err := h.Holds(ctx, session.ID); !holds || err != nil {
					t.Fatalf("holds: %v, %v", holds, err)
				}
			}
			h.clock.pass(30 * 24 * time.Hour)
			_, err := h.SessionActor(ctx, token)
			wantCode(t, err, core.Unauthenticated)
			if holds, err := h.Holds(ctx, session.ID); holds || err != nil {
				t.Fatalf("holds: %v, %v", holds, err)
			}
		})
		t.Run("signing out ends it", func(t *testing.T) {
			link, err := h.NewLink(ctx, h.amelie.ID, time.Minute)
			if err != nil {
				t.Fatal(err)
			}
			session, token, err := h.Redeem(ctx, link)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := h.SessionActor(ctx, token); err != nil {
				t.Fatal(err)
			}
			for range 2 {
				if err := h.SignOut(ctx, token); err != nil {
					t.Fatal(err)
				}
			}
			_, err = h.SessionActor(ctx, token)
			wantCode(t, err, core.Unauthenticated)
			if holds, err := h.Holds(ctx, session.ID); holds || err != nil {
				t.Fatalf("holds: %v, %v", holds, err)
			}
		})
		for _, life := range []time.Duration{0, -time.Second, 8 * 24 * time.Hour} {
			_, err := h.NewLink(ctx, h.amelie.ID, life)
			wantCode(t, err, core.Invalid)
		}
		_, err = h.NewLink(ctx, core.NewID(h.clock.Now()), time.Minute)
		wantCode(t, err, core.NotFound)
	})
}

func TestALinkOpensOneSessionHoweverManyTry(t *testing.T) {
	t.Parallel()
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		link, err := h.NewLink(t.Context(), h.amelie.ID, time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		const tries = 50
		var opened, refused atomic.Int32
		var wg sync.WaitGroup
		start := make(chan struct{})
		for range tries {
			wg.Go(func() {
				<-start
				_, _, err := h.Redeem(t.Context(), link)
				switch core.CodeOf(err) {
				case "":
					opened.Add(1)
				case core.Unauthenticated:
					refused.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		close(start)
		wg.Wait()
		if opened.Load() != 1 || refused.Load() != tries-1 {
			t.Errorf("%d sessions opened, %d refused", opened.Load(), refused.Load())
		}
	})
}

func TestALinkWhoseSessionCouldNotBeOpenedStaysGood(t *testing.T) {
	t.Parallel()
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		link, err := h.NewLink(t.Context(), h.amelie.ID, time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		refuse, accept := "ALTER TABLE sessions ADD CONSTRAINT no_room CHECK (created < 0) NOT VALID", "ALTER TABLE sessions DROP CONSTRAINT no_room"
		if db.Dialect == sqldb.SQLite { // which cannot add a constraint
			refuse, accept = "CREATE TRIGGER no_room BEFORE INSERT ON sessions BEGIN SELECT RAISE(ABORT, 'disk full'); END", "DROP TRIGGER no_room"
		}
		exec(t, db, refuse)
		_, _, err = h.Redeem(t.Context(), link)
		wantCode(t, err, core.Unavailable)
		exec(t, db, accept)
		if _, _, err := h.Redeem(t.Context(), link); err != nil {
			t.Errorf("once there is room again: %v", err)
		}
	})
}

func exec(t *testing.T, db *sqldb.DB, statement string) {
	t.Helper()
	err := db.WithTx(t.Context(), func(tx *sqldb.Tx) error {
		_, err := tx.ExecContext(t.Context(), statement)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
