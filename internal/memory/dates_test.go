package memory

import (
	"strings"
	"testing"
	"time"
)

func TestStatedDate(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, want string }{
		{"Règlement\n\nAdopté par le conseil le 10 février 2025 et ratifié par l’assemblée du 12 mars 2025.", "2025-03-12"},
		{"Procès-verbal\n\nAssemblée tenue le mercredi 12 mars 2025, à 19 h. Avis du 14 février 2025.", "2025-03-12"},
		{"En vigueur depuis le 22 septembre 2023, mise à jour le 15 janvier 2025.", "2025-01-15"},
		{"Adopted by the board of directors on May 14, 2024. In 2023, 127 loans.", "2024-05-14"},
		{"Bylaws adopted: June 13, 2020", "2020-06-13"},
		{"Réunion du 1er mars 2025\n\nRien.", "2025-03-01"},
		{"Date : 2024-11-18\n\nTexte", "2024-11-18"},
		{"Le 31 février 2025 n’existe pas.", ""},
		{"Un texte sans date.", ""},
		{"Guide\n\n" + strings.Repeat("Texte. ", 800) + "Adopté le 3 juin 2022.", "2022-06-03"},
	} {
		got := StatedDate(c.text)
		if (got.IsZero() && c.want != "") || (!got.IsZero() && got.Format(time.DateOnly) != c.want) {
			t.Errorf("%.60q: %s, want %s", c.text, got.Format(time.DateOnly), c.want)
		}
	}
}

func TestWhatIsAsked(t *testing.T) {
	t.Parallel()
	for question, want := range map[string]asked{
		"Quand a lieu la fête des récoltes ?":                askedDate,
		"À quelle date l’assemblée a-t-elle eu lieu ?":       askedDate,
		"When were the bylaws adopted?":                      askedDate,
		"À quelle heure ouvre le kiosque ?":                  askedTime,
		"Quel est le quorum de l’assemblée générale ?":       askedShare,
		"Combien de temps garde-t-on un dossier ?":           askedDuration,
		"Quel est le délai de convocation ?":                 askedDuration,
		"How long may I keep the tiller?":                    askedDuration,
		"Quel est le montant de la cotisation ?":             askedMoney,
		"Combien coûte le panier régulier ?":                 askedMoney,
		"How much is the deposit?":                           askedMoney,
		"Combien d’administrateurs siègent au conseil ?":     askedNumber,
		"How many people sit on the board?":                  askedNumber,
		"Qui est la trésorière ?":                            askedPerson,
		"Who do I call in case of an accident?":              askedPerson,
		"Où se trouve le siège ?":                            askedPlace,
		"Where do I pick up my basket?":                      askedPlace,
		"Comment devient-on membre ?":                        askedAnything,
		"Est-ce que le vote par procuration est permis ?":    askedAnything,
		"Qu’est-ce qui se passe en cas d’égalité des voix ?": askedAnything,
	} {
		if got := whatIsAsked(question); got != want {
			t.Errorf("%q: %d, want %d", question, got, want)
		}
	}
}

func TestFacts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		what           asked
		sentence, want string // facts, exact ones only, joined by « / »
	}{
		{askedShare, "Le quorum est fixé à 25 % des membres.", "25 %"},
		{askedShare, "La modification exige les deux tiers des voix.", "les deux tiers"},
		{askedMoney, "Le prêt est de 120 000 $ et la remise de 3 500 $.", "120 000 $/3 500 $"},
		{askedMoney, "A refundable deposit of $1,000 is required.", "$1,000"},
		{askedDate, "La fête aura lieu le samedi 4 octobre 2025, à la ferme.", "samedi 4 octobre 2025"},
		{askedDate, "Approved on May 14, 2024 by the board.", "May 14, 2024"},
		{askedTime, "Le kiosque ouvre de 16 h à 19 h 30.", "16 h/19 h 30"},
		{askedDuration, "Le mandat est de deux ans, l’avis de 15 jours.", "deux ans/15 jours"},
		{askedDuration, "Report damage within 24 hours.", "24 hours"},
		{askedPerson, "La responsable est Nadia Haddad, coordonnatrice.", "Nadia Haddad"},
		{askedPlace, "Le siège est situé au 412, rang des Érables, à Saint-Elme-des-Monts.", "412, rang des Érables/Saint-Elme-des-Monts"},
	} {
		var got []string
		for _, f := range factsFor(c.what, c.sentence) {
			if f.exact {
				got = append(got, c.sentence[f.start:f.end])
			}
		}
		if strings.Join(got, "/") != c.want {
			t.Errorf("%q: %q, want %q", c.sentence, strings.Join(got, "/"), c.want)
		}
	}
}

func FuzzFacts(f *testing.F) {
	f.Add("Quand ?", "le 12 mars 2025 à 25 % 1 234,5 $")
	f.Fuzz(func(t *testing.T, question, sentence string) {
		q := question
		for _, x := range factsFor(whatIsAsked(q), sentence) {
			if x.start < 0 || x.end > len(sentence) || x.start >= x.end {
				t.Fatalf("%+v of %q", x, sentence)
			}
		}
		StatedDate(sentence)
	})
}
