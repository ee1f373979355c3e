package memory

import (
	"slices"
	"strings"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// Stemmer takes the ending of a folded word away: « membres » and « membre » become one.
type Stemmer interface {
	Stem(lang core.Lang, word string) string
}

// Analyzer turns text into the terms that full text search compares. It is deterministic: the
// same text gives the same terms on every machine and both database engines.
type Analyzer struct {
	stemmer Stemmer
	lexicon lexicon
	kinship kinship
}

// NewAnalyzer makes an Analyzer around a stemmer.
func NewAnalyzer(stemmer Stemmer) Analyzer {
	a := Analyzer{stemmer: stemmer}
	a.lexicon, a.kinship = newLexicon(a.stem), newKinship(a.stem)
	return a
}

// Shadow is the text as the full text index keeps it: terms separated by single spaces, made of
// letters and digits only. Stop words stay out.
func (a Analyzer) Shadow(lang core.Lang, text string) string {
	var b strings.Builder
	for _, t := range tokens(text) {
		if isStopWord(lang, t.word) {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(a.stem(lang, t))
	}
	return b.String()
}

func (a Analyzer) stem(lang core.Lang, t token) string {
	if t.number || len(t.word) < 3 {
		return t.word
	}
	if s := a.stemmer.Stem(lang, t.word); s != "" {
		return s
	}
	return t.word
}

// A concept is one word of a question with every spelling under which a document may hold it: its
// stem in its own language first, then in the other, other names, translations.
type concept []string

// concepts are the matters of a question, without stop words, each once. A question made of
// stop words only keeps them.
func (a Analyzer) concepts(question string) []concept {
	lang := LanguageOf(question)
	out := a.conceptsOf(lang, question, func(word string) bool { return isStopWord(lang, word) })
	if len(out) == 0 {
		out = a.conceptsOf(lang, question, func(string) bool { return false })
	}
	return out
}

// maxConcepts bounds the work that one question can ask for.
const maxConcepts = 40

func (a Analyzer) conceptsOf(lang core.Lang, question string, stop func(word string) bool) []concept {
	var out []concept
	seen := map[string]bool{}
	for _, t := range tokens(question) {
		if len(out) == maxConcepts || stop(t.word) {
			continue
		}
		c := a.conceptOf(lang, t, question[t.start:t.end])
		if !seen[c[0]] {
			seen[c[0]] = true
			out = append(out, c)
		}
	}
	return out
}

func (a Analyzer) conceptOf(lang core.Lang, t token, written string) concept {
	c := concept{a.stem(lang, t)}
	add := func(stems ...string) {
		for _, s := range stems {
			if !slices.Contains(c, s) {
				c = append(c, s)
			}
		}
	}
	add(a.stem(core.French, t), a.stem(core.English, t))
	for _, name := range otherNames(written) {
		add(a.stem(core.French, token{word: name}))
	}
	add(a.lexicon.translate(lang, c[0])...)
	return c
}

// otherNames gives what associations also call a thing: by its initials, written in capitals, or in
// full. Only words that mean nothing else are here.
func otherNames(word string) []string {
	switch word {
	case "CA":
		return []string{"conseil"}
	case "AG", "AGA", "AGO", "AGE":
		return []string{"assemblee", "ag", "ago"}
	case "AGM":
		return []string{"meeting"}
	case "PV":
		return []string{"proces"}
	case "RI":
		return []string{"reglement"}
	}
	switch fold(word) {
	case "assemblee", "assemblees":
		return []string{"ag", "ago"}
	}
	return nil
}
