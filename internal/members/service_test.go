package members

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// fakeStore answers for one key and one session, and counts.
type fakeStore struct {
	Store
	mu      sync.Mutex
	key     Digest
	revoked bool
	fails   error
	reads   int
	writes  [][]Use
}

func (f *fakeStore) KeyHolder(_ context.Context, digest Digest) (Holder, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.reads++
	switch {
	case f.fails != nil:
		return Holder{}, f.fails
	case digest != f.key || f.revoked:
		return Holder{}, ErrNotFound
	}
	return Holder{Actor: core.Actor{Name: "Amélie", Credential: "k1", ByKey: true, Roles: []core.Role{core.RoleMember}}}, nil
}

func (f *fakeStore) SaveUses(_ context.Context, uses []Use) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.fails != nil {
		return f.fails
	}
	f.writes = append(f.writes, uses)
	return nil
}

func (f *fakeStore) set(change func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change()
}

// realClock follows time, which synctest holds still.
type realClock struct{}

func (realClock) Now() time.Time { return time.Now() }

func newFake() (*Service, *fakeStore, string) {
	secret, digest := newSecret(keyPrefix)
	store := &fakeStore{key: digest}
	return NewService(store, realClock{}, slog.New(slog.DiscardHandler)), store, secret
}

func TestAuthenticateAsksTheStoreRarely(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, store, secret := newFake()
		defer s.Close()
		for range 10_000 {
			if _, err := s.Authenticate(t.Context(), secret); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Millisecond)
		}
		if store.reads > 21 {
			t.Errorf("%d reads in 10 s, want one per half second", store.reads)
		}
		store.set(func() { store.revoked = true })
		time.Sleep(time.Second)
		if _, err := s.Authenticate(t.Context(), secret); core.CodeOf(err) != core.Unauthenticated {
			t.Errorf("a second after it was revoked elsewhere: %v", err)
		}
	})
}

func TestActorsDoNotShareTheirRoles(t *testing.T) {
	t.Parallel()
	s, _, secret := newFake()
	defer s.Close()
	for range 2 {
		actor, err := s.Authenticate(t.Context(), secret)
		if err != nil || actor.Roles[0] != core.RoleMember {
			t.Fatalf("got %v, %v", actor.Roles, err)
		}
		actor.Roles[0] = core.RoleOperator
	}
}

func TestGuessingFillsNoMemory(t *testing.T) {
	t.Parallel()
	s, store, secret := newFake()
	defer s.Close()
	if _, err := s.Authenticate(t.Context(), secret); err != nil {
		t.Fatal(err)
	}
	for range 3 * maxUnknown {
		guess, _ := newSecret(keyPrefix)
		if _, err := s.Authenticate(t.Context(), guess); core.CodeOf(err) != core.Unauthenticated {
			t.Fatal(err)
		}
	}
	if known, unknown := len(s.keys.known), len(s.keys.unknown); known != 1 || unknown != maxUnknown {
		t.Errorf("%d known and %d unknown remembered", known, unknown)
	}
	before := store.reads
	for i := range 1000 {
		s.Authenticate(t.Context(), fmt.Sprint("sol_", i))
		s.Authenticate(t.Context(), strings.Repeat("x", 1<<10))
	}
	if store.reads != before {
		t.Errorf("%d reads for what is not even a secret", store.reads-before)
	}
}

func TestAFailingStoreLetsNobodyIn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, store, secret := newFake()
		if _, err := s.Authenticate(t.Context(), secret); err != nil {
			t.Fatal(err)
		}
		store.set(func() { store.fails = errors.New("disk gone") })
		time.Sleep(freshness)
		if _, err := s.Authenticate(t.Context(), secret); core.CodeOf(err) != core.Unavailable {
			t.Errorf("got %v", err)
		}
		if err := s.Close(); err == nil {
			t.Error("Close hid that uses were not written")
		}
	})
}

func TestUsesAreWrittenOnceAMinute(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, store, secret := newFake()
		use := func() {
			if _, err := s.Authenticate(t.Context(), secret); err != nil {
				t.Fatal(err)
			}
		}
		first := time.Now().Truncate(useStep)
		for range 100 {
			use()
		}
		time.Sleep(useDelay + time.Second)
		synctest.Wait()
		use()
		time.Sleep(useDelay + time.Second)
		synctest.Wait()
		want := [][]Use{{{Key: "k1", Time: first}}}
		if !slices.EqualFunc(store.writes, want, slices.Equal) {
			t.Fatalf("got %v, want %v", store.writes, want)
		}

		time.Sleep(useStep)
		store.set(func() { store.fails = errors.New("disk full") })
		s.uses.note("k1", time.Now())
		second := time.Now().Truncate(useStep)
		time.Sleep(useDelay + time.Second)
		synctest.Wait()
		store.set(func() { store.fails = nil })
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if want := append(want, []Use{{Key: "k1", Time: second}}); !slices.EqualFunc(store.writes, want, slices.Equal) {
			t.Errorf("after a failure and Close: got %v, want %v", store.writes, want)
		}
	})
}

func TestNamesAndRolesAreChecked(t *testing.T) {
	t.Parallel()
	s, _, _ := newFake()
	defer s.Close()
	ctx := t.Context()
	for name, want := range map[string]string{
		"":                       "errors.name_empty",
		"  \u00a0 ":              "errors.name_empty",
		strings.Repeat("é", 121): "errors.name_too_long",
		"a\xff":                  "errors.name_too_long",
		"Amélie\nPaul":           "errors.name_characters",
		"Amélie\u202egnp":        "errors.name_characters",
		"Am\u200bélie":           "errors.name_characters",
	} {
		_, err := s.CreateOrganisation(ctx, name, core.French)
		if core.CodeOf(err) != core.Invalid || core.AsError(err).Key != want {
			t.Errorf("name %q: got %v, want %s", name, err, want)
		}
	}
	for _, lang := range []core.Lang{"", "de", "FR"} {
		if _, err := s.CreateOrganisation(ctx, "Coop", lang); core.AsError(err).Key != "errors.lang_unknown" {
			t.Errorf("lang %q: got %v", lang, err)
		}
	}
	for _, roles := range [][]core.Role{nil, {"admin"}, {core.RoleMember, ""}} {
		if _, err := s.CreatePerson(ctx, "o", "Amélie", "", roles...); core.AsError(err).Key != "errors.role_unknown" {
			t.Errorf("roles %q: got %v", roles, err)
		}
	}
}

// FuzzSecret checks that only what newSecret can have written is looked for.
func FuzzSecret(f *testing.F) {
	secret, _ := newSecret(keyPrefix)
	for _, seed := range []string{secret, "", keyPrefix, secret[1:], secret + "a", sessionPrefix + secret[4:], "sol_\x00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, secret string) {
		found := 0
		for _, prefix := range []string{keyPrefix, sessionPrefix, linkPrefix} {
			if digest, ok := digestOf(prefix, secret); ok {
				found++
				if !strings.HasPrefix(secret, prefix) || len(secret) != len(prefix)+secretDigits || digest == (Digest{}) {
					t.Errorf("%q taken for a secret in %q", secret, prefix)
				}
			}
		}
		if found > 1 {
			t.Errorf("%q taken for two kinds", secret)
		}
	})
}

func BenchmarkAuthenticate(b *testing.B) {
	s, _, secret := newFake()
	defer s.Close()
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := s.Authenticate(b.Context(), secret); err != nil {
				b.Error(err)
			}
		}
	})
}
