package gatewayengine

import (
	"bytes"
	"io"
)

// lineReader reads JSON objects, one a line, as Ollama streams them. A line cut off by the end is discarded.
type lineReader struct{ *eventReader }

func newLineReader(r io.Reader) *lineReader { return &lineReader{newEventReader(r)} }

// Next returns the next line that is not empty, valid until the next call.
func (r *lineReader) Next() ([]byte, error) {
	for range maxBlanks {
		line, err := r.line()
		if err != nil {
			return nil, err
		}
		if line = bytes.TrimSpace(line); len(line) > 0 {
			return line, nil
		}
	}
	return nil, errTooLong
}

// more reports whether a whole line is waiting in memory.
func (r *lineReader) more() bool {
	waiting, err := r.lines.Peek(r.lines.Buffered())
	return err == nil && bytes.IndexByte(waiting, '\n') > 0
}
