package energy

import (
	"math"
	"sync"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// The methods of measured figures, as words that the interface translates.
const (
	MethodShared   = "shared-by-time" // the probe's reading above standby, shared equally at each instant
	MethodNodeMean = "node-mean"      // the mean active power measured on this node × time at work
)

const (
	// tick is the finest interval between readings. A request of less than shortest gets an estimate: too
	// little of it would be measured.
	tick     = 100 * time.Millisecond
	shortest = 3 * tick
	// slowTick reads the counter at rest: often enough for one that wraps, seldom enough to cost nothing.
	slowTick = time.Minute
	// calibrated is how many seconds of measured work make the node's mean power worth using.
	calibrated = 5.0
)

// NodeMeter is the meter of this machine. The counter is read when a request begins and when one ends, at
// most once per tick, and once a minute otherwise. No goroutine waits in between.
//
// At each instant the requests under way share the machine equally, so that figures never add up to more
// than the machine used, estimated ones included.
type NodeMeter struct {
	probe     Probe // nil: nothing is measured
	absent    error // why
	facts     ProbeFacts
	estimator Estimator
	clock     core.Clock

	mu       sync.Mutex
	closed   bool
	timer    *time.Timer
	soon     bool // timer is set to read shortly
	inFlight int
	now      time.Time // of the last event
	share    float64   // ∫ dt / inFlight, in seconds, while any request is under way
	cost     float64   // ∫ active power dt / inFlight, in joules, of closed intervals
	gaps     int       // intervals that could not be measured

	current   *interval
	began     time.Time // of current
	startCost float64   // share when current began
	busy      float64   // seconds of current with a request under way
	counter   uint64    // at began
	readable  bool      // counter is good
	fault     error     // of the last reading
	rest      baseline
	pots      Pots
	work      float64 // seconds at work in measured intervals
}

// NewMeter returns the meter of this machine. A nil probe means that nothing is measured; absent then says
// why, for Status. Close it.
func NewMeter(probe Probe, absent error, estimator Estimator, clock core.Clock) *NodeMeter {
	m := &NodeMeter{probe: probe, absent: absent, estimator: estimator, clock: clock, current: &interval{}}
	m.now = clock.Now()
	m.began = m.now
	if probe == nil {
		return m
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.facts = probe.Describe()
	m.counter, m.fault = probe.Read()
	m.readable = m.fault == nil
	m.soon = true
	m.timer = time.AfterFunc(quietWindow, m.onTimer)
	return m
}

var _ Meter = (*NodeMeter)(nil)

// Close stops reading the probe. Spans may still end.
func (m *NodeMeter) Close() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closed = true
	if m.timer != nil {
		m.timer.Stop()
	}
}

// Begin implements Meter.
func (m *NodeMeter) Begin() Span {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.advance()
	m.read(tick)
	m.inFlight++
	return &span{meter: m, began: m.now, share: m.share, interval: m.current, gaps: m.gaps}
}

func (m *NodeMeter) onTimer() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return
	}
	m.advance()
	m.read(0)
	m.soon = false
	m.timer.Reset(slowTick)
}

// advance brings the shares up to the present.
func (m *NodeMeter) advance() {
	now := m.clock.Now()
	passed := now.Sub(m.now).Seconds()
	if passed <= 0 {
		return
	}
	m.now = now
	if m.inFlight > 0 {
		m.share += passed / float64(m.inFlight)
		m.busy += passed
	}
}

// read closes the current interval when it is at least as old as asked, and opens the next.
func (m *NodeMeter) read(age time.Duration) {
	if m.probe == nil || m.closed || m.now.Sub(m.began) < max(age, time.Nanosecond) {
		return
	}
	counter, err := m.probe.Read()
	m.close(counter, err)
	m.current, m.began, m.startCost, m.busy = &interval{}, m.now, m.share, 0
	m.counter, m.fault, m.readable = counter, err, err == nil
}

func (m *NodeMeter) close(counter uint64, err error) {
	seconds := m.now.Sub(m.began).Seconds()
	measured := err == nil && m.readable && counter >= m.counter
	if measured {
		joules := float64(counter-m.counter) / 1e6
		known := m.rest.known()
		if m.busy == 0 && seconds >= quietWindow.Seconds() {
			m.rest.observe(joules / seconds)
		}
		m.attribute(joules, seconds, known)
		measured = known
	}
	if !measured {
		m.gaps++
	}
	c := m.current
	c.closed, c.endShare, c.endCost = true, m.share, m.cost
}

// attribute shares the joules of the current interval out. Before standby is known, all of it is
// unattributed.
func (m *NodeMeter) attribute(joules, seconds float64, known bool) {
	if !known {
		m.pots.Counted += joules
		m.pots.Unattributed += joules
		return
	}
	m.current.watts = m.pots.split(joules, seconds, m.busy, m.rest.watts)
	m.cost += m.current.watts * (m.share - m.startCost)
	m.work += m.busy
}

// span is one request under way.
type span struct {
	meter    *NodeMeter
	began    time.Time
	share    float64   // the meter's share when it began
	interval *interval // in which it began
	gaps     int
	once     sync.Once
	figure   core.Energy
}

// End implements Span.
func (s *span) End(work Work) core.Energy {
	s.once.Do(func() { s.figure = s.end(work) })
	return s.figure
}

func (s *span) end(work Work) core.Energy {
	m := s.meter
	m.mu.Lock()
	defer m.mu.Unlock()
	m.advance()
	m.inFlight--
	took, share := m.now.Sub(s.began), m.share-s.share
	if took >= shortest {
		m.read(0)
	} else {
		m.readSoon()
	}
	joules, measured := s.measured()
	measured = measured && joules > 0 && took >= shortest // nothing above standby is below what can be seen
	switch {
	case !work.Local:
		if measured { // it only waited here: its share was for nothing that we answer for
			m.pots.Requests -= joules
			m.pots.Unattributed += joules
			m.work -= share
		}
	case measured:
		return core.Energy{Joules: &joules, Label: m.facts.Label, Scope: m.facts.Scope, Method: MethodShared}
	case m.work >= calibrated && m.pots.Requests > 0 && share > 0:
		joules := m.pots.Requests / m.work * share
		return core.Energy{Joules: &joules, Label: core.EnergyEstimatedCalibrated, Scope: m.facts.Scope, Method: MethodNodeMean}
	}
	if work.Local && took > 0 {
		work.Busy = time.Duration(float64(work.Busy) * math.Min(share/took.Seconds(), 1))
	}
	return m.estimator.Estimate(work)
}

// readSoon has the counter read shortly after the last request ended, so that rest is told from work.
func (m *NodeMeter) readSoon() {
	if m.probe == nil || m.closed || m.soon || m.inFlight > 0 {
		return
	}
	m.soon = true
	m.timer.Reset(tick)
}

// measured is the span's share of the closed intervals since it began, and whether all of them could be
// measured.
func (s *span) measured() (joules float64, ok bool) {
	i, m := s.interval, s.meter
	if !i.closed || m.gaps != s.gaps {
		return 0, false
	}
	return i.watts*(i.endShare-s.share) + m.cost - i.endCost, true
}
