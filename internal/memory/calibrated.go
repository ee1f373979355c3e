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

// acceptWithoutFact is the least chance when the question asks for a figure or a date and the sentence has none. These
// are set by hand: the learning data has too few such cases.
const (
	acceptWithoutFact = 0.2
	indirectWeight    = -2
	foreignPenalty    = -1.2
	foreignTrust      = 0.8 // what silence gives back to a passage in the other language, which scores less for no fault of its own
	headingPenalty    = -1.5
)

// accepts tells whether the best sentence is worth giving.
func (c calibration) accepts(q *question, f Features) bool {
	least := c.accept
	if f[FeatureFactMissing] == 1 && q.asked.figure() {
		least = max(least, acceptWithoutFact)
	}
	return logistic(c.found.logit(f)) >= least
}

// calibrated gives the constants, fitted on the features that bench/retrieval -dump writes, with multilingual-e5-small
// (Q4_0), from the questions of PIAF and of two real co-operatives' documents; bench/results/retrieval.md says what they gave, and
// what was not measured. rank is a conditional logit over the sentences of a question. found is a logistic regression: the
// chance that the best sentence stands in a right passage, from its score and from what of the question nothing holds. accept
// is where one answerable question in ten of the co-operatives' is refused.
func calibrated(byMeaning bool) calibration {
	if byMeaning {
		return calibration{
			rank: weights{features: Features{
				FeatureCover: 0.41, FeatureCoverNear: 2.66, FeatureCoverPassage: 0.85, FeatureCosine: 3.46, FeatureCosinePassage: 4.56,
				FeatureRank: 3.91, FeatureFact: 1.21, FeatureFactMissing: -0.78, FeatureShort: 0.14, FeatureLong: -0.49,
				FeatureRare: 0.06, FeaturePhrase: 0.63, FeatureRecent: 1.26, FeatureArchived: -1.85, FeatureYear: 1.25,
				FeatureYearMissing: -1.25, FeatureForeign: foreignPenalty, FeatureFull: 0.41, FeatureLittle: -0.50,
				FeatureHeading: headingPenalty, FeatureIndirect: indirectWeight, FeatureCue: 1.31, FeatureFresh: 0.18, FeatureOpening: 0.18, FeatureBefore: -0.44,
				FeatureLeans: 0.40, FeatureRoots: 1.01, FeatureRootsNear: 1.39, FeatureCosineBefore: 0.83, FeatureNearest: 0.66,
				FeatureFactNear: 0.79,
			}},
			found:  weights{bias: -5.59, features: Features{FeatureScore: 3.98, FeatureGap: -0.15, FeatureUnknown: -1.20, FeatureForeign: foreignTrust}},
			accept: 0.25,
		}
	}
	return calibration{
		rank: weights{features: Features{
			FeatureCover: 1.30, FeatureCoverNear: 3.04, FeatureCoverPassage: 0.75, FeatureRank: 3.08, FeatureFact: 1.74,
			FeatureFactMissing: -0.60, FeatureShort: -0.22, FeatureLong: -0.44, FeatureRare: -0.09, FeaturePhrase: 1.71,
			FeatureRecent: 2.23, FeatureArchived: -1.54, FeatureYear: 1.44, FeatureYearMissing: -1.44, FeatureForeign: -0.71,
			FeatureFull: 0.72, FeatureLittle: -0.35, FeatureHeading: headingPenalty, FeatureIndirect: indirectWeight, FeatureCue: 1.58, FeatureFresh: -0.46,
			FeatureOpening: 0.35, FeatureBefore: -0.11, FeatureLeans: 0.23, FeatureRoots: 1.63, FeatureRootsNear: 1.76,
			FeatureFactNear: 0.90,
		}},
		found:  weights{bias: -3.78, features: Features{FeatureScore: 3.44, FeatureGap: 0.26, FeatureUnknown: -2.05, FeatureForeign: foreignTrust}},
		accept: 0.25,
	}
}
