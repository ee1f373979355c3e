package memorypdfium

import "math"

// cut parts a line into cells where its gaps are wide; a line of justified text, whose gaps are wide too, stays
// whole.
func cut(lines []pdfLine, i int) []string {
	l := lines[i]
	var cells []string
	text := ""
	whole := !l.hasWideGap() || isJustified(lines, i)
	for n, w := range l.words {
		switch {
		case n == 0:
			text = w.text
		case !whole && l.gap(n) > cellGap*l.height:
			cells = append(cells, text)
			text = w.text
		default:
			text += " " + w.text
		}
	}
	return append(cells, text)
}

// gap is the white space before the n-th word.
func (l pdfLine) gap(n int) float32 { return l.words[n].left - l.words[n-1].right }

func (l pdfLine) hasWideGap() bool {
	for n := 1; n < len(l.words); n++ {
		if l.gap(n) > cellGap*l.height {
			return true
		}
	}
	return false
}

// Justified text: how alike its gaps are, and how exactly its edges meet those of its neighbours, in heights of
// the font.
const (
	alikeGaps = 0.5
	sameEdge  = 0.4
)

// isJustified tells a line that was stretched to fill its column: its gaps are all alike, and a line of plain
// text near it begins and ends where it does.
func isJustified(lines []pdfLine, i int) bool {
	l := lines[i]
	narrow, wide := float32(math.MaxFloat32), float32(0)
	for n := 1; n < len(l.words); n++ {
		narrow, wide = min(narrow, l.gap(n)), max(wide, l.gap(n))
	}
	if narrow < alikeGaps*wide {
		return false
	}
	for n := max(0, i-3); n <= min(len(lines)-1, i+3); n++ {
		other := lines[n]
		if n != i && len(other.words) >= 3 && !other.hasWideGap() && meets(l.right, other.right, l.height) &&
			(meets(l.left, other.left, l.height) || l.left > other.left && l.left-other.left < 3*l.height) {
			return true
		}
	}
	return false
}

func meets(a, b, height float32) bool { return math.Abs(float64(a-b)) < sameEdge*float64(height) }
