package memorydocx

import (
	"context"
	"encoding/xml"
	"fmt"
	"strconv"
	"strings"

	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/memory/memoryzipxml"
)

// document follows the document part and writes its text.
type document struct {
	b       memory.TextBuilder
	styles  map[string]style
	numbers *numbers
	notes   map[string]string
	used    []string // notes in the order of their references

	paragraphs []*paragraph // a text box nests one inside another
	tables     []*table
	inText     bool
	hidden     bool // the current run
	bold       bool
	section    int // level of the last heading that a style made, or of a title in bold at the very start
	begun      bool
	carry      string
}

// paragraph is what is being read.
type paragraph struct {
	text    strings.Builder
	style   style
	numID   string
	level   int
	outline int
	joined  bool // its end was deleted: it continues in the next
	plain   bool // some of its words are not bold
	tables  int  // tables open around it
}

type table struct {
	cells   []string
	cell    strings.Builder
	deleted bool // the row being read
}

func (d *document) start(w *memoryzipxml.Walker, e xml.StartElement) error {
	switch e.Name.Local {
	case "del", "moveFrom":
		d.deletion(w.Parent(), w)
		return w.Skip()
	case "Fallback", "instrText", "delText", "comment":
		return w.Skip()
	case "p":
		d.paragraphs = append(d.paragraphs, &paragraph{tables: len(d.tables)})
	case "tbl":
		d.tables = append(d.tables, &table{})
	case "tr":
		if t := d.table(); t != nil {
			t.cells, t.deleted = nil, false
		}
	case "tc":
		if t := d.table(); t != nil {
			t.cell.Reset()
		}
	case "r":
		d.hidden, d.bold = false, false
	case "vanish":
		d.hidden = d.hidden || isOn(w, e)
	case "b":
		d.bold = d.bold || isOn(w, e)
	case "t":
		d.inText = true
	default:
		d.property(w, e)
	}
	return nil
}

// isOn tells a property of a run that is set.
func isOn(w *memoryzipxml.Walker, e xml.StartElement) bool {
	return w.Parent() == "rPr" && w.Above(2) == "r" && attr(e, "val") != "0" && attr(e, "val") != "false"
}

// deletion notes a deleted paragraph end or table row; other deletions are text and are skipped.
func (d *document) deletion(parent string, w *memoryzipxml.Walker) {
	switch {
	case parent == "rPr" && w.Above(2) == "pPr":
		if p := d.paragraph(); p != nil {
			p.joined = true
		}
	case parent == "trPr":
		if t := d.table(); t != nil {
			t.deleted = true
		}
	}
}

// property reads what shapes the paragraph, and the pieces of text that are elements.
func (d *document) property(w *memoryzipxml.Walker, e xml.StartElement) {
	p := d.paragraph()
	if p == nil {
		return
	}
	val := attr(e, "val")
	switch e.Name.Local {
	case "pStyle":
		p.style = resolve(d.styles, val)
	case "outlineLvl":
		if n, err := strconv.Atoi(val); err == nil && n >= 0 && n < 9 {
			p.outline = n + 1
		}
	case "numId":
		p.numID = val
	case "ilvl":
		p.level, _ = strconv.Atoi(val)
	case "tab":
		if w.Parent() == "r" {
			p.text.WriteByte(' ')
		}
	case "br", "cr":
		p.text.WriteByte(' ')
	case "noBreakHyphen":
		p.text.WriteByte('-')
	case "footnoteReference", "endnoteReference":
		d.reference(p, noteKey(e.Name.Local, attr(e, "id")))
	}
}

func (d *document) reference(p *paragraph, key string) {
	if d.notes[key] == "" || d.hidden || len(d.used) >= memory.MaxMarks {
		return
	}
	d.used = append(d.used, key)
	fmt.Fprintf(&p.text, " [%d]", len(d.used))
}

func (d *document) text(s string) {
	if p := d.paragraph(); p != nil && d.inText && !d.hidden {
		p.text.WriteString(s)
		p.plain = p.plain || !d.bold && strings.TrimSpace(s) != ""
	}
}

func (d *document) end(name string) error {
	switch name {
	case "t":
		d.inText = false
	case "p":
		d.endParagraph()
	case "tc":
		if t := d.table(); t != nil {
			t.cells = append(t.cells, t.cell.String())
			t.cell.Reset()
		}
	case "tr":
		d.endRow()
	case "tbl":
		if len(d.tables) > 0 {
			d.tables = d.tables[:len(d.tables)-1]
		}
		if len(d.tables) == 0 {
			d.b.Gap()
		}
	}
	return nil
}

func (d *document) paragraph() *paragraph {
	if len(d.paragraphs) == 0 {
		return nil
	}
	return d.paragraphs[len(d.paragraphs)-1]
}

func (d *document) table() *table {
	if len(d.tables) == 0 {
		return nil
	}
	return d.tables[len(d.tables)-1]
}

func (d *document) endParagraph() {
	p := d.paragraph()
	if p == nil {
		return
	}
	d.paragraphs = d.paragraphs[:len(d.paragraphs)-1]
	text := composed(d.carry + p.text.String())
	d.carry = ""
	if p.joined && len(text) < maxJoined {
		d.carry = text
		return
	}
	if t := d.table(); t != nil {
		if t.cell.Len() > 0 && strings.TrimSpace(text) != "" {
			t.cell.WriteByte(' ')
		}
		t.cell.WriteString(text)
		return
	}
	d.write(p, text)
}

// maxJoined bounds a paragraph made of paragraphs whose ends were deleted.
const maxJoined = 64 << 10

func (d *document) write(p *paragraph, text string) {
	if strings.TrimSpace(text) == "" {
		return
	}
	marker := d.marker(p)
	heading := max(p.outline, p.style.heading)
	if heading > 0 {
		d.section = heading
	} else if marker == "" && !p.plain && memoryzipxml.LooksLikeHeading(text) {
		heading = d.section + 1
		if !d.begun {
			d.section = 1
		}
	}
	d.begun = true
	switch {
	case heading > 0 && marker != "" && marker != "-":
		d.b.Heading(heading, marker+" "+text)
	case heading > 0:
		d.b.Heading(heading, text)
	case marker == "":
		d.b.Paragraph(text)
	default:
		d.b.Item(p.level, marker, text)
	}
}

func (d *document) marker(p *paragraph) string {
	id, level := p.numID, p.level
	if id == "" {
		id, level = p.style.numID, p.style.level
	}
	if id == "" || id == "0" {
		return ""
	}
	return d.numbers.marker(id, level)
}

// endRow writes a row, or folds it into the cell that holds its table.
func (d *document) endRow() {
	t := d.table()
	if t == nil || t.deleted {
		return
	}
	if len(d.tables) == 1 {
		d.b.Row(t.cells)
		return
	}
	inner := strings.Join(strings.Fields(strings.Join(t.cells, " ")), " ")
	outer := d.tables[len(d.tables)-2]
	if inner == "" {
		return
	}
	if outer.cell.Len() > 0 {
		outer.cell.WriteString(" ; ")
	}
	outer.cell.WriteString(inner)
}

func noteKey(element, id string) string {
	return strings.TrimSuffix(element, "Reference") + id
}

// notes reads footnotes and endnotes by kind and id.
func (a *archive) notes(ctx context.Context) (map[string]string, error) {
	out := map[string]string{}
	for _, kind := range []string{"footnote", "endnote"} {
		n := &noteReader{kind: kind, out: out}
		if err := a.Walk(ctx, a.beside(kind+"s.xml"), memoryzipxml.Handler{Start: n.start, Text: n.text, End: n.end}); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// noteReader reads one part of notes.
type noteReader struct {
	kind   string
	id     string // of the note being read, "" between notes and for separators
	inText bool
	note   strings.Builder
	out    map[string]string
}

func (n *noteReader) start(w *memoryzipxml.Walker, e xml.StartElement) error {
	switch e.Name.Local {
	case "del", "moveFrom", "Fallback", "instrText":
		return w.Skip()
	case n.kind:
		n.id = ""
		if t := attr(e, "type"); t == "" || t == "normal" {
			n.id = attr(e, "id")
		}
	case "t":
		n.inText = true
	}
	return nil
}

func (n *noteReader) text(s string) {
	if n.inText && n.id != "" {
		n.note.WriteString(s)
	}
}

func (n *noteReader) end(name string) error {
	switch name {
	case "t":
		n.inText = false
	case "p":
		n.text(" ")
	case n.kind:
		if n.id != "" && len(n.out) < memory.MaxMarks {
			n.out[n.kind+n.id] = n.note.String()
		}
		n.note.Reset()
	}
	return nil
}

func (d *document) writeNotes() {
	for i, key := range d.used {
		d.b.Paragraph(fmt.Sprintf("[%d] %s", i+1, composed(strings.TrimSpace(d.notes[key]))))
	}
}
