package memoryhttp

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/solidaire-coop/solidaire/internal/memory"
)

func TestAnExcerptShowsTheWordsOfTheSearch(t *testing.T) {
	t.Parallel()
	got := excerptOf(memory.Quote{Text: "Le QUORUM des assemblées est fixé."}, searchWords("quorum de l’assemblee"))
	want := excerpt{Runs: []run{{Text: "Le "}, {Text: "QUORUM", Marked: true}, {Text: " des "},
		{Text: "assemblées", Marked: true}, {Text: " est fixé."}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestAnExcerptPrefersWhatAnswersMostDirectly(t *testing.T) {
	t.Parallel()
	text := "Le quorum est de 25 %."
	from := strings.Index(text, "25")
	got := excerptOf(memory.Quote{Text: text, Highlight: [2]int{from, from + 2}}, searchWords("quorum"))
	if len(got.Runs) != 3 || got.Runs[1].Text != "25" || !got.Runs[1].Marked {
		t.Errorf("%+v", got)
	}
}

func TestALongPassageIsCutAtWordsAroundTheFind(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("préambule ", 100) + "quorum " + strings.Repeat("suite ", 100)
	got := excerptOf(memory.Quote{Text: text}, searchWords("quorum"))
	var shown strings.Builder
	for _, r := range got.Runs {
		shown.WriteString(r.Text)
	}
	if !got.Before || !got.After || !strings.Contains(shown.String(), "quorum") || shown.Len() > excerptBytes {
		t.Errorf("%v %v %d %q", got.Before, got.After, shown.Len(), shown.String())
	}
	if !strings.HasPrefix(shown.String(), "préambule") || !strings.HasSuffix(shown.String(), "suite") {
		t.Errorf("cut inside a word: %q", shown.String())
	}
}

func FuzzExcerpt(f *testing.F) {
	f.Add("Le quorum\xff est fixé", "quorum", 3, 9)
	f.Add(strings.Repeat("é", 900), "é", 0, 1)
	f.Fuzz(func(t *testing.T, text, query string, from, to int) {
		got := excerptOf(memory.Quote{Text: text, Highlight: [2]int{from, to}}, searchWords(query))
		for _, r := range got.Runs {
			if !utf8.ValidString(r.Text) {
				t.Fatalf("cut inside a character: %q", r.Text)
			}
		}
	})
}
