package web

import "math"

// Scale chooses round steps for the axis of a chart: two to five of them cover the highest value.
func Scale(top float64) (step float64, lines int) {
	if top <= 0 || math.IsInf(top, 0) || math.IsNaN(top) {
		return 1, 1
	}
	step = math.Pow(10, math.Floor(math.Log10(top)))
	switch {
	case top/step <= 2:
		step /= 2
	case top/step > 5:
		step *= 2
	}
	return step, max(1, int(math.Ceil(top/step-1e-9)))
}
