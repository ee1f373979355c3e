package memoryimage

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"image/jpeg"
	"io"
)

// Tags of a page in a TIFF whose strips or tiles are JPEG, as scanners write them.
const (
	widthTag       = 256
	heightTag      = 257
	compressionTag = 259
	stripsTag      = 273
	rowsTag        = 278
	stripSizesTag  = 279
	tileWidthTag   = 322
	tileHeightTag  = 323
	tilesTag       = 324
	tileSizesTag   = 325
	tablesTag      = 347

	jpegCompression = 7
)

// folder is the description of a page.
type folder struct {
	file []byte
	by   binary.ByteOrder
	at   map[uint16]uint64 // of each entry
}

func readFolder(file []byte) (folder, error) {
	f := folder{file: file, by: order(file), at: map[uint16]uint64{}}
	start := uint64(f.by.Uint32(file[4:]))
	if start+2 > uint64(len(file)) {
		return f, io.ErrUnexpectedEOF
	}
	for i := range uint64(f.by.Uint16(file[start:])) {
		entry := start + 2 + 12*i
		if entry+12 > uint64(len(file)) {
			return f, io.ErrUnexpectedEOF
		}
		f.at[f.by.Uint16(file[entry:])] = entry
	}
	return f, nil
}

// maxValues bounds the strips or tiles of a page.
const maxValues = 1 << 16

// numbers reads the values of an entry; nil when it is not there or holds something else.
func (f folder) numbers(tag uint16) []int {
	entry, ok := f.at[tag]
	if !ok {
		return nil
	}
	size := map[uint16]uint64{1: 1, 3: 2, 4: 4, 7: 1}[f.by.Uint16(f.file[entry+2:])]
	count := uint64(f.by.Uint32(f.file[entry+4:]))
	at := entry + 8
	if size*count > 4 {
		at = uint64(f.by.Uint32(f.file[at:]))
	}
	if size == 0 || count > maxValues || at+size*count > uint64(len(f.file)) {
		return nil
	}
	out := make([]int, count)
	for i := range out {
		switch v := f.file[at+size*uint64(i):]; size {
		case 1:
			out[i] = int(v[0])
		case 2:
			out[i] = int(f.by.Uint16(v))
		default:
			out[i] = int(f.by.Uint32(v))
		}
	}
	return out
}

func (f folder) number(tag uint16, otherwise int) int {
	if all := f.numbers(tag); len(all) > 0 {
		return all[0]
	}
	return otherwise
}

// isJPEG tells a page whose pieces are JPEG: the decoder of TIFF leaves those to us.
func isJPEG(file []byte) bool {
	f, err := readFolder(file)
	return err == nil && f.number(compressionTag, 0) == jpegCompression
}

var errPieces = errors.New("the pieces of the picture do not fit together")

// decodeJPEG puts the pieces of a page together.
func decodeJPEG(file []byte) (image.Image, error) {
	f, err := readFolder(file)
	if err != nil {
		return nil, err
	}
	width, height := f.number(widthTag, 0), f.number(heightTag, 0)
	offsets, sizes := f.numbers(stripsTag), f.numbers(stripSizesTag)
	pieceWidth, pieceHeight := width, f.number(rowsTag, height)
	if tiles := f.numbers(tilesTag); tiles != nil {
		offsets, sizes = tiles, f.numbers(tileSizesTag)
		pieceWidth, pieceHeight = f.number(tileWidthTag, 0), f.number(tileHeightTag, 0)
	}
	if width <= 0 || height <= 0 || width > maxPixels/height || pieceWidth <= 0 || pieceHeight <= 0 || len(offsets) != len(sizes) {
		return nil, errPieces
	}
	pieceHeight = min(pieceHeight, height)
	out := image.NewRGBA(image.Rect(0, 0, width, height))
	across := (width + pieceWidth - 1) / pieceWidth
	for i := range offsets {
		corner := image.Pt(i%across*pieceWidth, i/across*pieceHeight)
		if corner.Y >= height {
			break
		}
		piece, err := f.piece(offsets[i], sizes[i], pieceWidth, pieceHeight)
		if err != nil {
			return nil, fmt.Errorf("piece %d: %w", i, err)
		}
		draw.Draw(out, image.Rectangle{Min: corner, Max: corner.Add(image.Pt(pieceWidth, pieceHeight))}, piece, piece.Bounds().Min, draw.Src)
	}
	return out, nil
}

// piece decodes one piece with the tables that all of them share.
func (f folder) piece(offset, size, width, height int) (image.Image, error) {
	if offset < 0 || size < 4 || offset > len(f.file)-size {
		return nil, errPieces
	}
	data := f.file[offset : offset+size]
	if tables := f.tables(); len(tables) > 4 && len(data) > 2 {
		data = append(append([]byte{}, tables[:len(tables)-2]...), data[2:]...) // one beginning, one end
	}
	config, err := jpeg.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	if config.Width > 2*width+64 || config.Height > 2*height+64 {
		return nil, errPieces
	}
	return jpeg.Decode(bytes.NewReader(data))
}

func (f folder) tables() []byte {
	values := f.numbers(tablesTag)
	out := make([]byte, len(values))
	for i, v := range values {
		out[i] = byte(v)
	}
	return out
}
