package gatewaysql_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewaysql"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb/sqldbtest"
)

func person(name string) core.Actor {
	return core.Actor{Organisation: "org", Person: core.ID(name)}
}

func TestConversations(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		ctx, store := t.Context(), gatewaysql.New(db)
		amelie, other := person("amelie"), person("other")
		mine, err := store.Start(ctx, amelie, gateway.KindAsk, "  Quel est   le quorum ? ")
		if err != nil {
			t.Fatal(err)
		}
		if mine.Title != "Quel est le quorum ?" {
			t.Errorf("title: %q", mine.Title)
		}
		joules := 0.4
		turn := gateway.Turn{ID: core.NewID(time.Now()), Question: "Quel est le quorum ?", Asked: time.UnixMilli(5).UTC(), Ask: &gateway.AskResult{
			Question: "Quel est le quorum ?", Mode: "extractive",
			Result: gateway.Result{Receipt: "r1", Energy: core.Energy{Joules: &joules, Label: core.EnergyEstimatedPublished}},
			Answer: memory.Answer{Found: true, Quotes: []memory.Quote{{Text: "vingt-cinq pour cent", Start: 3, End: 9}}},
		}}
		refused := gateway.Turn{ID: core.NewID(time.Now()), Question: "NAS", Asked: time.UnixMilli(6).UTC(),
			Problem: core.E(core.Refused, "errors.charter_refused", core.Args{"Article": 4, "Charter": "4f2a", "Receipt": core.ID("r2")})}
		for _, turn := range []gateway.Turn{turn, refused} {
			if err := store.Add(ctx, amelie, mine.ID, turn); err != nil {
				t.Fatal(err)
			}
		}
		t.Run("come back as they were", func(t *testing.T) {
			_, turns, err := store.Turns(ctx, amelie, mine.ID)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]gateway.Turn{turn, refused}, turns); diff != "" {
				t.Error(diff)
			}
			if refusal, ok := gateway.RefusalOf(turns[1].Problem); !ok || refusal.Article != 4 || refusal.Receipt != "r2" {
				t.Errorf("refusal: %+v %v", refusal, ok)
			}
		})
		t.Run("belong to one person", func(t *testing.T) {
			stranger := core.Actor{Organisation: "elsewhere", Person: "amelie"}
			for _, actor := range []core.Actor{other, stranger} {
				_, _, err := store.Turns(ctx, actor, mine.ID)
				for name, err := range map[string]error{
					"read": err, "add": store.Add(ctx, actor, mine.ID, turn),
					"rename": store.Rename(ctx, actor, mine.ID, "x"), "delete": store.Delete(ctx, actor, mine.ID),
				} {
					if !core.Is(err, core.NotFound) {
						t.Errorf("%s by another: %v", name, err)
					}
				}
				if list, err := store.List(ctx, actor, 0); err != nil || len(list) != 0 {
					t.Errorf("list of another: %v %v", list, err)
				}
			}
		})
		t.Run("are renamed, with a bound", func(t *testing.T) {
			if err := store.Rename(ctx, amelie, mine.ID, strings.Repeat("é", 500)); err != nil {
				t.Fatal(err)
			}
			list, err := store.List(ctx, amelie, 10)
			if err != nil || len(list) != 1 || len([]rune(list[0].Title)) != 200 {
				t.Errorf("list: %v %v", list, err)
			}
			if err := store.Rename(ctx, amelie, mine.ID, " \n "); !core.Is(err, core.Invalid) {
				t.Errorf("empty title: %v", err)
			}
		})
		t.Run("are deleted with their turns", func(t *testing.T) {
			if err := store.Delete(ctx, amelie, mine.ID); err != nil {
				t.Fatal(err)
			}
			var left int
			if err := db.Reader().QueryRowContext(ctx, "SELECT COUNT(*) FROM conversation_turns").Scan(&left); err != nil || left != 0 {
				t.Errorf("turns left: %d %v", left, err)
			}
		})
		t.Run("are purged by age", func(t *testing.T) {
			if _, err := store.Start(ctx, amelie, gateway.KindChat, "vieille"); err != nil {
				t.Fatal(err)
			}
			if n, err := store.Purge(ctx, time.Now().Add(-time.Hour)); n != 0 || err != nil {
				t.Errorf("too early: %d %v", n, err)
			}
			if n, err := store.Purge(ctx, time.Now().Add(time.Hour)); n != 1 || err != nil {
				t.Errorf("due: %d %v", n, err)
			}
		})
	})
}
