package telemetry

import (
	"slices"
	"sync"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// keptMinutes is how far back the operator's page sees.
const keptMinutes = 60

// keptWaits bounds how many waits for a first token one minute keeps: the latest.
const keptWaits = 512

// Minute is what happened in one minute.
type Minute struct {
	At       time.Time // its start
	Requests int       // that ended
	Refused  int       // by the charter or a budget
	Failed   int       // engines that failed or broke off
	Left     int       // callers who left
	Tokens   int       // written
	Joules   float64   // of those that are known
	Known    int       // answers with a figure of energy
	Unknown  int       // answers without
	Weakest  core.EnergyLabel
	Waiting  int // at most, for a first token
	Busy     int // at most, being answered

	waits []time.Duration // to the first token
	seen  int             // waits, kept or not
}

// FirstToken is the wait below which the given share of first tokens came; false when there was none.
func (m Minute) FirstToken(share float64) (time.Duration, bool) {
	if len(m.waits) == 0 {
		return 0, false
	}
	sorted := slices.Sorted(slices.Values(m.waits))
	return sorted[min(len(sorted)-1, int(share*float64(len(sorted))))], true
}

// FirstTokens counts the waits that FirstToken goes by.
func (m Minute) FirstTokens() int { return m.seen }

// recent keeps the last minutes, each in its place of a ring.
type recent struct {
	clock core.Clock

	mu   sync.Mutex
	ring [keptMinutes]Minute
}

// at is the minute of now, emptied first where the ring has come round. The lock is held.
func (r *recent) at() *Minute {
	now := r.clock.Now().UTC().Truncate(time.Minute)
	m := &r.ring[int(now.Unix()/60)%keptMinutes]
	if !m.At.Equal(now) {
		*m = Minute{At: now, waits: m.waits[:0]}
	}
	return m
}

func (r *recent) add(x Exchange) {
	r.mu.Lock()
	defer r.mu.Unlock()
	m := r.at()
	m.Requests++
	switch {
	case x.Outcome == "refused":
		m.Refused++
		return // it used nothing
	case x.failed():
		m.Failed++
	case x.Outcome == "cancelled":
		m.Left++
	}
	m.Tokens += max(x.Output, 0)
	if x.Energy.Joules == nil {
		m.Unknown++
	} else {
		m.Known++
		m.Joules += max(*x.Energy.Joules, 0)
		m.Weakest = weakest(m.Weakest, x.Energy.Label)
	}
	if x.First > 0 {
		m.wait(x.First)
	}
}

// wait keeps a wait for a first token; once there are many, a later one takes the place of an earlier one.
func (m *Minute) wait(d time.Duration) {
	m.seen++
	if len(m.waits) < keptWaits {
		m.waits = append(m.waits, d)
		return
	}
	m.waits[m.seen%keptWaits] = d
}

func (r *recent) sample(waiting, answering int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	m := r.at()
	m.Waiting, m.Busy = max(m.Waiting, waiting), max(m.Busy, answering)
}

// minutes lists the last hour, oldest first; a minute in which nothing happened is there too.
func (r *recent) minutes() []Minute {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.clock.Now().UTC().Truncate(time.Minute)
	list := make([]Minute, keptMinutes)
	for i := range list {
		at := now.Add(time.Duration(i-keptMinutes+1) * time.Minute)
		list[i] = Minute{At: at}
		if m := r.ring[int(at.Unix()/60)%keptMinutes]; m.At.Equal(at) {
			m.waits = slices.Clone(m.waits)
			list[i] = m
		}
	}
	return list
}

func weakest(a, b core.EnergyLabel) core.EnergyLabel {
	for _, label := range []core.EnergyLabel{core.EnergyEstimatedPublished, core.EnergyEstimatedCalibrated, core.EnergyMeteredPartial} {
		if a == label || b == label {
			return label
		}
	}
	return core.EnergyMeteredWall
}
