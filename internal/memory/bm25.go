package memory

import (
	"math"
	"strings"
)

// BM25 with its usual constants. A term in the headings counts as much as one in the text.
const (
	bm25K1 = 1.2
	bm25B  = 0.75
)

// idf is the weight of a term by how few passages hold it. It is never negative.
func (s Statistics) idf(term string) float64 {
	n := float64(s.Frequency[term])
	return math.Log(1 + (float64(s.Passages)-n+0.5)/(n+0.5))
}

// heaviest is the weight of a word that no passage holds.
func (s Statistics) heaviest() float64 { return s.idf("") }

// weight of a concept: that of its most frequent spelling, so that a rare homograph of the other
// language does not make a common word look rare.
func (s Statistics) weight(c concept) float64 {
	best := s.idf(c[0])
	for _, term := range c[1:] {
		best = min(best, s.idf(term))
	}
	return best
}

// A soughtWord is a word of a question as passages are sought by it: its own spellings, then words that stand for the same thing.
type soughtWord struct {
	own, kin concept
	weight   float64
}

// kinWorth is what a word that stands for the one that was asked counts beside it.
const kinWorth = 0.6

// bm25 scores a passage for a question. A word counts once, by its best spelling.
func (s Statistics) bm25(question []soughtWord, c Candidate) float64 {
	counts := map[string]float64{}
	length := countTerms(counts, c.Body) + countTerms(counts, c.Header)
	norm := lengthNorm(length, s.averageLength())
	score := 0.0
	for _, word := range question {
		worth := saturated(word.own, counts, norm)
		if worth == 0 {
			worth = kinWorth * saturated(word.kin, counts, norm)
		}
		score += float64(word.weight * worth)
	}
	return score
}

// averageLength of a passage, in terms.
func (s Statistics) averageLength() float64 {
	if s.Passages == 0 {
		return 1
	}
	return max(1, float64(s.Terms)/float64(s.Passages))
}

// lengthNorm makes a word count less in a long passage. It is rounded before it is added to, as is what a word counts, so that every
// processor gives the same score wherever it is made: some multiply and add in one step.
func lengthNorm(length, average float64) float64 {
	return float64(bm25K1 * (1 - bm25B + bm25B*length/average))
}

// saturation is what a word counts that is there so often: ever less, the more often.
func saturation(frequency, norm float64) float64 {
	return frequency * (bm25K1 + 1) / (frequency + norm)
}

// saturated is what the most frequent of some spellings counts in a text.
func saturated(spellings concept, counts map[string]float64, norm float64) float64 {
	frequency := 0.0
	for _, term := range spellings {
		frequency = max(frequency, counts[term])
	}
	return saturation(frequency, norm)
}

func countTerms(counts map[string]float64, shadow string) (length float64) {
	for term := range strings.SplitSeq(shadow, " ") {
		if term != "" {
			counts[term]++
			length++
		}
	}
	return length
}
