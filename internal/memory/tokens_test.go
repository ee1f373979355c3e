package memory

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/solidaire-coop/solidaire/internal/core"
)

func words(text string) []string {
	var out []string
	for _, t := range tokens(text) {
		out = append(out, t.word)
	}
	return out
}

func TestTokens(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, want string }{
		{"L’assemblée générale", "assemblee generale"},
		{"l'été d’Amélie, qu’elle a jusqu’à demain", "ete amelie elle a a demain"},
		{"aujourd’hui", "aujourd hui"},
		{"the co-op's members don't", "the co op members don t"},
		{"cœur, Ægir, Straße", "coeur aegir strasse"},
		{"assemble\u0301e", "assemblee"},
		{"quo\u00adrum", "quorum"},
		{"25 % de 1 234,50 $", "25 de 1234d5"},
		{"12\u00a0000 $ ou 12,000.00 dollars", "12000 ou 12000 dollars"},
		{"le 12 avril 2025", "le 12 avril 2025"},
		{"2025-03-12 et 2025.03.12", "2025 03 12 et 2025 03 12"},
		{"art. 18, al. 2", "art 18 al 2"},
		{"3,5 et 3.50", "3d5 et 3d5"},
		{"1er et 2e", "1 er et 2 e"},
		{"", ""},
	} {
		if diff := cmp.Diff(strings.Fields(c.want), words(c.text)); diff != "" && c.want+strings.Join(words(c.text), "") != "" {
			t.Errorf("%q: %s", c.text, diff)
		}
	}
}

func TestTokensStayInTheirText(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		last := 0
		for _, tok := range tokens(text) {
			if tok.start < last || tok.end <= tok.start || tok.end > len(text) || tok.word == "" || len(tok.word) > maxTokenBytes+10 {
				t.Fatalf("token %+v of %q", tok, text)
			}
			if strings.ContainsAny(tok.word, " \t\n'\"") || !utf8.ValidString(tok.word) {
				t.Fatalf("word %q", tok.word)
			}
			last = tok.end
		}
	})
}

// plainStemmer takes a plural s away: enough to test what surrounds a stemmer.
type plainStemmer struct{}

func (plainStemmer) Stem(lang core.Lang, word string) string {
	if lang == core.English {
		return strings.TrimSuffix(word, "ing")
	}
	return strings.TrimSuffix(word, "s")
}

func TestShadow(t *testing.T) {
	t.Parallel()
	a := NewAnalyzer(plainStemmer{})
	if got, want := a.Shadow(core.French, "Les membres de l’assemblée ont 2 voix"), "membre assemblee 2 voix"; got != want {
		t.Errorf("French: %q, want %q", got, want)
	}
	if got, want := a.Shadow(core.English, "The meeting is for an aim, but late"), "meet aim late"; got != want {
		t.Errorf("English: %q, want %q", got, want)
	}
	if got, want := a.Shadow(core.French, "sans but lucratif"), "but lucratif"; got != want {
		t.Errorf("an English stop word is a French word: %q, want %q", got, want)
	}
}

func TestConcepts(t *testing.T) {
	t.Parallel()
	a := NewAnalyzer(plainStemmer{})
	got := a.concepts("Quels membres, quels meeting, membres ?")
	want := []concept{{"membre", "membres", "member"}, {"meeting", "meet"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got := a.concepts("qui est-ce ?"); len(got) == 0 {
		t.Error("a question of stop words alone searches them")
	}
}

func TestLanguageOf(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]core.Lang{
		"Quel est le quorum de l’assemblée ?": core.French,
		"What is the quorum of the meeting?":  core.English,
		"quorum":                              core.French,
		"How long can I borrow the tiller?":   core.English,
	} {
		if got := LanguageOf(text); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

func FuzzTokens(f *testing.F) {
	for _, s := range []string{"l’été", "1 234,5", "12.000,00.1", "\u0301", "qu'", "a\xffb", "9,9,9"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		NewAnalyzer(plainStemmer{}).Shadow(LanguageOf(s), s)
		NewAnalyzer(plainStemmer{}).concepts(s)
	})
}
