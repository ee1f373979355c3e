package memorypdfium

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/solidaire-coop/solidaire/internal/memory/memorypages"
)

// page is what one page shows.
type page struct {
	label   string
	lines   []pdfLine
	chars   int
	matrix  matrix
	picture bool                    // its text is in a picture
	read    []memorypages.Paragraph // off the picture
}

// box is a place on the page as it is shown, in points, y upwards.
type box struct{ left, right, bottom, top float32 }

func (b *box) add(c box) {
	b.left, b.right = min(b.left, c.left), max(b.right, c.right)
	b.bottom, b.top = min(b.bottom, c.bottom), max(b.top, c.top)
}

// word is a word on its line.
type word struct {
	text string
	box
}

// pdfLine is one visual line: its words, and its place.
type pdfLine struct {
	words []word
	cells []string // its text; several in a row of a table
	box
	height float32 // of its font
	bold   bool    // all of it
}

func (l pdfLine) text() string { return strings.Join(l.cells, " ") }

// lineBuilder gathers characters into lines, in the order that PDFium reads the page.
type lineBuilder struct {
	done    []pdfLine
	current pdfLine
	word    strings.Builder
	at      box  // of the word
	last    char // of the line
	letters int
	bold    int
	isBold  bool // the word
	heights []float32
	space   bool
	started bool
}

// cellGap is the gap that parts cells, in heights of the font.
const cellGap = 1.4

// opensWord tells whether the next visible character begins a word.
func (b *lineBuilder) opensWord() bool { return b.word.Len() == 0 || b.space }

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
	if b.started && (b.space || c.left-b.last.right > cellGap*max(b.current.height, 1) && c.right > c.left) {
		b.endWord()
	}
	b.take(c)
}

// hyphen ends the line with the hyphen that PDFium marks instead of a line's end.
func (b *lineBuilder) hyphen() {
	if b.started {
		b.word.WriteByte('-')
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
	if b.word.Len() == 0 {
		b.at, b.isBold = c.box, c.bold
		if h := c.top - c.bottom; h > 0 {
			b.heights = append(b.heights, h)
			b.current.height = h
		}
	}
	b.word.WriteRune(c.r)
	b.at.add(c.box)
	if !b.started {
		b.current.box = c.box
		b.started = true
	}
	b.current.box.add(c.box)
	b.letters++
	if b.isBold {
		b.bold++
	}
	b.last, b.space = c, false
}

func (b *lineBuilder) endWord() {
	if b.word.Len() > 0 {
		b.current.words = append(b.current.words, word{b.word.String(), b.at})
	}
	b.word.Reset()
}

func (b *lineBuilder) end() {
	b.endWord()
	if len(b.current.words) > 0 {
		b.current.bold = b.bold*10 >= b.letters*9
		if slices.Sort(b.heights); len(b.heights) > 0 {
			b.current.height = b.heights[len(b.heights)/2] // a borrowed sign does not make a title
		}
		b.push(b.current)
	}
	*b = lineBuilder{done: b.done, heights: b.heights[:0]}
}

// push adds a line, or joins it to the one before when both stand on one base: the cells of a row.
func (b *lineBuilder) push(l pdfLine) {
	if n := len(b.done); n > 0 {
		before := &b.done[n-1]
		overlap := min(before.top, l.top) - max(before.bottom, l.bottom)
		if overlap > 0.6*min(before.height, l.height) && l.left > before.right-0.2*l.height {
			before.words = append(before.words, l.words...)
			before.box.add(l.box)
			before.bold = before.bold && l.bold
			return
		}
	}
	b.done = append(b.done, l)
}

// lines gives all lines, cut into cells, bullets joined to what they mark and dot leaders taken out.
func (b *lineBuilder) lines() []pdfLine {
	b.end()
	for i := range b.done {
		b.done[i].cells = tidyCells(cut(b.done, i))
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
