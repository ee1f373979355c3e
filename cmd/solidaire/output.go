package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/solidaire-coop/solidaire/internal/client"
	"github.com/solidaire-coop/solidaire/internal/core"
)

// failJSON gives a script what the server refused as the one JSON document of stdout, beside the words on stderr.
func (c *call) failJSON(asJSON bool, err error) error {
	var refusal *client.Error
	if asJSON && errors.As(err, &refusal) {
		fmt.Fprintf(c.term.out, "%s\n", refusal.Raw)
	}
	return err
}

// writeJSON writes a value as one line.
func (c *call) writeJSON(value any) error {
	encoder := json.NewEncoder(c.term.out)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(value)
}

// day writes a date given as YYYY-MM-DD; what is none is left out.
func (c *call) day(date string) string {
	t, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return ""
	}
	return c.speech.Day(t)
}

// moment writes an instant: its day and hour.
func (c *call) moment(t time.Time) string {
	return c.speech.T("date.at", core.Args{"Date": c.speech.Date(t), "Time": c.speech.Time(t)})
}

// table writes rows in columns under a title row; every cell is made safe for a terminal.
func (c *call) table(rows [][]string) {
	var widths []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], utf8.RuneCountInString(printable(cell)))
		}
	}
	for n, row := range rows {
		var line strings.Builder
		for i, cell := range row {
			cell = printable(cell)
			line.WriteString(cell)
			if i < len(row)-1 {
				line.WriteString(strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell)+2))
			}
		}
		text := strings.TrimRight(line.String(), " ")
		if n == 0 {
			text = c.term.bold(text)
		}
		fmt.Fprintln(c.term.out, text)
	}
}
