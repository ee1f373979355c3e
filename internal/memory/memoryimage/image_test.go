package memoryimage_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"testing"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/memory/memoryimage"
	"github.com/solidaire-coop/solidaire/internal/memory/memorypages"
)

// corner stands for recognition: it says in which corner of the picture the ink is.
type corner struct{}

func (corner) Recognize(_ context.Context, page int, p *image.Gray) ([]memorypages.Paragraph, error) {
	w, h := p.Rect.Dx(), p.Rect.Dy()
	names := map[string]image.Point{"haut-gauche": {w / 8, h / 8}, "haut-droite": {w - w/8, h / 8}, "bas-gauche": {w / 8, h - h/8}, "bas-droite": {w - w/8, h - h/8}}
	for name, at := range names {
		if p.GrayAt(at.X, at.Y).Y < 100 {
			return []memorypages.Paragraph{{{{Text: name, Page: page, Right: 10, Bottom: 10}}}}, nil
		}
	}
	return nil, nil
}

// inked is a picture of 60 by 40 with ink in its top left corner, on nothing.
func inked() *image.NRGBA {
	out := image.NewNRGBA(image.Rect(0, 0, 60, 40))
	for y := range 14 {
		for x := range 20 {
			out.Set(x, y, color.Black)
		}
	}
	return out
}

func onWhite(in image.Image) *image.Gray {
	out := image.NewGray(in.Bounds())
	for y := range in.Bounds().Dy() {
		for x := range in.Bounds().Dx() {
			if _, _, _, a := in.At(x, y).RGBA(); a == 0 {
				out.SetGray(x, y, color.Gray{Y: 255})
			}
		}
	}
	return out
}

func encoded(t testing.TB, encode func(*bytes.Buffer) error) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := encode(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func tiffOf(t testing.TB, pages ...image.Image) []byte {
	t.Helper()
	out := encoded(t, func(b *bytes.Buffer) error { return tiff.Encode(b, pages[0], nil) })
	for _, p := range pages[1:] { // each page's offsets are moved behind the pages before
		next := encoded(t, func(b *bytes.Buffer) error { return tiff.Encode(b, p, nil) })
		out = chain(out, next)
	}
	return out
}

// chain puts the pages of one TIFF behind those of another.
func chain(first, second []byte) []byte {
	by := binary.LittleEndian
	shift := uint32(len(first))
	moved := bytes.Clone(second)
	folder := by.Uint32(moved[4:])
	for i := range uint32(by.Uint16(moved[folder:])) {
		entry := moved[folder+2+12*i:]
		size := map[uint16]uint32{1: 1, 2: 1, 3: 2, 4: 4, 5: 8}[by.Uint16(entry[2:])] * by.Uint32(entry[4:])
		tag := by.Uint16(entry)
		if size > 4 || tag == 273 {
			by.PutUint32(entry[8:], by.Uint32(entry[8:])+shift)
		}
	}
	out := append(bytes.Clone(first), moved...)
	at := by.Uint32(out[4:])
	for {
		next := at + 2 + 12*uint32(by.Uint16(out[at:]))
		if by.Uint32(out[next:]) == 0 {
			by.PutUint32(out[next:], folder+shift)
			return out
		}
		at = by.Uint32(out[next:])
	}
}

// lying writes into a JPEG how its camera was held.
func lying(photo []byte, orientation byte) []byte {
	exif := []byte("\xff\xe1\x00\x22Exif\x00\x00II*\x00\x08\x00\x00\x00\x01\x00\x12\x01\x03\x00\x01\x00\x00\x00" + string(orientation) + "\x00\x00\x00\x00\x00\x00\x00")
	return append(append(bytes.Clone(photo[:2]), exif...), photo[2:]...)
}

func extract(t *testing.T, file []byte) memory.Extracted {
	t.Helper()
	x, err := memoryimage.New(corner{}).Extract(t.Context(), "a", file)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func TestPicturesAreReadOnWhiteAndUpright(t *testing.T) {
	t.Parallel()
	gray := onWhite(inked())
	photo := encoded(t, func(b *bytes.Buffer) error { return jpeg.Encode(b, gray, nil) })
	for name, c := range map[string]struct {
		file        []byte
		want, media string
	}{
		"PNG without a ground": {encoded(t, func(b *bytes.Buffer) error { return png.Encode(b, inked()) }), "haut-gauche", "image/png"},
		"JPEG":                 {photo, "haut-gauche", "image/jpeg"},
		"JPEG on its head":     {lying(photo, 3), "bas-droite", "image/jpeg"},
		"JPEG on a side":       {lying(photo, 6), "haut-droite", "image/jpeg"},
		"JPEG on the other":    {lying(photo, 8), "bas-gauche", "image/jpeg"},
		"JPEG mirrored":        {lying(photo, 2), "haut-droite", "image/jpeg"},
		"GIF":                  {encoded(t, func(b *bytes.Buffer) error { return gif.Encode(b, gray, nil) }), "haut-gauche", "image/gif"},
		"BMP":                  {encoded(t, func(b *bytes.Buffer) error { return bmp.Encode(b, gray) }), "haut-gauche", "image/bmp"},
		"TIFF":                 {tiffOf(t, gray), "haut-gauche", "image/tiff"},
	} {
		if x := extract(t, c.file); x.Text != c.want || x.Media != c.media || x.Pages != 1 || len(x.Places) != 1 {
			t.Errorf("%s: %q, %+v", name, x.Text, x)
		}
	}
}

func TestEveryPageOfATIFFIsRead(t *testing.T) {
	t.Parallel()
	gray := onWhite(inked())
	blank := image.NewGray(image.Rect(0, 0, 30, 30))
	for i := range blank.Pix {
		blank.Pix[i] = 255
	}
	file := tiffOf(t, gray, blank, gray)
	x := extract(t, file)
	if x.Text != "haut-gauche\n\nhaut-gauche" || x.Pages != 3 || len(x.Marks) != 2 || x.Marks[1].Label != "3" || x.Places[1].Page != 2 {
		t.Errorf("%q %+v", x.Text, x.Marks)
	}
	page, err := memoryimage.New(nil).Render(t.Context(), file, 1, 90)
	if err != nil || page.Rect.Dx() != 90 || page.Rect.Dy() != 90 {
		t.Errorf("%v, %v", page.Bounds(), err)
	}
	if _, err := memoryimage.New(nil).Render(t.Context(), file, 3, 90); !core.Is(err, core.NotFound) {
		t.Errorf("a page that is not there: %v", err)
	}
}

func TestBadPicturesSayWhy(t *testing.T) {
	t.Parallel()
	good := encoded(t, func(b *bytes.Buffer) error { return png.Encode(b, inked()) })
	blank := encoded(t, func(b *bytes.Buffer) error { return png.Encode(b, image.NewNRGBA(image.Rect(0, 0, 9, 9))) })
	loop := tiffOf(t, onWhite(inked()))
	folder := binary.LittleEndian.Uint32(loop[4:])
	binary.LittleEndian.PutUint32(loop[folder+2+12*uint32(binary.LittleEndian.Uint16(loop[folder:])):], folder)
	for name, c := range map[string]struct {
		reader memoryimage.Extractor
		file   []byte
		key    string
	}{
		"cut":            {memoryimage.New(corner{}), good[:len(good)/2], "errors.memory_file_damaged"},
		"a claim":        {memoryimage.New(corner{}), claiming(good, 60_000, 60_000), "errors.memory_image_large"},
		"no picture":     {memoryimage.New(corner{}), []byte("texte"), "errors.memory_file_damaged"},
		"a circle":       {memoryimage.New(corner{}), loop, "errors.memory_file_damaged"},
		"a cut TIFF":     {memoryimage.New(corner{}), []byte("II*\x00\xff\xff\x00\x00"), "errors.memory_file_damaged"},
		"nothing on it":  {memoryimage.New(corner{}), blank, "errors.memory_no_text"},
		"no recognition": {memoryimage.New(nil), good, "errors.memory_ocr_missing"},
	} {
		_, err := c.reader.Extract(t.Context(), "a", c.file)
		if got := core.AsError(err); err == nil || got.Key != c.key {
			t.Errorf("%s: %v, want %s", name, err, c.key)
		}
	}
}

// claiming writes another size into a PNG.
func claiming(file []byte, w, h uint32) []byte {
	out := bytes.Clone(file)
	binary.BigEndian.PutUint32(out[16:], w)
	binary.BigEndian.PutUint32(out[20:], h)
	binary.BigEndian.PutUint32(out[29:], crc32.ChecksumIEEE(out[12:29]))
	return out
}

// A TIFF may describe its pages in any way at all.
func FuzzTIFF(f *testing.F) {
	f.Add(tiffOf(f, onWhite(inked()), onWhite(inked())))
	f.Add([]byte("MM\x00*\x00\x00\x00\x08\x00\x02\x01\x03\x00\x03\x00\x00\x00\x01\x00\x07\x00\x00"))
	f.Fuzz(func(t *testing.T, file []byte) {
		memoryimage.New(corner{}).Extract(t.Context(), "a.tif", append([]byte("II*\x00"), file...))
		memoryimage.New(corner{}).Extract(t.Context(), "a.tif", file)
	})
}
