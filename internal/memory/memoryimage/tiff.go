package memoryimage

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"slices"

	"github.com/solidaire-coop/solidaire/internal/core"
)

func isTIFF(file []byte) bool {
	return bytes.HasPrefix(file, []byte("II*\x00")) || bytes.HasPrefix(file, []byte("MM\x00*"))
}

func order(file []byte) binary.ByteOrder {
	if file[0] == 'M' {
		return binary.BigEndian
	}
	return binary.LittleEndian
}

var errLoop = errors.New("the pages of the picture run in a circle")

// foldersOf follows the chain of pages.
func foldersOf(file []byte) ([]uint32, error) {
	if len(file) < 8 {
		return nil, damaged(io.ErrUnexpectedEOF)
	}
	by := order(file)
	var out []uint32
	for at := by.Uint32(file[4:]); at != 0; {
		if slices.Contains(out, at) {
			return nil, damaged(errLoop)
		}
		if len(out) == maxPages {
			return nil, core.E(core.TooLarge, "errors.memory_scan_long", core.Args{"Pages": len(out) + 1, "Max": maxPages})
		}
		end := uint64(at) + 2
		if end > uint64(len(file)) {
			return nil, damaged(io.ErrUnexpectedEOF)
		}
		end += 12 * uint64(by.Uint16(file[at:]))
		if end+4 > uint64(len(file)) {
			return nil, damaged(io.ErrUnexpectedEOF)
		}
		out = append(out, at)
		at = by.Uint32(file[end:])
	}
	if len(out) == 0 {
		return nil, damaged(io.ErrUnexpectedEOF)
	}
	return out, nil
}

// pageOf is the file as if it began with that page: decoders read the first alone.
func pageOf(file []byte, folder uint32) []byte {
	if order(file).Uint32(file[4:]) == folder {
		return file
	}
	out := slices.Clone(file)
	order(file).PutUint32(out[4:], folder)
	return out
}

// orientationTag says how a picture lies.
const orientationTag = 0x0112

// orientation reads how a TIFF or a photograph lies: 1 upright, 3 on its head, 6 and 8 on a side, even ones
// mirrored. What does not say is upright.
func orientation(file []byte) int {
	if isTIFF(file) && len(file) >= 8 {
		return orientationIn(file)
	}
	if bytes.HasPrefix(file, []byte("\xff\xd8")) {
		if at := bytes.Index(file[:min(len(file), 64<<10)], []byte("Exif\x00\x00")); at >= 0 {
			if inner := file[at+6:]; isTIFF(inner) && len(inner) >= 8 {
				return orientationIn(inner[:min(len(inner), 64<<10)])
			}
		}
	}
	return 1
}

func orientationIn(file []byte) int {
	by := order(file)
	at := uint64(by.Uint32(file[4:]))
	if at+2 > uint64(len(file)) {
		return 1
	}
	for i := range uint64(by.Uint16(file[at:])) {
		entry := at + 2 + 12*i
		if entry+12 > uint64(len(file)) {
			return 1
		}
		if by.Uint16(file[entry:]) == orientationTag {
			return int(by.Uint16(file[entry+8:]))
		}
	}
	return 1
}
