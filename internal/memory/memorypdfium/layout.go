package memorypdfium

import (
	"math"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/memory/memorypages"
)

// layOut turns the lines of all pages into text.
func layOut(pages []page) (memory.Extracted, error) {
	dropFurniture(pages)
	l := layout{body: bodyHeight(pages)}
	l.sizes = headingSizes(pages, l.body)
	for i, p := range pages {
		l.at = i
		l.page(p)
	}
	l.flush()
	return l.b.Extracted()
}

type layout struct {
	b     memory.TextBuilder
	body  float32
	sizes []float32 // of headings, largest first

	at      int       // the page being read, from 0
	matrix  matrix    // of that page
	block   []pdfLine // lines of the paragraph being gathered
	words   []memorypages.Word
	heading int       // its level as a heading, 0 none
	lines   []pdfLine // of the page
	pitch   float32   // between them
	pending string    // label of a page whose first lines may continue a paragraph
}

func (l *layout) page(p page) {
	l.lines, l.pitch, l.matrix = p.lines, linePitch(p.lines), p.matrix
	l.pending = p.label
	if len(p.read) > 0 {
		l.flush()
		l.turnPage()
		memorypages.Write(&l.b, p.read)
		return
	}
	for i, line := range p.lines {
		if len(line.cells) == 0 {
			continue
		}
		level := l.levelAfter(line)
		if len(l.block) > 0 && !l.continues(line, level, i == 0) {
			l.flush()
		}
		if len(l.block) == 0 {
			l.turnPage()
			l.heading = level
		}
		l.block = append(l.block, line)
		l.place(line)
		if len(line.cells) > 1 {
			l.flush()
		}
	}
}

// place notes where the words of a line stand on the page.
func (l *layout) place(line pdfLine) {
	w, h := l.matrix.width, l.matrix.height
	for _, word := range line.words {
		l.words = append(l.words, memorypages.Word{
			Text: word.text, Page: l.at,
			Left: memorypages.Units(word.left, w), Right: memorypages.Units(word.right, w),
			Top: memorypages.Units(h-word.top, h), Bottom: memorypages.Units(h-word.bottom, h),
		})
	}
}

// levelAfter is the level of a line after the block being gathered: the end of a heading that was cut has its
// looks, whatever it says.
func (l *layout) levelAfter(line pdfLine) int {
	level := l.level(line)
	if level > 0 || l.heading == 0 || len(l.block) == 0 || len(line.cells) > 1 {
		return level
	}
	last := l.block[len(l.block)-1]
	if last.bold == line.bold && math.Abs(float64(last.height-line.height)) < 0.02*float64(l.body) && line.height > 1.12*l.body {
		return l.heading
	}
	return 0
}

// turnPage marks the page before its first own paragraph. A paragraph that began on the page before
// belongs to that one.
func (l *layout) turnPage() {
	if l.pending != "" {
		l.b.Page(l.pending)
		l.pending = ""
	}
}

// continues tells whether a line belongs to the paragraph being gathered.
func (l *layout) continues(line pdfLine, level int, newPage bool) bool {
	last := l.block[len(l.block)-1]
	if len(line.cells) > 1 || level != l.heading || memory.OpensItem(line.text()) || memory.OpensSection(line.text()) {
		return false
	}
	text := last.text()
	end, _ := utf8.DecodeLastRuneInString(text)
	first, _ := utf8.DecodeRuneInString(line.text())
	if newPage {
		return level == 0 && unicode.IsLower(first) && !strings.ContainsRune(".!?:", end)
	}
	pitch := last.top - line.top
	if pitch < 0 || pitch > 1.45*max(l.pitch, line.height) || math.Abs(float64(line.height-last.height)) > 0.12*float64(l.body) {
		return pitch < 0 && unicode.IsLower(first) && !strings.ContainsRune(".!?:", end) // next column
	}
	if level > 0 {
		return true
	}
	spare := 0.4 * line.height
	if (unicode.IsLower(first) || first == '(') && !strings.ContainsRune(".!?:;", end) {
		spare = 6 * line.height
	}
	if l.room(last) > firstWordWidth(line)+spare {
		return false // the line was ended on purpose: its successor's first word would have fitted
	}
	indented := line.left > last.left+0.8*line.height && len(l.block) > 1
	return !indented || !strings.ContainsRune(".!?:;»", end)
}

// sameColumn is how far, in points, the left edges of one column's lines may stand apart.
const sameColumn = 45

// room is the space between a line's end and where full lines of its column end.
func (l *layout) room(line pdfLine) float32 {
	right := line.right
	for _, other := range l.lines {
		sameSize := math.Abs(float64(other.height-line.height)) < 0.1*float64(line.height)
		if d := other.left - line.left; d < sameColumn && d > -sameColumn && sameSize && len(other.cells) == 1 {
			right = max(right, other.right)
		}
	}
	return right - line.right
}

// firstWordWidth estimates the width of a line's first word and the space before it.
func firstWordWidth(line pdfLine) float32 {
	text := line.text()
	word, _, _ := strings.Cut(text, " ")
	share := float32(utf8.RuneCountInString(word)+1) / float32(max(1, utf8.RuneCountInString(text)))
	return share * (line.right - line.left)
}

// flush writes the paragraph being gathered.
func (l *layout) flush() {
	if len(l.block) == 0 {
		return
	}
	first := l.block[0]
	lines := make([]string, len(l.block))
	for i, line := range l.block {
		lines[i] = line.text()
	}
	text := memory.Join(lines...)
	text = norm.NFC.String(strings.ReplaceAll(text, "\u00ad", ""))
	switch {
	case len(l.block) == 1 && len(first.cells) > 1:
		cells := make([]string, len(first.cells))
		for i, c := range first.cells {
			cells[i] = norm.NFC.String(c)
		}
		l.b.Row(cells)
	case l.heading > 0 && len(text) <= 200:
		l.b.Heading(l.heading, text)
	default:
		marker, rest := memory.CutItem(text)
		if marker != "" {
			l.b.Item(0, marker, rest)
		} else {
			l.b.Paragraph(text)
		}
	}
	memorypages.Place(&l.b, l.words)
	l.block, l.words = l.block[:0], l.words[:0]
}

// level tells a heading by its size, then by its weight, then by its words.
func (l *layout) level(line pdfLine) int {
	if len(line.cells) > 1 {
		return 0
	}
	text := line.text()
	end, _ := utf8.DecodeLastRuneInString(text)
	if !hasLetter(text) || len(text) > 160 {
		return 0
	}
	for i, size := range l.sizes {
		if line.height >= size-0.02*l.body {
			return i + 1
		}
	}
	if line.bold && !strings.ContainsRune(".;,:", end) && !memory.OpensItem(text) {
		return len(l.sizes) + 1
	}
	if guess := memory.HeadingLevel(text); guess > 0 && l.room(line) > 4*line.height {
		return max(guess, len(l.sizes)+1)
	}
	return 0
}

func hasLetter(s string) bool { return strings.IndexFunc(s, unicode.IsLetter) >= 0 }

// bodyHeight is the height that most characters have.
func bodyHeight(pages []page) float32 {
	count := map[int]int{}
	for _, p := range pages {
		for _, l := range p.lines {
			count[int(math.Round(float64(l.height)*4))] += len(l.text())
		}
	}
	best, most := 0, 0
	for h, n := range count {
		if n > most || (n == most && h < best) {
			best, most = h, n
		}
	}
	return float32(best) / 4
}

// headingSizes lists the heights above the body's, at most three, largest first.
func headingSizes(pages []page, body float32) []float32 {
	var sizes []float32
	for _, p := range pages {
		for _, l := range p.lines {
			if l.height > body*1.12 && len(l.cells) == 1 && len(l.text()) <= 160 && hasLetter(l.text()) {
				sizes = append(sizes, l.height)
			}
		}
	}
	slices.SortFunc(sizes, func(a, b float32) int {
		switch {
		case a > b:
			return -1
		case a < b:
			return 1
		}
		return 0
	})
	var out []float32
	for _, s := range sizes {
		if len(out) == 0 || s < out[len(out)-1]*0.94 {
			out = append(out, s)
		}
	}
	return out[:min(len(out), 3)]
}

// linePitch is the median distance from line to line.
func linePitch(lines []pdfLine) float32 {
	var all []float32
	for i := 1; i < len(lines); i++ {
		if d := lines[i-1].top - lines[i].top; d > 0 && d < 3*lines[i].height {
			all = append(all, d)
		}
	}
	if len(all) == 0 {
		return 0
	}
	slices.Sort(all)
	return all[len(all)/2]
}

var pageNumber = regexp.MustCompile(`(?i)^[–—\-\s]*(?:page\s*)?\d{1,4}(?:\s*(?:/|sur|of|de)\s*\d{1,4})?[–—\-\s]*$`)

// dropFurniture takes out what repeats at the top or the bottom of pages, and bare page numbers there.
func dropFurniture(pages []page) {
	count := map[string]int{}
	for _, p := range pages {
		seen := map[string]bool{}
		for _, i := range edges(len(p.lines)) {
			seen[shapeOf(p.lines[i].text())] = true
		}
		for s := range seen {
			count[s]++
		}
	}
	for n := range pages {
		lines := pages[n].lines
		for _, i := range edges(len(lines)) {
			text := lines[i].text()
			repeated := len(pages) >= 3 && count[shapeOf(text)]*10 >= len(pages)*6
			if repeated || pageNumber.MatchString(text) && (i == 0 || i == len(lines)-1) {
				lines[i].cells = nil
			}
		}
		pages[n].lines = slices.DeleteFunc(lines, func(l pdfLine) bool { return len(l.cells) == 0 })
	}
}

// edges are the first and the last of n lines; the first two and the last two of a page with text.
func edges(n int) []int {
	deep := 1
	if n >= 10 {
		deep = 2
	}
	var out []int
	for i := range n {
		if i < deep || i >= n-deep {
			out = append(out, i)
		}
	}
	return out
}

// shapeOf makes « Page 3 » and « Page 4 » the same.
func shapeOf(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			return '#'
		}
		return r
	}, s)
}
