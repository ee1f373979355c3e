package memoryhttp

import "strings"

// cell is one cell of a table.
type cell struct {
	Runs   []run
	Number bool // numbers align on the right
}

// cellMark is what the extractors write between the cells of a row.
const cellMark = " | "

// tableIn finds the cells of a paragraph of two lines or more whose first line has several; nil when it is no table.
// Rows of a document often stop short: they are filled up with empty cells.
func tableIn(text string, r span) [][]span {
	var rows [][]span
	width, wide := 0, 0
	for at := r.start; at < r.end; {
		end := lineEnd(text, at, r.end)
		row := cellsIn(text, span{at, end})
		if len(row) > 1 {
			wide++
		}
		width = max(width, len(row))
		rows = append(rows, row)
		at = min(end+1, r.end)
	}
	if len(rows) < 2 || len(rows[0]) < 2 || wide*2 < len(rows) {
		return nil
	}
	for i, row := range rows {
		end := row[len(row)-1].end
		for len(row) < width {
			row = append(row, span{end, end})
		}
		rows[i] = row
	}
	return rows
}

func cellsIn(text string, line span) []span {
	var row []span
	at := line.start
	for {
		i := strings.Index(text[at:line.end], cellMark)
		if i < 0 {
			return append(row, span{at, line.end})
		}
		row = append(row, span{at, at + i})
		at += i + len(cellMark)
	}
}

func (l *layouter) cells(rows [][]span) [][]cell {
	out := make([][]cell, len(rows))
	for i, row := range rows {
		for _, s := range row {
			out[i] = append(out[i], cell{Runs: l.runs(s), Number: isFigure(l.text[s.start:s.end])})
		}
	}
	for column := range out[0] { // the name of a column stands over its figures
		out[0][column].Number = out[len(out)-1][column].Number
	}
	return out
}

// isFigure recognises an amount: digits with their separators, a sign, a unit of money or a percent sign.
func isFigure(s string) bool {
	return strings.ContainsAny(s, "0123456789") && strings.Trim(s, "0123456789 \u00a0\u202f.,-−+$€%") == ""
}
