package auditwal

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// TestNothingAcknowledgedIsLost lives many lives of the log: appends, faults of both kinds at any step,
// releases, restarts of the program and of the machine. Whatever was acknowledged and not released is read
// back, in order; the log never calls the outcome of a crash damage.
func TestNothingAcknowledgedIsLost(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		l := &life{t: t, disk: newMemDisk(), luck: rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "luck"), 7))}
		l.start()
		defer func() { l.w.Close() }()
		t.Repeat(map[string]func(*rapid.T){
			"append": l.append, "fault": l.spoil, "repair": l.repair, "release": l.release, "seal": l.seal,
			"restart": l.restart, "power": l.power, "": l.check,
		})
	})
}

type life struct {
	t     *rapid.T
	disk  *memDisk
	luck  *rand.Rand
	w     *WAL
	count int
	acked []string // not released, in order
	ends  []Position
}

func (l *life) start() {
	w, err := Open(Config{Disk: l.disk, SegmentBytes: 200, room: 50})
	if err != nil {
		l.t.Fatalf("after a crash: %v", err)
	}
	l.w = w
}

func (l *life) append(t *rapid.T) {
	l.count++
	if err := l.w.Append(t.Context(), entry(l.count)); err == nil {
		l.acked = append(l.acked, fmt.Sprint("record ", l.count))
		l.ends = append(l.ends, l.w.End())
	} else if !core.Is(err, core.Unavailable) {
		t.Fatal(err)
	}
}

func (l *life) spoil(t *rapid.T) {
	left, mode := rapid.IntRange(0, 6).Draw(t, "after"), rapid.SampledFrom([]fault{fails, failsButDid}).Draw(t, "mode")
	times := rapid.IntRange(1, 4).Draw(t, "times")
	l.set(func(op string) fault {
		if op == "open" || op == "list" {
			return works
		}
		if left--; left < 0 && left >= -times {
			return mode
		}
		return works
	})
}

func (l *life) set(f func(string) fault) {
	l.disk.mu.Lock()
	defer l.disk.mu.Unlock()
	l.disk.fault = f
}

func (l *life) repair(*rapid.T) { l.set(func(string) fault { return works }) }

func (l *life) seal(*rapid.T) { l.w.Seal() }

func (l *life) release(t *rapid.T) {
	if len(l.ends) == 0 {
		return
	}
	n := rapid.IntRange(1, len(l.ends)).Draw(t, "released")
	l.w.Release(l.ends[n-1]) // a failed removal is tried again by the next release
	l.acked, l.ends = l.acked[n:], l.ends[n:]
}

func (l *life) restart(t *rapid.T) {
	l.w.Close()
	l.repair(t)
	l.start()
	l.ends = l.relocate()
}

func (l *life) power(t *rapid.T) {
	l.w.Close()
	l.disk = l.disk.losePower(l.luck)
	l.start()
	l.ends = l.relocate()
}

// relocate finds where the acknowledged entries end in the reopened log.
func (l *life) relocate() []Position {
	var ends []Position
	at := Position{}
	for {
		entries, next, err := l.w.Read(at, 1)
		if err != nil {
			l.t.Fatal(err)
		}
		if len(entries) == 0 {
			break
		}
		for _, e := range entries {
			if slices.Contains(l.acked, string(e.Record)) {
				ends = append(ends, next)
			}
		}
		at = next
	}
	if len(ends) != len(l.acked) {
		l.t.Fatalf("%d acknowledged, %d found", len(l.acked), len(ends))
	}
	return ends
}

// check wants every acknowledged entry, in order; refused and released ones may be there too.
func (l *life) check(*rapid.T) {
	var got []string
	for at := (Position{}); ; {
		entries, next, err := l.w.Read(at, 2)
		if err != nil {
			l.t.Fatal(err)
		}
		if len(entries) == 0 {
			break
		}
		for _, e := range entries {
			if slices.Contains(l.acked, string(e.Record)) {
				got = append(got, string(e.Record))
			}
		}
		at = next
	}
	if !slices.Equal(got, l.acked) {
		l.t.Fatalf("read %q, acknowledged %q", got, l.acked)
	}
}

// written makes a log of three segments of two frames each.
func written(t *testing.T) *memDisk {
	t.Helper()
	disk := newMemDisk()
	w := open(t, disk, 0)
	for n := range 6 {
		must(t, w.Append(t.Context(), entry(n)))
		if n%2 == 1 {
			must(t, w.Seal())
		}
	}
	must(t, w.Close())
	return disk
}

func TestATornTailIsCut(t *testing.T) {
	t.Parallel()
	last := fileName(3)
	whole := headerSize + 2*(frameHead+entrySize(entry(5)))
	for cut := range whole + 1 {
		disk := written(t)
		disk.files[last].data = disk.files[last].data[:cut]
		w := open(t, disk, 0)
		got := readAll(t, w)
		if len(got) < 4 || len(got) > 6 || (cut == whole) != (len(got) == 6) {
			t.Errorf("cut at %d of %d: %q", cut, whole, got)
		}
		must(t, w.Append(t.Context(), entry(9)))
		w.Close()
		if again := readAll(t, open(t, disk, 0)); !slices.Equal(again, append(got, "record 9")) {
			t.Errorf("cut at %d, then appended: %q", cut, again)
		}
	}
}

func TestDamageIsRefusedLoudly(t *testing.T) {
	t.Parallel()
	firstFrame := int(headerSize) + frameHead
	for name, spoil := range map[string]func(files map[string]*memFile){
		"a byte of an old segment":       func(f map[string]*memFile) { f[fileName(1)].data[firstFrame+8] ^= 1 },
		"a byte of the last, not at end": func(f map[string]*memFile) { f[fileName(3)].data[firstFrame+8] ^= 1 },
		"a length, not at the end":       func(f map[string]*memFile) { f[fileName(3)].data[headerSize+4] ^= 0x40 },
		"a magic, not at the end":        func(f map[string]*memFile) { f[fileName(3)].data[headerSize] ^= 1 },
		"a header":                       func(f map[string]*memFile) { f[fileName(2)].data[20] ^= 1 },
		"the last header":                func(f map[string]*memFile) { f[fileName(3)].data[9] ^= 1 },
		"an old segment cut short":       func(f map[string]*memFile) { f[fileName(1)].data = f[fileName(1)].data[:headerSize+frameHead+30] },
		"an old segment emptied":         func(f map[string]*memFile) { f[fileName(2)].data = f[fileName(2)].data[:headerSize] },
		"a missing segment":              func(f map[string]*memFile) { delete(f, fileName(2)) },
		"two segments exchanged": func(f map[string]*memFile) {
			f[fileName(1)], f[fileName(2)] = f[fileName(2)], f[fileName(1)]
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			disk := written(t)
			spoil(disk.files)
			w, err := Open(Config{Disk: disk, room: 50})
			if err == nil {
				w.Close()
			}
			if !core.Is(err, core.Corrupt) || core.AsError(err).Key != "errors.audit_wal_damaged" {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestForeignFilesAreLeftAlone(t *testing.T) {
	t.Parallel()
	disk := written(t)
	disk.files["notes.txt"] = &memFile{data: []byte("mine")}
	disk.files["3.wal"] = &memFile{data: []byte("mine")}
	w := open(t, disk, 0)
	if got := readAll(t, w); len(got) != 6 {
		t.Errorf("%q", got)
	}
	must(t, w.Release(w.End()))
	if len(disk.files) != 2 {
		t.Errorf("files %v", disk.files)
	}
}

// Whatever bytes a directory holds, opening ends without a panic, and what is read is checked.
func FuzzOpen(f *testing.F) {
	disk := newMemDisk()
	w, _ := Open(Config{Disk: disk, room: 50})
	for n := range 3 {
		w.Append(f.Context(), entry(n))
	}
	w.Close()
	f.Add(disk.files[fileName(1)].data, []byte{})
	f.Add(disk.files[fileName(1)].data, header(2, link{1, 100, true}))
	f.Add([]byte("SOLWAL"), frameMagic[:])
	f.Fuzz(func(t *testing.T, first, second []byte) {
		disk := newMemDisk()
		disk.files[fileName(1)] = &memFile{data: first}
		disk.files[fileName(2)] = &memFile{data: second}
		w, err := Open(Config{Disk: disk, room: 50})
		if err != nil {
			return
		}
		defer w.Close()
		before := readAll(t, w)
		if err := w.Append(t.Context(), entry(1)); err != nil {
			t.Fatal(err)
		}
		wantTexts(t, readAll(t, w), append(before, "record 1")...)
	})
}
