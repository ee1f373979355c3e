package governancesql_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/solidaire-coop/solidaire/internal/core"
	g "github.com/solidaire-coop/solidaire/internal/governance"
	"github.com/solidaire-coop/solidaire/internal/governance/governancebelenios"
	"github.com/solidaire-coop/solidaire/internal/governance/governancesql"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb/sqldbtest"
)

func TestAnElectionHeldElsewhereIsBroughtInOnceByWhoKeepsTheRegister(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db, g.Demonstration, 3)
		ctx := t.Context()
		room := g.Elections{Store: governancesql.New(db), Powers: h.people, Motion: h.service.Motion, Read: governancebelenios.Read, Clock: h.clock}
		file := func() *os.File {
			f, err := os.Open("../governancebelenios/testdata/election.bel")
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { f.Close() })
			return f
		}
		if _, err := room.Import(ctx, h.actor(1), "", file()); !core.Is(err, core.Forbidden) {
			t.Errorf("a member: %v", err)
		}
		if _, err := room.Import(ctx, h.actor(0), core.NewID(time.Now()), file()); !core.Is(err, core.NotFound) {
			t.Errorf("a proposal that is none: %v", err)
		}
		if _, err := room.Import(ctx, h.actor(0), "", strings.NewReader("not an archive")); !core.Is(err, core.Invalid) {
			t.Errorf("no archive: %v", err)
		}
		m := must[g.Motion](t)(h.service.Draft(ctx, h.actor(0), ordinary("Élire la présidence")))
		e := must[g.Election](t)(room.Import(ctx, h.actor(0), m.ID, file()))
		if _, err := room.Import(ctx, h.actor(0), "", file()); !core.Is(err, core.Conflict) {
			t.Errorf("twice: %v", err)
		}
		all := must[[]g.Election](t)(room.List(ctx, h.actor(2)))
		if diff := cmp.Diff([]g.Election{e}, all); diff != "" {
			t.Error(diff)
		}
		if e.By != h.people.ids[0] || e.Motion != m.ID || e.Counted != 4 {
			t.Errorf("%+v", e)
		}
	})
}
