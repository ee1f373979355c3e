package memory

import (
	"math"
	"strings"
)

// BM25 with its usual constants. A term in the headings counts as much as headerWeight in the text.
const (
	bm25K1       = 1.2
	bm25B        = 0.75
	headerWeight = 1.0
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

// bm25 scores a passage for a question. A concept counts once, by its best spelling.
func (s Statistics) bm25(question []concept, c Candidate) float64 {
	counts := map[string]float64{}
	length := countTerms(counts, c.Body, 1) + countTerms(counts, c.Header, headerWeight)
	average := 1.0
	if s.Passages > 0 {
		average = max(1, float64(s.Terms)/float64(s.Passages))
	}
	score := 0.0
	for _, concept := range question {
		frequency := 0.0
		for _, term := range concept {
			frequency = max(frequency, counts[term])
		}
		if frequency > 0 {
			norm := bm25K1 * (1 - bm25B + bm25B*length/average)
			score += s.weight(concept) * frequency * (bm25K1 + 1) / (frequency + norm)
		}
	}
	return score
}

func countTerms(counts map[string]float64, shadow string, weight float64) (length float64) {
	for term := range strings.SplitSeq(shadow, " ") {
		if term != "" {
			counts[term] += weight
			length++
		}
	}
	return length
}
