package memory

import (
	"maps"
	"math"
	"slices"
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

// How deep answers look.
const (
	answerFetch = 40 // passages read, among which some say the same
	answerDepth = 20 // passages whose sentences are weighed
	writerDepth = 8  // passages that a model writes from
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
	switch {
	case !q.day.IsZero(): // what held on that day is as good as what holds today
		if p.Superseded {
			f[FeatureArchived] = 1
		}
	case !q.past:
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

// weighPassage gives a candidate for each sentence of a passage.
func (a Analyzer) weighPassage(q *question, index int, p StoredPassage, base Features) []candidate {
	lang := LanguageOf(p.Text)
	words := make([]wording, len(p.Sentences))
	header := a.wordingOf(lang, p.Context+" "+dateWords(p.Dated)).terms
	whole := maps.Clone(header)
	for i, s := range p.Sentences {
		words[i] = a.wordingOf(lang, p.textOf(s))
		maps.Copy(whole, words[i].terms)
	}
	base[FeatureCoverPassage] = q.cover(whole)
	base[FeatureRare] = q.rareHeld(whole)
	base[FeatureGap] = q.gap(whole)
	base[FeatureUnknown] = q.unknown
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
	out := make([]candidate, 0, len(p.Sentences))
	for i, s := range p.Sentences {
		if s.Kind == Heading {
			maps.Copy(header, words[i].terms)
		}
		f := base
		near := []map[string]bool{words[i].terms, header}
		for _, j := range p.leadsTo(i) {
			near = append(near, words[j].terms)
		}
		f[FeatureCover] = q.cover(words[i].terms)
		f[FeatureCoverNear] = q.cover(near...)
		if len(p.Vectors.Sentences) == len(p.Sentences) && q.vector != nil {
			f[FeatureCosine] = scaleCosine(float64(dot(q.vector, p.Vectors.Sentences[i]))) + base[FeatureForeign]*foreignCosine
		}
		f[FeaturePhrase] = q.phrases(words[i].tokens)
		a.shape(&f, q, s, p.textOf(s))
		q.sayAnew(&f, words, i)
		if p.announces(i) {
			f[FeatureHeading] = 1
		}
		if i == 0 || p.Sentences[i-1].Kind == Heading {
			f[FeatureOpening] = 1
		}
		out = append(out, candidate{passage: index, sentence: i, features: f})
	}
	besideEachOther(out, p)
	return out
}

// A wording is a sentence's words, taken apart once.
type wording struct {
	tokens []token
	terms  map[string]bool // as full text compares them
	roots  map[string]bool // first letters, small words left out
}

func (a Analyzer) wordingOf(lang core.Lang, text string) wording {
	w := wording{tokens: tokens(text), terms: map[string]bool{}, roots: map[string]bool{}}
	for _, t := range w.tokens {
		if isStopWord(lang, t.word) {
			continue
		}
		w.terms[a.stem(lang, t)] = true
		w.roots[stemPrefix(t.word)] = true
	}
	return w
}

// sayAnew compares a sentence's words with the question's by their first letters, which derived words share:
// what it takes up, and what it adds.
func (q *question) sayAnew(f *Features, words []wording, i int) {
	var before map[string]bool
	if i > 0 {
		before = words[i-1].roots
	}
	held, near, fresh := 0, 0, 0
	for root := range q.roots {
		switch {
		case words[i].roots[root]:
			held, near = held+1, near+1
		case before[root]:
			near++
		}
	}
	for root := range words[i].roots {
		if !q.roots[root] {
			fresh++
		}
	}
	f[FeatureFresh] = min(1, float64(fresh)/8)
	if len(q.roots) > 0 {
		f[FeatureRoots], f[FeatureRootsNear] = float64(held)/float64(len(q.roots)), float64(near)/float64(len(q.roots))
	}
}

// besideEachOther fills what a sentence gets from the others of its passage.
func besideEachOther(all []candidate, p StoredPassage) {
	best := 0
	for i := range all {
		f := &all[i].features
		if f[FeatureCosine] > all[best].features[FeatureCosine] {
			best = i
		}
		if i > 0 {
			f[FeatureBefore], f[FeatureCosineBefore] = all[i-1].features[FeatureCover], all[i-1].features[FeatureCosine]
		}
		if pointsBack(p.textOf(p.Sentences[i])) {
			f[FeatureLeans] = f[FeatureBefore]
		}
	}
	if len(all) > 0 && all[best].features[FeatureCosine] > 0 {
		all[best].features[FeatureNearest] = 1
	}
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
				f[FeatureFactNear] = max(f[FeatureFactNear], math.Exp(-float64(q.distance(text, fact))/factReach))
			}
		}
	}
	if q.cue != nil && q.cue.MatchString(foldText(text)) {
		f[FeatureCue] = 1
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

// factReach is the distance, in bytes, over which a fact loses two thirds of what ties it to the question's words.
const factReach = 30

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

// gap is the weight of the heaviest word that is not held, beside that of a word that nothing holds.
func (q *question) gap(set map[string]bool) float64 {
	heaviest := 0.0
	for _, c := range q.concepts {
		if !c.in(set) {
			heaviest = max(heaviest, q.stats.weight(c))
		}
	}
	return heaviest / q.stats.heaviest()
}

// unknownShare is the share of the question's weight in words that no passage of the organisation holds.
func (q *question) unknownShare() float64 {
	nowhere, all := 0.0, 0.0
	for _, c := range q.concepts {
		w := q.stats.weight(c)
		all += w
		if !slices.ContainsFunc(c, func(term string) bool { return q.stats.Frequency[term] > 0 }) {
			nowhere += w
		}
	}
	if all == 0 {
		return 0
	}
	return nowhere / all
}

// phrases is the share of the question's neighbouring words that are neighbours in the sentence too.
// Small words count here, though little: « plus de 25 000 $ » is not « de 5 000 $ à 25 000 $ ».
func (q *question) phrases(sentence []token) float64 {
	held := map[[2]string]bool{}
	before := ""
	for _, t := range sentence {
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
