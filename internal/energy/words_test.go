package energy_test

import (
	"testing"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/energy"
)

func TestFiguresSayHowTheyWereFound(t *testing.T) {
	t.Parallel()
	e := core.Energy{Method: energy.MethodBusyTime, Scope: energy.ScopePackageMemory}
	if m, s := energy.MethodKey(e), energy.ScopeKey(e); m != "energy.method.busy-time" || s != "energy.scope.package+dram" {
		t.Errorf("keys %q, %q", m, s)
	}
	if m, s := energy.MethodKey(core.UnknownEnergy()), energy.ScopeKey(core.UnknownEnergy()); m != "" || s != "" {
		t.Errorf("unknown energy has keys %q, %q", m, s)
	}
}

func TestMicrowaveSeconds(t *testing.T) {
	t.Parallel()
	joules := 2200.0
	known := core.Energy{Joules: &joules}
	if s := energy.MicrowaveSeconds(known, 1100); s == nil || *s != 2 {
		t.Errorf("2,200 J in an oven of 1,100 W: %v s", show(s))
	}
	for name, s := range map[string]*float64{
		"unknown energy": energy.MicrowaveSeconds(core.UnknownEnergy(), 1100),
		"no oven":        energy.MicrowaveSeconds(known, 0),
		"strange oven":   energy.MicrowaveSeconds(known, -1),
	} {
		if s != nil {
			t.Errorf("%s gives %v s", name, *s)
		}
	}
}
