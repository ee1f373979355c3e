package energy_test

import (
	"errors"
	"math"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/energy"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// machine is a probe on an imagined machine: so many watts at rest, and on top of it what is switched on.
type machine struct {
	mu     sync.Mutex
	watts  float64
	joules float64
	last   time.Time
	fault  error
}

func newMachine(watts float64) *machine { return &machine{watts: watts, last: time.Now()} }

func (m *machine) set(watts float64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.run()
	m.watts = watts
}

func (m *machine) fail(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.fault = err
}

func (m *machine) run() {
	now := time.Now()
	m.joules += m.watts * now.Sub(m.last).Seconds()
	m.last = now
}

func (m *machine) Read() (uint64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.run()
	return uint64(math.Round(m.joules * 1e6)), m.fault
}

func (m *machine) Describe() energy.ProbeFacts {
	return energy.ProbeFacts{Name: "imagined", Scope: energy.ScopeNode, Label: core.EnergyMeteredWall}
}

func rested(t *testing.T, m *machine) *energy.NodeMeter {
	t.Helper()
	meter := energy.NewMeter(m, nil, energy.Published{}, core.SystemClock{})
	time.Sleep(2 * time.Second) // of imagined time: standby becomes known
	synctest.Wait()
	return meter
}

var here = energy.Work{Local: true, Busy: time.Second}

func wantJoules(t *testing.T, e core.Energy, want float64, label core.EnergyLabel) {
	t.Helper()
	if e.Joules == nil || math.Abs(*e.Joules-want) > want/1000 || e.Label != label {
		t.Errorf("energy %v (%s), want %g (%s)", show(e.Joules), e.Label, want, label)
	}
}

func show(j *float64) any {
	if j == nil {
		return "unknown"
	}
	return *j
}

func TestARequestAloneGetsWhatIsAboveStandby(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := newMachine(20)
		meter := rested(t, m)
		defer meter.Close()
		span := meter.Begin()
		m.set(50)
		time.Sleep(4 * time.Second)
		figure := span.End(here)
		wantJoules(t, figure, 120, core.EnergyMeteredWall)
		if figure.Method != energy.MethodShared || figure.Scope != energy.ScopeNode {
			t.Errorf("method %q, scope %q", figure.Method, figure.Scope)
		}
		if again := span.End(energy.Work{}); again.Joules != figure.Joules {
			t.Error("a second end gives another figure")
		}
		if s := meter.Status(); s.Standby == nil || math.Abs(*s.Standby-20) > 0.01 || s.Label != core.EnergyMeteredWall {
			t.Errorf("status %+v", s)
		}
	})
}

func TestRequestsTogetherShareEachInstant(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := newMachine(20)
		meter := rested(t, m)
		defer meter.Close()
		first := meter.Begin()
		m.set(50)
		time.Sleep(2 * time.Second) // alone: 60 J
		second := meter.Begin()
		m.set(80)
		time.Sleep(time.Second) // together: 60 J
		wantJoules(t, first.End(here), 90, core.EnergyMeteredWall)
		m.set(50)
		time.Sleep(time.Second) // alone: 30 J
		wantJoules(t, second.End(here), 60, core.EnergyMeteredWall)
	})
}

func TestAShortRequestGetsAnEstimate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := newMachine(20)
		meter := rested(t, m)
		defer meter.Close()
		short := func() core.Energy {
			span := meter.Begin()
			time.Sleep(50 * time.Millisecond)
			return span.End(energy.Work{Local: true, Busy: 50 * time.Millisecond})
		}
		if e := short(); e.Label != core.EnergyEstimatedPublished || e.Low == nil {
			t.Errorf("before calibration: %+v", e)
		}
		time.Sleep(time.Minute)
		long := meter.Begin()
		m.set(60)
		time.Sleep(10 * time.Second)
		long.End(here)
		const meanWatts = 400 / 10.05 // 40 W for 10 s, and the first short one, which used nothing
		wantJoules(t, short(), meanWatts*0.05, core.EnergyEstimatedCalibrated)
	})
}

func TestWhatCannotBeMeasuredIsEstimated(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(m *machine, seconds func(int)){
		"the probe fails at the end": func(m *machine, seconds func(int)) {
			seconds(4)
			m.fail(errors.New("gone"))
		},
		"the probe fails in the middle and comes back": func(m *machine, seconds func(int)) {
			m.fail(errors.New("gone"))
			seconds(70) // the slow tick meets the fault
			m.fail(nil)
			seconds(4)
		},
		"nothing above standby": func(m *machine, seconds func(int)) { m.set(20); seconds(4) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				m := newMachine(20)
				meter := rested(t, m)
				defer meter.Close()
				span := meter.Begin()
				m.set(50)
				spoil(m, func(n int) { time.Sleep(time.Duration(n) * time.Second); synctest.Wait() })
				if e := span.End(here); e.Label != core.EnergyEstimatedPublished {
					t.Errorf("label %s", e.Label)
				}
			})
		})
	}
}

func TestBeforeStandbyIsKnownNothingIsMeasured(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := newMachine(50)
		meter := energy.NewMeter(m, nil, energy.Published{}, core.SystemClock{})
		defer meter.Close()
		span := meter.Begin()
		time.Sleep(5 * time.Second)
		if e := span.End(here); e.Label != core.EnergyEstimatedPublished {
			t.Errorf("label %s", e.Label)
		}
		if s := meter.Status(); s.Standby != nil || s.Label != core.EnergyEstimatedPublished || s.Pots.Requests != 0 {
			t.Errorf("status %+v", s)
		}
	})
}

func TestWorkElsewhereIsNotMeasuredHere(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := newMachine(20)
		meter := rested(t, m)
		defer meter.Close()
		span := meter.Begin()
		m.set(25)
		time.Sleep(4 * time.Second)
		if e := span.End(energy.Work{Busy: 4 * time.Second}); e.Joules != nil || e.Label != core.EnergyUnknown {
			t.Errorf("energy %v (%s)", show(e.Joules), e.Label)
		}
		if p := meter.Status().Pots; math.Abs(p.Requests) > 1e-9 || p.Unattributed < 20 {
			t.Errorf("pots %+v", p)
		}
	})
}

func TestWithoutProbeRequestsShareTheMachineToo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		why := errors.New("no counter")
		meter := energy.NewMeter(nil, why, energy.Published{}, core.SystemClock{})
		defer meter.Close()
		work := energy.Work{Local: true, Busy: 2 * time.Second}
		alone := energy.Published{}.Estimate(work)
		first, second := meter.Begin(), meter.Begin()
		time.Sleep(2 * time.Second)
		wantJoules(t, first.End(work), *alone.Joules/2, core.EnergyEstimatedPublished)
		wantJoules(t, second.End(work), *alone.Joules/2, core.EnergyEstimatedPublished)
		if s := meter.Status(); s.Absent != why || s.Probe != nil {
			t.Errorf("status %+v", s)
		}
	})
}

// Whatever happens on the machine: the pots add up to what the probe counted, no pot is negative, and the
// requests' measured figures stay within their pot, equal to it when every request was long enough.
func TestPotsAddUp(t *testing.T) {
	t.Parallel()
	type step struct {
		wait  time.Duration
		watts float64
		begin bool
		end   int
		fault bool
	}
	steps := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) step {
		return step{
			wait:  time.Duration(rapid.IntRange(0, 3_000_000).Draw(t, "µs")) * time.Microsecond,
			watts: rapid.Float64Range(0, 300).Draw(t, "watts"),
			begin: rapid.Bool().Draw(t, "begin"),
			end:   rapid.IntRange(0, 3).Draw(t, "end"),
			fault: rapid.IntRange(0, 9).Draw(t, "fault") == 0,
		}
	}), 1, 40)
	rapid.Check(t, func(rt *rapid.T) {
		script := steps.Draw(rt, "script")
		var pots energy.Pots
		var measured float64
		var all bool
		synctest.Test(t, func(t *testing.T) {
			m := newMachine(10)
			meter := rested(t, m)
			defer meter.Close()
			measured, all = 0, true
			var open []energy.Span
			end := func() {
				e := open[0].End(here)
				open = open[1:]
				if e.Label != core.EnergyMeteredWall {
					all = false
					return
				}
				measured += *e.Joules
			}
			for _, s := range script {
				m.set(s.watts)
				m.fail(nil)
				if s.fault {
					m.fail(errors.New("unreadable"))
				}
				if s.begin {
					open = append(open, meter.Begin())
				}
				time.Sleep(s.wait)
				synctest.Wait()
				for range s.end {
					if len(open) > 0 {
						end()
					}
				}
			}
			for len(open) > 0 {
				end()
			}
			pots = meter.Status().Pots
		})
		const rounding = 1e-6
		if sum := pots.Requests + pots.Standby + pots.Unattributed; math.Abs(sum-pots.Counted) > rounding {
			rt.Fatalf("pots %+v add up to %v", pots, sum)
		}
		if min(pots.Requests, pots.Standby, pots.Unattributed) < -rounding {
			rt.Fatalf("a pot is negative: %+v", pots)
		}
		if measured > pots.Requests+rounding || (all && math.Abs(measured-pots.Requests) > rounding) {
			rt.Fatalf("figures add up to %v, all %v, pots %+v", measured, all, pots)
		}
	})
}
