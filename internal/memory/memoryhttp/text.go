package memoryhttp

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
)

// partBytes bounds how much of a long text one page shows, so that a page stays light on a phone.
const partBytes = 96 << 10

// span is a byte range of a version's text; empty when start equals end.
type span struct{ start, end int }

// block is one piece of the reader's page: a page mark, a heading, or text.
type block struct {
	ID    string // anchor of a heading; "" otherwise
	Page  string // label of a page mark
	Slide bool   // it marks a slide
	Image string // address of the page's image; "" when there is none
	Level int    // HTML level of a heading, 2 to 6; 0 otherwise
	Lines bool   // line breaks matter: a list, a table, verse
	Runs  []run
	Rows  [][]cell // of a table, the first row names the columns
}

// run is a stretch of text that is either wholly inside the highlighted range or wholly outside.
type run struct {
	Text   string
	Marked bool
	First  bool // the first marked run bears the anchor that the links aim at
}

// rangeIn checks a range against the text and widens it to whole characters; widened tells whether it
// had to be. A range that is empty, reversed or outside is an error.
func rangeIn(text string, r span) (in span, widened bool, err error) {
	if r.start < 0 || r.end > len(text) || r.start >= r.end {
		return span{}, false, core.E(core.Invalid, "errors.memorypages_range", nil)
	}
	in = r
	for in.start > 0 && !utf8.RuneStart(text[in.start]) {
		in.start--
	}
	for in.end < len(text) && !utf8.RuneStart(text[in.end]) {
		in.end++
	}
	return in, in != r, nil
}

// parts cuts a text into ranges of at most limit bytes, at a blank line, a line or a character, in that
// order of preference. There is always at least one part.
func parts(text string, limit int) []span {
	var out []span
	for at := 0; ; {
		if len(text)-at <= limit {
			return append(out, span{at, len(text)})
		}
		end := cut(text, at, at+limit)
		out = append(out, span{at, end})
		at = end
	}
}

// cut finds where to end a part that starts at from and may not pass limit. It always moves forward.
func cut(text string, from, limit int) int {
	for _, sep := range []string{"\n\n", "\n"} {
		if i := strings.LastIndex(text[from:limit], sep); i > (limit-from)/2 {
			return from + i + len(sep)
		}
	}
	end := limit
	for end > from+1 && !utf8.RuneStart(text[end]) {
		end--
	}
	return end
}

// partOf tells which part holds the offset.
func partOf(all []span, offset int) int {
	for i, p := range all {
		if offset < p.end {
			return i
		}
	}
	return len(all) - 1
}

// layout turns a part of a text into blocks: marks open pages and headings, blank lines end paragraphs, and
// the highlighted range is told apart to the byte.
func layout(text string, marks []memory.Mark, part, lit span) []block {
	l := layouter{text: text, marks: within(marks, part), lit: lit, level: 1}
	for at := part.start; at < part.end; {
		at = l.next(at, part.end)
	}
	l.open(part.end)
	return l.blocks
}

type layouter struct {
	text   string
	marks  []memory.Mark // still to come, in order
	lit    span
	level  int // of the last heading
	found  bool
	blocks []block
}

// next lays out the block that starts at or after at, and returns where it ends.
func (l *layouter) next(at, limit int) int {
	at = skipBlank(l.text, at, limit)
	if at == limit {
		return limit
	}
	heading := l.open(at)
	end := paragraphEnd(l.text, at, limit)
	if heading != nil {
		end = lineEnd(l.text, at, limit)
	}
	if len(l.marks) > 0 && l.marks[0].Start < end {
		end = max(l.marks[0].Start, at+1)
	}
	l.blocks = append(l.blocks, l.block(span{at, end}, heading))
	return end
}

// block shows one range: a heading, a table, or a paragraph.
func (l *layouter) block(r span, heading *memory.Mark) block {
	if heading != nil {
		return block{ID: anchor(*heading), Level: l.step(heading.Level), Runs: l.runs(r)}
	}
	if rows := tableIn(l.text, r); rows != nil {
		return block{Rows: l.cells(rows)}
	}
	return block{Runs: l.runs(r), Lines: keepsLines(l.text[r.start:r.end])}
}

// open emits the marks that stand at or before at. The heading whose words follow is returned; one whose
// words are not in the text is emitted by its label.
func (l *layouter) open(at int) *memory.Mark {
	var following *memory.Mark
	for len(l.marks) > 0 && l.marks[0].Start <= at {
		m := l.marks[0]
		l.marks = l.marks[1:]
		switch {
		case m.IsPage():
			if m.Label != "" {
				l.blocks = append(l.blocks, block{Page: m.Label, Slide: m.Kind == memory.MarkSlide})
			}
		case m.Kind == "heading" && strings.Contains(l.text[at:lineEnd(l.text, at, len(l.text))], m.Label):
			following = &m
		case m.Kind == "heading":
			l.blocks = append(l.blocks, block{ID: anchor(m), Level: l.step(m.Level), Runs: []run{{Text: valid(m.Label)}}})
		}
	}
	return following
}

// step keeps the outline free of holes: a heading is at most one level under the one before.
func (l *layouter) step(level int) int {
	l.level = min(max(level+1, 2), l.level+1, 6)
	return l.level
}

// runs tells the highlighted bytes of a range from the others.
func (l *layouter) runs(r span) []run {
	from, to := max(r.start, l.lit.start), min(r.end, l.lit.end)
	if from >= to {
		return []run{{Text: valid(l.text[r.start:r.end])}}
	}
	var out []run
	if from > r.start {
		out = append(out, run{Text: valid(l.text[r.start:from])})
	}
	out = append(out, run{Text: valid(l.text[from:to]), Marked: true, First: !l.found})
	l.found = true
	if to < r.end {
		out = append(out, run{Text: valid(l.text[to:r.end])})
	}
	return out
}

func anchor(m memory.Mark) string { return fmt.Sprintf("h-%d", m.Start) }

func valid(s string) string { return strings.ToValidUTF8(s, "\ufffd") }

// within keeps the marks of a part. A mark at the very end belongs to the part that follows.
func within(marks []memory.Mark, part span) []memory.Mark {
	var out []memory.Mark
	for _, m := range marks {
		if m.Start >= part.start && m.Start < part.end {
			out = append(out, m)
		}
	}
	return out
}

func skipBlank(text string, at, limit int) int {
	for at < limit {
		r, size := utf8.DecodeRuneInString(text[at:limit])
		if !unicode.IsSpace(r) {
			return at
		}
		at += size
	}
	return limit
}

func lineEnd(text string, at, limit int) int {
	if i := strings.IndexByte(text[at:limit], '\n'); i >= 0 {
		return at + i
	}
	return limit
}

// paragraphEnd finds the blank line that ends the paragraph.
func paragraphEnd(text string, at, limit int) int {
	for end := lineEnd(text, at, limit); ; {
		if end >= limit {
			return limit
		}
		next := lineEnd(text, end+1, limit)
		if strings.TrimSpace(text[end:next]) == "" {
			return end
		}
		end = next
	}
}

// keepsLines tells lists, tables and short lines, whose breaks mean something, from prose that a file
// wrapped at the margin.
func keepsLines(paragraph string) bool {
	lines := strings.Split(strings.TrimRight(paragraph, "\n"), "\n")
	for i, line := range lines {
		trimmed := strings.TrimSpace(line)
		if len(lines) > 1 && (i < len(lines)-1 && utf8.RuneCountInString(trimmed) < 45 || startsItem(trimmed)) {
			return true
		}
	}
	return false
}

func startsItem(line string) bool {
	for _, sign := range []string{"- ", "* ", "• ", "– ", "|", ">"} {
		if strings.HasPrefix(line, sign) {
			return true
		}
	}
	number, _, found := strings.Cut(line, " ")
	digits := strings.TrimRight(number, ".)")
	return found && len(digits) == len(number)-1 && len(digits) <= 3 && strings.Trim(digits, "0123456789") == ""
}
