package main

import (
	"fmt"
	"sync"
	"time"
	"unicode/utf8"
)

// redraw is how often a progress line may change.
const redraw = 100 * time.Millisecond

// progress is one line at the bottom of a terminal that says how far the work is. Where nobody looks it stays silent.
type progress struct {
	term  *terminal
	mu    sync.Mutex
	drawn time.Time
	shown bool
}

func (t *terminal) progress() *progress { return &progress{term: t} }

// show replaces the line, at most every redraw: what comes too soon is dropped.
func (p *progress) show(text string) {
	if !p.term.errIsTTY {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if time.Since(p.drawn) < redraw {
		return
	}
	p.drawn, p.shown = time.Now(), true
	fmt.Fprint(p.term.err, "\r"+fit(printable(text), p.term.width-1)+"\x1b[K")
}

// clear takes the line away, before anything else is written and at the end.
func (p *progress) clear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.shown {
		fmt.Fprint(p.term.err, "\r\x1b[K")
		p.shown, p.drawn = false, time.Time{}
	}
}

// fit cuts a text to a number of characters.
func fit(text string, width int) string {
	if utf8.RuneCountInString(text) <= width {
		return text
	}
	return string([]rune(text)[:max(0, width-1)]) + "…"
}
