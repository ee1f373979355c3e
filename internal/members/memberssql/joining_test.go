package memberssql_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/members"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb/sqldbtest"
)

func TestAskingToJoin(t *testing.T) {
	t.Parallel()
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		ctx, org := t.Context(), h.organisation.ID
		secretary := core.Actor{Organisation: org, Person: h.amelie.ID}
		ask := func(name, email string) (members.JoinRequest, error) {
			h.clock.pass(time.Second)
			return h.Request(ctx, org, members.JoinRequest{Name: name, Email: email, Message: "J’aime\nles carottes.", Lang: core.French})
		}
		_, err := ask("Zoé", "zoe@x.example")
		wantCode(t, err, core.NotFound)
		if err := h.SetDoor(ctx, org, members.Door{Open: true, Welcome: "Bienvenue."}); err != nil {
			t.Fatal(err)
		}
		if d, err := h.Door(ctx, org); err != nil || !d.Open || d.Welcome != "Bienvenue." {
			t.Fatalf("%+v, %v", d, err)
		}
		for _, bad := range [][2]string{{"", "a@b.example"}, {"Zoé", ""}, {"Zoé", "x"}, {"Zo\u202eé", "a@b.example"}} {
			_, err := ask(bad[0], bad[1])
			wantCode(t, err, core.Invalid)
		}
		zoe, err := ask("Zoé", "Zoe@x.example")
		if err != nil {
			t.Fatal(err)
		}
		paul, _ := ask("Paul", "paul@x.example")
		if _, err := ask("Zoé encore", "zoe@x.example"); err != nil {
			t.Fatalf("asking twice tells a stranger something: %v", err)
		}
		waiting, err := h.Requests(ctx, org)
		if err != nil || len(waiting) != 2 || waiting[0].ID != zoe.ID || waiting[0].Email != "zoe@x.example" || !strings.Contains(waiting[0].Message, "\n") {
			t.Fatalf("%+v, %v", waiting, err)
		}
		asked, record, err := h.Admit(ctx, secretary, zoe.ID)
		if err != nil || asked.Person != record.Person.ID {
			t.Fatalf("%+v, %v", asked, err)
		}
		h.wantRoll(t, members.Assembly, h.clock.Now(), "Amélie/", "Zoé/")
		_, _, err = h.Admit(ctx, secretary, zoe.ID)
		wantCode(t, err, core.Conflict)
		_, err = h.Decline(ctx, secretary, paul.ID, "  ")
		wantCode(t, err, core.Invalid)
		if asked, err := h.Decline(ctx, secretary, paul.ID, "Hors du territoire."); err != nil || asked.Reason != "Hors du territoire." {
			t.Fatalf("%+v, %v", asked, err)
		}
		_, _, err = h.Admit(ctx, core.Actor{Organisation: core.NewID(h.clock.Now())}, paul.ID)
		wantCode(t, err, core.Conflict)
		// Somebody whose address is a member's: nothing is decided, nothing is lost.
		double, _ := ask("Zoé", "zoe@x.example")
		_, _, err = h.Admit(ctx, secretary, double.ID)
		if core.AsError(err).Key != "errors.register_taken" {
			t.Errorf("%v", err)
		}
		if waiting, err := h.Requests(ctx, org); err != nil || len(waiting) != 1 {
			t.Errorf("%v, %v", waiting, err)
		}
	})
}

func TestRequestsThatWaitAreBounded(t *testing.T) {
	t.Parallel()
	h := newHouse(t, sqldbtest.SQLite(t))
	ctx, org := t.Context(), h.organisation.ID
	if err := h.SetDoor(ctx, org, members.Door{Open: true}); err != nil {
		t.Fatal(err)
	}
	for i := range 200 {
		if _, err := h.Request(ctx, org, members.JoinRequest{Name: "X", Email: fmt.Sprintf("x%d@y.example", i)}); err != nil {
			t.Fatal(err)
		}
	}
	_, err := h.Request(ctx, org, members.JoinRequest{Name: "X", Email: "last@y.example"})
	wantCode(t, err, core.Exhausted)
}
