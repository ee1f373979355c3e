package auditwal

import (
	"errors"
	"io/fs"

	"github.com/solidaire-coop/solidaire/internal/audit"
)

// readChunk is how much of a segment is read at once; it holds the largest frame.
const readChunk = frameHead + maxFrame

// Read returns permanent entries that follow from, in the order in which they were acknowledged, and the
// position after them. It stops at the first frame that brings it to max entries or at the end of a segment;
// no entries means that from is the end. Bytes are checked again as they are read back.
func (w *WAL) Read(from Position, max int) ([]audit.Sealed, Position, error) {
	for {
		s, at, ok := w.next(from)
		if !ok {
			return nil, from, nil
		}
		entries, end, err := w.readSegment(s, at, max)
		from = Position{s.number, end}
		if err != nil || len(entries) > 0 {
			return entries, from, err
		}
	}
}

// next finds the segment that holds the entry after from, and its offset there.
func (w *WAL) next(from Position) (s segment, at int64, ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, s := range w.segments {
		at := int64(headerSize)
		if s.number == from.Segment {
			at = max(at, from.Offset)
		}
		if s.number >= from.Segment && at < s.length && !w.floor.Reaches(Position{s.number, s.length}) {
			return s, at, true
		}
	}
	return segment{}, 0, false
}

func (w *WAL) readSegment(s segment, at int64, most int) ([]audit.Sealed, int64, error) {
	name := fileName(s.number)
	r, err := w.files.disk.Open(name)
	if err != nil {
		return nil, at, diskError(err)
	}
	defer r.Close()
	b := make([]byte, min(readChunk, s.length-at))
	if _, err := r.ReadAt(b, at); err != nil {
		return nil, at, diskError(err)
	}
	var entries []audit.Sealed
	for len(b) > 0 && len(entries) < most {
		payload, err := cutFrame(b, s.number, at)
		if err != nil && len(entries) > 0 {
			return entries, at, nil // the rest of the frame is in the next chunk; if not, the next read says so
		}
		if err == nil {
			entries, err = appendEntries(entries, payload)
		}
		if err != nil {
			return nil, at, damaged(name, at, err)
		}
		n := frameHead + len(payload)
		b, at = b[n:], at+int64(n)
	}
	return entries, at, nil
}

// remove deletes the oldest segment. It is called with the lock of the files held.
func (w *WAL) remove(s segment) error {
	if err := w.files.disk.Remove(fileName(s.number)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := w.files.disk.SyncDir(); err != nil {
		return err
	}
	w.mu.Lock()
	w.segments = w.segments[1:]
	w.mu.Unlock()
	return nil
}
