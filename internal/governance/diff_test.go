package governance_test

import (
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/core"
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

// A rule that changes under the same words, or words over the same rule, is shown as what it is: both sides are compared by themselves,
// so that a text that promises one thing and a rule that does another never pass as unchanged.
func TestARuleThatChangesUnderTheSameWordsIsShown(t *testing.T) {
	t.Parallel()
	before, err := charter.Template("equilibree")
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(a *charter.Article){
		"the rule alone":  func(a *charter.Article) { a.Policy = "permit (principal, action, resource);" },
		"the words alone": func(a *charter.Article) { a.Text = core.Text{FR: "Rien ne change.", EN: "Nothing changes."} },
		"English alone":   func(a *charter.Article) { a.Text.EN = "Nothing changes." },
	} {
		after := before
		after.Articles = slices.Clone(before.Articles)
		change(&after.Articles[1])
		c := g.Between(before, after)
		if len(c.Articles) != 1 || c.Articles[0].Mark != g.Changed || c.Kept != len(before.Articles)-1 {
			t.Fatalf("%s: %+v", name, c)
		}
		marked := func(spans []g.Span) bool {
			return slices.ContainsFunc(spans, func(s g.Span) bool { return s.Mark != g.Same })
		}
		a := c.Articles[0]
		if marked(a.Rule) != (name == "the rule alone") || marked(a.EN) != (name != "the rule alone") || marked(a.FR) != (name == "the words alone") {
			t.Errorf("%s: %+v", name, a)
		}
	}
}

// A charter as large as they come, in which every word changes, is compared in bounded memory.
func TestTheLargestDifferenceIsBounded(t *testing.T) {
	t.Parallel()
	fill := func(word string) charter.Document {
		d, err := charter.Template("equilibree")
		if err != nil {
			t.Fatal(err)
		}
		text := strings.TrimSpace(strings.Repeat(word+" ", 8000/(len(word)+1)))
		d.Articles = slices.Repeat(d.Articles[:1], 60)
		for i := range d.Articles {
			d.Articles[i].Number, d.Articles[i].Text = i+1, core.Text{FR: text, EN: text}
		}
		return d
	}
	before, after := fill("aaa"), fill("bbb")
	if canonical, err := after.Canonical(); err != nil || len(canonical) < charter.MaxBytes*9/10 {
		t.Fatalf("%d bytes, %v", len(canonical), err)
	}
	var start, end runtime.MemStats
	runtime.ReadMemStats(&start)
	c := g.Between(before, after)
	runtime.ReadMemStats(&end)
	if len(c.Articles) != 60 {
		t.Errorf("%d articles change", len(c.Articles))
	}
	if used := end.TotalAlloc - start.TotalAlloc; used > 2<<30 {
		t.Errorf("%d MiB were allocated", used>>20)
	}
}
