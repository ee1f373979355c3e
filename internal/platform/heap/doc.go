// Package heap says how far the program's heap may grow between two collections.
//
// Go lets a heap grow by a share of all that lives in it. What an index holds lives for as long as the program does and makes no
// garbage: were it counted, a memory of a hundred thousand passages would let the heap grow to three times its size. Here the heap
// grows by as much as it would without the index.
package heap

import (
	"runtime/debug"
	"sync"
)

const (
	ordinary = 48 << 20 // bytes that live without any index, about
	least    = 25       // percent
)

// Pace sets how far the heap grows. Safe for concurrent use.
type Pace struct {
	percent int
	mu      sync.Mutex
	set     int
}

// NewPace lets a heap without any index grow by so many percent.
func NewPace(percent int) *Pace {
	p := &Pace{percent: percent}
	p.Hold(0)
	return p
}

// Hold tells how many bytes indexes hold.
func (p *Pace) Hold(bytes int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	percent := growth(p.percent, bytes)
	if percent != p.set {
		p.set = percent
		debug.SetGCPercent(percent)
	}
}

// growth goes down in tenths, because setting it stops the program for a moment.
func growth(percent, held int) int {
	out := int(int64(percent) * ordinary / (ordinary + int64(held)))
	out -= out % max(1, percent/10)
	return max(least, out)
}
