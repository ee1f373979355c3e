package governance_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/solidaire-coop/solidaire/internal/charter"
	g "github.com/solidaire-coop/solidaire/internal/governance"
)

func TestADifferenceReadsAsBothTexts(t *testing.T) {
	t.Parallel()
	word := rapid.SampledFrom([]string{"un", "deux", "trois", "quatre"})
	rapid.Check(t, func(t *rapid.T) {
		before, after := rapid.SliceOfN(word, 1, 20).Draw(t, "before"), rapid.SliceOfN(word, 1, 20).Draw(t, "after")
		b, a := charter.Document{}, charter.Document{}
		b.Preamble.FR, a.Preamble.FR = strings.Join(before, " "), strings.Join(after, " ")
		var old, next []string
		for _, s := range g.Between(b, a).Preamble.FR {
			if s.Mark != g.Added {
				old = append(old, s.Text)
			}
			if s.Mark != g.Removed {
				next = append(next, s.Text)
			}
		}
		if !slices.Equal(before, after) && (strings.Join(old, " ") != b.Preamble.FR || strings.Join(next, " ") != a.Preamble.FR) {
			t.Fatalf("%q and %q", old, next)
		}
	})
}

func TestAnArticlePutInBetweenIsAddedAndTheOthersStay(t *testing.T) {
	t.Parallel()
	before, err := charter.Template("equilibree")
	if err != nil {
		t.Fatal(err)
	}
	after := before
	extra := before.Articles[0]
	extra.Title = both("Réservé au conseil")
	after.Articles = slices.Insert(slices.Clone(before.Articles), 2, extra)
	for i := range after.Articles {
		after.Articles[i].Number = i + 1
	}
	after.Settings.ReceiptDays = before.Settings.ReceiptDays + 1
	c := g.Between(before, after)
	if len(c.Articles) != 1 || c.Articles[0].Mark != g.Added || c.Articles[0].Number != 3 || c.Kept != len(before.Articles) {
		t.Errorf("%+v", c.Articles)
	}
	if diff := cmp.Diff([]g.SettingChange{{Setting: "receipt_days", Before: int64(before.Settings.ReceiptDays), After: int64(after.Settings.ReceiptDays)}}, c.Settings); diff != "" {
		t.Error(diff)
	}
	back := g.Between(after, before)
	if len(back.Articles) != 1 || back.Articles[0].Mark != g.Removed {
		t.Errorf("%+v", back.Articles)
	}
}
