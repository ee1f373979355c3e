package memoryodf

import (
	"encoding/xml"
	"strconv"
	"strings"
)

// Bounds of the cells that are written, repeated ones counted each.
const (
	maxCells  = 1_000_000
	maxColumn = 16_384
)

// table is a table being read.
type table struct {
	cells  []string
	blank  int // empty cells at the end so far: they are written when another follows
	repeat int // of the row being read
	cell   strings.Builder
	times  int // of the cell being read
}

func (d *document) table() *table {
	if len(d.tables) == 0 {
		return nil
	}
	return d.tables[len(d.tables)-1]
}

func (t *table) beginRow(e xml.StartElement) {
	t.cells, t.blank, t.repeat = nil, 0, times(e, "number-rows-repeated")
}

func (t *table) beginCell(e xml.StartElement) {
	t.cell.Reset()
	t.times = times(e, "number-columns-repeated")
}

func times(e xml.StartElement, name string) int {
	n, err := strconv.Atoi(attr(e, name))
	if err != nil {
		return 1
	}
	return min(max(n, 1), maxCells)
}

// write adds a paragraph to the cell.
func (t *table) write(text string) {
	if strings.TrimSpace(text) == "" {
		return
	}
	if t.cell.Len() > 0 {
		t.cell.WriteByte(' ')
	}
	t.cell.WriteString(text)
}

func (t *table) endCell() {
	if t.cell.Len() == 0 {
		t.blank += t.times
		return
	}
	for ; t.blank > 0 && len(t.cells) < maxColumn; t.blank-- {
		t.cells = append(t.cells, "")
	}
	t.blank = 0
	for range min(t.times, maxColumn-len(t.cells)) {
		t.cells = append(t.cells, t.cell.String())
	}
	t.cell.Reset()
}

// endRow writes a row as often as it stands in the table, or folds it into the cell that holds its table.
func (d *document) endRow() {
	t := d.table()
	if t == nil || len(t.cells) == 0 {
		return
	}
	if len(d.tables) > 1 {
		outer := d.tables[len(d.tables)-2]
		if outer.cell.Len() > 0 {
			outer.cell.WriteString(" ;")
		}
		outer.write(strings.Join(strings.Fields(strings.Join(t.cells, " ")), " "))
		return
	}
	for range t.repeat {
		if d.cells += len(t.cells); d.tooMany() || d.b.Over() {
			return
		}
		d.b.Row(t.cells)
	}
}

func (d *document) tooMany() bool { return d.cells > maxCells }
