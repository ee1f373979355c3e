package memory

import (
	"maps"
	"math"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// A candidate sentence and what speaks for it as the answer.
type candidate struct {
	passage  int // index among the retrieved passages
	sentence int // index among the passage's sentences
	features Features
	held     uint64  // which of the question's words the sentence has, a bit each
	score    float64 // how likely it is the answer, for ranking
}

// How deep answers look.
const (
	answerFetch = 40 // passages read, among which some say the same
	answerDepth = 20 // passages whose sentences are weighed
	writerDepth = 8  // passages that a model writes from
)

// weigh lists the sentences of the passages with their features, as many passages at a time as there are processors: this is most
// of what an answer costs.
func (a Analyzer) weigh(q *question, hits []hit, passages []StoredPassage) []candidate {
	latest := newest(passages)
	parts := make([][]candidate, min(len(passages), answerDepth))
	var next atomic.Int64
	var working sync.WaitGroup
	for range min(len(parts), runtime.GOMAXPROCS(0)) {
		working.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(parts); i = int(next.Add(1)) - 1 {
				base := q.timeliness(passages[i], latest)
				if hits[0].score > 0 {
					base[FeatureRank] = hits[i].score / hits[0].score
				}
				base[FeatureCosinePassage] = scaleCosine(hits[i].cosine)
				parts[i] = a.weighPassage(q, i, passages[i], base)
			}
		})
	}
	working.Wait()
	out := slices.Concat(parts...)
	q.coverHere(out)
	apart(out)
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
	lang, words := p.spoken, a.wordings(p)
	header := a.termSet(lang, p.Context+" "+dateWords(p.Dated))
	above := pairWords(p.Context)
	whole := maps.Clone(header)
	for i := range words {
		maps.Copy(whole, words[i].terms)
	}
	base[FeaturePhrasePassage] = q.phrases(p.words)
	base[FeatureNameMissing] = q.namesMissing(whole, a.termSet(lang, p.Name))
	base[FeatureDayMissing] = q.dayMissing(p)
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
			maps.Copy(above, words[i].roots)
		}
		f := base
		near, roots := []map[string]bool{words[i].terms, header}, []map[string]bool{words[i].roots, above}
		for _, j := range p.leadsTo(i) {
			near, roots = append(near, words[j].terms), append(roots, words[j].roots)
		}
		f[FeatureCover] = q.cover(words[i].terms)
		f[FeatureCoverNear] = q.cover(near...)
		f[FeatureCoverKin] = q.coverByKin(near...)
		f[FeatureGapNear] = q.gap(near...)
		if len(p.Vectors.Sentences) == len(p.Sentences) && q.vector != nil {
			f[FeatureCosine] = scaleCosine(float64(dot(q.vector, p.Vectors.Sentences[i]))) + base[FeatureForeign]*foreignCosine
		}
		f[FeaturePhrase] = q.phrases(words[i].tokens)
		a.shape(&f, q, s, p.textOf(s))
		q.sayAnew(&f, words, i, p.goesOnFrom(i))
		if p.announces(i) {
			f[FeatureHeading] = 1
		}
		if i == 0 || p.Sentences[i-1].Kind == Heading {
			f[FeatureOpening] = 1
		}
		q.focusOn(&f, roots, near)
		out = append(out, candidate{passage: index, sentence: i, features: f, held: q.holds(words[i].terms)})
	}
	besideEachOther(out, p)
	return out
}

// sayAnew compares a sentence's words with the question's by their first letters, which derived words share:
// what it takes up, and what it adds. lead is the sentence that it goes on from; -1: none.
func (q *question) sayAnew(f *Features, words []wording, i, lead int) {
	var before map[string]bool
	if lead >= 0 {
		before = words[lead].roots
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

// apart fills how far each cosine stands from those of the sentences and passages weighed beside it. What « near » means depends
// on how many there are and how much they are alike: in a small memory on one matter everything is near.
func apart(all []candidate) {
	for from, to := range map[int]int{FeatureCosine: FeatureCosineApart, FeatureCosinePassage: FeaturePassageApart} {
		n, sum, squares := float64(len(all)), 0.0, 0.0
		for _, c := range all {
			sum += c.features[from]
			squares += c.features[from] * c.features[from]
		}
		mean := sum / n
		deviation := math.Sqrt(max(0, squares/n-mean*mean)) + 0.001
		for i := range all {
			all[i].features[to] = (all[i].features[from] - mean) / deviation / 4
		}
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
	found := factsFor(q.asked, text)
	if q.noun != "" && q.asked == askedNumber {
		found = append(found, onesOf(text)...)
	}
	for _, f := range found {
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

// scaleFrom is where the band begins in which multilingual-e5-small puts related texts.
const scaleFrom = 0.7

// scaleCosine spreads that band over [0,1].
func scaleCosine(c float64) float64 { return max(0, (c-scaleFrom)/(1-scaleFrom)) }

// foreignCosine makes up for what cosines lose between languages: some 0.03, before scaling. It is set by
// hand: the learning data crosses languages three times only.
const foreignCosine = 0.1
