package memory

import (
	"strings"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// A candidate sentence and what speaks for it as the answer.
type candidate struct {
	passage  int // index among the retrieved passages
	sentence int // index among the passage's sentences
	features Features
	score    float64 // how likely it is the answer, for ranking
}

// Features are what the calibrated weights multiply. All lie in about [0,1]. Their order is that of
// the weights in calibrated.go; bench/retrieval learns one from the other.
type Features [featureCount]float64

// The features.
const (
	FeatureCover         = iota // share of the question's weight found in the sentence
	FeatureCoverNear            // the same with the neighbours and the headings
	FeatureCoverPassage         // the same with the whole passage
	FeatureCosine               // sentence and question, scaled from [0.7,1]
	FeatureCosinePassage        // passage and question, scaled alike
	FeatureRank                 // the passage's score over the best passage's
	FeatureFact                 // it holds what the question word asks for: 1 exactly, 0.5 nearly
	FeatureFactMissing          // the question asks for a fact and the sentence has none
	FeatureHeading              // it is a heading
	FeatureShort                // fewer than five words
	FeatureLong                 // words over 60, in units of 60
	FeatureRare                 // the question's rarest word is in the passage or its headings
	FeaturePhrase               // share of the question’s pairs of neighbouring words found side by side
	FeatureRecent               // how recent the document is, beside the others found
	FeatureArchived             // it lies among what no longer holds, and the question is not about the past
	FeatureYear                 // the question names a year, and the passage or its document is of that year
	FeatureYearMissing          // the question names a year, and nothing here is of it
	FeatureForeign              // the passage is in another language than the question
	FeatureFull                 // the passage and its headings hold every word of the question
	FeatureLittle               // they hold less than a third of its weight
	FeatureIndirect             // it repeats a question (« combien de temps… ») and has no fact to answer it
	featureCount
)

// How deep answers look.
const (
	answerFetch = 40 // passages read, among which some say the same
	answerDepth = 8  // passages whose sentences are weighed
)

// weigh lists the sentences of the passages with their features.
func (a Analyzer) weigh(q *question, hits []hit, passages []StoredPassage) []candidate {
	var out []candidate
	latest := newest(passages)
	for i, p := range passages[:min(len(passages), answerDepth)] {
		base := q.timeliness(p, latest)
		if hits[0].score > 0 {
			base[FeatureRank] = hits[i].score / hits[0].score
		}
		base[FeatureCosinePassage] = scaleCosine(hits[i].cosine)
		out = append(out, a.weighPassage(q, i, p, base)...)
	}
	return out
}

// timeliness fills the features that come from the document's age.
func (q *question) timeliness(p StoredPassage, latest time.Time) Features {
	var f Features
	if !q.past {
		f[FeatureRecent] = p.recency(latest)
		if p.archived() {
			f[FeatureArchived] = 1
		}
	}
	if len(q.years) > 0 {
		f[FeatureYear] = p.ofYear(q.years)
		f[FeatureYearMissing] = 1 - f[FeatureYear]
	}
	return f
}

func (a Analyzer) weighPassage(q *question, index int, p StoredPassage, base Features) []candidate {
	lang := LanguageOf(p.Text)
	held := make([]map[string]bool, len(p.Sentences)) // terms of each sentence
	whole := a.termSet(lang, p.Context+" "+dateWords(p.Dated))
	for i, s := range p.Sentences {
		held[i] = a.termSet(lang, p.textOf(s))
		for t := range held[i] {
			whole[t] = true
		}
	}
	header := a.termSet(lang, p.Context+" "+dateWords(p.Dated))
	base[FeatureCoverPassage] = q.cover(whole)
	base[FeatureRare] = q.rareHeld(whole)
	if lang != q.lang {
		base[FeatureForeign] = 1
		base[FeatureCosinePassage] += foreignCosine
	}
	switch c := base[FeatureCoverPassage]; {
	case c > 0.99:
		base[FeatureFull] = 1
	case c < 0.34:
		base[FeatureLittle] = 1
	}
	var out []candidate
	for i, s := range p.Sentences {
		if s.Kind == Heading {
			for t := range held[i] {
				header[t] = true
			}
		}
		f := base
		near := []map[string]bool{held[i], header}
		for _, j := range p.leadsTo(i) {
			near = append(near, held[j])
		}
		f[FeatureCover] = q.cover(held[i])
		f[FeatureCoverNear] = q.cover(near...)
		if len(p.Vectors.Sentences) == len(p.Sentences) && q.vector != nil {
			f[FeatureCosine] = scaleCosine(float64(dot(q.vector, p.Vectors.Sentences[i]))) + base[FeatureForeign]*foreignCosine
		}
		f[FeaturePhrase] = q.phrases(p.textOf(s))
		a.shape(&f, q, s, p.textOf(s))
		out = append(out, candidate{passage: index, sentence: i, features: f})
	}
	return out
}

// shape fills the features that come from the sentence's own form.
func (a Analyzer) shape(f *Features, q *question, s Sentence, text string) {
	if q.asked != askedAnything {
		f[FeatureFactMissing] = 1
		for _, fact := range q.newFacts(text) {
			f[FeatureFactMissing] = 0
			f[FeatureFact] = max(f[FeatureFact], 0.5)
			if fact.exact {
				f[FeatureFact] = 1
			}
		}
	}
	if f[FeatureFactMissing] == 1 && asksIndirectly(text) {
		f[FeatureIndirect] = 1
	}
	if s.Kind == Heading {
		f[FeatureHeading] = 1
	}
	words := countWords(text)
	if words < 5 {
		f[FeatureShort] = 1
	}
	f[FeatureLong] = max(0, min(2, float64(words-60)/60))
}

// newFacts are the facts of a sentence that the question does not state itself. When the question
// counts something, only a number of that thing is exact.
func (q *question) newFacts(text string) []fact {
	asked := strings.ToLower(q.text)
	var out []fact
	for _, f := range factsFor(q.asked, text) {
		if strings.Contains(asked, strings.ToLower(text[f.start:f.end])) {
			continue
		}
		if q.noun != "" && q.asked == askedNumber {
			f.exact = f.exact && counts(text[f.end:], q.noun)
		}
		out = append(out, f)
	}
	return out
}

// counts tells whether the noun is among the first words after a number.
func counts(after, noun string) bool {
	for i, t := range tokens(after[:min(len(after), 60)]) {
		if stemPrefix(t.word) == noun {
			return true
		}
		if i == 2 {
			break
		}
	}
	return false
}

func (p StoredPassage) textOf(s Sentence) string { return p.Text[s.Start-p.Start : s.End-p.Start] }

// scaleCosine spreads the band in which embedding models put related texts over [0,1].
func scaleCosine(c float64) float64 { return max(0, (c-0.7)/0.3) }

// foreignCosine makes up for what cosines lose between languages: some 0.03, before scaling. It is set by
// hand: the learning data crosses languages three times only.
const foreignCosine = 0.1

func (a Analyzer) termSet(lang core.Lang, text string) map[string]bool {
	out := map[string]bool{}
	for term := range strings.FieldsSeq(a.Shadow(lang, text)) {
		out[term] = true
	}
	return out
}

// cover is the share of the question's weight that the sets hold.
func (q *question) cover(sets ...map[string]bool) float64 {
	got, all := 0.0, 0.0
	for _, c := range q.concepts {
		w := q.stats.weight(c)
		all += w
		if c.in(sets...) {
			got += w
		}
	}
	if all == 0 {
		return 0
	}
	return got / all
}

// rareHeld is 1 when the question's weightiest word is held.
func (q *question) rareHeld(set map[string]bool) float64 {
	var rare concept
	most := -1.0
	for _, c := range q.concepts {
		if w := q.stats.weight(c); w > most {
			rare, most = c, w
		}
	}
	if rare.in(set) {
		return 1
	}
	return 0
}

// phrases is the share of the question's neighbouring words that are neighbours in the sentence too.
// Small words count here, though little: « plus de 25 000 $ » is not « de 5 000 $ à 25 000 $ ».
func (q *question) phrases(sentence string) float64 {
	held := map[[2]string]bool{}
	before := ""
	for _, t := range tokens(sentence) {
		word := stemPrefix(t.word)
		held[[2]string{before, word}] = true
		before = word
	}
	found, all := 0.0, 0.0
	for pair, weight := range q.pairs {
		all += weight
		if held[pair] {
			found += weight
		}
	}
	if all == 0 {
		return 0
	}
	return found / all
}

// pairsOf weighs the neighbouring words of a question: a pair of small words hardly counts.
func pairsOf(lang core.Lang, text string) map[[2]string]float64 {
	out := map[[2]string]float64{}
	before, weight := "", 0.0
	for _, t := range tokens(text) {
		word, w := stemPrefix(t.word), 1.0
		if isStopWord(lang, t.word) {
			w = 0.1
		}
		if before != "" {
			out[[2]string{before, word}] = weight + w
		}
		before, weight = word, w
	}
	return out
}

func (c concept) in(sets ...map[string]bool) bool {
	for _, set := range sets {
		for _, term := range c {
			if set[term] {
				return true
			}
		}
	}
	return false
}
