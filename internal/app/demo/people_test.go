package demo_test

import (
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/solidaire-coop/solidaire/internal/app/demo"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/members"
	"github.com/solidaire-coop/solidaire/internal/members/memberssql"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb/sqldbtest"
)

func TestTheCooperativeHasItsMembersAndItsBoard(t *testing.T) {
	t.Parallel()
	m := members.NewService(memberssql.New(sqldbtest.SQLite(t)), core.SystemClock{}, slog.New(slog.DiscardHandler))
	t.Cleanup(func() { m.Close() })
	ctx := t.Context()
	organisation, err := m.CreateOrganisation(ctx, demo.Organisation, core.FrenchCanada)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.CreatePerson(ctx, organisation.ID, demo.Person, "", core.RoleMember, core.RoleOperator); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time changes nothing
		if err := demo.Populate(ctx, m, organisation.ID, time.Local); err != nil {
			t.Fatal(err)
		}
	}
	// The minutes of September 2025: a board of nine, of whom Mathieu Bélanger is the secretary.
	meeting := time.Date(2025, 9, 9, 18, 30, 0, 0, time.Local)
	board, err := m.Roll(ctx, organisation.ID, "board", meeting)
	if err != nil || len(board) != 9 {
		t.Fatalf("%v, %v", board, err)
	}
	classes := map[string]int{}
	for _, e := range board {
		classes[e.Class]++
	}
	// Article 20 of the by-laws: four, four and one.
	if classes["membres-travailleurs"] != 4 || classes["membres-utilisateurs"] != 4 || classes["membres-de-soutien"] != 1 {
		t.Errorf("%v", classes)
	}
	mathieu, err := m.FindPerson(ctx, organisation.ID, "Mathieu Bélanger")
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range []time.Time{meeting, time.Now()} {
		if held, err := m.HasOffice(ctx, organisation.ID, mathieu.ID, "board", members.OfficeSecretary, at); err != nil || !held {
			t.Errorf("secretary on %s: %v, %v", at, held, err)
		}
	}
	assembly, err := m.Roll(ctx, organisation.ID, members.Assembly, time.Now())
	if err != nil || len(assembly) != 12 || slices.ContainsFunc(assembly, func(e members.Elector) bool { return e.Class == "" }) {
		t.Errorf("%v, %v", assembly, err)
	}
	if mandates, err := m.Mandates(ctx, organisation.ID); err != nil || len(mandates) != 20 {
		t.Errorf("%d mandates, %v", len(mandates), err)
	}
}
