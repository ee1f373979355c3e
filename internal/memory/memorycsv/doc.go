// Package memorycsv reads tables kept as text (CSV, TSV) into the memory.
//
// Promises: each record is a row, the first of which names the columns; the separator is found by the text
// itself, so that French tables with semicolons and exports with tabs read the same. A quote that is never
// closed ends nothing: the rest is read line by line. The encoding is found by the bytes, see memorycharset.
package memorycsv

import (
	"context"
	"encoding/csv"
	"errors"
	"io"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/memory/memorycharset"
)

// Media is the media type of what is read here.
const Media = "text/csv"

// Bounds of a table.
const (
	maxCells = 1_000_000
	maxField = 64 << 10 // a longer one began with a quote that was never closed
)

// Extractor satisfies memory.Extractor. It holds no state.
type Extractor struct{}

var _ memory.Extractor = Extractor{}

// New makes the extractor.
func New() Extractor { return Extractor{} }

// Extract reads the file.
func (Extractor) Extract(ctx context.Context, _ string, file []byte) (memory.Extracted, error) {
	text, ok := memorycharset.Decode(file)
	if !ok {
		return memory.Extracted{}, core.E(core.Corrupt, "errors.memory_text_encoding", nil)
	}
	if len(text) > memory.MaxTextBytes {
		return memory.Extracted{}, core.E(core.TooLarge, "errors.memory_text_large", core.Args{"Size": memory.MaxTextBytes})
	}
	text = stated(norm.NFC.String(text))
	var b memory.TextBuilder
	if err := records(ctx, text, b.Row); err != nil {
		return memory.Extracted{}, err
	}
	out, err := b.Extracted()
	out.Media = Media
	return out, err
}

// stated takes off the line by which Excel states its separator.
func stated(text string) string {
	if line, rest, ok := strings.Cut(text, "\n"); ok && len(strings.TrimSpace(line)) == 5 && strings.HasPrefix(line, "sep=") {
		return rest
	}
	return text
}

// records reads row by row.
func records(ctx context.Context, text string, row func([]string)) error {
	comma := separator(text)
	r := csv.NewReader(strings.NewReader(text))
	r.Comma, r.LazyQuotes, r.FieldsPerRecord, r.ReuseRecord = comma, true, -1, true
	cells, at := 0, int64(0)
	for n := 0; ; n++ {
		if n%1024 == 0 && ctx.Err() != nil {
			return core.Wrap(ctx.Err(), core.Cancelled, "errors.cancelled", nil)
		}
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil || longest(record) > maxField {
			return byLines(text[at:], comma, cells, row)
		}
		if cells += len(record); cells > maxCells {
			return tooMany()
		}
		row(record)
		at = r.InputOffset()
	}
}

func longest(record []string) int {
	n := 0
	for _, field := range record {
		n = max(n, len(field))
	}
	return n
}

// byLines reads what quotes have made unreadable.
func byLines(text string, comma rune, cells int, row func([]string)) error {
	for line := range strings.Lines(text) {
		fields := strings.Split(strings.TrimRight(line, "\r\n"), string(comma))
		for i, f := range fields {
			fields[i] = strings.Trim(f, `"`)
		}
		if cells += len(fields); cells > maxCells {
			return tooMany()
		}
		row(fields)
	}
	return nil
}

func tooMany() error {
	return core.E(core.TooLarge, "errors.memory_cells_many", core.Args{"Max": maxCells})
}

// sampled is how many lines tell the separator.
const sampled = 30

// separator finds the sign that parts the lines into the most even fields; a comma when none does.
func separator(text string) rune {
	var lines []string
	for line := range strings.Lines(text) {
		if line = unquoted(line); strings.TrimSpace(line) != "" {
			lines = append(lines, line)
		}
		if len(lines) == sampled {
			break
		}
	}
	best, most := ',', 0
	for _, c := range []rune{';', '\t', ',', '|'} {
		if n := even(lines, c); n > most {
			best, most = c, n
		}
	}
	return best
}

// even weighs a separator: how many lines hold as many of it as the first, times how many those are.
func even(lines []string, c rune) int {
	if len(lines) == 0 {
		return 0
	}
	count := strings.Count(lines[0], string(c))
	same := 0
	for _, l := range lines {
		if strings.Count(l, string(c)) == count {
			same++
		}
	}
	if same*2 < len(lines) {
		return 0
	}
	return same * count
}

// unquoted takes quoted fields out of a line.
func unquoted(line string) string {
	var out strings.Builder
	quoted := false
	for _, r := range line {
		if r == '"' {
			quoted = !quoted
		} else if !quoted {
			out.WriteRune(r)
		}
	}
	return out.String()
}
