package memorypptx

import (
	"cmp"
	"encoding/xml"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/memory/memoryzipxml"
)

// slide follows one slide, the notes of one, or a diagram.
type slide struct {
	notes   bool // only the body is text: the rest shows the slide again
	diagram bool
	shapes  []*shape
	open    []*shape // a group nests them
	para    *paragraph
	inText  bool
	cells   []string // of the row being read
	cell    []string // paragraphs of the cell being read
	inTable bool
}

// shape is what stands at one place of a slide.
type shape struct {
	kind       string // of its placeholder: "title", "body", …
	holder     bool
	placed     bool
	x, y, size int
	lines      []paragraph
	rows       [][]string
}

// paragraph is one paragraph of a shape.
type paragraph struct {
	text   strings.Builder
	level  int
	bullet string // "-", or "1." for a numbered one; "" none
	plain  bool   // it says that it has no bullet
}

func (s *slide) start(w *memoryzipxml.Walker, e xml.StartElement) error {
	switch e.Name.Local {
	case "Fallback":
		return w.Skip()
	case "sp", "graphicFrame", "pt":
		s.open = append(s.open, &shape{})
	case "ph":
		if h := s.shape(); h != nil {
			h.holder, h.kind = true, attr(e, "type")
		}
	case "off":
		if h := s.shape(); h != nil && !h.placed {
			h.placed, h.x, h.y = true, number(attr(e, "x")), number(attr(e, "y"))
		}
	case "tr":
		s.cells, s.inTable = nil, true
	case "tc":
		s.cell = nil
	case "p":
		s.para = &paragraph{}
	case "fld":
		if t := attr(e, "type"); t == "slidenum" {
			return w.Skip()
		}
	case "t":
		s.inText = s.para != nil && w.Parent() != "pt"
	default:
		s.property(e)
	}
	return nil
}

// property reads what shapes a paragraph.
func (s *slide) property(e xml.StartElement) {
	h := s.shape()
	if s.para == nil || h == nil {
		return
	}
	switch e.Name.Local {
	case "pPr":
		s.para.level = number(attr(e, "lvl"))
	case "buChar", "buBlip":
		s.para.bullet = "-"
	case "buAutoNum":
		s.para.bullet = "1."
	case "buNone":
		s.para.plain = true
	case "rPr":
		h.size = max(h.size, number(attr(e, "sz")))
	case "br":
		s.para.text.WriteByte(' ')
	}
}

func (s *slide) shape() *shape {
	if len(s.open) == 0 {
		return nil
	}
	return s.open[len(s.open)-1]
}

func (s *slide) text(text string) {
	if s.inText && s.para != nil {
		s.para.text.WriteString(text)
	}
}

func (s *slide) end(name string) error {
	h := s.shape()
	switch name {
	case "t":
		s.inText = false
	case "p":
		s.endParagraph(h)
	case "tc":
		s.cells = append(s.cells, strings.Join(s.cell, " "))
	case "tr":
		if h != nil && len(h.rows) < memory.MaxMarks {
			h.rows = append(h.rows, s.cells)
		}
		s.inTable = false
	case "sp", "graphicFrame", "pt":
		if h != nil {
			s.open = s.open[:len(s.open)-1]
			s.shapes = append(s.shapes, h)
		}
	}
	return nil
}

func (s *slide) endParagraph(h *shape) {
	if s.para == nil || h == nil {
		return
	}
	text := strings.TrimSpace(s.para.text.String())
	switch {
	case text == "":
	case s.inTable:
		s.cell = append(s.cell, text)
	default:
		h.lines = append(h.lines, *s.para)
	}
	s.para = nil
}

// write gives the text of the slide: its title, then its shapes from top to bottom.
func (s *slide) write(b *memory.TextBuilder) {
	shapes := slices.DeleteFunc(s.shapes, func(h *shape) bool { return s.silent(h) })
	if !slices.ContainsFunc(shapes, func(h *shape) bool { return !h.placed }) {
		slices.SortStableFunc(shapes, func(a, b *shape) int { return cmp.Or(cmp.Compare(a.y/band, b.y/band), cmp.Compare(a.x, b.x)) })
	}
	title := titleOf(shapes)
	if s.notes || s.diagram {
		title = nil
	}
	if title != nil {
		b.Heading(1, composed(title.words()))
	}
	for _, h := range shapes {
		if h != title {
			h.write(b, !s.notes)
		}
	}
	b.Gap()
}

// band is how far apart, in English Metric Units, the tops of shapes of one row may be: a centimetre.
const band = 360_000

// silent tells shapes that repeat on every slide, or that show a slide beside its notes.
func (s *slide) silent(h *shape) bool {
	switch h.kind {
	case "dt", "ftr", "sldNum", "hdr", "sldImg":
		return true
	}
	return len(h.lines) == 0 && len(h.rows) == 0 || s.notes && h.kind != "body"
}

// maxTitle is the longest title of a slide that says by its size alone that it is one, in characters.
const maxTitle = 120

// titleOf finds the title's placeholder, or else a first line that is bigger than all that follows.
func titleOf(shapes []*shape) *shape {
	for _, h := range shapes {
		if h.kind == "title" || h.kind == "ctrTitle" {
			return h
		}
	}
	if len(shapes) == 0 {
		return nil
	}
	first := shapes[0]
	for _, h := range shapes[1:] {
		if h.size >= first.size {
			return nil
		}
	}
	if len(first.lines) != 1 || first.size == 0 || utf8.RuneCountInString(first.words()) > maxTitle {
		return nil
	}
	return first
}

// words gives all lines of a shape as one.
func (h *shape) words() string {
	var all []string
	for i := range h.lines {
		all = append(all, strings.TrimSpace(h.lines[i].text.String()))
	}
	return strings.Join(all, " ")
}

// write gives the lines and rows of a shape. The layout gives lists of a placeholder their bullets.
func (h *shape) write(b *memory.TextBuilder, bullets bool) {
	bullets = bullets && h.holder && (h.kind == "" || h.kind == "body") && len(h.lines) > 1
	counts := map[int]int{}
	for i := range h.lines {
		p := &h.lines[i]
		text := composed(p.text.String())
		marker := p.bullet
		if marker == "" && !p.plain && bullets {
			marker = "-"
		}
		if marker == "1." {
			counts[p.level]++
			marker = strconv.Itoa(counts[p.level]) + "."
		}
		if marker == "" {
			b.Paragraph(text)
			continue
		}
		b.Item(p.level, marker, text)
	}
	for _, row := range h.rows {
		cells := make([]string, len(row))
		for i, c := range row {
			cells[i] = composed(c)
		}
		b.Row(cells)
	}
	b.Gap()
}

func attr(e xml.StartElement, name string) string { return memoryzipxml.Attr(e, name) }

func number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0
	}
	return n
}

func composed(s string) string { return norm.NFC.String(s) }
