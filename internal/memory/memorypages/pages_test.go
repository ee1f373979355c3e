package memorypages_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/memory/memorypages"
)

// line gives each word of a line a place of its own.
func line(n int, words ...string) []memorypages.Word {
	out := make([]memorypages.Word, len(words))
	for i, w := range words {
		out[i] = memorypages.Word{Text: w, Left: uint16(100 * i), Right: uint16(100*i + 90), Top: uint16(20 * n), Bottom: uint16(20*n + 18)}
	}
	return out
}

// places spells what each place covers.
func places(x memory.Extracted) []string {
	var out []string
	for _, p := range x.Places {
		out = append(out, x.Text[p.Start:p.End])
	}
	return out
}

func TestEveryWordKeepsItsPlace(t *testing.T) {
	t.Parallel()
	var b memory.TextBuilder
	memorypages.Write(&b, []memorypages.Paragraph{
		{line(0, "PROCÈS-VERBAL")},
		{line(1, "Le", "quorum", "est", "bien", "at-"), line(2, "teint", "dans", "l’e\u0301te\u0301", "a|b")},
		{line(3, "1)", "un", "point"), line(4, "qui", "continue"), line(5, "2)", "deux")},
		{line(6, "Article", "4.", "Nom"), line(7, "Article", "5.", "Siège")},
	})
	x, err := b.Extracted()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("PROCÈS-VERBAL\n\nLe quorum est bien atteint dans l’été a|b\n\n1) un point qui continue\n2) deux\n\nArticle 4. Nom\n\nArticle 5. Siège", x.Text); diff != "" {
		t.Error(diff)
	}
	want := []string{"PROCÈS-VERBAL", "Le", "quorum", "est", "bien", "at", "teint", "dans", "l’été", "a|b", "1)", "un", "point", "qui", "continue", "2)", "deux", "Article", "4.", "Nom", "Article", "5.", "Siège"}
	if diff := cmp.Diff(want, places(x)); diff != "" {
		t.Error(diff)
	}
	if p := x.Places[5]; p.Left != 400 || p.Top != 20 {
		t.Errorf("%+v", p)
	}
}

func TestWordsThatTheTextDoesNotHoldHaveNoPlace(t *testing.T) {
	t.Parallel()
	var b memory.TextBuilder
	b.Paragraph("le quorum est atteint")
	memorypages.Place(&b, line(0, "le", "••••", "quorum", "absent", "est", "atteint"))
	x, _ := b.Extracted()
	if diff := cmp.Diff([]string{"le", "quorum", "est", "atteint"}, places(x)); diff != "" {
		t.Error(diff)
	}
}

// Whatever the words are, places are in order, inside the text and apart from each other.
func TestPlacesAreInOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var b memory.TextBuilder
		var paragraphs []memorypages.Paragraph
		for range rapid.IntRange(1, 3).Draw(t, "paragraphs") {
			var p memorypages.Paragraph
			for n := range rapid.IntRange(1, 3).Draw(t, "lines") {
				p = append(p, line(n, rapid.SliceOfN(rapid.StringMatching(`[a-zé\x{301}\-|  •]{1,6}`), 1, 6).Draw(t, "words")...))
			}
			paragraphs = append(paragraphs, p)
		}
		memorypages.Write(&b, paragraphs)
		x, err := b.Extracted()
		if err != nil {
			return
		}
		end := 0
		for _, p := range x.Places {
			if p.Start < end || p.End <= p.Start || p.End > len(x.Text) || strings.TrimSpace(x.Text[p.Start:p.End]) == "" {
				t.Fatalf("%+v in %q", x.Places, x.Text)
			}
			end = p.End
		}
	})
}

func TestUnits(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		at, whole float32
		want      uint16
	}{{0, 100, 0}, {50, 100, 1 << 14}, {100, 100, 1 << 15}, {200, 100, 1 << 15}, {-5, 100, 0}, {5, 0, 0}} {
		if got := memorypages.Units(c.at, c.whole); got != c.want {
			t.Errorf("%v of %v: %d, want %d", c.at, c.whole, got, c.want)
		}
	}
}
