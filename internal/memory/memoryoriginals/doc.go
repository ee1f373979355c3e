// Package memoryoriginals keeps the files of documents that have page images in a directory.
//
// Promises: an original is one file, written aside and put in its place in one step, readable by its owner only;
// an organisation's and a document's are in directories of their own, and a name that is none is refused before the
// disk is touched. Erasing overwrites the bytes before they are let go; a file system that writes elsewhere, and
// the backups, may keep old ones.
package memoryoriginals

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
)

// Store satisfies memory.Originals. It is safe for concurrent use.
type Store struct{ dir string }

var _ memory.Originals = (*Store)(nil)

// Open makes the directory.
func Open(dir string) (*Store, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	return &Store{dir}, nil
}

// head begins an original: a number of bytes, then this as JSON, the places, and the file.
type head struct {
	Media  string `json:"media"`
	Places int    `json:"places"` // bytes
	File   int    `json:"file"`   // bytes
}

// Bounds of what is read back.
const (
	maxHead   = 4 << 10
	maxPlaces = 256 << 20
)

var (
	errName   = errors.New("not a name of an original")
	errBroken = errors.New("an original is broken")
)

// Keep writes the original of a version.
func (s *Store) Keep(_ context.Context, organisation, document core.ID, o memory.Original) error {
	folder, err := s.folder(organisation, document)
	if err != nil || !isName(o.Version) {
		return errors.Join(err, nameOf(o.Version))
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	aside, err := os.CreateTemp(folder, ".new-*")
	if err != nil {
		return err
	}
	err = errors.Join(write(aside, o), aside.Close())
	if err == nil {
		err = os.Rename(aside.Name(), filepath.Join(folder, o.Version))
	}
	if err != nil {
		return errors.Join(err, os.Remove(aside.Name()))
	}
	return nil
}

func write(w *os.File, o memory.Original) error {
	places := memory.EncodePlaces(o.Places)
	body, err := json.Marshal(head{Media: o.Media, Places: len(places), File: len(o.File)})
	if err != nil {
		return err
	}
	for _, part := range [][]byte{binary.BigEndian.AppendUint32(nil, uint32(len(body))), body, places, o.File} {
		if _, err := w.Write(part); err != nil {
			return err
		}
	}
	return w.Sync()
}

// Original reads a version's original whole.
func (s *Store) Original(_ context.Context, organisation, document core.ID, version string) (memory.Original, error) {
	o := memory.Original{Version: version}
	err := s.read(organisation, document, version, func(r io.Reader, h head) (err error) {
		o.Media = h.Media
		if o.Places, err = readPlaces(r, h); err != nil {
			return err
		}
		o.File = make([]byte, h.File)
		_, err = io.ReadFull(r, o.File)
		return err
	})
	return o, err
}

// Places reads a version's places alone.
func (s *Store) Places(_ context.Context, organisation, document core.ID, version string) (places []memory.Place, err error) {
	err = s.read(organisation, document, version, func(r io.Reader, h head) (err error) {
		places, err = readPlaces(r, h)
		return err
	})
	return places, err
}

func readPlaces(r io.Reader, h head) ([]memory.Place, error) {
	raw := make([]byte, h.Places)
	if _, err := io.ReadFull(r, raw); err != nil {
		return nil, err
	}
	return memory.DecodePlaces(raw)
}

// read opens an original and hands on what follows its head.
func (s *Store) read(organisation, document core.ID, version string, take func(io.Reader, head) error) error {
	folder, err := s.folder(organisation, document)
	if err != nil || !isName(version) {
		return core.Wrap(errors.Join(err, nameOf(version)), core.NotFound, "errors.memory_no_page", nil)
	}
	file, err := os.Open(filepath.Join(folder, version))
	if errors.Is(err, fs.ErrNotExist) {
		return core.Wrap(err, core.NotFound, "errors.memory_no_page", nil)
	}
	if err != nil {
		return err
	}
	defer file.Close()
	h, err := readHead(file)
	if err == nil {
		err = take(file, h)
	}
	if err != nil {
		return core.Wrap(errors.Join(errBroken, err), core.Corrupt, "errors.memory_original_broken", nil)
	}
	return nil
}

func readHead(r io.Reader) (h head, err error) {
	var size [4]byte
	if _, err := io.ReadFull(r, size[:]); err != nil {
		return h, err
	}
	n := binary.BigEndian.Uint32(size[:])
	if n > maxHead {
		return h, errBroken
	}
	body := make([]byte, n)
	if _, err := io.ReadFull(r, body); err != nil {
		return h, err
	}
	if err := json.Unmarshal(body, &h); err != nil {
		return h, err
	}
	if h.Places < 0 || h.Places > maxPlaces || h.File < 0 || h.File > memory.MaxFileBytes {
		return h, errBroken
	}
	return h, nil
}

// RemoveOriginals erases the originals of all versions of a document.
func (s *Store) RemoveOriginals(_ context.Context, organisation, document core.ID) error {
	folder, err := s.folder(organisation, document)
	if err != nil {
		return err
	}
	entries, err := os.ReadDir(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for _, e := range entries {
		err = errors.Join(err, overwrite(filepath.Join(folder, e.Name())))
	}
	return errors.Join(err, os.RemoveAll(folder))
}

// overwrite puts nothing where the bytes were.
func overwrite(name string) error {
	file, err := os.OpenFile(name, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	nothing := make([]byte, 64<<10)
	for at := int64(0); at < info.Size(); at += int64(len(nothing)) {
		if _, err := file.WriteAt(nothing[:min(int64(len(nothing)), info.Size()-at)], at); err != nil {
			return err
		}
	}
	return file.Sync()
}

func (s *Store) folder(organisation, document core.ID) (string, error) {
	if !isName(string(organisation)) || !isName(string(document)) {
		return "", errName
	}
	return filepath.Join(s.dir, string(organisation), string(document)), nil
}

// isName tells identifiers and hashes from anything that could lead elsewhere.
func isName(s string) bool {
	return s != "" && len(s) <= 64 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789") == ""
}

func nameOf(s string) error {
	if isName(s) {
		return nil
	}
	return errName
}
