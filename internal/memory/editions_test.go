package memory

import (
	"context"
	"testing"
	"time"
)

func day(s string) time.Time {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return t
}

func TestADocumentIsCalledTheSameWhateverItsDate(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"statuts.pdf": "statuts", "anciennes-versions/statuts-2015-04-11.md": "statuts", "Statuts 2025.pdf": "statuts",
		"reglement-interieur-2019.md": "reglement interieur", "Règlement intérieur (version du 3 mars 2021).docx": "reglement interieur",
		"2015-04-11_PV_AGO.md": "pv ago", "20240414.md": "20240414.md",
	} {
		if got := (Edition{Name: name}).series(); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func TestAQuestionNamesTheDayOnWhichATextHeld(t *testing.T) {
	t.Parallel()
	for question, want := range map[string]string{
		"Que disaient les statuts en juin 2023 ?":                          "2023-06-30",
		"Que disait le règlement au 12 mars 2021 ?":                        "2021-03-12",
		"Dans la version des statuts de 2015, combien d’administrateurs ?": "2015-12-31",
		"Avant 2023, où les statuts fixaient-ils le siège social ?":        "2022-12-31",
		"What did the bylaws say in May 2019?":                             "2019-05-31",
		"Quel est le quorum selon les statuts ?":                           "0001-01-01",
		"En 2021, par quel vote la cotisation a-t-elle changé ?":           "0001-01-01",
		"Que disaient les premiers statuts ?":                              "1970-01-01",
	} {
		if got := asOf(question).Format(time.DateOnly); got != want {
			t.Errorf("%s: %s, want %s", question, got, want)
		}
	}
}

// statutes are three states of one text, and minutes that only look like a fourth.
func statutes() *calendar {
	common := "Article 1. L’association a pour nom Les Semailles et pour but le partage des récoltes.\n\n" +
		"Article 2. Toute personne majeure peut devenir membre en payant sa cotisation annuelle.\n\n"
	texts := map[string]string{
		"a": common + "Article 3. Le siège social est fixé au domicile du président en exercice.",
		"b": common + "Article 3. Le siège social est fixé à Chartres, dans le département d’Eure-et-Loir.",
		"c": common + "Article 3. Le siège social est fixé à Levallois-Perret, dans les Hauts-de-Seine.",
		"m": "Le président ouvre la séance à vingt heures et salue les personnes présentes.",
		"n": "La trésorière présente les comptes et répond aux questions des membres présents.",
	}
	c := newCalendar([]Edition{
		{Document: "1", Name: "old/statuts-2015.md", Version: "a", Dated: day("2015-04-11"), Newest: true},
		{Document: "2", Name: "old/statuts-2019.md", Version: "b", Dated: day("2019-05-18"), Newest: true},
		{Document: "3", Name: "statuts.md", Version: "c", Dated: day("2023-11-25"), Newest: true},
		{Document: "4", Name: "2021-01-05_PV.md", Version: "m", Dated: day("2021-01-05"), Newest: true},
		{Document: "5", Name: "2022-01-05_PV.md", Version: "n", Dated: day("2022-01-05"), Newest: true},
	}, func(_ context.Context, hash string) (string, error) { return texts[hash], nil })
	return c
}

func TestTheEditionInForceIsTheLatestThatHadBegun(t *testing.T) {
	t.Parallel()
	c := statutes()
	for _, x := range []struct{ hash, on, want string }{
		{"a", "2016-01-01", ""}, {"c", "2016-01-01", "a"}, {"b", "2016-01-01", "a"},
		{"a", "2023-06-30", "b"}, {"b", "2023-06-30", ""}, {"c", "2023-06-30", "b"},
		{"a", "0001-01-01", "c"}, {"c", "0001-01-01", ""},
		{"c", "1970-01-01", "a"}, {"a", "1970-01-01", ""},
		{"m", "0001-01-01", ""}, // minutes replace no minutes
	} {
		e, err := c.inForce(t.Context(), x.hash, day(x.on))
		got := ""
		if e != nil {
			got = e.Version
		}
		if err != nil || got != x.want {
			t.Errorf("%s on %s: %q %v, want %q", x.hash, x.on, got, err, x.want)
		}
	}
}

func TestACitationSaysWhatTheTextSaysToday(t *testing.T) {
	t.Parallel()
	c := statutes()
	same, err := c.later(t.Context(), Quote{Version: "a", Text: "Toute personne majeure peut devenir membre en payant sa cotisation annuelle."})
	if err != nil || same == nil || !same.Same || same.Version != "c" {
		t.Fatalf("got %+v %v", same, err)
	}
	changed, err := c.later(t.Context(), Quote{Version: "a", Text: "Le siège social est fixé au domicile du président en exercice."})
	if err != nil || changed == nil || changed.Same || changed.Text != "Le siège social est fixé à Levallois-Perret, dans les Hauts-de-Seine." {
		t.Fatalf("got %+v %v", changed, err)
	}
	if none, err := c.later(t.Context(), Quote{Version: "c", Text: "Le siège social"}); none != nil || err != nil {
		t.Errorf("the text in force has a successor: %+v %v", none, err)
	}
}

func TestADateOfALawIsNotTheDocuments(t *testing.T) {
	t.Parallel()
	if d := StatedDate("Association régie par la loi du 1er juillet 1901 et le décret du 16 août 1901."); !d.IsZero() {
		t.Errorf("dated %s", d)
	}
	if d := NamedDate("anciennes-versions/statuts-2015-04-11.md"); d.Format(time.DateOnly) != "2015-04-11" {
		t.Errorf("named %s", d)
	}
	if d := NamedDate("reunion_CA_20240414.md"); d.Format(time.DateOnly) != "2024-04-14" {
		t.Errorf("named %s", d)
	}
}
