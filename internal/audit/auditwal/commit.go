package auditwal

import "sync"

// writer owns the files. Its lock is held while they are written, sealed or removed; it is taken before
// the lock of the log, never after.
type writer struct {
	mu      sync.Mutex
	disk    Disk
	limit   int64
	room    int64  // made at first
	last    uint64 // highest number ever used: a failed creation uses one up
	before  link   // newest segment that may hold frames: what the next header names
	current *active
}

// active is the segment being written.
type active struct {
	Writer
	number uint64
	length int64 // permanent
	room   int64 // end of the zeros that frames are written over
}

// Bounds of the room made at once.
const (
	firstRoom = 64 << 10
	maxRoom   = 1 << 20
)

// write puts the frame at the end of the segment. Frames go over zeros that are in the file already: syncing them
// then needs no change to the file's own description, which halves the wait while others write to the disk.
// More room is made together with the frame that no longer fits, twice as much each time.
func (a *active) write(frame []byte, first int64) error {
	if end := a.length + int64(len(frame)); end > a.room {
		more := min(max(a.room, first), maxRoom)
		if _, err := a.WriteAt(make([]byte, more), end); err != nil {
			return err
		}
		a.room = end + more
	}
	_, err := a.WriteAt(frame, a.length)
	return err
}

// commit makes one batch permanent. The commit point is the end of Sync.
//
//   - creating the segment fails: nothing was acknowledged in it; the next commit tries the next number.
//   - writing or syncing the frame fails: the frame may be there in part, whole, or not at all. The segment is
//     abandoned at its last synced length, and the next segment's header says so before anything in it is
//     acknowledged. A crash in between may bring the frame back at the next opening: harmless, its callers
//     were told that they do not know.
func (w *WAL) commit(b *batch) error {
	w.files.mu.Lock()
	defer w.files.mu.Unlock()
	if w.files.current == nil {
		if err := w.startSegment(); err != nil {
			return diskError(err)
		}
	}
	cur := w.files.current
	finishFrame(b.frame, cur.number, cur.length)
	err := cur.write(b.frame, w.files.room)
	if err == nil {
		err = cur.Sync()
	}
	if err != nil {
		w.leaveSegment()
		return diskError(err)
	}
	cur.length += int64(len(b.frame))
	w.publish(cur)
	if cur.length >= w.files.limit {
		w.leaveSegment()
	}
	return nil
}

// startSegment creates the next segment and makes its header permanent before any frame. A failure leaves at
// most a file without frames, which opening ignores.
func (w *WAL) startSegment() error {
	f := &w.files
	f.last++ // even if this fails: the name may be taken all the same
	name := fileName(f.last)
	file, err := f.disk.Create(name)
	if err != nil {
		return err
	}
	_, err = file.WriteAt(header(f.last, f.before), 0)
	if err == nil {
		err = file.Sync()
	}
	if err == nil {
		err = f.disk.SyncDir()
	}
	if err == nil {
		f.current = &active{Writer: file, number: f.last, length: headerSize}
	} else if file.Close(); f.disk.Remove(name) == nil {
		return err
	}
	w.mu.Lock() // Release removes it in its turn, empty or not
	w.segments = append(w.segments, segment{f.last, headerSize})
	w.mu.Unlock()
	return err
}

// leaveSegment stops writing to the current segment for good. Its permanent part counts, no more.
func (w *WAL) leaveSegment() error {
	cur := w.files.current
	w.files.before = link{cur.number, cur.length, true}
	w.files.current = nil
	return cur.Close()
}

// publish shows readers the frame that has just become permanent.
func (w *WAL) publish(cur *active) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.segments[len(w.segments)-1].length = cur.length
	w.end = Position{cur.number, cur.length}
	close(w.grown)
	w.grown = make(chan struct{})
}

// Health is nil when the last commit succeeded. After a failure it tries to start a segment, so that a log that
// nobody appends to while it is ill gets well again.
func (w *WAL) Health() error {
	w.mu.Lock()
	failure, closed := w.failure, w.closed
	w.mu.Unlock()
	if failure == nil || closed {
		return failure
	}
	w.files.mu.Lock()
	defer w.files.mu.Unlock()
	if w.files.current == nil {
		if err := w.startSegment(); err != nil {
			return diskError(err)
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.failure = nil
	return nil
}

// Seal ends the current segment, so that Release can remove it. The next Append starts another.
func (w *WAL) Seal() error {
	w.files.mu.Lock()
	defer w.files.mu.Unlock()
	if w.files.current == nil {
		return nil
	}
	return diskError(w.leaveSegment())
}

// Release says that all entries before upTo are safe elsewhere. Sealed segments that hold nothing else are
// removed, oldest first, each removal made permanent before the next: a gap would look like damage.
func (w *WAL) Release(upTo Position) error {
	w.files.mu.Lock()
	defer w.files.mu.Unlock()
	w.mu.Lock()
	if upTo.Reaches(w.floor) {
		w.floor = upTo
	}
	w.mu.Unlock()
	for {
		s, ok := w.oldest()
		open := w.files.current != nil && w.files.current.number == s.number
		if !ok || open || !upTo.Reaches(Position{s.number, s.length}) {
			return nil
		}
		if err := w.remove(s); err != nil {
			return diskError(err)
		}
	}
}

func (w *WAL) oldest() (segment, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.segments) == 0 {
		return segment{}, false
	}
	return w.segments[0], true
}
