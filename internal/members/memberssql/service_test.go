package memberssql_test

import (
	"context"
	"flag"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/members"
	"github.com/solidaire-coop/solidaire/internal/members/memberssql"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb/sqldbtest"
)

func TestMain(m *testing.M) {
	flag.Parse()
	flag.Set("rapid.steps", "10") // each step of the property waits for the disk
	goleak.VerifyTestMain(m)
}

// clock is set by the test.
type clock struct{ ms atomic.Int64 }

func newClock() *clock {
	c := &clock{}
	c.ms.Store(time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC).UnixMilli())
	return c
}

func (c *clock) Now() time.Time        { return sqldb.Time(c.ms.Load()) }
func (c *clock) pass(d time.Duration)  { c.ms.Add(d.Milliseconds()) }
func (c *clock) at(t time.Time) *clock { c.ms.Store(t.UnixMilli()); return c }
func quiet() *slog.Logger              { return slog.New(slog.DiscardHandler) }
func wantCode(t testing.TB, err error, code core.Code) {
	t.Helper()
	if core.CodeOf(err) != code {
		t.Fatalf("got %v, want code %q", err, code)
	}
}

// house is one process on the database, with one organisation and one member.
type house struct {
	*members.Service
	clock        *clock
	organisation members.Organisation
	amelie       members.Person
}

func newService(t testing.TB, db *sqldb.DB, clock core.Clock) *members.Service {
	s := members.NewService(memberssql.New(db), clock, quiet())
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func newHouse(t testing.TB, db *sqldb.DB) *house {
	t.Helper()
	h := &house{clock: newClock()}
	h.Service = newService(t, db, h.clock)
	var err error
	if h.organisation, err = h.CreateOrganisation(t.Context(), "Coopérative des Érables", core.FrenchCanada); err != nil {
		t.Fatal(err)
	}
	if h.amelie, err = h.CreatePerson(t.Context(), h.organisation.ID, "Amélie", "", core.RoleMember, core.RoleOperator); err != nil {
		t.Fatal(err)
	}
	return h
}

func TestPeople(t *testing.T) {
	t.Parallel()
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		ctx := t.Context()
		organisations, err := h.Organisations(ctx)
		if err != nil || !slices.Equal(organisations, []members.Organisation{h.organisation}) {
			t.Fatalf("organisations: got %v, %v", organisations, err)
		}
		h.clock.pass(time.Second)
		paul, err := h.CreatePerson(ctx, h.organisation.ID, "Paul", core.English, core.RoleMember)
		if err != nil {
			t.Fatal(err)
		}
		people, err := h.People(ctx, h.organisation.ID)
		if err != nil || len(people) != 2 || people[0].Name != "Amélie" || people[1].Name != "Paul" {
			t.Fatalf("people: got %v, %v", people, err)
		}
		got, err := h.Person(ctx, h.amelie.ID)
		if err != nil || !slices.Equal(got.Roles, []core.Role{core.RoleMember, core.RoleOperator}) || !got.Created.Equal(h.amelie.Created) {
			t.Fatalf("person: got %+v, %v", got, err)
		}
		for which, want := range map[string]core.ID{"amélie": h.amelie.ID, " Paul ": paul.ID, strings.ToUpper(string(paul.ID)): paul.ID} {
			if got, err := h.FindPerson(ctx, h.organisation.ID, which); err != nil || got.ID != want {
				t.Errorf("find %q: got %v, %v", which, got.ID, err)
			}
		}
		if _, err := h.CreatePerson(ctx, h.organisation.ID, "PAUL", "", core.RoleMember); err != nil {
			t.Fatal(err)
		}
		_, err = h.FindPerson(ctx, h.organisation.ID, "Paul")
		wantCode(t, err, core.Conflict)
		_, err = h.FindPerson(ctx, h.organisation.ID, "Zoé")
		wantCode(t, err, core.NotFound)
		_, err = h.Person(ctx, core.NewID(h.clock.Now()))
		wantCode(t, err, core.NotFound)
		_, err = h.CreatePerson(ctx, core.NewID(h.clock.Now()), "Zoé", "", core.RoleMember)
		wantCode(t, err, core.NotFound)
	})
}

func TestKeys(t *testing.T) {
	t.Parallel()
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		ctx := t.Context()
		key, secret, err := h.CreateKey(ctx, h.amelie.ID, "cahier")
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(secret, "sol_") || len(secret) != 56 || !strings.HasPrefix(secret, key.Prefix) {
			t.Errorf("secret %d characters, prefix %q", len(secret), key.Prefix)
		}
		want := core.Actor{Organisation: h.organisation.ID, Person: h.amelie.ID, Name: "Amélie",
			Roles: h.amelie.Roles, Credential: key.ID, ByKey: true}
		got, err := h.Authenticate(ctx, secret)
		if err != nil || got.Credential != want.Credential || got.Person != want.Person || got.Organisation != want.Organisation ||
			got.Name != want.Name || !got.ByKey || !slices.Equal(got.Roles, want.Roles) {
			t.Fatalf("actor: got %+v, %v; want %+v", got, err, want)
		}
		for name, wrong := range map[string]string{
			"empty": "", "malformed": "sol_x", "unknown": secret[:55] + "a", "another kind": "sols_" + secret[4:],
			"upper case": strings.ToUpper(secret), "long": secret + "a",
		} {
			if wrong == secret {
				continue
			}
			_, err := h.Authenticate(ctx, wrong)
			if core.AsError(err).Key != "errors.key_invalid" || core.CodeOf(err) != core.Unauthenticated {
				t.Errorf("%s: got %v", name, err)
			}
		}
		_, _, err = h.CreateKey(ctx, core.NewID(h.clock.Now()), "perdue")
		wantCode(t, err, core.NotFound)

		if _, _, err := h.CreateKey(ctx, h.amelie.ID, "cahier"); err != nil {
			t.Fatal(err)
		}
		_, err = h.RevokeKey(ctx, h.organisation.ID, "cahier")
		wantCode(t, err, core.Conflict)
		_, err = h.RevokeKey(ctx, core.NewID(h.clock.Now()), key.Prefix)
		wantCode(t, err, core.NotFound)
		revoked, err := h.RevokeKey(ctx, h.organisation.ID, key.Prefix)
		if err != nil || revoked.ID != key.ID || revoked.Revoked.IsZero() {
			t.Fatalf("revoke: got %+v, %v", revoked, err)
		}
		_, err = h.Authenticate(ctx, secret)
		wantCode(t, err, core.Unauthenticated)
		if holds, err := h.Holds(ctx, key.ID); holds || err != nil {
			t.Errorf("revoked key holds: %v, %v", holds, err)
		}
		_, err = h.RevokeKey(ctx, h.organisation.ID, string(key.ID))
		wantCode(t, err, core.NotFound)
		if _, err := h.RevokeKey(ctx, h.organisation.ID, "cahier"); err != nil {
			t.Errorf("the only one left of that name: %v", err)
		}
		keys, err := h.ListKeys(ctx, h.organisation.ID)
		if err != nil || len(keys) != 2 || keys[0].Revoked.IsZero() || keys[1].Revoked.IsZero() {
			t.Errorf("list: got %+v, %v", keys, err)
		}
	})
}

func TestNothingOfASecretIsStored(t *testing.T) {
	t.Parallel()
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		_, secret, err := h.CreateKey(t.Context(), h.amelie.ID, "cahier")
		if err != nil {
			t.Fatal(err)
		}
		var row string
		err = db.Reader().QueryRowContext(t.Context(), "SELECT id || digest || person || name || prefix FROM api_keys").Scan(&row)
		if err != nil || strings.Contains(row, secret[10:]) {
			t.Errorf("the secret is in the row, or there is none: %v", err)
		}
	})
}

func TestAnotherProcessSeesARevocationWithinASecond(t *testing.T) {
	t.Parallel()
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		ctx := t.Context()
		server := newService(t, db, h.clock)
		key, secret, err := h.CreateKey(ctx, h.amelie.ID, "cahier")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := server.Authenticate(ctx, secret); err != nil {
			t.Fatal(err)
		}
		if holds, err := server.Holds(ctx, key.ID); !holds || err != nil {
			t.Fatalf("holds: %v, %v", holds, err)
		}
		if _, err := h.RevokeKey(ctx, h.organisation.ID, string(key.ID)); err != nil {
			t.Fatal(err)
		}
		h.clock.pass(time.Second)
		_, err = server.Authenticate(ctx, secret)
		wantCode(t, err, core.Unauthenticated)
		if holds, err := server.Holds(ctx, key.ID); holds || err != nil {
			t.Errorf("holds: %v, %v", holds, err)
		}
	})
}

func TestLastUseIsWrittenAtClose(t *testing.T) {
	t.Parallel()
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		ctx := t.Context()
		_, secret, err := h.CreateKey(ctx, h.amelie.ID, "cahier")
		if err != nil {
			t.Fatal(err)
		}
		h.clock.at(time.Date(2026, 11, 23, 8, 15, 42, 0, time.UTC))
		if _, err := h.Authenticate(ctx, secret); err != nil {
			t.Fatal(err)
		}
		if err := h.Close(); err != nil {
			t.Fatal(err)
		}
		keys, err := h.ListKeys(ctx, h.organisation.ID)
		if want := time.Date(2026, 11, 23, 8, 15, 0, 0, time.UTC); err != nil || !keys[0].LastUsed.Equal(want) {
			t.Errorf("last used: got %v, %v; want %v", keys[0].LastUsed, err, want)
		}
		if err := memberssql.New(db).SaveUses(ctx, []members.Use{{Key: keys[0].ID, Time: time.Unix(0, 0)}}); err != nil {
			t.Fatal(err)
		}
		if again, err := h.ListKeys(ctx, h.organisation.ID); err != nil || !again[0].LastUsed.Equal(keys[0].LastUsed) {
			t.Errorf("an older use moved it: %v, %v", again[0].LastUsed, err)
		}
	})
}

func TestADatabaseThatIsGoneIsSaidAndNothingIsAllowed(t *testing.T) {
	t.Parallel()
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		_, secret, err := h.CreateKey(t.Context(), h.amelie.ID, "cahier")
		if err != nil {
			t.Fatal(err)
		}
		cancelled, cancel := context.WithCancel(t.Context())
		cancel()
		_, err = h.Authenticate(cancelled, secret)
		wantCode(t, err, core.Cancelled)
		db.Close()
		_, err = h.Authenticate(t.Context(), secret)
		wantCode(t, err, core.Unavailable)
		_, err = h.Holds(t.Context(), h.amelie.ID)
		wantCode(t, err, core.Unavailable)
		_, _, err = h.CreateKey(t.Context(), h.amelie.ID, "autre")
		wantCode(t, err, core.Unavailable)
	})
}
