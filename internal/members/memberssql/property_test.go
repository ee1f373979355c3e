package memberssql_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb/sqldbtest"
)

// credential is what the model knows of one secret that was handed out.
type credential struct {
	id      core.ID
	secret  string
	byKey   bool
	expires time.Time // of a session
	ended   bool
}

func (c *credential) inForce(now time.Time) bool {
	return !c.ended && (c.byKey || now.Before(c.expires))
}

// Whatever is created, used, revoked, left and expired, in whatever order, a credential opens exactly as
// long as it is in force, and only for its own door.
func TestACredentialOpensExactlyWhileItIsInForce(t *testing.T) {
	t.Parallel()
	db := sqldbtest.SQLite(t)
	h := newHouse(t, db)
	ctx := t.Context()
	rapid.Check(t, func(t *rapid.T) {
		var given []*credential
		pick := func() *credential {
			if len(given) == 0 {
				t.Skip("nothing given yet")
			}
			return rapid.SampledFrom(given).Draw(t, "credential")
		}
		t.Repeat(map[string]func(*rapid.T){
			"create a key": func(t *rapid.T) {
				key, secret, err := h.CreateKey(ctx, h.amelie.ID, "clé")
				if err != nil {
					t.Fatal(err)
				}
				given = append(given, &credential{id: key.ID, secret: secret, byKey: true})
			},
			"sign in": func(t *rapid.T) {
				link, err := h.NewLink(ctx, h.amelie.ID, time.Minute)
				if err != nil {
					t.Fatal(err)
				}
				session, token, err := h.Redeem(ctx, link)
				if err != nil {
					t.Fatal(err)
				}
				given = append(given, &credential{id: session.ID, secret: token, expires: session.Expires})
			},
			"end": func(t *rapid.T) {
				c := pick()
				if c.byKey {
					_, err := h.RevokeKey(ctx, h.organisation.ID, string(c.id))
					if (err == nil) == c.ended {
						t.Fatalf("revoke: %v, ended before: %v", err, c.ended)
					}
				} else if err := h.SignOut(ctx, c.secret); err != nil {
					t.Fatal(err)
				}
				c.ended = true
			},
			"time passes": func(t *rapid.T) {
				h.clock.pass(time.Duration(rapid.Int64Range(0, int64(20*24*time.Hour)).Draw(t, "for")))
			},
			"": func(t *rapid.T) {
				for _, c := range given {
					now := h.clock.Now()
					want := c.inForce(now)
					holds, err := h.Holds(ctx, c.id)
					if err != nil || holds != want {
						t.Fatalf("holds: got %v, %v; want %v", holds, err, want)
					}
					_, asKey := h.Authenticate(ctx, c.secret)
					_, asSession := h.SessionActor(ctx, c.secret)
					if (asKey == nil) != (want && c.byKey) || (asSession == nil) != (want && !c.byKey) {
						t.Fatalf("in force: %v, by key: %v; as a key: %v, as a session: %v", want, c.byKey, asKey, asSession)
					}
					if end := now.Add(30 * 24 * time.Hour); asSession == nil && end.Sub(c.expires) >= time.Hour {
						c.expires = end
					}
				}
			},
		})
	})
}
