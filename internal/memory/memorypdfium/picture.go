package memorypdfium

import (
	"context"
	"image"
	"image/color"
	"math"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// fewChars is how much text a scan may carry beside its picture: a stamp, a page number.
const fewChars = 40

// Kinds of page objects, and the way of drawing that leaves text unseen.
const (
	imageObject = 3
	unseen      = 3
)

// maxObjects bounds how many objects of a page are looked at.
const maxObjects = 2000

// isPicture tells a page whose text is in a picture: an image covers most of it, and it has hardly any text of
// its own, or only the unseen text that recognition by another program has left. Where it has none at all, a
// smaller picture will do.
func (s *sandbox) isPicture(loaded, text handle, p page) bool {
	if p.chars > fewChars && !s.isUnseen(text, p.chars) {
		return false
	}
	covered := float32(0)
	for i := range min(s.number("FPDFPage_CountObjects", loaded), maxObjects) {
		object := s.call("FPDFPage_GetObject", loaded, uint64(i))
		if object == 0 || s.number("FPDFPageObj_GetType", object) != imageObject {
			continue
		}
		if s.call("FPDFPageObj_GetBounds", object, s.scratch, s.scratch+4, s.scratch+8, s.scratch+12) != 0 {
			b := p.matrix.box(s.float(0), s.float(1), s.float(2), s.float(3))
			covered += (b.right - b.left) * (b.top - b.bottom)
		}
	}
	whole := p.matrix.width * p.matrix.height
	return covered*2 > whole || p.chars == 0 && covered*30 > whole
}

// isUnseen looks at some characters all over the page.
func (s *sandbox) isUnseen(text handle, chars int) bool {
	const looks = 16
	for i := range looks {
		object := s.call("FPDFText_GetTextObject", text, uint64(i*chars/looks))
		if object != 0 && s.number("FPDFTextObj_GetTextRenderMode", object) != unseen {
			return false
		}
	}
	return true
}

// Bounds and sizes of pictures of pages.
const (
	maxRecognized = 300 // pages of one file
	dotsPerPoint  = 300.0 / 72
	maxPixels     = 40_000_000
)

// recognize reads the pages that are pictures. Where nothing is installed that can, pages keep what unseen text
// they have; a file without any other text is refused, and one with some says what is missing.
func (x *Extractor) recognize(ctx context.Context, file []byte, pages []page) (notice *core.Error, err error) {
	pictures := count(pages, func(p page) bool { return p.picture })
	switch {
	case pictures == 0:
		return nil, nil
	case pictures > maxRecognized:
		return nil, core.E(core.TooLarge, "errors.memory_scan_long", core.Args{"Pages": pictures, "Max": maxRecognized})
	}
	err = core.E(core.Unavailable, "errors.memory_ocr_missing", nil)
	if x.config.Recognizer != nil {
		err = x.recognizePages(ctx, file, pages)
	}
	written := count(pages, func(p page) bool { return len(p.lines) > 0 || len(p.read) > 0 })
	if core.Is(err, core.Unavailable) && written > 0 {
		if missing := count(pages, func(p page) bool { return p.picture && len(p.lines) == 0 }); missing > 0 {
			notice = core.E(core.Unavailable, "errors.memory_pages_unread", core.Args{"Pages": missing})
		}
		return notice, nil
	}
	return nil, err
}

func count(pages []page, is func(page) bool) int {
	n := 0
	for _, p := range pages {
		if is(p) {
			n++
		}
	}
	return n
}

func (x *Extractor) recognizePages(ctx context.Context, file []byte, pages []page) error {
	return x.engine.use(ctx, func(s *sandbox) error {
		doc, err := s.openDocument(file)
		if err != nil {
			return err
		}
		for i := range pages {
			if !pages[i].picture {
				continue
			}
			if err := x.recognizePage(ctx, s, doc, i, &pages[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

func (x *Extractor) recognizePage(ctx context.Context, s *sandbox, doc handle, index int, p *page) error {
	picture := s.gray(doc, index)
	if picture == nil {
		return nil
	}
	read, err := x.config.Recognizer.Recognize(ctx, index, picture)
	if len(read) > 0 {
		p.read, p.lines = read, nil
	}
	return err
}

// gray draws a page as recognition likes it; nil when PDFium cannot load it.
func (s *sandbox) gray(doc handle, index int) *image.Gray {
	loaded := s.call("FPDF_LoadPage", doc, uint64(index))
	if loaded == 0 {
		return nil
	}
	defer s.call("FPDF_ClosePage", loaded)
	width, height := s.size("FPDF_GetPageWidthF", loaded), s.size("FPDF_GetPageHeightF", loaded)
	scale := min(dotsPerPoint, float32(math.Sqrt(maxPixels/float64(width*height))))
	const format = 1
	w, h := max(int(width*scale), 1), max(int(height*scale), 1)
	out := image.NewGray(image.Rect(0, 0, w, h))
	s.draw(loaded, w, h, format, func(row int, bytes []byte) { copy(out.Pix[row*out.Stride:], bytes[:w]) })
	return out
}

// Colours and ways of drawing.
const (
	white           = 0xFFFFFFFF
	withAnnotations = 1
)

// draw gives the pixels of a page row by row, in a format of PDFium.
func (s *sandbox) draw(loaded handle, w, h int, format uint64, row func(row int, bytes []byte)) {
	bitmap := s.call("FPDFBitmap_CreateEx", uint64(w), uint64(h), format, 0, 0)
	if bitmap == 0 {
		panic(stopped{errMemory})
	}
	defer s.call("FPDFBitmap_Destroy", bitmap)
	s.call("FPDFBitmap_FillRect", bitmap, 0, 0, uint64(w), uint64(h), white)
	s.call("FPDF_RenderPageBitmap", bitmap, loaded, 0, 0, uint64(w), uint64(h), 0, withAnnotations)
	stride := s.number("FPDFBitmap_GetStride", bitmap)
	pixels := s.bytes(s.call("FPDFBitmap_GetBuffer", bitmap), stride*h)
	for y := range h {
		row(y, pixels[y*stride:(y+1)*stride])
	}
}

// Render draws a page, from 0, at a width in pixels; less when the page is very high. core.NotFound when the file
// has no such page.
func (x *Extractor) Render(ctx context.Context, file []byte, index, width int) (*image.RGBA, error) {
	var out *image.RGBA
	err := x.bounded(ctx, file, func(_ context.Context, s *sandbox) error {
		doc, err := s.openDocument(file)
		if err != nil {
			return err
		}
		if index < 0 || index >= s.number("FPDF_GetPageCount", doc) {
			return core.E(core.NotFound, "errors.memory_no_page", nil)
		}
		loaded := s.call("FPDF_LoadPage", doc, uint64(index))
		if loaded == 0 {
			return damaged(errNotOpened)
		}
		defer s.call("FPDF_ClosePage", loaded)
		out = s.colour(loaded, width)
		return nil
	})
	return out, err
}

// Bounds of an image of a page for people.
const (
	maxWidth  = 2400
	maxShape  = 4 // height over width
	minWidth  = 64
	wordBytes = 4
)

func (s *sandbox) colour(loaded handle, width int) *image.RGBA {
	width = min(max(width, minWidth), maxWidth)
	shape := s.size("FPDF_GetPageHeightF", loaded) / s.size("FPDF_GetPageWidthF", loaded)
	height := max(int(float32(width)*min(shape, maxShape)), 1)
	if shape > maxShape {
		width = max(int(float32(height)/shape), 1)
	}
	const format = 3 // blue, green, red, and a byte that means nothing
	out := image.NewRGBA(image.Rect(0, 0, width, height))
	s.draw(loaded, width, height, format, func(y int, bytes []byte) {
		for x := range width {
			p := bytes[wordBytes*x:]
			out.SetRGBA(x, y, color.RGBA{R: p[2], G: p[1], B: p[0], A: 0xff})
		}
	})
	return out
}
