// Package memoryzipxml reads archives of XML, the shell of every office format: DOCX, PPTX, ODF, EPUB.
//
// Promises: an archive is hostile. The number of its entries, the size of each part and of all that is
// read, their compression ratio, the depth of the XML and the size of one token are bounded before memory
// is spent on them; entities are never expanded; nothing outside the archive is opened. What breaks a
// bound, or is no archive, is an error that a person understands.
package memoryzipxml

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"path"
	"strings"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// Bounds of an archive.
const (
	maxEntries   = 10_000
	maxPartBytes = 96 << 20  // one part, unpacked
	maxAllBytes  = 256 << 20 // all that is read, unpacked
	maxRatio     = 300       // unpacked over packed, for parts above ratioFrom
	ratioFrom    = 1 << 20
)

// Magic begins an archive.
const Magic = "PK\x03\x04"

// Archive is an open archive. It is for one reader at a time.
type Archive struct {
	files map[string]*zip.File
	names []string // in the order of the archive
	left  int64    // of maxAllBytes
}

// Open reads the list of entries.
func Open(file []byte) (*Archive, error) {
	if claimed(file) > maxEntries {
		return nil, Bomb()
	}
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		return nil, Damaged(err)
	}
	if len(z.File) > maxEntries {
		return nil, Bomb()
	}
	a := &Archive{files: map[string]*zip.File{}, left: maxAllBytes}
	for _, f := range z.File {
		name := strings.TrimPrefix(strings.ReplaceAll(f.Name, `\`, "/"), "/")
		if a.files[name] == nil {
			a.names = append(a.names, name)
		}
		a.files[name] = f
	}
	return a, nil
}

// claimed counts the headers of the archive's directory, without trusting the number that it states: the
// list would take more memory than the file.
func claimed(file []byte) int {
	return bytes.Count(file, binary.LittleEndian.AppendUint32(nil, 0x02014b50))
}

// Has tells whether there is such a part.
func (a *Archive) Has(name string) bool { return a.files[name] != nil }

// Names lists the parts in the order of the archive.
func (a *Archive) Names() []string { return a.names }

// First is the name of the first entry, "" when the archive is empty.
func (a *Archive) First() string {
	if len(a.names) == 0 {
		return ""
	}
	return a.names[0]
}

// Read gives a part of at most limit bytes whole; nil when it is not there.
func (a *Archive) Read(name string, limit int64) ([]byte, error) {
	r, err := a.open(name)
	if err != nil || r == nil {
		return nil, err
	}
	defer r.Close()
	out, err := io.ReadAll(io.LimitReader(r, limit+1))
	switch {
	case err != nil:
		return nil, known(err)
	case int64(len(out)) > limit:
		return nil, Bomb()
	}
	return out, nil
}

// open opens one part behind its bounds; nil when it is not there.
func (a *Archive) open(name string) (io.ReadCloser, error) {
	f := a.files[name]
	if f == nil {
		return nil, nil
	}
	if over(f) {
		return nil, Bomb()
	}
	if f.Flags&1 != 0 {
		return nil, Protected()
	}
	r, err := f.Open()
	if err != nil {
		return nil, Damaged(err)
	}
	return &bounded{r, a, maxPartBytes}, nil
}

// Check holds every part against its bounds by what the archive states, for a library that reads the parts
// itself.
func (a *Archive) Check() error {
	total := uint64(0)
	for _, f := range a.files {
		if over(f) {
			return Bomb()
		}
		if f.Flags&1 != 0 {
			return Protected()
		}
		if total += f.UncompressedSize64; total > maxAllBytes {
			return Bomb()
		}
	}
	return nil
}

// over tells a part that is too big, or out of proportion.
func over(f *zip.File) bool {
	packed := max(f.CompressedSize64, 1)
	return f.UncompressedSize64 > maxPartBytes || (f.UncompressedSize64 > ratioFrom && f.UncompressedSize64/packed > maxRatio)
}

// bounded stops a part whose stated size lied, and an archive whose parts are too much together.
type bounded struct {
	io.ReadCloser
	archive *Archive
	left    int64
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.left -= int64(n)
	b.archive.left -= int64(n)
	if b.left < 0 || b.archive.left < 0 {
		return 0, Bomb()
	}
	return n, err
}

// Beside resolves a target against the folder of a part, inside the archive.
func Beside(part, target string) string {
	if strings.HasPrefix(target, "/") {
		return strings.TrimPrefix(path.Clean(target), "/")
	}
	return strings.TrimPrefix(path.Clean("/"+path.Join(path.Dir(part), target)), "/")
}

// Damaged, Protected and Bomb are what archives are refused with.
func Damaged(err error) error {
	return core.Wrap(err, core.Corrupt, "errors.memory_file_damaged", nil)
}

// Protected says that a password is needed.
func Protected() error { return core.E(core.Invalid, "errors.memory_file_protected", nil) }

// Bomb says that the archive is out of proportion.
func Bomb() error { return core.E(core.TooLarge, "errors.memory_archive_bomb", nil) }

// known keeps our own errors and calls everything else damage.
func known(err error) error {
	var ours *core.Error
	if errors.As(err, &ours) {
		return ours
	}
	return Damaged(err)
}
