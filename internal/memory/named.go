package memory

import (
	"regexp"
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

var focused = regexp.MustCompile(`\b(?:combien d[e ]+|nombre d[e ]+|how many |number of |(?:a |de |dans |par |pour |en |sur |sous )?quel(?:le)?s? (?:(?:est|sont|etait|etaient|fut|furent|sera|seront|a ete|ont ete) )?|which |what (?:(?:is|are|was|were) )?)(?:(?:l|la|le|les|du|de|des|the|a|an) )?([a-z]{3,})`)

// focusOf is the thing whose number, kind or name is asked, by its first letters; "" when the question has none.
func focusOf(lang core.Lang, question string) string {
	q := foldText(strings.Map(func(r rune) rune {
		if isApostrophe(r) || r == '-' {
			return ' '
		}
		return r
	}, question))
	if m := focused.FindStringSubmatch(q); m != nil && !isStopWord(lang, m[1]) {
		return stemPrefix(m[1])
	}
	return ""
}
