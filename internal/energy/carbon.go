package energy

import (
	"math"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// Grid says what a kilowatt-hour emits where the machines run. The zero Grid says that nobody knows.
type Grid struct {
	GramsPerKWh float64 // of CO₂ equivalent
	Source      string  // where that figure comes from
}

// Carbon is the energy and the emissions of one answer in the shape that OpenGateLLM gives them, so that programs that read
// it there read it here, and what the figures are worth. A bound that nobody knows is null, never zero.
type Carbon struct {
	KWh     Range            `json:"kWh"`
	KgCO2eq Range            `json:"kgCO2eq"`
	Label   core.EnergyLabel `json:"label"`
	Source  string           `json:"source,omitempty"` // of the emissions per kilowatt-hour
}

// Range is a figure between two bounds, the same twice where it has none.
type Range struct {
	Min *float64 `json:"min"`
	Max *float64 `json:"max"`
}

// Of gives the figures of an amount of energy. Emissions are those of this grid: here says whether the energy was used on it.
func (g Grid) Of(e core.Energy, here bool) Carbon {
	c := Carbon{Label: e.Label}
	if e.Joules == nil {
		return c
	}
	low, high := *e.Joules, *e.Joules
	if e.Low != nil {
		low = *e.Low
	}
	if e.High != nil {
		high = *e.High
	}
	const joulesPerKWh = 3.6e6
	c.KWh = bounds(low/joulesPerKWh, high/joulesPerKWh)
	if here && g.GramsPerKWh > 0 {
		kg := g.GramsPerKWh / 1000 / joulesPerKWh
		c.KgCO2eq, c.Source = bounds(low*kg, high*kg), g.Source
	}
	return c
}

func bounds(low, high float64) Range {
	if math.IsNaN(low) || math.IsInf(low, 0) || math.IsNaN(high) || math.IsInf(high, 0) {
		return Range{}
	}
	return Range{Min: &low, Max: &high}
}
