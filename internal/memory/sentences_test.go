package memory

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func sentenceTexts(text string, marks []Mark) []string {
	var out []string
	for _, s := range sentencesOf(text, lines(text, marks)) {
		out = append(out, text[s.Start:s.End])
	}
	return out
}

func TestSentences(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"stops", "Un. Deux ! Trois ? Quatre…  Cinq", []string{"Un.", "Deux !", "Trois ?", "Quatre…", "Cinq"}},
		{"titles", "Il est proposé par M. Nguyen et Mme. Cyr. Adoptée.", []string{"Il est proposé par M. Nguyen et Mme. Cyr.", "Adoptée."}},
		{"references", "Voir l’art. 18, al. 2, p. 7 et le no. 5. Fin.", []string{"Voir l’art. 18, al. 2, p. 7 et le no. 5.", "Fin."}},
		{"numbers", "Le total est de 1 234,5 $ ou 1.234,5 $. Il monte.", []string{"Le total est de 1 234,5 $ ou 1.234,5 $.", "Il monte."}},
		{"articles", "Article 12. Le quorum est fixé. Il tient.", []string{"Article 12. Le quorum est fixé.", "Il tient."}},
		{"initials", "J. Tremblay préside. Elle signe.", []string{"J. Tremblay préside.", "Elle signe."}},
		{"guillemets", "Elle dit : « Oui. » Puis elle sort.", []string{"Elle dit : « Oui. »", "Puis elle sort."}},
		{"lower case goes on", "Le site zestedesavoir.com est p.ex. cité. etc. et rien.", []string{"Le site zestedesavoir.com est p.ex. cité. etc. et rien."}},
		{"items", "La liste :\n- un point. Et sa suite.\n- deux\n3. trois", []string{"La liste :", "- un point.", "Et sa suite.", "- deux", "3. trois"}},
		{"rows", "Poste | Montant\nSemences | 1 200 $. Environ.", []string{"Poste | Montant", "Semences | 1 200 $. Environ."}},
		{"English", "See Sec. 4, e.g. the fee of $1.50. Mr. Smith agrees. Done.", []string{"See Sec. 4, e.g. the fee of $1.50.", "Mr. Smith agrees.", "Done."}},
		{"a year ends a sentence", "Il a été élu en 2024. Elle aussi.", []string{"Il a été élu en 2024.", "Elle aussi."}},
	} {
		if diff := cmp.Diff(c.want, sentenceTexts(c.text, nil)); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}

func TestLongSentencesAreCut(t *testing.T) {
	t.Parallel()
	clauses := strings.Repeat("une clause qui dure assez longtemps pour compter dans la phrase ; ", 12)
	for _, text := range []string{clauses, strings.Repeat("mot ", 2000), strings.Repeat("é", 5000)} {
		for _, s := range sentencesOf(text, lines(text, nil)) {
			if s.End-s.Start > maxSentence {
				t.Errorf("a sentence of %d bytes", s.End-s.Start)
			}
		}
	}
}

// Every letter of a text is in exactly one sentence, in order, whatever the text.
func TestSentencesCoverTheText(t *testing.T) {
	t.Parallel()
	piece := rapid.SampledFrom([]string{"Article 3.", " ", "\n", "\n\n", ". ", "M. ", "élu", "« ", " »", "12", ",", " | ", "- ", "; ", "fin.", "…", "etc."})
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOf(piece).Draw(t, "pieces"), "")
		wantCovered(t, text, sentencesOf(text, lines(text, nil)))
	})
}

func wantCovered(t *rapid.T, text string, ss []Sentence) {
	at := 0
	for _, s := range ss {
		if s.Start < at || s.End <= s.Start || s.End > len(text) {
			t.Fatalf("sentence %+v after %d in %q", s, at, text)
		}
		if strings.TrimSpace(text[at:s.Start]) != "" {
			t.Fatalf("%q is in no sentence of %q", text[at:s.Start], text)
		}
		at = s.End
	}
	if strings.TrimSpace(text[at:]) != "" {
		t.Fatalf("%q is in no sentence of %q", text[at:], text)
	}
}

func FuzzSentences(f *testing.F) {
	f.Add("M. Nguyen. Oui.\n- a\nb | c")
	f.Fuzz(func(t *testing.T, text string) {
		text = clean(text)
		for _, s := range sentencesOf(text, lines(text, nil)) {
			if s.Start < 0 || s.End > len(text) || s.Start >= s.End {
				t.Fatalf("%+v of %d bytes", s, len(text))
			}
		}
	})
}
