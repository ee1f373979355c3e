package memoryxlsx

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"math"
	"regexp"
	"strings"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory/memoryzipxml"
)

const (
	sample     = 64 << 10 // bounds the words that tell the language
	lastRow    = 1 << 20  // of any workbook, from 1
	lastColumn = 1<<14 - 1
)

var errPlace = errors.New("no such place in a sheet")

// survey counts the filled cells of every sheet and notes which hold numbers, before anything is opened.
func (w *workbook) survey(ctx context.Context) error {
	whole, err := w.archive.Relations(ctx, "")
	if err != nil {
		return err
	}
	main := memoryzipxml.Related(whole, "officeDocument")
	if main == "" {
		main = "xl/workbook.xml"
	}
	if !w.archive.Has(main) {
		return memoryzipxml.Damaged(errMissing)
	}
	if err := w.sheetsOf(ctx, main); err != nil {
		return err
	}
	if err := w.strings(ctx, memoryzipxml.Beside(main, "sharedStrings.xml")); err != nil {
		return err
	}
	for _, s := range w.sheets {
		if s.hidden {
			continue
		}
		if err := w.count(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// strings samples the words that the cells share.
func (w *workbook) strings(ctx context.Context, part string) error {
	inside := false
	return w.archive.Walk(ctx, part, memoryzipxml.Handler{
		Start: func(_ *memoryzipxml.Walker, e xml.StartElement) error { inside = e.Name.Local == "t"; return nil },
		Text: func(s string) {
			if inside && len(w.words) < sample {
				w.words = append(append(w.words, s...), ' ')
			}
		},
	})
}

// count goes through the cells of a sheet.
func (w *workbook) count(ctx context.Context, s *sheet) error {
	row, column, kind := 0, -1, ""
	s.first = math.MaxInt
	err := w.archive.Walk(ctx, s.part, memoryzipxml.Handler{Start: func(_ *memoryzipxml.Walker, e xml.StartElement) error {
		switch e.Name.Local {
		case "row":
			row, column = row+1, -1
			if r := memoryzipxml.Attr(e, "r"); r != "" {
				row = number(r)
			}
			if row <= 0 || row > lastRow {
				return fmt.Errorf("row %d: %w", row, errPlace)
			}
		case "c":
			column, kind = column+1, memoryzipxml.Attr(e, "t")
			if r := memoryzipxml.Attr(e, "r"); r != "" {
				column = columnOf(r)
			}
			if column < 0 || column > lastColumn {
				return fmt.Errorf("column %d: %w", column, errPlace)
			}
		case "v", "is":
			return w.filled(s, row, column, kind)
		}
		return nil
	}})
	if s.first == math.MaxInt {
		s.first = 0
	}
	return err
}

func (w *workbook) filled(s *sheet, row, column int, kind string) error {
	if w.cells++; w.cells > maxCells {
		return core.E(core.TooLarge, "errors.memory_cells_many", core.Args{"Max": maxCells})
	}
	s.first = min(s.first, max(column, 0))
	if kind == "" || kind == "n" {
		s.numbers = append(s.numbers, address(row, column))
	}
	return nil
}

// number reads a row number; 0 when it is none.
func number(s string) int {
	n := 0
	for _, c := range []byte(s) {
		if c < '0' || c > '9' || n > lastRow {
			return 0
		}
		n = n*10 + int(c-'0')
	}
	return n
}

// columnOf reads the letters of « AB12 », from 0; -1 when there are none.
func columnOf(reference string) int {
	n := 0
	for _, c := range []byte(reference) {
		if c < 'A' || c > 'Z' {
			break
		}
		if n = n*26 + int(c-'A') + 1; n > lastColumn+1 {
			break
		}
	}
	return n - 1
}

var amount = regexp.MustCompile(`\d[\d,]*(?:\.\d+)?`)

// inFrench gives a formatted number its decimal comma and its narrow spaces: « 1,234.50 € » reads
// « 1 234,50 € ». What is written with words, as dates are, and dates with dots keep their signs.
func inFrench(s string) string {
	if found := amount.FindAllString(s, 2); len(found) != 1 || strings.ContainsAny(s, "/:") {
		return s
	}
	return amount.ReplaceAllStringFunc(s, func(n string) string {
		return strings.Replace(strings.ReplaceAll(n, ",", "\u202f"), ".", ",", 1)
	})
}
