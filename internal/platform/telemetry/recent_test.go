package telemetry

import (
	"context"
	"testing"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// still is a clock that goes on only when told.
type still struct{ now time.Time }

func (s *still) Now() time.Time { return s.now }

func TestTheLastHourIsKeptByMinute(t *testing.T) {
	t.Parallel()
	clock := &still{time.Date(2026, 11, 22, 9, 0, 30, 0, time.UTC)}
	m := NewMetrics(nil)
	m.recent.clock = clock
	waiting := 3
	m.Watch(func() (int, int) { return waiting, 2 }, nil)
	joules := 2.0
	known := core.Energy{Joules: &joules, Label: core.EnergyMeteredPartial}
	for _, x := range []Exchange{
		{Outcome: "completed", Output: 10, First: time.Second, Energy: known},
		{Outcome: "completed", Output: 5, First: 3 * time.Second, Energy: core.UnknownEnergy()},
		{Outcome: "failed", Energy: core.UnknownEnergy()}, {Outcome: "cancelled", Energy: known}, {Outcome: "refused", Output: 99, Energy: known},
	} {
		m.Exchange(context.Background(), x)
	}
	m.Sample()
	waiting = 1
	m.Sample()
	list := m.Recent()
	last := list[len(list)-1]
	if len(list) != 60 || !last.At.Equal(time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)) || last.Requests != 5 || last.Refused != 1 || last.Failed != 1 ||
		last.Left != 1 || last.Tokens != 15 || last.Joules != 4 || last.Known != 2 || last.Unknown != 2 || last.Waiting != 3 || last.Busy != 2 || last.Weakest != core.EnergyMeteredPartial {
		t.Errorf("%+v", last)
	}
	if p50, ok := last.FirstToken(.5); !ok || p50 != 3*time.Second {
		t.Errorf("%v %v", p50, ok)
	}
	if _, ok := list[0].FirstToken(.5); ok || list[0].Requests != 0 {
		t.Errorf("an empty minute: %+v", list[0])
	}
	clock.now = clock.now.Add(time.Hour)
	if again := m.Recent(); again[len(again)-1].Requests != 0 || again[0].Requests != 0 {
		t.Errorf("an hour later: %+v", again[0])
	}
	clock.now = clock.now.Add(-time.Hour)
	for range 3 * keptWaits {
		m.Exchange(context.Background(), Exchange{Outcome: "completed", First: time.Millisecond})
	}
	if list := m.Recent(); len(list[59].waits) != keptWaits || list[59].FirstTokens() < 3*keptWaits {
		t.Errorf("waits: %d of %d", len(list[59].waits), list[59].FirstTokens())
	}
}
