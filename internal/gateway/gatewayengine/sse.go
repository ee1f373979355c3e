package gatewayengine

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// errTooLong is returned for a line or event over maxEvent.
var errTooLong = errors.New("event too long")

// Bounds of a stream: an engine may flood, but not into our memory.
const (
	maxEvent  = 1 << 20
	maxBlanks = 100_000 // comments and empty lines in a row
)

// eventReader reads the data of server-sent events (WHATWG HTML, section 9.2.6). Comments and fields other than
// data are skipped; several data lines join with a newline. An event cut off by the end is discarded.
type eventReader struct {
	lines *bufio.Reader
	data  []byte
}

func newEventReader(r io.Reader) *eventReader {
	return &eventReader{lines: bufio.NewReaderSize(r, 4<<10)}
}

// Next returns the data of the next event, valid until the next call.
func (r *eventReader) Next() ([]byte, error) {
	r.data = r.data[:0]
	seen := false
	for range maxBlanks {
		line, err := r.line()
		if err != nil {
			return nil, err
		}
		if len(line) == 0 {
			if seen {
				return r.data, nil
			}
			continue
		}
		value, ok := dataField(line)
		if !ok {
			continue
		}
		if seen {
			r.data = append(r.data, '\n')
		}
		if len(r.data)+len(value) > maxEvent {
			return nil, errTooLong
		}
		r.data, seen = append(r.data, value...), true
	}
	return nil, errTooLong
}

// more reports whether a whole event with data is waiting in memory, so that Next would not wait for the engine.
func (r *eventReader) more() bool {
	waiting, err := r.lines.Peek(r.lines.Buffered())
	return err == nil && bytes.HasPrefix(waiting, []byte("data:")) && bytes.Contains(waiting, []byte("\n\n"))
}

// line returns one line without its end, valid until the next call.
func (r *eventReader) line() ([]byte, error) {
	line, err := r.lines.ReadSlice('\n')
	if err == nil {
		return bytes.TrimRight(line, "\r\n"), nil
	}
	if !errors.Is(err, bufio.ErrBufferFull) {
		return nil, err
	}
	long := append([]byte(nil), line...)
	for errors.Is(err, bufio.ErrBufferFull) {
		line, err = r.lines.ReadSlice('\n')
		if len(long)+len(line) > maxEvent {
			return nil, errTooLong
		}
		long = append(long, line...)
	}
	if err != nil {
		return nil, err
	}
	return bytes.TrimRight(long, "\r\n"), nil
}

func dataField(line []byte) ([]byte, bool) {
	value, ok := bytes.CutPrefix(line, []byte("data:"))
	if !ok {
		return nil, false
	}
	return bytes.TrimPrefix(value, []byte(" ")), true
}
