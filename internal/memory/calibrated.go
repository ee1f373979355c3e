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
	if byMeaning {
		return calibration{
			rank:   weights{0, Features{1.43, 2.62, 1.51, 5.06, 3.61, 3.90, 0.94, -0.87, -0.80, 0.22, -0.21, 0.20, 1.23, 0.52, -0.46, 0.89, -0.89}},
			found:  weights{-2.29, Features{1.18, 1.39, 0.28, 2.07, 0.44, -1.11, -0.17, 0.01, 0.00, -0.44, 0.24, 0.11, 1.61, -0.35, -1.00, -0.82, -0.56}},
			accept: 0.25,
		}
	}
	return calibration{
		rank:   weights{0, Features{2.65, 2.94, 1.75, 0.00, 0.00, 3.71, 1.13, -0.83, -0.62, 0.05, -0.25, 0.33, 1.93, 0.71, -1.19, 0.85, -0.85}},
		found:  weights{-1.96, Features{1.48, 1.46, 0.63, 0.00, 0.00, -0.76, -0.25, -0.59, 0.00, -0.24, 0.35, 0.07, 2.22, -0.58, -0.75, -0.69, -0.59}},
		accept: 0.25,
	}
}
