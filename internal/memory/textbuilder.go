package memory

import (
	"strings"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// TextBuilder writes extracted text by the convention of lines, with its marks, inside the bounds.
// Extractors hand it pieces in composed form (NFC); it takes control characters out and folds
// white space. Past a bound it keeps nothing more and Extracted reports the error.
type TextBuilder struct {
	text      strings.Builder
	marks     []Mark
	places    []Place
	title     string
	dated     time.Time
	pages     int
	last      lineKind
	lineStart int
	pageMark  *Mark // waits for the first byte of the page
	over      bool
}

// Heading adds a heading of a level from 1.
func (b *TextBuilder) Heading(level int, s string) {
	s = oneLine(s)
	if s == "" {
		return
	}
	start := b.open(headingLine, len(s))
	b.mark(Mark{Start: start, Kind: MarkHeading, Level: max(1, min(level, 9)), Label: cutContext(s)})
	if b.title == "" {
		b.title = cutContext(s)
	}
	b.write(s)
}

// Paragraph adds a paragraph as one line.
func (b *TextBuilder) Paragraph(s string) { b.line(proseLine, oneLine(s)) }

// Item adds a list item as one line; marker is « - » or « 3. », depth indents it.
func (b *TextBuilder) Item(depth int, marker, s string) {
	s = oneLine(s)
	if s == "" {
		return
	}
	b.line(itemLine, strings.Repeat("  ", max(0, min(depth, 6)))+marker+" "+s)
}

// Row adds a table row: its cells, parted so that a reader sees them. Empty cells keep their place.
func (b *TextBuilder) Row(cells []string) {
	out := make([]string, 0, len(cells))
	filled := 0
	for _, c := range cells {
		out = append(out, strings.ReplaceAll(oneLine(c), "|", "/"))
		if out[len(out)-1] != "" {
			filled = len(out)
		}
	}
	out = out[:filled]
	switch {
	case filled == 0:
	case len(out) == 1:
		b.line(rowLine, out[0])
	default:
		b.line(rowLine, strings.TrimSpace(strings.Join(out, RowSeparator)))
	}
}

// Append adds what another reading gave, its headings under those of a level. Its pages keep their marks;
// what follows stands on none of them.
func (b *TextBuilder) Append(x Extracted, under int) {
	if x.Text == "" {
		return
	}
	start := b.open(proseLine, len(x.Text))
	for _, m := range x.Marks {
		m.Start += start
		if m.Kind == MarkHeading {
			m.Level = min(m.Level+under, 9)
		}
		b.mark(m)
	}
	b.write(x.Text)
	if x.Pages > 0 {
		b.pageMark = &Mark{Kind: MarkPage}
	}
}

// Gap parts what follows from the list or table before it.
func (b *TextBuilder) Gap() { b.last = proseLine }

// Page opens the page of that label.
func (b *TextBuilder) Page(label string) {
	b.pages++
	b.pageMark = &Mark{Kind: MarkPage, Label: label}
}

// Slide opens the slide of that label.
func (b *TextBuilder) Slide(label string) {
	b.pages++
	b.pageMark = &Mark{Kind: MarkSlide, Label: label}
}

// Line gives the line written last, and where it starts.
func (b *TextBuilder) Line() (start int, line string) {
	return b.lineStart, b.text.String()[b.lineStart:]
}

// Place keeps where bytes stand on the image of a page. Places are given in order of their start.
func (b *TextBuilder) Place(p Place) {
	if len(b.places) == MaxPlaces {
		b.over = true
	}
	if !b.over {
		b.places = append(b.places, p)
	}
}

// Title states a title stronger than the first heading.
func (b *TextBuilder) Title(s string) {
	if s = oneLine(s); s != "" {
		b.title = cutContext(s)
	}
}

// Dated states the document's date.
func (b *TextBuilder) Dated(t time.Time) { b.dated = t }

// Over tells that a bound is passed, so that an extractor can stop early.
func (b *TextBuilder) Over() bool { return b.over }

// Extracted gives what was built; core.TooLarge past a bound, core.Invalid when there is no text.
func (b *TextBuilder) Extracted() (Extracted, error) {
	if b.over {
		return Extracted{}, core.E(core.TooLarge, "errors.memory_text_large", core.Args{"Size": MaxTextBytes})
	}
	if b.text.Len() == 0 {
		return Extracted{}, core.E(core.Invalid, "errors.memory_no_text", nil)
	}
	return Extracted{Text: b.text.String(), Marks: b.marks, Places: b.places, Title: b.title, Dated: b.dated, Pages: b.pages}, nil
}

func (b *TextBuilder) line(kind lineKind, s string) {
	if strings.TrimSpace(s) == "" {
		return
	}
	b.open(kind, len(s))
	b.write(s)
}

// open ends the line before and gives the byte where the next begins. Items and rows that follow
// each other stay together; everything else is parted by a blank line.
func (b *TextBuilder) open(kind lineKind, size int) int {
	together := kind == b.last && (kind == itemLine || kind == rowLine)
	switch {
	case b.text.Len()+size+2 > MaxTextBytes:
		b.over = true
	case b.text.Len() == 0:
	case together:
		b.write("\n")
	default:
		b.write("\n\n")
	}
	b.last = kind
	if b.pageMark != nil {
		page := *b.pageMark
		b.pageMark = nil
		page.Start = b.text.Len()
		b.mark(page)
	}
	b.lineStart = b.text.Len()
	return b.lineStart
}

func (b *TextBuilder) mark(m Mark) {
	if len(b.marks) == MaxMarks {
		b.over = true
	}
	if !b.over {
		b.marks = append(b.marks, m)
	}
}

func (b *TextBuilder) write(s string) {
	if !b.over {
		b.text.WriteString(s)
	}
}

// oneLine cleans a piece and folds its white space, line ends included; no-break spaces stay.
func oneLine(s string) string {
	s = clean(s)
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == '\n' || r == '\t' }), " ")
}
