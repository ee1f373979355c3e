package energy_test

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/energy"
)

func TestPublishedEstimates(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		work      energy.Work
		low, high float64 // 0: unknown
		method    string
	}{
		"a second of work here": {
			energy.Work{Local: true, Busy: time.Second}, 30, 100, energy.MethodBusyTime},
		"an extractive answer: 20 ms, no model": {
			energy.Work{Local: true, Busy: 20 * time.Millisecond}, 0.6, 2, energy.MethodBusyTime},
		"no time known here": {
			energy.Work{Local: true, OutputTokens: 9, Parameters: 1e9}, 0, 0, ""},
		// energy-models: 8B at 4 bits, H100 batch 64 (fit) and desktop 9 J.
		"elsewhere, 8B at 4 bits": {
			energy.Work{Parameters: 8e9, BitsPerWeight: 4, OutputTokens: 1}, 0.0875, 9.07, energy.MethodRemoteModel},
		"elsewhere, bits unknown: at most 16": {
			energy.Work{Parameters: 8e9, OutputTokens: 10}, 0.875, 362.8, energy.MethodRemoteModel},
		"elsewhere, size unknown": {
			energy.Work{OutputTokens: 10, Busy: time.Second}, 0, 0, ""},
		"elsewhere, nothing written": {
			energy.Work{Parameters: 8e9, PromptTokens: 10}, 0, 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := energy.Published{}.Estimate(c.work)
			if c.method == "" {
				if e.Joules != nil || e.Label != core.EnergyUnknown {
					t.Errorf("%v (%s), want unknown", show(e.Joules), e.Label)
				}
				return
			}
			near := func(got *float64, want float64) bool { return math.Abs(*got-want) <= want/100 }
			if !near(e.Low, c.low) || !near(e.High, c.high) || !near(e.Joules, math.Sqrt(c.low*c.high)) {
				t.Errorf("%v in [%v, %v]", *e.Joules, *e.Low, *e.High)
			}
			if e.Label != core.EnergyEstimatedPublished || e.Method != c.method || e.Scope == "" {
				t.Errorf("%+v", e)
			}
		})
	}
}

// No work, however strange, makes a figure that is zero, negative, infinite or outside of its bounds.
func TestEstimatesAreFiguresOrUnknown(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		e := energy.Published{}.Estimate(energy.Work{
			Parameters: rapid.Int64().Draw(t, "parameters"), BitsPerWeight: rapid.Float64().Draw(t, "bits"),
			Local: rapid.Bool().Draw(t, "local"), OutputTokens: rapid.Int().Draw(t, "output"),
			PromptTokens: rapid.Int().Draw(t, "prompt"), Busy: time.Duration(rapid.Int64().Draw(t, "busy")),
		})
		if e.Joules == nil {
			if e.Label != core.EnergyUnknown || e.Low != nil || e.High != nil {
				t.Fatalf("unknown, but %+v", e)
			}
			return
		}
		if !(*e.Low > 0 && *e.Low <= *e.Joules && *e.Joules <= *e.High && !math.IsInf(*e.High, 0)) {
			t.Fatalf("%v in [%v, %v]", *e.Joules, *e.Low, *e.High)
		}
	})
}
