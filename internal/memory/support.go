package memory

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// Thresholds of support: shares of a sentence's words.
const (
	wordsNear     = 0.5  // in a few sentences of a passage that follow each other
	wordsAnywhere = 0.75 // in the passages as a whole
	wordsPartly   = 0.34 // in one of several passages that are cited together
	wordsAlike    = 0.6  // of a sentence that says the same, negation apart
	nearSentences = 4
)

// claim is what of a sentence can be looked for.
type claim struct {
	lang    core.Lang
	numbers map[string]string // as tokens spell them → as the sentence does
	dates   map[time.Time]string
	names   map[string]string // folded words of names
	words   map[string]string // roots
	negated bool
}

// witness is a passage, ready to be looked into.
type witness struct {
	lang      core.Lang
	holds     evidence
	sentences []evidence
}

// evidence is what a text holds.
type evidence struct {
	numbers map[string]bool
	dates   map[time.Time]bool
	words   map[string]bool // folded, and roots
	negated bool
}

var negation = regexp.MustCompile(`(?i)(?:^|[^\p{L}])(?:ne|pas|aucune?s?|jamais|not|no|never|cannot|none|n[’']t)(?:$|[^\p{L}])|(?:^|[^\p{L}])n[’']\p{L}|n[’']t(?:$|[^\p{L}])`)

func witnessOf(q Quote) witness {
	w := witness{lang: LanguageOf(q.Text), holds: evidenceIn(q.Title + "\n" + q.Heading + "\n" + q.Name + "\n" + q.Text)}
	if !q.Dated.IsZero() {
		w.holds.dates[q.Dated.UTC().Truncate(24*time.Hour)] = true
	}
	for _, l := range lines(q.Text, nil) {
		for _, s := range proseSentences(q.Text, l, Prose) {
			w.sentences = append(w.sentences, evidenceIn(q.Text[s.Start:s.End]))
		}
	}
	return w
}

func evidenceIn(text string) evidence {
	e := evidence{numbers: map[string]bool{}, dates: map[time.Time]bool{}, words: map[string]bool{}, negated: negation.MatchString(text)}
	for _, d := range datesIn(text) {
		e.dates[d.when] = true
	}
	for _, n := range spelledNumbers(text) {
		e.numbers[n.word], e.numbers[n.word+unitOf(text, n)] = true, true
	}
	for _, t := range tokens(text) {
		if t.number {
			e.numbers[t.word], e.numbers[t.word+unitOf(text, t)] = true, true
		}
		e.words[t.word], e.words[stemPrefix(t.word)] = true, true
		for _, name := range otherNames(text[t.start:t.end]) {
			e.words[stemPrefix(name)] = true
		}
	}
	return e
}

// claimOf reads what a sentence claims. What a date or a name says is not looked for again as a number or as words.
func claimOf(sentence string) claim {
	c := claim{lang: LanguageOf(sentence), numbers: map[string]string{}, dates: map[time.Time]string{}, names: map[string]string{}, words: map[string]string{},
		negated: negation.MatchString(sentence)}
	var taken []fact
	for _, d := range datesIn(sentence) {
		c.dates[d.when] = sentence[d.start:d.end]
		taken = append(taken, fact{start: d.start, end: d.end})
	}
	for _, n := range spelledNumbers(sentence) {
		if !overlaps(taken, n.start, n.end) {
			c.numbers[n.word+unitOf(sentence, n)] = sentence[n.start:n.end]
			taken = append(taken, fact{start: n.start, end: n.end})
		}
	}
	names := namesIn(sentence)
	for _, t := range tokens(sentence) {
		written := sentence[t.start:t.end]
		switch {
		case overlaps(taken, t.start, t.end):
		case t.number:
			c.numbers[t.word+unitOf(sentence, t)] = written
		case isStopWordAnywhere(t.word):
		case overlaps(names, t.start, t.end) && monthOf(t.word) == 0:
			c.names[t.word] = written
		case utf8.RuneCountInString(t.word) > 2:
			c.words[stemPrefix(t.word)] = written
		}
	}
	return c
}

var (
	unitAfter  = regexp.MustCompile(`(?i)^[ \x{00a0}\x{202f}]*(?:(%|pour cent|percent|per cent)|(\$|dollars?)|(€|euros?))`)
	unitBefore = regexp.MustCompile(`([$€])[ \x{00a0}\x{202f}]*$`)
)

// unitOf tells the share or the currency that a number counts, "" for anything else: 25 % is not 25 days.
func unitOf(text string, t token) string {
	if m := unitBefore.FindStringSubmatch(text[max(0, t.start-8):t.start]); m != nil {
		return m[1]
	}
	m := unitAfter.FindStringSubmatch(text[t.end:min(len(text), t.end+20)])
	for i, unit := range []string{"%", "$", "€"} {
		if m != nil && m[i+1] != "" {
			return unit
		}
	}
	return ""
}

// nothing reports that there is too little to look for.
func (c claim) nothing() bool {
	return len(c.numbers)+len(c.dates)+len(c.names) == 0 && len(c.words) < 2
}

// by gives the verdict of passages taken together.
func (c claim) by(ws ...witness) Support {
	if len(c.missingFacts(ws...)) > 0 {
		return Unsupported
	}
	if !slices.ContainsFunc(ws, func(w witness) bool { return w.lang == c.lang }) {
		return Unverified // words of another language cannot be compared
	}
	if !c.worded(ws) || c.contradicted(ws) {
		return Unsupported
	}
	return Supported
}

// partlyBy reports whether one of several cited passages holds a part of the claim.
func (c claim) partlyBy(w witness) bool {
	facts := len(c.numbers) + len(c.dates) + len(c.names)
	if facts > 0 && len(c.missingFacts(w)) == facts {
		return false
	}
	return w.lang != c.lang || c.share(held([]witness{w})) >= wordsPartly
}

func held(ws []witness) []evidence {
	out := make([]evidence, len(ws))
	for i, w := range ws {
		out[i] = w.holds
	}
	return out
}

// share is how many of the claim's words some of the evidence holds.
func (c claim) share(es []evidence) float64 {
	if len(c.words) == 0 {
		return 1
	}
	n := 0
	for root := range c.words {
		if slices.ContainsFunc(es, func(e evidence) bool { return e.words[root] }) {
			n++
		}
	}
	return float64(n) / float64(len(c.words))
}

// worded reports that the passages hold enough of the claim's words: many near each other, or nearly all.
func (c claim) worded(ws []witness) bool {
	return c.share(held(ws)) >= wordsAnywhere || c.nearest(ws) >= wordsNear
}

// nearest is the greatest share in a few sentences that follow each other.
func (c claim) nearest(ws []witness) float64 {
	best := 0.0
	for _, w := range ws {
		for i := range w.sentences {
			best = max(best, c.share(w.sentences[i:min(i+nearSentences, len(w.sentences))]))
		}
	}
	return best
}

// contradicted reports that the sentence that says the same says it the other way round: with a negation, or without. Every
// sentence alike must, since a passage may hold the rule and its exception.
func (c claim) contradicted(ws []witness) bool {
	alike, opposite := 0, 0
	for _, w := range ws {
		for _, s := range w.sentences {
			if c.share([]evidence{s}) < wordsAlike {
				continue
			}
			alike++
			if s.negated != c.negated {
				opposite++
			}
		}
	}
	return alike > 0 && alike == opposite
}

// missingFacts lists the figures, dates and names that no witness holds.
func (c claim) missingFacts(ws ...witness) []string {
	var out []string
	lacks := func(written string, has func(e evidence) bool) {
		if !slices.ContainsFunc(ws, func(w witness) bool { return has(w.holds) }) {
			out = append(out, strings.TrimSpace(written))
		}
	}
	for n, written := range c.numbers {
		lacks(written, func(e evidence) bool { return e.numbers[n] })
	}
	for d, written := range c.dates {
		lacks(written, func(e evidence) bool { return e.dates[d] })
	}
	for name, written := range c.names {
		lacks(written, func(e evidence) bool { return e.words[name] || e.words[stemPrefix(name)] })
	}
	slices.Sort(out)
	return out
}

// missing lists what no witness holds: facts, and words when those are why; negated tells that nothing is missing but a
// negation, or one too many.
func (c claim) missing(ws ...witness) (out []string, negated bool) {
	if out = c.missingFacts(ws...); len(out) > 0 {
		return out, false
	}
	if c.worded(ws) && c.contradicted(ws) {
		return nil, true
	}
	for root, written := range c.words {
		if !slices.ContainsFunc(ws, func(w witness) bool { return w.holds.words[root] }) {
			out = append(out, written)
		}
	}
	slices.Sort(out)
	return out, false
}
