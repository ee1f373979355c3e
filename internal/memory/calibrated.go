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
			rank:   weights{0, Features{1.78, 2.91, 1.06, 5.35, 3.54, 3.86, 1.12, -0.72, -0.94, 0.37, -0.29, 0.16, 1.29, 0.67, -0.97, 0.95, -0.95, 0.0, 0.0, 0.0}},
			found:  weights{-2.75, Features{0.08, 1.16, 1.37, 2.28, 1.86, -0.83, -0.48, 0.07, 0.00, 0.06, -0.12, 0.36, 2.15, -0.42, -1.45, -0.91, -0.85, 0.0, 0.0, 0.0}},
			accept: 0.25,
		}
	}
	return calibration{
		rank:   weights{0, Features{3.12, 3.17, 1.23, 0.00, 0.00, 3.61, 1.16, -0.81, -0.71, 0.17, -0.30, 0.24, 2.08, 0.93, -1.61, 0.90, -0.90, 0.0, 0.0, 0.0}},
		found:  weights{-2.03, Features{0.62, 1.21, 1.54, 0.00, 0.00, -0.19, -0.41, -0.73, 0.00, -0.16, 0.05, 0.30, 3.07, -0.74, -1.18, -0.67, -0.73, 0.0, 0.0, 0.0}},
		accept: 0.20,
	}
}
