package memoryhttp

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
)

func TestARangeIsCheckedAndWidenedToWholeCharacters(t *testing.T) {
	t.Parallel()
	const text = "été 2025" // é takes two bytes
	for _, c := range []struct {
		name    string
		give    span
		want    span
		widened bool
		bad     bool
	}{
		{"whole text", span{0, len(text)}, span{0, len(text)}, false, false},
		{"a whole character", span{0, 2}, span{0, 2}, false, false},
		{"starts inside é", span{1, 3}, span{0, 3}, true, false},
		{"ends inside é", span{2, 4}, span{2, 5}, true, false},
		{"past the end", span{0, len(text) + 1}, span{}, false, true},
		{"negative", span{-1, 3}, span{}, false, true},
		{"reversed", span{3, 1}, span{}, false, true},
		{"empty", span{3, 3}, span{}, false, true},
	} {
		got, widened, err := rangeIn(text, c.give)
		if c.bad != core.Is(err, core.Invalid) || got != c.want || widened != c.widened {
			t.Errorf("%s: %v %v %v", c.name, got, widened, err)
		}
	}
}

func TestLayoutTellsPagesHeadingsAndTheHighlightedRange(t *testing.T) {
	t.Parallel()
	text := "Statuts\n\nArticle 18. Quorum\nLe quorum est fixé à 25 %\ndes membres.\n\nFin."
	at := func(s string) int { return strings.Index(text, s) }
	marks := []memory.Mark{
		{Start: 0, Kind: "page", Label: "1"},
		{Start: 0, Kind: "heading", Level: 1, Label: "Statuts"},
		{Start: at("Article"), Kind: "heading", Level: 4, Label: "Article 18. Quorum"},
		{Start: at("Fin"), Kind: "page", Label: "2"},
	}
	got := layout(text, marks, span{0, len(text)}, span{at("fixé"), at(" membres")})
	want := []block{
		{Page: "1"},
		{ID: "h-0", Level: 2, Runs: []run{{Text: "Statuts"}}},
		{ID: "h-9", Level: 3, Runs: []run{{Text: "Article 18. Quorum"}}},
		{Lines: true, Runs: []run{{Text: "Le quorum est "}, {Text: "fixé à 25 %\ndes", Marked: true, First: true}, {Text: " membres."}}},
		{Page: "2"},
		{Runs: []run{{Text: "Fin."}}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestRowsOfCellsBecomeATable(t *testing.T) {
	t.Parallel()
	const text = "Poste | Budget 2025\nPaniers d’été | 681 000 $\n\nSeul | en ligne"
	start := strings.Index(text, "681")
	got := layout(text, nil, span{0, len(text)}, span{start, start + len("681 000 $")})
	want := []block{
		{Rows: [][]cell{
			{{Runs: []run{{Text: "Poste"}}}, {Runs: []run{{Text: "Budget 2025"}}, Number: true}},
			{{Runs: []run{{Text: "Paniers d’été"}}}, {Runs: []run{{Text: "681 000 $", Marked: true, First: true}}, Number: true}},
		}},
		{Runs: []run{{Text: "Seul | en ligne"}}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestLayoutShowsAHeadingWhoseWordsAreNotInTheText(t *testing.T) {
	t.Parallel()
	got := layout("Du texte.", []memory.Mark{{Kind: "heading", Level: 2, Label: "Titre ajouté"}}, span{0, 9}, span{})
	want := []block{{ID: "h-0", Level: 2, Runs: []run{{Text: "Titre ajouté"}}}, {Runs: []run{{Text: "Du texte."}}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestProseIsReflowedAndListsAreNot(t *testing.T) {
	t.Parallel()
	prose := "Le quorum de l’assemblée générale est fixé à vingt-cinq\npour cent des membres en règle."
	for text, want := range map[string]bool{
		prose: false, "une ligne": false, "- un\n- deux": true, "1. un\n2. deux": true,
		"| a | b |\n| - | - |": true, "12 rue des Érables\nMontréal": true,
	} {
		if got := keepsLines(text); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}

// Whatever the text, the marks and the range, the reader shows every visible character once, in order, and
// highlights exactly the range.
func TestLayoutLosesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOf(rapid.SampledFrom([]string{"mot", "été", "\n", "\n\n", " ", "№ 4", "- x", "\f", " | "})).Draw(t, "text"), "")
		lit := span{}
		if text != "" {
			raw := span{rapid.IntRange(0, len(text)-1).Draw(t, "start"), 0}
			raw.end = rapid.IntRange(raw.start+1, len(text)).Draw(t, "end")
			lit, _, _ = rangeIn(text, raw)
		}
		var marks []memory.Mark
		for _, at := range rapid.SliceOfN(rapid.IntRange(0, len(text)+2), 0, 5).Draw(t, "marks") {
			if at < len(text) && !utf8.RuneStart(text[at]) {
				continue
			}
			marks = append(marks, memory.Mark{Start: at, Kind: "page", Label: "9"})
		}
		limit := rapid.IntRange(4, 60).Draw(t, "limit")
		var all, marked strings.Builder
		for _, part := range parts(text, limit) {
			for _, b := range layout(text, marks, part, lit) {
				runs := b.Runs
				for _, row := range b.Rows {
					for _, c := range row {
						runs = append(runs, c.Runs...)
					}
				}
				for _, r := range runs {
					all.WriteString(r.Text)
					if r.Marked {
						marked.WriteString(r.Text)
					}
				}
			}
		}
		if got, want := visible(all.String()), visible(text); got != want {
			t.Fatalf("shown %q, text %q", got, want)
		}
		if got, want := visible(marked.String()), visible(text[lit.start:lit.end]); got != want {
			t.Fatalf("highlighted %q, asked %q", got, want)
		}
	})
}

// visible leaves blanks out, and the marks between cells, which a table draws.
func visible(s string) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(s, "|", "")), "")
}

func TestPartsCoverTheTextAndRespectTheLimit(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		limit := rapid.IntRange(4, 40).Draw(t, "limit")
		at := 0
		for i, p := range parts(text, limit) {
			if p.start != at || p.end-p.start > limit || (p.end == p.start && text != "") {
				t.Fatalf("part %d is %v after %d", i, p, at)
			}
			at = p.end
		}
		if at != len(text) {
			t.Fatalf("parts end at %d of %d", at, len(text))
		}
	})
}

func FuzzLayout(f *testing.F) {
	f.Add("Statuts\n\nÀ défaut\xff", 3, 1, 2, 8)
	f.Fuzz(func(t *testing.T, text string, start, level, from, to int) {
		lit, _, err := rangeIn(text, span{from, to})
		if err != nil {
			lit = span{}
		}
		marks := []memory.Mark{{Start: start, Kind: "heading", Level: level, Label: text}, {Start: start, Kind: "page", Label: text}}
		for _, p := range parts(text, 16) {
			layout(text, marks, p, lit)
		}
	})
}
