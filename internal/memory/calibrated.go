package memory

import "math"

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

// calibration is one set of learned constants: with vectors, or by full text alone.
type calibration struct {
	rank   weights // which sentence answers, among candidates
	found  weights // the chance that the best one stands in a right passage
	accept float64 // the least chance at which an answer is given
}

// acceptWithoutFact is the least chance when the question asks for a figure or a date and the sentence
// has none. It and indirectWeight are set by hand: the learning data has too few such cases.
const (
	acceptWithoutFact = 0.5
	indirectWeight    = -2
)

// accepts tells whether the best sentence is worth giving.
func (c calibration) accepts(q *question, f Features) bool {
	least := c.accept
	if f[FeatureFactMissing] == 1 && q.asked.figure() {
		least = max(least, acceptWithoutFact)
	}
	return logistic(c.found.logit(f)) >= least
}

// calibrated gives the constants that bench/retrieval -learn printed. They were learned with
// multilingual-e5-small (Q4_0) on one half of the questions of PIAF (3,835) and of two real
// co-operatives' documents (77, each also put to the other's documents); the README there tells how.
// rank is a conditional logit over the sentences of a question. found is a logistic regression on the
// features that say how much of the question is held. accept has the best balanced accuracy on the
// learned half of the co-operatives' questions.
//
// On the other half:
//
//	                                      with vectors    full text alone
//	PIAF, best sentence right             .575            .531   (of all 761 paragraphs)
//	PIAF, answered when it stands right   .95             .92
//	PIAF, answered when it was hidden     .48             .42    (its article's other paragraphs stay)
//	co-operatives, best sentence right    17 of 31        9 of 31
//	co-operatives, answered if near       17 of 18        9 of 10
//	co-operatives, answered without one   4 of 43         3 of 43
func calibrated(byMeaning bool) calibration {
	if byMeaning {
		return calibration{
			rank: weights{features: Features{
				1.75, 2.96, 0.84, 5.44, 3.51, 3.88, 1.91, -0.14, -0.92, 0.37,
				-0.30, 0.14, 0.89, 0.67, -0.92, 0.98, -0.98, -0.08, 0.26, -0.07, indirectWeight,
			}},
			found: weights{bias: -4.59, features: Features{
				FeatureCover: 0.30, FeatureCoverNear: 1.13, FeatureCoverPassage: 1.21, FeatureCosine: 2.94,
				FeatureCosinePassage: 2.81, FeatureFactMissing: 0.34, FeatureRare: 0.25, FeaturePhrase: 1.81, FeatureLittle: -0.33,
			}},
			accept: 0.30,
		}
	}
	return calibration{
		rank: weights{features: Features{
			3.08, 3.25, 1.04, 0, 0, 3.49, 1.97, -0.22, -0.68, 0.15,
			-0.31, 0.22, 1.63, 1.00, -1.61, 0.93, -0.93, 0, -0.05, -0.24, indirectWeight,
		}},
		found: weights{bias: -2.58, features: Features{
			FeatureCover: 0.67, FeatureCoverNear: 1.11, FeatureCoverPassage: 1.56,
			FeatureFactMissing: -0.45, FeatureRare: 0.28, FeaturePhrase: 2.76, FeatureLittle: -0.80,
		}},
		accept: 0.30,
	}
}
