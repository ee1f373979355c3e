package telemetry

import (
	"context"
	"strconv"
	"testing"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// still is a clock that goes on only when told.
type still struct{ now time.Time }

func (s *still) Now() time.Time { return s.now }

func metricsAt(now time.Time) (*Metrics, *still) {
	clock := &still{now}
	m := NewMetrics(func(model string) bool { return model == "petit" || model == "grand" })
	m.recent.clock = clock
	return m, clock
}

func used(joules float64, label core.EnergyLabel) core.Energy {
	return core.Energy{Joules: &joules, Label: label}
}

func TestTheLastHourIsKeptByMinute(t *testing.T) {
	t.Parallel()
	m, clock := metricsAt(time.Date(2026, 11, 22, 9, 0, 30, 0, time.UTC))
	waiting := 3
	m.Watch(func() (int, int) { return waiting, 2 }, nil)
	known := used(2, core.EnergyMeteredPartial)
	for _, x := range []Exchange{
		{Outcome: "completed", Output: 10, First: time.Second, Took: 3 * time.Second, Energy: known},
		{Outcome: "completed", Output: 5, First: 3 * time.Second, Took: 4 * time.Second, Energy: core.UnknownEnergy()},
		{Outcome: "completed", Output: 40, Took: 2 * time.Second, Energy: known}, // at one go: nobody saw it begin, and no speed follows from it
		{Outcome: "failed", Error: "unavailable", Energy: core.UnknownEnergy()}, {Outcome: "cancelled", Energy: known}, {Outcome: "refused", Output: 99, Energy: known},
	} {
		m.Exchange(context.Background(), x)
	}
	m.Sample()
	waiting = 1
	m.Sample()
	hour := m.Recent()
	last := hour.Minutes[len(hour.Minutes)-1]
	if len(hour.Minutes) != 60 || !last.At.Equal(time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)) || last.Requests != 6 || last.Refused != 1 || last.Failed != 1 ||
		last.Left != 1 || last.Tokens != 55 || last.Joules != 6 || last.Known != 3 || last.Unknown != 2 || last.Waiting != 3 || last.Busy != 2 || last.Weakest != core.EnergyMeteredPartial {
		t.Errorf("%+v", last)
	}
	if p50, ok := last.FirstToken(.5); !ok || p50 != 3*time.Second || last.Speed() != 5 || last.Errors["unavailable"] != 1 {
		t.Errorf("%v %v, %v tokens/s, %v", p50, ok, last.Speed(), last.Errors)
	}
	if _, ok := hour.Minutes[0].FirstToken(.5); ok || hour.Minutes[0].Requests != 0 || hour.Minutes[0].Speed() != 0 || hour.Minutes[0].Energy().Joules != nil {
		t.Errorf("an empty minute: %+v", hour.Minutes[0])
	}
	clock.now = clock.now.Add(time.Hour)
	if again := m.Recent(); again.Minutes[59].Requests != 0 || again.Minutes[0].Requests != 0 || again.Total.Requests != 0 || again.Parts != nil {
		t.Errorf("an hour later: %+v", again.Minutes[0])
	}
}

// What another server made good is counted against the one that failed.
func TestTheHourTellsModelsAndServersApart(t *testing.T) {
	t.Parallel()
	m, clock := metricsAt(time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC))
	estimated := used(3, core.EnergyEstimatedPublished)
	m.Exchange(context.Background(), Exchange{Outcome: "completed", Model: "petit", Node: "local", Output: 7, First: time.Second, Energy: used(1, core.EnergyMeteredWall)})
	clock.now = clock.now.Add(time.Minute)
	m.Exchange(context.Background(), Exchange{Outcome: "completed", Model: "petit", Node: "local", Output: 3, First: 2 * time.Second, Energy: estimated,
		Tried: []Try{{Model: "petit", Node: "gpu", Error: "unavailable"}, {Model: "un nom venu d’ailleurs", Node: "gpu", Error: "interrupted"}}})
	m.Exchange(context.Background(), Exchange{Outcome: "completed", Node: "local", Energy: estimated})
	hour := m.Recent()
	if hour.Total.Requests != 3 || hour.Total.Failed != 2 || hour.Total.Tokens != 10 || *hour.Total.Energy().Joules != 7 || hour.Total.Energy().Label != core.EnergyEstimatedPublished {
		t.Errorf("total: %+v", hour.Total)
	}
	var told []string
	for _, p := range hour.Parts {
		told = append(told, p.Model+"@"+p.Server+" "+strconv.Itoa(p.Requests)+"/"+strconv.Itoa(p.Failed))
	}
	if len(told) != 4 || told[0] != "petit@local 2/0" || told[1] != "@local 1/0" || told[2] != "other@gpu 0/1" || told[3] != "petit@gpu 0/1" {
		t.Errorf("parts: %q", told)
	}
	if p95, _ := hour.Parts[0].FirstToken(.95); p95 != 2*time.Second || hour.Parts[0].FirstTokens() != 2 {
		t.Errorf("first tokens: %v of %d", p95, hour.Parts[0].FirstTokens())
	}
	hour.Total.Errors["unavailable"] = 99
	if again := m.Recent(); again.Total.Errors["unavailable"] != 1 || again.Minutes[59].Errors["unavailable"] != 1 {
		t.Error("what was told can be changed from outside")
	}
}

func TestWhatIsKeptIsBounded(t *testing.T) {
	t.Parallel()
	m, _ := metricsAt(time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC))
	for i := range 3 * keptWaits {
		m.Exchange(context.Background(), Exchange{Outcome: "failed", Error: "code" + strconv.Itoa(i), Model: "modèle " + strconv.Itoa(i), Node: "http://10.0.0." + strconv.Itoa(i), First: time.Millisecond})
	}
	last := m.Recent().Minutes[59]
	if len(last.waits) != keptWaits || last.FirstTokens() != 3*keptWaits || len(m.Recent().Parts) > mostSources || len(last.Errors) > mostWords+1 {
		t.Errorf("%d waits of %d, %d sources, %d codes", len(last.waits), last.FirstTokens(), len(m.Recent().Parts), len(last.Errors))
	}
}
