package gateway

import (
	"github.com/solidaire-coop/solidaire/internal/core"
)

// MethodBySize is the word for an estimate that scales a figure by the sizes of two models: the same tokens on the same machine
// cost as many times more as the model has more parameters. It leaves out that a bigger model may answer in fewer words,
// or needs another machine.
const MethodBySize = "by-size"

// account estimates what the choice saved and what the member's wish added, from the energy of the answer itself.
func (c *choice) account(used core.Energy) {
	if c.weight <= 0 {
		return
	}
	if c.biggest > 0 {
		c.Saved = scaled(used, float64(c.biggest)/float64(c.weight)-1)
	}
	if c.instead > 0 {
		c.Extra = scaled(used, 1-float64(c.instead)/float64(c.weight))
	}
}

// scaled is a share of a figure, as an estimate; nil where the figure is unknown.
func scaled(e core.Energy, by float64) *core.Energy {
	if e.Joules == nil || !(by >= 0) {
		return nil
	}
	times := func(j *float64) *float64 {
		if j == nil {
			return nil
		}
		v := *j * by
		return &v
	}
	return &core.Energy{
		Joules: times(e.Joules), Low: times(e.Low), High: times(e.High),
		Label: core.EnergyEstimatedPublished, Scope: e.Scope, Method: MethodBySize,
	}
}
