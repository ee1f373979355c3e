package memory

import (
	"strings"
	"testing"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// unchanged leaves words as they are.
type unchanged struct{}

func (unchanged) Stem(_ core.Lang, word string) string { return word }

func TestProperNames(t *testing.T) {
	t.Parallel()
	a := NewAnalyzer(unchanged{})
	for question, want := range map[string][]string{
		"Quel est l’IBAN de l’association ?":                          {"iban"},
		"Où siège la Coop des Érables ?":                              {"coop", "erables"},
		"Combien l’AG de Mars a-t-elle réuni de membres ?":            nil, // an abbreviation and a month
		"Pourquoi ? Parce que Hypha paie.":                            {"hypha"},
		"What does Hypha pay in June?":                                {"hypha"},
		"quel est le quorum":                                          nil,
		"Quelle subvention la région Île-de-France a-t-elle versée ?": {"ile", "france"},
	} {
		names := a.properNames(LanguageOf(question), question)
		var got []string
		for _, c := range names {
			got = append(got, c[0])
		}
		if len(got) != len(want) {
			t.Errorf("%s: names %q, want %q", question, got, want)
			continue
		}
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("%s: names %q, want %q", question, got, want)
			}
		}
	}
}

func TestFocus(t *testing.T) {
	t.Parallel()
	for question, want := range map[string]string{
		"combien de procurations puis-je porter ?":     "procurations",
		"Quel est le tarif de soutien ?":               "tarif soutien",
		"À quelle majorité le CA peut-il décider ?":    "majorite",
		"How many hours do I need?":                    "",
		"Qui signe les chèques ?":                      "",
		"Qui est la trésorière de l’association ?":     "tresoriere",
		"Quel est le montant de la cotisation ?":       "cotisation",
		"What is the name of our bank?":                "bank",
		"À quelle date l’assemblée a-t-elle lieu ?":    "",
		"Combien de semaines dure le congé parental ?": "conge",
		"Combien coûte un panier ?":                    "panier",
		"How many tonnes of apples were harvested?":    "tonnes apples",
	} {
		if got := strings.Join(focusOf(LanguageOf(question), question), " "); got != want {
			t.Errorf("%s: focus %q, want %q", question, got, want)
		}
	}
}

// TestDayMissing promises that a passage about another assembly than the one named is known as such.
func TestDayMissing(t *testing.T) {
	t.Parallel()
	dated := StoredPassage{Name: "pv.md", Text: "Le bilan est adopté.", Dated: time.Date(2025, 3, 1, 0, 0, 0, 0, time.UTC)}
	for asked, want := range map[string]float64{
		"Quel a été le vote du bilan à l’assemblée du 1er mars 2025 ?": 0,
		"Quel a été le vote du bilan à l’assemblée de mars 2025 ?":     0,
		"Quel a été le vote du bilan le 1er février 2026 ?":            1,
		"Quel a été le vote du bilan en avril 2025 ?":                  1,
		"Quel a été le vote du bilan ?":                                0,
	} {
		q := &question{days: daysIn(asked)}
		if got := q.dayMissing(dated); got != want {
			t.Errorf("%s: %v, want %v", asked, got, want)
		}
	}
}

// TestDistinct promises that the same passage in two formats comes once, that a figure that differs keeps two apart, and that of two
// states of a text the current one speaks unless the past is asked about.
func TestDistinct(t *testing.T) {
	t.Parallel()
	const article = "Article 8. L’association est administrée par un conseil composé de trois à vingt personnes élues par tous les membres."
	passage := func(name, text string, year int) StoredPassage {
		p := StoredPassage{Name: name, Text: text, Dated: time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC)}
		p.End = len(text)
		p.Sentences = sentencesOf(text, lines(text, nil))
		p.takeApart()
		return p
	}
	fee := func(name, amount string) StoredPassage {
		return passage(name, "La cotisation normale des membres de l’association est fixée par l’assemblée à "+amount+" euros par an pour tous.", 2020)
	}
	names := func(past bool, ps ...StoredPassage) (out []string) {
		_, kept := distinct(make([]hit, len(ps)), ps, past)
		for _, p := range kept {
			out = append(out, p.Name)
		}
		return out
	}
	for _, c := range []struct {
		why  string
		past bool
		in   []StoredPassage
		want []string
	}{
		{"two formats", false, []StoredPassage{passage("a.md", article, 2025), passage("a.pdf", article, 2025)}, []string{"a.md"}},
		{"two amounts", false, []StoredPassage{fee("2020.md", "20"), fee("2024.md", "25")}, []string{"2020.md", "2024.md"}},
		{"the current one", false, []StoredPassage{passage("old.md", article, 2015), passage("new.md", article, 2025)}, []string{"new.md"}},
		{"the past", true, []StoredPassage{passage("old.md", article, 2015), passage("new.md", article, 2025)}, []string{"old.md"}},
		{"cut otherwise", false, []StoredPassage{passage("long.md", article+" Il se réunit quatre fois par an au siège de l’association. Le vote a lieu à main levée, sauf demande contraire.", 2025),
			passage("part.pdf", "Il se réunit quatre fois par an au siège de l’association. Le vote a lieu à main levée, sauf demande contraire.", 2025)}, []string{"long.md"}},
	} {
		if got := names(c.past, c.in...); len(got) != len(c.want) || got[0] != c.want[0] {
			t.Errorf("%s: %q, want %q", c.why, got, c.want)
		}
	}
}
