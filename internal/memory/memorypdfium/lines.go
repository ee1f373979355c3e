package memorypdfium

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// page is what one page shows.
type page struct {
	label string
	lines []pdfLine
	chars int
}

// pdfLine is one visual line: its cells, which are one but in tables, and its place.
type pdfLine struct {
	cells                    []string
	left, right, bottom, top float32
	height                   float32 // of its font
	bold                     bool    // all of it
}

func (l pdfLine) text() string { return strings.Join(l.cells, " ") }

// lineBuilder gathers characters into lines, in the order that PDFium reads the page.
type lineBuilder struct {
	done    []pdfLine
	current pdfLine
	cell    strings.Builder
	last    char
	letters int
	bold    int
	heights []float32
	space   bool
	started bool
}

// cellGap is the gap that parts cells, in heights of the font.
const cellGap = 1.4

func (b *lineBuilder) add(c char) {
	switch {
	case c.r == '\n' || c.r == '\r':
		b.end()
		return
	case c.r == 0:
		return
	case c.r == '\ufffe' || c.r == '\x02':
		b.hyphen()
		return
	case c.r <= ' ' || c.r == '\u00a0' && !b.started:
		b.space = true
		return
	}
	if b.started && b.leavesLine(c) {
		b.end()
	}
	if b.started {
		gap := c.left - b.last.right
		switch height := max(b.current.height, 1); {
		case gap > cellGap*height && c.right > c.left:
			b.endCell()
		case b.space:
			b.cell.WriteByte(' ')
		}
	}
	b.take(c)
}

// hyphen ends the line with the hyphen that PDFium marks instead of a line's end.
func (b *lineBuilder) hyphen() {
	if b.started {
		b.cell.WriteByte('-')
		b.end()
	}
}

// leavesLine tells a character that does not stand on the current line, whatever order it came in.
func (b *lineBuilder) leavesLine(c char) bool {
	if c.top <= c.bottom || b.current.top <= b.current.bottom {
		return false
	}
	middle := (c.top + c.bottom) / 2
	return middle > b.current.top || middle < b.current.bottom || c.right < b.current.left
}

func (b *lineBuilder) take(c char) {
	b.cell.WriteRune(c.r)
	if !b.started {
		b.current = pdfLine{left: c.left, right: c.right, bottom: c.bottom, top: c.top}
		b.started = true
	}
	b.current.left, b.current.right = min(b.current.left, c.left), max(b.current.right, c.right)
	b.current.bottom, b.current.top = min(b.current.bottom, c.bottom), max(b.current.top, c.top)
	if h := c.top - c.bottom; h > 0 {
		b.heights = append(b.heights, h)
		b.current.height = h
	}
	b.letters++
	if c.bold {
		b.bold++
	}
	b.last, b.space = c, false
}

func (b *lineBuilder) endCell() {
	if s := strings.TrimSpace(b.cell.String()); s != "" {
		b.current.cells = append(b.current.cells, s)
	}
	b.cell.Reset()
}

func (b *lineBuilder) end() {
	b.endCell()
	if b.started && len(b.current.cells) > 0 {
		b.current.bold = b.bold*10 >= b.letters*9
		if slices.Sort(b.heights); len(b.heights) > 0 {
			b.current.height = b.heights[len(b.heights)/2] // a borrowed sign does not make a title
		}
		b.push(b.current)
	}
	*b = lineBuilder{done: b.done}
}

// push adds a line, or joins it to the one before when both stand on one base: the cells of a row.
func (b *lineBuilder) push(l pdfLine) {
	if n := len(b.done); n > 0 {
		before := &b.done[n-1]
		overlap := min(before.top, l.top) - max(before.bottom, l.bottom)
		if overlap > 0.6*min(before.height, l.height) && l.left > before.right-0.2*l.height {
			if l.left-before.right <= cellGap*max(l.height, before.height) {
				before.cells[len(before.cells)-1] += " " + l.cells[0]
				l.cells = l.cells[1:]
			}
			before.cells = append(before.cells, l.cells...)
			before.right, before.top, before.bottom = max(before.right, l.right), max(before.top, l.top), min(before.bottom, l.bottom)
			before.bold = before.bold && l.bold
			return
		}
	}
	b.done = append(b.done, l)
}

// lines gives all lines, bullets joined to what they mark and dot leaders taken out.
func (b *lineBuilder) lines() []pdfLine {
	b.end()
	for i := range b.done {
		b.done[i].cells = tidyCells(b.done[i].cells)
	}
	return b.done
}

func tidyCells(cells []string) []string {
	var out []string
	for _, c := range cells {
		if c = strings.TrimSpace(leaders(c)); c == "" {
			continue
		}
		if len(out) == 1 && isMarker(out[0]) {
			out[0] += " " + c
			continue
		}
		out = append(out, c)
	}
	return out
}

// isMarker tells a cell that only marks an item: a bullet, « 3. », « b) », « Article 4 ».
func isMarker(s string) bool {
	if utf8.RuneCountInString(s) == 1 {
		r, _ := utf8.DecodeRuneInString(s)
		return !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}
	return len(s) <= 5 && (strings.HasSuffix(s, ".") || strings.HasSuffix(s, ")")) && !strings.ContainsAny(s, " ,$%€")
}

// leaders takes « ...... » out of a table of contents.
func leaders(s string) string {
	for _, dots := range []string{"....", ". . . .", "____", "……"} {
		for {
			at := strings.Index(s, dots)
			if at < 0 {
				break
			}
			end := at
			for end < len(s) && strings.ContainsRune("._… ", rune(s[end])) || strings.HasPrefix(s[end:], "…") {
				_, size := utf8.DecodeRuneInString(s[end:])
				end += size
			}
			s = s[:at] + " " + s[end:]
		}
	}
	return s
}
