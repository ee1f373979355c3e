package energy_test

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/energy"
)

func TestCarbonIsNullWhereNobodyKnows(t *testing.T) {
	t.Parallel()
	j, low, high, inf := 3.6e6, 1.8e6, 7.2e6, math.Inf(1)
	whole := core.Energy{Joules: &j, Low: &low, High: &high, Label: core.EnergyEstimatedPublished}
	grid := energy.Grid{GramsPerKWh: 34, Source: "test"}
	for name, c := range map[string]struct {
		grid energy.Grid
		e    core.Energy
		here bool
		want string
	}{
		"here":                {grid, whole, true, `{"kWh":{"min":0.5,"max":2},"kgCO2eq":{"min":0.017,"max":0.068},"label":"estimated-published","source":"test"}`},
		"elsewhere":           {grid, whole, false, `{"kWh":{"min":0.5,"max":2},"kgCO2eq":{"min":null,"max":null},"label":"estimated-published"}`},
		"no factor":           {energy.Grid{}, whole, true, `{"kWh":{"min":0.5,"max":2},"kgCO2eq":{"min":null,"max":null},"label":"estimated-published"}`},
		"without bounds":      {grid, core.Energy{Joules: &j, Label: core.EnergyMeteredWall}, true, `{"kWh":{"min":1,"max":1},"kgCO2eq":{"min":0.034,"max":0.034},"label":"metered-wall","source":"test"}`},
		"unknown":             {grid, core.UnknownEnergy(), true, `{"kWh":{"min":null,"max":null},"kgCO2eq":{"min":null,"max":null},"label":"unknown"}`},
		"an impossible bound": {grid, core.Energy{Joules: &j, High: &inf, Label: core.EnergyMeteredWall}, true, `{"kWh":{"min":null,"max":null},"kgCO2eq":{"min":null,"max":null},"label":"metered-wall","source":"test"}`},
	} {
		got, err := json.Marshal(c.grid.Of(c.e, c.here))
		if err != nil || string(got) != c.want {
			t.Errorf("%s: %s, %v\nwant %s", name, got, err, c.want)
		}
	}
}
