// Package memoryxlsx reads Excel workbooks (XLSX).
//
// Promises: a sheet is a heading and its rows, the first of which names the columns; empty rows part its
// tables. Dates, amounts and percentages come out as people see them, by the cell's own number format, with
// the decimal comma where the workbook is in French. Hidden sheets, formulas and comments stay out. The
// number of filled cells is counted, and the archive held against its bounds, before the workbook is opened.
package memoryxlsx

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/unicode/norm"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/memory/memoryzipxml"
)

// Media is the media type of what is read here.
const Media = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// Bounds of a workbook.
const (
	maxCells  = 1_000_000
	maxSheets = 1_000
	maxBytes  = 256 << 20 // unpacked
)

// Extractor satisfies memory.Extractor. It holds no state.
type Extractor struct{}

var _ memory.Extractor = Extractor{}

// New makes the extractor.
func New() Extractor { return Extractor{} }

var errMissing = errors.New("the archive has no workbook part")

// sheet is one sheet of the workbook.
type sheet struct {
	name    string
	part    string
	hidden  bool
	numbers []uint64 // the cells that hold numbers, in order
	first   int      // leftmost filled column, from 0
}

// Extract reads the file.
func (Extractor) Extract(ctx context.Context, _ string, file []byte) (memory.Extracted, error) {
	a, err := memoryzipxml.Open(file)
	if err != nil {
		return memory.Extracted{}, err
	}
	if err := a.Check(); err != nil {
		return memory.Extracted{}, err
	}
	w := &workbook{archive: a}
	if err := w.survey(ctx); err != nil {
		return memory.Extracted{}, err
	}
	dated, err := a.Saved(ctx)
	if err != nil {
		return memory.Extracted{}, err
	}
	var b memory.TextBuilder
	b.Dated(dated)
	if err := w.write(ctx, file, &b); err != nil {
		return memory.Extracted{}, err
	}
	out, err := b.Extracted()
	out.Media = Media
	return out, err
}

// workbook is an open workbook.
type workbook struct {
	archive *memoryzipxml.Archive
	sheets  []*sheet
	cells   int
	words   []byte // a sample, to tell the language
}

// write gives the text of the visible sheets.
func (w *workbook) write(ctx context.Context, file []byte, b *memory.TextBuilder) error {
	french := memory.LanguageOf(string(w.words)) == core.French
	dates := "yyyy-mm-dd"
	if french {
		dates = "dd/mm/yyyy"
	}
	f, err := excelize.OpenReader(bytes.NewReader(file), excelize.Options{
		ShortDatePattern: dates, UnzipSizeLimit: maxBytes, UnzipXMLSizeLimit: maxBytes,
	})
	if err != nil {
		return memoryzipxml.Damaged(err)
	}
	defer f.Close()
	for _, s := range w.sheets {
		if s.hidden {
			continue
		}
		if err := s.write(ctx, f, b, french); err != nil {
			return err
		}
	}
	return nil
}

// write gives one sheet: its name as a heading, then its rows.
func (s *sheet) write(ctx context.Context, f *excelize.File, b *memory.TextBuilder, french bool) error {
	rows, err := f.Rows(s.name)
	if errors.Is(err, io.EOF) { // an empty sheet
		return nil
	}
	if err != nil {
		return memoryzipxml.Damaged(err)
	}
	defer rows.Close()
	headed := false
	for n := 1; rows.Next() && !b.Over(); n++ {
		if n%256 == 0 && ctx.Err() != nil {
			return core.Wrap(ctx.Err(), core.Cancelled, "errors.cancelled", nil)
		}
		cells, err := rows.Columns()
		if err != nil {
			return memoryzipxml.Damaged(fmt.Errorf("row %d: %w", n, err))
		}
		if len(cells) <= s.first {
			b.Gap()
			continue
		}
		if !headed {
			b.Heading(1, composed(s.name))
			headed = true
		}
		for i := range cells {
			if s.number(n, i) && french {
				cells[i] = inFrench(cells[i])
			}
			cells[i] = composed(cells[i])
		}
		b.Row(cells[s.first:])
	}
	b.Gap()
	if err := rows.Error(); err != nil && !errors.Is(err, io.EOF) {
		return memoryzipxml.Damaged(err)
	}
	return nil
}

// number tells whether a cell holds a number. Cells are asked for in order.
func (s *sheet) number(row, column int) bool {
	at := address(row, column)
	for len(s.numbers) > 0 && s.numbers[0] < at {
		s.numbers = s.numbers[1:]
	}
	return len(s.numbers) > 0 && s.numbers[0] == at
}

func address(row, column int) uint64 { return uint64(row)<<20 | uint64(column) }

// sheetsOf lists the sheets of the workbook part.
func (w *workbook) sheetsOf(ctx context.Context, main string) error {
	relations, err := w.archive.Relations(ctx, main)
	if err != nil {
		return err
	}
	targets := map[string]memoryzipxml.Relation{}
	for _, r := range relations {
		targets[r.ID] = r
	}
	return w.archive.Walk(ctx, main, memoryzipxml.Handler{Start: func(_ *memoryzipxml.Walker, e xml.StartElement) error {
		if e.Name.Local != "sheet" {
			return nil
		}
		if len(w.sheets) == maxSheets {
			return memoryzipxml.Bomb()
		}
		link := ""
		for _, at := range e.Attr {
			if at.Name.Local == "id" && at.Name.Space != "" {
				link = at.Value
			}
		}
		if r := targets[link]; r.Type == "worksheet" {
			state := memoryzipxml.Attr(e, "state")
			w.sheets = append(w.sheets, &sheet{name: memoryzipxml.Attr(e, "name"), part: r.Target, hidden: state == "hidden" || state == "veryHidden"})
		}
		return nil
	}})
}

func composed(s string) string { return norm.NFC.String(s) }
