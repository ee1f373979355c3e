package telemetry

import (
	"cmp"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// keptMinutes is how far back the operator's page sees.
const keptMinutes = 60

// mostSources bounds how many models and servers one minute tells apart.
const mostSources = 64

// Source is who answered: a model on a server. Model is "" where none was needed, Server is "local" on this machine.
type Source struct{ Model, Server string }

// Minute is what happened in one minute.
type Minute struct {
	At time.Time // its start
	Figures
	Waiting int // at most, for a first token
	Busy    int // at most, being answered

	by map[Source]*Figures
}

// Part is what one source came to.
type Part struct {
	Source
	Figures
}

// Hour is what happened in the last hour.
type Hour struct {
	Minutes []Minute // oldest first; one in which nothing happened is there too
	Total   Figures
	Parts   []Part // the busiest first
}

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
		*m = Minute{At: now, Figures: Figures{waits: m.waits[:0]}, by: map[Source]*Figures{}}
	}
	return m
}

// add counts an exchange, and against each source that failed before the one that answered its failure.
func (r *recent) add(x Exchange, source Source, tried []Source) {
	r.mu.Lock()
	defer r.mu.Unlock()
	m := r.at()
	m.Figures.add(x)
	if part := m.of(source); part != nil {
		part.add(x)
	}
	for i, source := range tried {
		m.fail(x.Tried[i].Error)
		if part := m.of(source); part != nil {
			part.fail(x.Tried[i].Error)
		}
	}
}

// of finds the figures of a source; nil once there are too many.
func (m *Minute) of(source Source) *Figures {
	part, ok := m.by[source]
	if !ok && len(m.by) < mostSources {
		part = &Figures{}
		m.by[source] = part
	}
	return part
}

func (r *recent) sample(waiting, answering int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	m := r.at()
	m.Waiting, m.Busy = max(m.Waiting, waiting), max(m.Busy, answering)
}

// hour tells of the last hour.
func (r *recent) hour() Hour {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.clock.Now().UTC().Truncate(time.Minute)
	hour := Hour{Minutes: make([]Minute, keptMinutes)}
	by := map[Source]*Part{}
	for i := range hour.Minutes {
		at := now.Add(time.Duration(i-keptMinutes+1) * time.Minute)
		hour.Minutes[i] = Minute{At: at}
		m := r.ring[int(at.Unix()/60)%keptMinutes]
		if !m.At.Equal(at) {
			continue
		}
		hour.Minutes[i] = Minute{At: at, Figures: m.copied(), Waiting: m.Waiting, Busy: m.Busy}
		hour.Total.plus(m.Figures)
		for source, figures := range m.by {
			if by[source] == nil {
				by[source] = &Part{Source: source}
			}
			by[source].plus(*figures)
		}
	}
	for _, part := range slices.SortedFunc(maps.Values(by), busiest) {
		hour.Parts = append(hour.Parts, *part)
	}
	return hour
}

func busiest(a, b *Part) int {
	return cmp.Or(cmp.Compare(b.Requests, a.Requests), cmp.Compare(a.Model, b.Model), cmp.Compare(a.Server, b.Server))
}
