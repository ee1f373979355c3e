package memoryodf

import (
	"encoding/xml"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/memory/memoryzipxml"
)

// document follows the content part and writes its text.
type document struct {
	b      memory.TextBuilder
	styles *styles
	media  string

	paragraphs []*paragraph // a text box or a note nests one inside another
	spans      []string     // styles of the open spans
	section    int          // level of the last heading, or of a title in bold at the very start
	begun      bool
	lists      []*list
	counters   map[string]*counter // by list style
	outline    *counter
	tables     []*table
	notes      []string
	note       *strings.Builder // being read
	noteDepth  int
	cells      int
	slides     int
	title      bool // the frame being read holds the slide's title
	ignored    bool // the frame being read repeats on every slide
}

// paragraph is what is being read.
type paragraph struct {
	text    strings.Builder
	heading int // level, 0 none
	style   string
	plain   bool // some of its words are not bold
}

// list is an open list.
type list struct {
	style  string
	marker string // of the item whose first paragraph is still to come
}

// start sees an element. What people do not read on the page is passed over.
func (d *document) start(w *memoryzipxml.Walker, e xml.StartElement) error {
	if !d.inBody(e) {
		return nil
	}
	switch e.Name.Local {
	case "tracked-changes", "annotation", "annotation-end", "table-of-content", "note-citation", "binary-data", "forms",
		"scripts", "desc", "sequence-decls", "variable-decls", "user-field-decls", "settings", "number", "label-ranges",
		"named-expressions", "database-ranges", "content-validations", "tracked-table-changes", "shapes", "page-thumbnail":
		return w.Skip()
	case "title":
		if e.Name.Space == "svg" {
			return w.Skip()
		}
	case "span", "p", "h":
		if d.styles.hidden[attr(e, "style-name")] {
			return w.Skip()
		}
	}
	switch e.Name.Local {
	case "p":
		d.paragraphs = append(d.paragraphs, &paragraph{style: attr(e, "style-name")})
	case "h":
		n, err := strconv.Atoi(attr(e, "outline-level"))
		if err != nil {
			n = 1
		}
		d.paragraphs = append(d.paragraphs, &paragraph{heading: min(max(n, 1), maxLevel), style: attr(e, "style-name")})
	case "s":
		d.space(attr(e, "c"))
	case "span":
		d.spans = append(d.spans, attr(e, "style-name"))
	case "tab", "line-break":
		d.text(" ")
	case "note":
		d.note, d.noteDepth = &strings.Builder{}, len(d.paragraphs)
	default:
		return d.structure(w, e)
	}
	return nil
}

// inBody waits for the body, and learns from it what kind of document this is.
func (d *document) inBody(e xml.StartElement) bool {
	if d.media != "" {
		return true
	}
	if e.Name.Space == "office" {
		d.media = map[string]string{"text": Text, "spreadsheet": Sheet, "presentation": Slides, "drawing": Slides}[e.Name.Local]
	}
	return false
}

// structure follows lists, tables and slides.
func (d *document) structure(w *memoryzipxml.Walker, e xml.StartElement) error {
	switch e.Name.Local {
	case "list":
		d.openList(attr(e, "style-name"), attr(e, "continue-numbering") == "true")
	case "list-item", "list-header":
		d.openItem(e.Name.Local == "list-item")
	case "table":
		if d.media == Sheet && len(d.tables) == 0 {
			if d.styles.hidden[attr(e, "style-name")] {
				return w.Skip()
			}
			d.b.Heading(1, composed(attr(e, "name")))
		}
		d.tables = append(d.tables, &table{})
	case "table-row":
		if t := d.table(); t != nil {
			t.beginRow(e)
		}
	case "table-cell", "covered-table-cell":
		if t := d.table(); t != nil {
			t.beginCell(e)
		}
	case "page":
		if len(d.paragraphs) == 0 {
			d.slides++
			d.b.Gap()
			d.b.Slide(strconv.Itoa(d.slides))
		}
	case "frame", "custom-shape", "text-box":
		if e.Name.Local != "text-box" {
			d.title = attr(e, "class") == "title"
		}
		switch attr(e, "class") {
		case "header", "footer", "date-time", "page-number":
			return w.Skip()
		}
	}
	return nil
}

// maxSpaces bounds what one element may ask for.
const maxSpaces = 64

func (d *document) space(count string) {
	n, err := strconv.Atoi(count)
	if err != nil {
		n = 1
	}
	d.text(strings.Repeat(" ", min(max(n, 0), maxSpaces)))
}

func (d *document) text(s string) {
	n := len(d.paragraphs)
	if n == 0 {
		return
	}
	p := d.paragraphs[n-1]
	p.text.WriteString(s)
	p.plain = p.plain || strings.TrimSpace(s) != "" && !d.isBold(p)
}

// isBold tells whether what is being read is bold, by its spans or by its paragraph.
func (d *document) isBold(p *paragraph) bool {
	for _, style := range d.spans {
		if d.styles.bold[style] {
			return true
		}
	}
	return d.styles.bold[p.style]
}

func (d *document) end(name string) error {
	switch name {
	case "span":
		if n := len(d.spans); n > 0 {
			d.spans = d.spans[:n-1]
		}
	case "p", "h":
		d.endParagraph()
	case "note":
		d.endNote()
	case "list":
		if n := len(d.lists); n > 0 {
			d.lists = d.lists[:n-1]
		}
		if len(d.lists) == 0 {
			d.b.Gap()
		}
	case "table-cell", "covered-table-cell":
		if t := d.table(); t != nil {
			t.endCell()
		}
	case "table-row":
		d.endRow()
	case "table":
		if n := len(d.tables); n > 0 {
			d.tables = d.tables[:n-1]
		}
		if len(d.tables) == 0 {
			d.b.Gap()
		}
	case "frame", "custom-shape":
		d.title = false
	}
	return nil
}

func (d *document) endParagraph() {
	n := len(d.paragraphs)
	if n == 0 {
		return
	}
	p := d.paragraphs[n-1]
	d.paragraphs = d.paragraphs[:n-1]
	text := composed(p.text.String())
	switch {
	case d.note != nil && n > d.noteDepth:
		d.note.WriteString(text + " ")
	case d.table() != nil:
		d.table().write(text)
	case strings.TrimSpace(text) == "":
	case p.heading > 0:
		d.heading(p, text)
	case d.title:
		d.b.Heading(1, text)
	default:
		d.paragraph(p, text)
	}
}

// heading writes a heading with the number that the outline or its list gives it.
func (d *document) heading(p *paragraph, text string) {
	marker := ""
	if levels := d.styles.lists[outlineStyle]; levels != nil && len(d.lists) == 0 && d.listStyleOf(p.style) == "" {
		if d.outline == nil {
			d.outline = &counter{levels: levels}
		}
		marker = d.outline.next(p.heading-1, false)
	} else if l := d.list(); l != nil && l.marker != "-" {
		marker, l.marker = l.marker, ""
	}
	d.section, d.begun = p.heading, true
	d.b.Heading(p.heading, strings.TrimSpace(marker+" "+text))
}

func (d *document) paragraph(p *paragraph, text string) {
	l := d.list()
	first := !d.begun
	d.begun = true
	if l == nil || l.marker == "" {
		if l == nil && !p.plain && d.media == Text && memoryzipxml.LooksLikeHeading(text) {
			d.b.Heading(d.section+1, text)
			if first {
				d.section = 1
			}
			return
		}
		d.b.Paragraph(text)
		return
	}
	d.b.Item(len(d.lists)-1, l.marker, text)
	l.marker = ""
}

// endNote moves a note to the end of the document and leaves its number behind.
func (d *document) endNote() {
	if d.note == nil {
		return
	}
	text := strings.TrimSpace(d.note.String())
	d.note = nil
	if text == "" || len(d.notes) == memory.MaxMarks {
		return
	}
	d.notes = append(d.notes, text)
	d.text(fmt.Sprintf(" [%d]", len(d.notes)))
}

func (d *document) writeNotes() {
	for i, n := range d.notes {
		d.b.Paragraph(fmt.Sprintf("[%d] %s", i+1, n))
	}
}

func composed(s string) string { return norm.NFC.String(s) }
