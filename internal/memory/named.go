package memory

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// What a question names must be what a passage is about: an answer about another association, or about the assembly of another
// year, is worse than none.

// properNames picks the proper names among the words of a question: a capital inside a sentence, or capitals alone (« IBAN »).
// Abbreviations that associations use for common nouns are none.
func (a Analyzer) properNames(lang core.Lang, text string) []concept {
	var out []concept
	for _, t := range tokens(text) {
		written := text[t.start:t.end]
		first, size := utf8.DecodeRuneInString(written)
		shouted := len(written) > size && strings.ToUpper(written) == written
		switch {
		case t.number || !unicode.IsUpper(first) || len(written) < 2:
		case opensPhrase(text[:t.start]) && !shouted:
		case isStopWordAnywhere(t.word) || monthOf(t.word) != 0 || otherNames(written) != nil:
		default:
			out = append(out, a.conceptOf(lang, t, written))
		}
	}
	return out
}

// opensPhrase tells whether what follows opens a sentence, where a capital means nothing.
func opensPhrase(before string) bool {
	before = strings.TrimRight(before, " \u00a0\u202f«\"“'’(")
	return before == "" || strings.ContainsAny(before[len(before)-1:], ".?!:;")
}

// namesMissing is the share of the question's names, by weight, that no set has.
func (q *question) namesMissing(sets ...map[string]bool) float64 {
	if len(q.names) == 0 {
		return 0
	}
	return 1 - q.share(q.names, sets...)
}

// A month that a question names, with its day when it names one.
type namedDay struct {
	when  time.Time
	whole bool // the day too
}

// daysIn lists the days and months that a question names with their year.
func daysIn(question string) []namedDay {
	var out []namedDay
	for _, d := range datesIn(question) {
		out = append(out, namedDay{d.when, true})
	}
	if len(out) > 0 {
		return out
	}
	for _, m := range inMonth.FindAllStringSubmatch(foldText(question), 4) {
		if when, ok := makeDate(m[2], m[1], "1"); ok {
			out = append(out, namedDay{when, false})
		}
	}
	return out
}

// dayMissing is 1 when the question names a day or a month and the passage, its headings and its document are of none of them.
func (q *question) dayMissing(p StoredPassage) float64 {
	if len(q.days) == 0 {
		return 0
	}
	all := append(daysIn(p.Context+" \n"+p.Text), namedDay{p.Dated, true}, namedDay{NamedDate(p.Name), true})
	for _, m := range inMonth.FindAllStringSubmatch(foldText(p.Context+" "+p.Text), 20) {
		if when, ok := makeDate(m[2], m[1], "1"); ok {
			all = append(all, namedDay{when, false})
		}
	}
	for _, asked := range q.days {
		for _, d := range all {
			if d.when.Year() == asked.when.Year() && d.when.Month() == asked.when.Month() && (!asked.whole || !d.whole || d.when.Day() == asked.when.Day()) {
				return 0
			}
		}
	}
	return 1
}

const articles = `(?:(?:l|la|le|les|du|de|des|un|une|the|a|an|our|notre|nos|votre|mon|ma|mes|my) )?`

var focused = regexp.MustCompile(`\b(?:combien d[e ]+|combien (?:coute|coutent|vaut|valent|gagne|gagnent|dure|durent) |nombre d[e ]+|how many |number of |` +
	`qui (?:est|sont|etait|etaient|sera|seront) |who (?:is|are|was|were|will be) |` +
	`(?:a |de |dans |par |pour |en |sur |sous )?quel(?:le)?s? (?:(?:est|sont|etait|etaient|fut|furent|sera|seront|a ete|ont ete) )?|which |what (?:(?:is|are|was|were) )?)` +
	articles + `([a-z]{3,})(?: (?:d|du|de|des|of|for|dure|durent)(?: (?:l|la|le|les|the|a|an|our|notre|nos|votre))? ([a-z]{2,}))?`)

// ofAnyThing are the words of a question that say what kind of answer it wants, and not of what (« quel est le montant de… »),
// and what an organisation calls itself.
const ofAnyThing = `amount annee annees ans association coop cooperative date dates day days delai duree endroit fois happens heure heures hour hours
jour jours kind kinds lieu minute minutes mois month months montant montants nom noms nombre name names number numero numeros organisation
organization part parts people period personne personnes place places prix price quantite semaine semaines somme sorte sortes taux temps time times
total type types week weeks year years valeur`

// focusOf is the thing whose number, kind or name is asked, and what it is of: « le salaire de la présidente ». None when the
// question has none.
func focusOf(lang core.Lang, question string) []string {
	q := foldText(strings.Map(func(r rune) rune {
		if isApostrophe(r) || r == '-' {
			return ' '
		}
		return r
	}, question))
	m := focused.FindStringSubmatch(q)
	if m == nil {
		return nil
	}
	var out []string
	for _, word := range m[1:] {
		if word == "" || isStopWord(lang, word) {
			break
		}
		if !slices.Contains(strings.Fields(ofAnyThing), word) {
			out = append(out, word)
		}
	}
	return out
}

// A focus is how sentences are looked through for a thing that is asked about: by its first letters, its spellings in both languages,
// and what stands for it.
type focus struct {
	root  string
	names concept
}

func (a Analyzer) focusesOf(lang core.Lang, question string) []focus {
	var out []focus
	for _, word := range focusOf(lang, question) {
		names := a.conceptOf(lang, token{word: word}, word)
		out = append(out, focus{stemPrefix(word), append(names, a.kinship.of(lang, names[0])...)})
	}
	return out
}

// in tells whether one of these sentences has the thing.
func (f focus) in(roots, terms []map[string]bool) bool {
	return f.names.in(terms...) || slices.ContainsFunc(roots, func(r map[string]bool) bool { return r[f.root] })
}

// focusOn tells how much of what is asked about a sentence has: itself, or in what leads to it.
func (q *question) focusOn(f *Features, roots, terms []map[string]bool) {
	for i, each := range q.focus {
		if i == 0 && roots[0][each.root] {
			f[FeatureFocus] = 1
		}
		if !each.in(roots, terms) {
			f[FeatureFocusMissing] += 1 / float64(len(q.focus))
		}
	}
}
