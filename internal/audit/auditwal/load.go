package auditwal

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// found is one file of the directory, read and checked by itself.
type found struct {
	segment
	before  link
	started bool    // the header is whole
	frames  bool    // something follows the header
	ends    []int64 // of the good frames
	err     error
	after   bool // a whole frame follows the broken one
}

// alarm is why the segment cannot be what a crash left, nil if it can.
func (f found) alarm(cut link, later bool) error {
	switch {
	case f.after:
		return cause(f.err)
	case cut.number == 0 && later && f.length > headerSize:
		return errors.New("no later segment names this one")
	case cut.synced && f.length < cut.length:
		return cause(f.err)
	case cut.number != 0 && cut.length < f.length && !slices.Contains(f.ends, cut.length):
		return errors.New("a later segment ends it inside a frame")
	}
	return nil
}

// load reads the directory and decides what of each segment counts. It writes nothing, but makes permanent
// what it sees: after a kill, the newest frames may live in the page cache only, and a removed segment that
// came back would meet a new one of the same number.
//
// newest is what the next header must name: the last segment that may hold frames, counted or not.
func load(disk Disk) (segments []segment, newest link, err error) {
	names, err := disk.List()
	if err == nil {
		err = disk.SyncDir()
	}
	if err != nil {
		return nil, link{}, diskError(err)
	}
	var files []found
	for _, name := range names {
		if number, ok := fileNumber(name); ok {
			f, err := inspect(disk, number)
			if err != nil {
				return nil, link{}, err
			}
			files = append(files, f)
		}
	}
	slices.SortFunc(files, func(a, b found) int { return compare(Position{a.number, 0}, Position{b.number, 0}) })
	segments, err = chain(files)
	for i, s := range segments {
		if files[i].frames {
			newest = link{s.number, s.length, false}
		}
	}
	return segments, newest, err
}

func inspect(disk Disk, number uint64) (found, error) {
	name := fileName(number)
	r, err := disk.Open(name)
	if err != nil {
		return found{}, diskError(err)
	}
	defer r.Close()
	size, err := r.Size()
	if err != nil {
		return found{}, diskError(err)
	}
	if size > maxSegment {
		return found{}, damaged(name, 0, errors.New("segment too large"))
	}
	b := make([]byte, size)
	if _, err := r.ReadAt(b, 0); err != nil {
		return found{}, diskError(err)
	}
	f := found{segment: segment{number: number, length: headerSize}}
	if f.before, f.started = parseHeader(b, number); !f.started {
		if size > headerSize { // frames are written only after the header was synced
			return found{}, damaged(name, 0, errors.New("header altered"))
		}
		return f, nil
	}
	f.frames = size > headerSize
	f.ends, f.err = scan(b, number)
	f.length = f.ends[len(f.ends)-1]
	if f.err != nil {
		f.after = frameAfter(b, number, f.length)
	}
	return f, diskError(r.Sync())
}

// chain applies what the headers say of the segments before them.
func chain(files []found) ([]segment, error) {
	cuts, err := links(files)
	if err != nil {
		return nil, err
	}
	segments := make([]segment, 0, len(files))
	for i, f := range files {
		later := slices.ContainsFunc(files[i+1:], func(f found) bool { return f.started })
		cut := cuts[f.number]
		if err := f.alarm(cut, later); err != nil {
			return nil, damaged(fileName(f.number), f.length, err)
		}
		if cut.number != 0 {
			f.length = min(f.length, cut.length)
		}
		segments = append(segments, f.segment)
	}
	return segments, nil
}

// links finds, for each segment that a later one names, what it says of it. A named segment may be missing
// only at the old end, where Release removes them.
func links(files []found) (map[uint64]link, error) {
	cuts, oldest := map[uint64]link{}, uint64(0)
	present := map[uint64]bool{}
	for _, f := range files {
		present[f.number] = true
		if oldest == 0 && f.started {
			oldest = f.number
		}
	}
	for _, f := range files {
		if !f.started || f.before.number == 0 {
			continue
		}
		if f.before.number >= f.number || (f.before.number > oldest && !present[f.before.number]) {
			return nil, damaged(fileName(f.before.number), 0, fs.ErrNotExist)
		}
		cuts[f.before.number] = f.before
	}
	return cuts, nil
}

func cause(err error) error {
	if err == nil {
		return errors.New("segment cut short")
	}
	return err
}

// damaged refuses a log that no crash can have left.
func damaged(name string, offset int64, err error) error {
	return core.Wrap(fmt.Errorf("segment %s at byte %d: %w", name, offset, err),
		core.Corrupt, "errors.audit_wal_damaged", core.Args{"File": name, "Offset": offset})
}

// diskError is nil for nil.
func diskError(err error) error {
	if err == nil {
		return nil
	}
	return core.Wrap(err, core.Unavailable, "errors.audit_disk", nil)
}
