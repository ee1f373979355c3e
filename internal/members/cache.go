package members

import (
	"sync"
	"sync/atomic"
	"time"
)

const (
	// freshness is how long an answer may be given from memory: the promise of Accounts.Holds.
	freshness = time.Second
	// renewal is when one caller reads again while the others still use what is remembered, so that
	// they do not all wait together.
	renewal = freshness / 2

	maxKnown   = 4096 // credentials in force remembered
	maxUnknown = 1024 // and refused ones, apart, so that guessing cannot push out the good ones
)

// answer is what the store said of a credential.
type answer struct {
	holder   Holder
	found    bool
	asked    time.Time // when the question was put, which is before it was answered
	era      uint64
	renewing atomic.Bool
}

// memory remembers answers for less than a second. K names a credential: its digest or its id.
type memory[K comparable] struct {
	mu      sync.RWMutex
	known   map[K]*answer
	unknown map[K]*answer
}

func newMemory[K comparable]() *memory[K] {
	return &memory[K]{known: map[K]*answer{}, unknown: map[K]*answer{}}
}

// recall returns an answer that may still be given. It returns nil to the caller who must ask the store.
func (m *memory[K]) recall(key K, now time.Time, era uint64) *answer {
	m.mu.RLock()
	a := m.known[key]
	if a == nil {
		a = m.unknown[key]
	}
	m.mu.RUnlock()
	if a == nil || a.era != era {
		return nil
	}
	age := now.Sub(a.asked)
	switch {
	case age < 0 || age >= freshness: // negative: the clock was set back
		return nil
	case age >= renewal && a.renewing.CompareAndSwap(false, true):
		return nil
	}
	return a
}

// remember keeps an answer, dropping any other one when there are too many: it will be asked again.
func (m *memory[K]) remember(key K, a *answer) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if a.found {
		delete(m.unknown, key)
		put(m.known, key, a, maxKnown)
		return
	}
	delete(m.known, key)
	put(m.unknown, key, a, maxUnknown)
}

func put[K comparable](in map[K]*answer, key K, a *answer, limit int) {
	if _, replaces := in[key]; !replaces && len(in) >= limit {
		for other := range in {
			delete(in, other)
			break
		}
	}
	in[key] = a
}
