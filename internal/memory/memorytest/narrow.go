package memorytest

import (
	"slices"
	"testing"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
)

func narrowed(t *testing.T, s memory.Store) {
	one := must[memory.Saved](t)(s.Save(t.Context(), version(coop, "a.md", "le quorum des membres", "le quorum du conseil")))
	two := must[memory.Saved](t)(s.Save(t.Context(), version(coop, "b.md", "un quorum encore")))
	terms := []memory.WeightedTerm{{Term: "quorum", Weight: 1}}
	for _, x := range []struct {
		name  string
		among []core.ID
		want  []int64
	}{
		{"all", nil, append(slices.Clone(one.Passages), two.Passages...)},
		{"one document", []core.ID{two.Document}, two.Passages},
		{"an unknown document", []core.ID{core.ID("00000000000000000000000000")}, nil},
	} {
		var got []int64
		for _, c := range must[[]memory.Candidate](t)(s.Candidates(t.Context(), coop, terms, x.among, 10)) {
			got = append(got, c.ID)
		}
		slices.Sort(got)
		if !slices.Equal(got, x.want) {
			t.Errorf("%s: %v, want %v", x.name, got, x.want)
		}
	}
	if few := must[[]memory.Candidate](t)(s.Candidates(t.Context(), coop, terms, []core.ID{one.Document}, 1)); len(few) != 1 || !slices.Contains(one.Passages, few[0].ID) {
		t.Errorf("the filter comes after the limit: %v", few)
	}
	got := must[[]int64](t)(s.PassagesOf(t.Context(), coop, []core.ID{one.Document}))
	slices.Sort(got)
	if !slices.Equal(got, one.Passages) {
		t.Errorf("passages %v, want %v", got, one.Passages)
	}
	if foreign := must[[]int64](t)(s.PassagesOf(t.Context(), other, []core.ID{one.Document})); len(foreign) != 0 {
		t.Errorf("another organisation sees %v", foreign)
	}
}

func editions(t *testing.T, s memory.Store) {
	first := version(coop, "statuts.md", "premier texte")
	second := version(coop, "statuts.md", "second texte")
	must[memory.Saved](t)(s.Save(t.Context(), first))
	must[memory.Saved](t)(s.Save(t.Context(), second))
	all := must[[]memory.Edition](t)(s.Editions(t.Context(), coop))
	if len(all) != 2 || all[0].Version != first.Version.Hash || all[0].Newest || all[1].Version != second.Version.Hash || !all[1].Newest {
		t.Fatalf("got %+v", all)
	}
	if !all[0].Dated.Equal(first.Version.Dated) || all[0].Seen.IsZero() || all[0].Media != "text/plain" || all[0].Source == "" {
		t.Errorf("got %+v", all[0])
	}
	if foreign := must[[]memory.Edition](t)(s.Editions(t.Context(), other)); len(foreign) != 0 {
		t.Errorf("another organisation sees %v", foreign)
	}
}
