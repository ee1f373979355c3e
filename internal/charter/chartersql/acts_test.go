package chartersql_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb/sqldbtest"
)

func TestTheRecordOfRestrictionsIsKeptByOrganisation(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		ours, theirs := newHouse(t, db), newHouse(t, db)
		first := charter.KeptAct{Canonical: []byte("one"), Seal: []byte("seal")}
		again := charter.KeptAct{Canonical: []byte("two, begun again"), Seal: []byte("seal 2")}
		for n, a := range map[int]charter.KeptAct{1: first, 2: first} {
			if err := ours.Put(t.Context(), n, a); err != nil {
				t.Fatal(err)
			}
		}
		if err := ours.Put(t.Context(), 2, again); err != nil {
			t.Fatal(err)
		}
		for house, want := range map[*house]map[int]charter.KeptAct{ours: {1: first, 2: again}, theirs: {}} {
			got, err := house.Acts(t.Context())
			if diff := cmp.Diff(want, got); err != nil || diff != "" {
				t.Errorf("%v\n%s", err, diff)
			}
		}
	})
}
