package gatewaysql_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewaysql"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb/sqldbtest"
)

func kept(id, previous string) gateway.KeptResponse {
	return gateway.KeptResponse{ID: core.ID(id), Previous: core.ID(previous), Created: time.UnixMilli(5).UTC(), Input: []byte(`[]`), Body: []byte(`{"id":"` + id + `"}`)}
}

func ids(list []gateway.KeptResponse) (out []string) {
	for _, r := range list {
		out = append(out, string(r.ID))
	}
	return out
}

func TestResponses(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		ctx, store := t.Context(), gatewaysql.NewResponses(db)
		amelie, other := person("amelie"), person("other")
		for _, r := range []gateway.KeptResponse{kept("a", ""), kept("b", "a"), kept("c", "b"), kept("fork", "a")} {
			if err := store.Keep(ctx, amelie, r); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := store.Find(ctx, amelie, "b"); err != nil || cmp.Diff(kept("b", "a"), got) != "" {
			t.Errorf("%+v %v", got, err)
		}
		for id, want := range map[core.ID][]string{"a": {"a"}, "c": {"a", "b", "c"}, "fork": {"a", "fork"}} {
			if got, err := store.Chain(ctx, amelie, id); err != nil || cmp.Diff(want, ids(got)) != "" {
				t.Errorf("%s: %v %v", id, ids(got), err)
			}
		}
		for name, do := range map[string]func() error{
			"find":   func() error { _, err := store.Find(ctx, other, "b"); return err },
			"chain":  func() error { _, err := store.Chain(ctx, other, "b"); return err },
			"delete": func() error { return store.Delete(ctx, other, "b") },
		} {
			if err := do(); !core.Is(err, core.NotFound) {
				t.Errorf("%s of somebody else's: %v", name, err)
			}
		}
		if err := store.Delete(ctx, amelie, "b"); err != nil {
			t.Fatal(err)
		}
		if _, err := store.Chain(ctx, amelie, "c"); !core.Is(err, core.NotFound) {
			t.Errorf("a chain with a hole: %v", err)
		}
	})
}

func TestAConversationIsKeptWhole(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		ctx, store, amelie := t.Context(), gatewaysql.NewResponses(db), person("amelie")
		keep := func(id, previous string) {
			t.Helper()
			if err := store.Keep(ctx, amelie, kept(id, previous)); err != nil {
				t.Fatal(err)
			}
		}
		age := func() {
			t.Helper()
			if err := db.WithTx(ctx, func(tx *sqldb.Tx) error {
				_, err := tx.ExecContext(ctx, "UPDATE responses SET used = used - 1000000")
				return err
			}); err != nil {
				t.Fatal(err)
			}
		}
		keep("old", "")
		keep("alone", "")
		age()
		keep("new", "old")
		if n, err := store.Purge(ctx, time.Now().Add(-100*time.Second)); err != nil || n != 1 {
			t.Errorf("%d %v", n, err)
		}
		if got, err := store.Chain(ctx, amelie, "new"); err != nil || len(got) != 2 {
			t.Errorf("%v %v", ids(got), err)
		}
		age()
		if n, err := store.Purge(ctx, time.Now().Add(-100*time.Second)); err != nil || n != 2 {
			t.Errorf("%d %v", n, err)
		}
	})
}
