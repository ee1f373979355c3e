package auditwal

import (
	"errors"
	"io"
	"io/fs"
	"math/rand/v2"
	"slices"
	"sync"
)

var errBroken = errors.New("injected: no space left on device")

// fault says how one operation goes wrong.
type fault int

const (
	works       fault = iota
	fails             // nothing happens, or half of a write
	failsButDid       // all of it happens, and an error comes back all the same
)

// memDisk is a disk that breaks on request and loses power: what was not synced may be kept, cut, or
// spoiled. As on Linux, data whose fsync failed once is never saved by a later fsync.
type memDisk struct {
	mu    sync.Mutex
	files map[string]*memFile // as programs see it
	saved map[string]*memFile // as the synced directory has it
	fault func(op string) fault
}

type memFile struct {
	data    []byte
	durable []byte // as of the last sync
	poison  bool
}

func newMemDisk() *memDisk {
	return &memDisk{files: map[string]*memFile{}, saved: map[string]*memFile{}, fault: func(string) fault { return works }}
}

// do runs one operation under the fault of the moment.
func (d *memDisk) do(op string, act func(), half func()) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch d.fault(op) {
	case fails:
		if half != nil {
			half()
		}
		return errBroken
	case failsButDid:
		act()
		return errBroken
	}
	act()
	return nil
}

func (d *memDisk) List() (names []string, err error) {
	err = d.do("list", func() {
		for name := range d.files {
			names = append(names, name)
		}
		slices.Sort(names)
	}, nil)
	return names, err
}

func (d *memDisk) Create(name string) (Writer, error) {
	d.mu.Lock()
	_, exists := d.files[name]
	d.mu.Unlock()
	if exists {
		return nil, fs.ErrExist
	}
	f := &memFile{}
	if err := d.do("create", func() { d.files[name] = f }, nil); err != nil {
		return nil, err
	}
	return &memHandle{d, f}, nil
}

func (d *memDisk) Open(name string) (Reader, error) {
	var f *memFile
	if err := d.do("open", func() { f = d.files[name] }, nil); err != nil {
		return nil, err
	}
	if f == nil {
		return nil, fs.ErrNotExist
	}
	return &memHandle{d, f}, nil
}

func (d *memDisk) Remove(name string) error {
	d.mu.Lock()
	_, exists := d.files[name]
	d.mu.Unlock()
	if !exists {
		return fs.ErrNotExist
	}
	return d.do("remove", func() { delete(d.files, name) }, nil)
}

func (d *memDisk) SyncDir() error {
	return d.do("syncdir", func() {
		d.saved = map[string]*memFile{}
		for name, f := range d.files {
			d.saved[name] = f
		}
	}, nil)
}

type memHandle struct {
	d *memDisk
	f *memFile
}

func (h *memHandle) WriteAt(p []byte, at int64) (int, error) {
	write := func(p []byte) {
		if grow := int(at) + len(p) - len(h.f.data); grow > 0 {
			h.f.data = append(h.f.data, make([]byte, grow)...)
		}
		copy(h.f.data[at:], p)
	}
	if err := h.d.do("write", func() { write(p) }, func() { write(p[:len(p)/2]) }); err != nil {
		return 0, err
	}
	return len(p), nil
}

func (h *memHandle) Sync() error {
	return h.d.do("sync", func() {
		if !h.f.poison {
			h.f.durable = slices.Clone(h.f.data)
		}
	}, func() { h.f.poison = true })
}

func (h *memHandle) ReadAt(p []byte, at int64) (int, error) {
	h.d.mu.Lock()
	defer h.d.mu.Unlock()
	if at > int64(len(h.f.data)) {
		return 0, io.EOF
	}
	n := copy(p, h.f.data[at:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func (h *memHandle) Size() (int64, error) {
	h.d.mu.Lock()
	defer h.d.mu.Unlock()
	return int64(len(h.f.data)), nil
}

func (h *memHandle) Close() error { return nil }

// losePower gives the disk as the next start may find it.
func (d *memDisk) losePower(r *rand.Rand) *memDisk {
	d.mu.Lock()
	defer d.mu.Unlock()
	next := newMemDisk()
	for name := range d.files {
		if _, ok := d.saved[name]; !ok && r.IntN(2) == 0 {
			next.keep(name, d.files[name], r) // created, directory not synced, kept by luck
		}
	}
	for name, f := range d.saved {
		if _, ok := d.files[name]; ok || r.IntN(2) == 0 {
			next.keep(name, f, r) // removed, directory not synced: it may come back
		}
	}
	next.SyncDir()
	return next
}

// keep decides what of the unsynced bytes reached the disk: none, all, the first ones, or scattered ones.
func (d *memDisk) keep(name string, f *memFile, r *rand.Rand) {
	data := slices.Clone(f.durable)
	if grown := len(f.data) - len(data); grown > 0 {
		data = append(data, make([]byte, r.IntN(grown+1))...)
	}
	reached := func(int) bool { return true }
	switch first := r.IntN(len(data) + 1); r.IntN(4) {
	case 0:
		reached = func(int) bool { return false }
	case 1:
		reached = func(i int) bool { return i < first }
	case 2: // pages reach the disk in any order
		seed := r.Uint64()
		reached = func(i int) bool { return rand.New(rand.NewPCG(seed, uint64(i/16))).IntN(2) == 0 }
	}
	for i := range data {
		if i < len(f.data) && (i >= len(f.durable) || f.data[i] != f.durable[i]) && reached(i) {
			data[i] = f.data[i]
		}
	}
	d.files[name] = &memFile{data: data, durable: slices.Clone(data)}
}
