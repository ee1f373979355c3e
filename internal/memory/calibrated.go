package memory

import "math"

// What ranks sentences and keeps silent stands in learned.go, which bench/retrieval -learn writes.

// weights turn Features into a log-odds.
type weights struct {
	bias     float64
	features Features
}

func (w weights) logit(f Features) float64 {
	sum := w.bias
	for i, x := range f {
		sum += w.features[i] * x
	}
	return sum
}

func logistic(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// calibration is one set of learned constants: with vectors, or by full text alone. rank is a conditional logit over the sentences
// of a question. found is a logistic regression: the chance that the best sentence stands in a right passage.
type calibration struct {
	rank   weights // which sentence answers, among candidates
	found  weights // the chance that the best one stands in a right passage
	accept float64 // the least chance at which an answer is given: learned too
}

// Of a question of which no document has a word, in the documents' own language, nothing but likeness speaks for an answer: it must
// be surer then. The questions that the constants were learned from have hardly any of these, and people ask them all the time:
// « Avons-nous une piscine ? »
const (
	nothingKnown = 0.95 // of the question's weight, in no document
	surer        = 0.85
)

// accepts tells whether the best sentence is worth giving.
func (c calibration) accepts(f Features) bool {
	least := c.accept
	if f[FeatureUnknown] >= nothingKnown && f[FeatureForeign] == 0 {
		least = max(least, surer)
	}
	return logistic(c.found.logit(f)) >= least
}
