package memory

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func patternsByName() map[string]pattern {
	return map[string]pattern{"date": someDate, "year": someYear, "rhythm": someRhythm, "time": someTime, "duration": someDuration, "money": someMoney,
		"share": someShare, "number": someNumber, "vote": someVote, "role": someRole, "place": somePlace, "one": someOne}
}

// passedOver is what a pattern would have found in a sentence in which it is not tried; "" when that is nothing.
func passedOver(p pattern, sentence string) string {
	if p.may(hintsOf(sentence)) {
		return ""
	}
	return p.FindString(sentence)
}

func TestHintsHideNoFact(t *testing.T) {
	t.Parallel()
	tried := 0
	for _, folder := range []string{"../app/demo/documents", "../../docs/fr", "../../docs/en"} {
		err := filepath.WalkDir(folder, func(path string, d os.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".md") {
				return err
			}
			text, err := os.ReadFile(path)
			for line := range strings.SplitSeq(string(text), "\n") {
				for name, p := range patternsByName() {
					tried++
					if missed := passedOver(p, line); missed != "" {
						t.Errorf("%s: %q of %q is passed over", name, missed, line)
					}
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if tried < 10_000 {
		t.Errorf("%d tried only", tried)
	}
}

func TestHintsHideNoFactWhateverStandsTogether(t *testing.T) {
	t.Parallel()
	var words []string
	for h := hasDigit; h <= hasRoom; h <<= 1 {
		words = append(words, strings.Fields(hintWords(h))...)
	}
	words = append(words, "12", "3", "2025", "1 200,50", "h", "fois", "par", "pour cent", "année", "Février", "MARS", "présidente", "Vice-président", "l’unanimité",
		"la majorité absolue", "une moitié", "entrepôt", "H2X 3Y7", "trésorière", "annuellement", "hebdomadaires", "M", "rue", "le", "1er", "Administrateurs")
	joins := []string{" ", "-", "\u00a0", "\u202f", "’", "'", "/", ", ", "€", "$", " %", ":", "("}
	rapid.Check(t, func(t *rapid.T) {
		var b strings.Builder
		for range rapid.IntRange(1, 6).Draw(t, "words") {
			b.WriteString(rapid.SampledFrom(words).Draw(t, "word"))
			b.WriteString(rapid.SampledFrom(joins).Draw(t, "join"))
		}
		for name, p := range patternsByName() {
			if missed := passedOver(p, b.String()); missed != "" {
				t.Errorf("%s: %q of %q is passed over", name, missed, b.String())
			}
		}
	})
}
