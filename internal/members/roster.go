package members

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// The bounds of a roster file.
const (
	MaxRosterBytes = 16 << 20
	maxRosterLines = 50_000
	maxRosterCells = 100
	maxCell        = 1000 // bytes
	maxProblems    = 1000 // told; the others are counted
)

// A rosterLine is one line of a file of members, as it was written.
type rosterLine struct {
	number int // in the file, from 1
	cells  map[column]string
}

// has reports whether the file says something in that column, be it nothing.
func (l rosterLine) has(c column) bool { _, ok := l.cells[c]; return ok }

// A roster is a file of members that could be read.
type roster struct {
	lines   []rosterLine
	ignored []string // names of columns that mean nothing here
}

// LineProblem is what is wrong with one line.
type LineProblem struct {
	Line int
	Err  *core.Error
}

// readRoster reads a file as spreadsheets write it: UTF-8, with or without a byte order mark, semicolons, commas or
// tabulations between the cells.
func readRoster(r io.Reader) (roster, error) {
	content, err := io.ReadAll(io.LimitReader(r, MaxRosterBytes+1))
	switch {
	case err != nil:
		return roster{}, core.Wrap(err, core.Unavailable, "errors.roster_unreadable", nil)
	case len(content) > MaxRosterBytes:
		return roster{}, core.E(core.TooLarge, "errors.roster_large", core.Args{"Max": MaxRosterBytes >> 20})
	}
	content = bytes.TrimPrefix(content, []byte("\ufeff"))
	if !utf8.Valid(content) {
		return roster{}, core.E(core.Invalid, "errors.roster_encoding", nil)
	}
	if bytes.IndexByte(content, 0) >= 0 {
		return roster{}, core.E(core.Invalid, "errors.roster_unreadable", nil)
	}
	content, comma := separator(content)
	reader := csv.NewReader(bufio.NewReader(bytes.NewReader(content)))
	reader.Comma, reader.FieldsPerRecord, reader.ReuseRecord = comma, -1, true
	return readLines(reader)
}

// separator finds what stands between the cells, and drops the line « sep=; » that some spreadsheets put first.
func separator(content []byte) ([]byte, rune) {
	first, rest, _ := bytes.Cut(content, []byte("\n"))
	first = bytes.TrimSuffix(first, []byte("\r"))
	if told, ok := bytes.CutPrefix(bytes.ToLower(first), []byte("sep=")); ok && len(told) == 1 && bytes.ContainsAny(told, ";,\t") {
		return rest, rune(told[0])
	}
	best, most := ',', 0
	for _, c := range ";,\t" {
		if n := bytes.Count(first, []byte(string(c))); n > most {
			best, most = c, n
		}
	}
	return content, best
}

func readLines(reader *csv.Reader) (roster, error) {
	header, err := reader.Read()
	if errors.Is(err, io.EOF) {
		return roster{}, core.E(core.Invalid, "errors.roster_empty", nil)
	}
	if err != nil {
		return roster{}, badLine(reader, err)
	}
	columns, ignored, err := readHeader(header)
	if err != nil {
		return roster{}, err
	}
	out := roster{ignored: ignored}
	for {
		cells, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return roster{}, badLine(reader, err)
		}
		if strings.TrimSpace(strings.Join(cells, "")) == "" {
			continue
		}
		if len(out.lines) >= maxRosterLines {
			return roster{}, core.E(core.TooLarge, "errors.roster_long", core.Args{"Max": maxRosterLines})
		}
		number, _ := reader.FieldPos(0)
		line := rosterLine{number: number, cells: make(map[column]string, len(columns))}
		for i, c := range columns {
			if c != "" && i < len(cells) {
				line.cells[c] = plain(strings.Clone(strings.TrimSpace(cells[i])))
			} else if c != "" {
				line.cells[c] = ""
			}
		}
		out.lines = append(out.lines, line)
	}
}

// badLine says where a file stops being a table.
func badLine(reader *csv.Reader, err error) error {
	line := 0
	var at *csv.ParseError
	if errors.As(err, &at) {
		line = at.Line
	}
	return core.Wrap(err, core.Invalid, "errors.roster_line", core.Args{"Line": line})
}

// neutral keeps a spreadsheet from taking a text for a formula: an apostrophe goes before what would start one.
func neutral(cell string) string {
	if startsFormula(strings.TrimLeft(cell, "'")) {
		return "'" + cell
	}
	return cell
}

// plain takes that apostrophe away.
func plain(cell string) string {
	if rest, ok := strings.CutPrefix(cell, "'"); ok && startsFormula(strings.TrimLeft(rest, "'")) {
		return rest
	}
	return cell
}

func startsFormula(cell string) bool {
	first, _ := utf8.DecodeRuneInString(cell)
	return cell != "" && strings.ContainsRune("=+-@\t\r\n＝＋－＠|", first)
}

// readDay reads a calendar day as the instant when it begins in the zone: 2025-03-12, or 12/03/2025, day first.
func readDay(text string, zone *time.Location) (time.Time, error) {
	for _, layout := range []string{time.DateOnly, "2/1/2006", "2-1-2006", "2.1.2006", "2006/1/2"} {
		if at, err := time.ParseInLocation(layout, text, zone); err == nil {
			return at, checkDate(at)
		}
	}
	return time.Time{}, core.E(core.Invalid, "errors.roster_date", nil)
}
