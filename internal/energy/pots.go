package energy

import (
	"slices"
	"time"
)

// Pots is where the energy that a probe counted went, in joules. Requests + Standby + Unattributed =
// Counted, within rounding.
type Pots struct {
	Counted      float64 // what the probe read
	Requests     float64 // shared out to requests, short ones and failed ones too
	Standby      float64 // what the machine draws when no request is under way
	Unattributed float64 // other work of the machine, and what came before the standby was known
}

const (
	// quietWindow is the shortest time without a request that says what standby is.
	quietWindow = time.Second
	// quietKept is how many such windows are remembered.
	quietKept = 64
)

// baseline is the power of the machine at rest: a low percentile of its quiet windows, never a residual.
type baseline struct {
	windows []float64 // watts, oldest first
	watts   float64
}

func (b *baseline) known() bool { return len(b.windows) > 0 }

func (b *baseline) observe(watts float64) {
	if len(b.windows) == quietKept {
		b.windows = slices.Delete(b.windows, 0, 1)
	}
	b.windows = append(b.windows, watts)
	sorted := slices.Sorted(slices.Values(b.windows))
	b.watts = sorted[(len(sorted)-1)/10]
}

// interval is the time between two readings of the probe. Its figures hold once it is closed.
type interval struct {
	closed   bool
	watts    float64 // active power to share out; 0 when nothing can be
	endShare float64 // the meter's share at its end
	endCost  float64 // the meter's cost at its end
}

// split divides the joules of an interval that lasted seconds, during busy of which at least one request was
// under way, between the pots. It returns the active power.
func (p *Pots) split(joules, seconds, busy, standbyWatts float64) (activeWatts float64) {
	p.Counted += joules
	standby := min(joules, standbyWatts*seconds)
	active := joules - standby
	requests := active * min(busy/seconds, 1)
	p.Standby += standby
	p.Requests += requests
	p.Unattributed += active - requests
	return active / seconds
}
