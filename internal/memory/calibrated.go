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
	found  weights // whether the best one answers at all
	accept float64 // the least probability at which an answer is given
}

func calibrated(byMeaning bool) calibration {
	w := Features{
		FeatureCover: 2, FeatureCoverNear: 1, FeatureCoverPassage: 0.5, FeatureCosine: 3, FeatureCosinePassage: 1,
		FeatureRank: 2, FeatureFact: 1, FeatureFactMissing: -0.7, FeatureHeading: -2, FeatureShort: -0.5, FeatureLong: -0.3,
	}
	return calibration{rank: weights{0, w}, found: weights{-4, w}, accept: 0.5}
}
