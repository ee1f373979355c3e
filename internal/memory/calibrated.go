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
	w := Features{2.64, 2.91, 1.90, 3.00, 1.00, 3.46, 1.18, -0.77, -0.51, 0.45, -0.23, 0.31, 1.82, 0.5, -1, 1, -1}
	return calibration{
		rank:   weights{0, w},
		found:  weights{-2.08, Features{1.64, 1.27, 0.67, 0.00, 0.00, -0.93, -0.30, -0.60, 0.00, -0.60, 0.29, 0.06, 2.24, 0, 0, 0, 0}},
		accept: 0.25,
	}
}
