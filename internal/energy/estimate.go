package energy

import (
	"math"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// The methods of the published estimates, as words that the interface translates.
const (
	MethodBusyTime    = "busy-time"    // time at work × published power of a machine without GPU
	MethodRemoteModel = "remote-model" // published energy per token of a model of that size, hardware unknown
)

// The constants. Their sources and their errors are in docs/adr/0004-energy-estimates.md.
const (
	// Power at the wall of a machine without GPU that runs a model: from a small one (Mac mini M4, 30 W)
	// to an office desktop (100 W). The figure lies in the geometric middle, so that it is wrong by the
	// same factor, 1.8, at both ends.
	smallMachineWatts = 30
	desktopWatts      = 100

	// Energy of the accelerator for one step of a dense model of one billion parameters (16 bits, H100) and
	// what each further answer in the same step adds: fits of the ML.ENERGY measurements.
	stepJoulesPerBillion     = 0.38
	marginalJoulesPerBillion = 0.005
	largestBatch             = 64

	// A desktop without GPU moves the weights from memory once per token, at 70 % of its bandwidth.
	desktopBytesPerSecond = 0.7 * 63e9
	widestWeightBits      = 16
)

// Published estimates with published constants: nothing about this machine was measured but time.
type Published struct{}

// Estimate implements Estimator. Work done here costs its time times the power of such a machine; work
// done elsewhere is bounded by the size of the model; anything else is unknown.
func (Published) Estimate(w Work) core.Energy {
	switch {
	case w.Local && w.Busy > 0:
		s := w.Busy.Seconds()
		return between(s*smallMachineWatts, s*desktopWatts, ScopeNode, MethodBusyTime)
	case !w.Local && w.Parameters > 0 && w.OutputTokens > 0:
		return remote(w)
	}
	return core.UnknownEnergy()
}

// remote bounds an answer written on unknown hardware: from a full batch on a large accelerator to a
// desktop's processor alone. The published figures are per output token, the reading of a usual prompt
// included.
func remote(w Work) core.Energy {
	billions := float64(w.Parameters) / 1e9
	bits := w.BitsPerWeight
	if !(bits > 0) {
		bits = widestWeightBits
	}
	best := billions * (stepJoulesPerBillion/largestBatch + marginalJoulesPerBillion)
	secondsPerToken := float64(w.Parameters) * bits / 8 / desktopBytesPerSecond
	worst := desktopWatts * secondsPerToken
	tokens := float64(w.OutputTokens)
	return between(best*tokens, max(worst, best)*tokens, ScopeMachine, MethodRemoteModel)
}

// between is an estimate known to its order of magnitude: the geometric middle of its bounds.
func between(low, high float64, scope, method string) core.Energy {
	middle := math.Sqrt(low * high)
	if !(middle > 0) || math.IsInf(middle, 0) {
		return core.UnknownEnergy()
	}
	return core.Energy{
		Joules: &middle, Low: &low, High: &high,
		Label: core.EnergyEstimatedPublished, Scope: scope, Method: method,
	}
}
