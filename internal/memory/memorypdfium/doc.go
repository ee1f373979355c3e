// Package memorypdfium reads PDF files into the memory with PDFium, compiled to WebAssembly.
//
// Promises: PDFium runs in a sandbox that has no files, no network and bounded memory; a file that
// loops or crashes it harms that file alone. Pages, characters and time are bounded. Words cut at a
// line's end are mended, lines become paragraphs, big or bold lines headings, aligned cells table rows;
// headers, footers and page numbers stay out; pages are marked.
//
// Starting PDFium costs about a second and tens of megabytes, so it starts with the first PDF and goes
// when no PDF has come for a while. A scan without text is refused with a next step: nothing is guessed.
package memorypdfium

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/klippa-app/go-pdfium"
	pdferrors "github.com/klippa-app/go-pdfium/errors"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
)

// Media is the media type of what is read here.
const Media = "application/pdf"

// Bounds of one file.
const (
	maxPages     = 2000
	maxPageChars = 200_000
	maxTime      = 2 * time.Minute
)

// Extractor satisfies memory.Extractor. It is safe for concurrent use; files are read one at a time.
type Extractor struct{ engine *engine }

var _ memory.Extractor = (*Extractor)(nil)

// New makes the extractor. cacheDir keeps PDFium's compiled code between starts; "" keeps none.
// PDFium is released when no PDF came for idle.
func New(cacheDir string, idle time.Duration) *Extractor {
	return &Extractor{engine: newEngine(cacheDir, idle)}
}

// Close releases PDFium. The extractor can be used again: the next PDF starts it anew.
func (x *Extractor) Close() error { return x.engine.close() }

// Extract reads the file.
func (x *Extractor) Extract(ctx context.Context, _ string, file []byte) (memory.Extracted, error) {
	if !bytes.Contains(file[:min(len(file), 1024)], []byte("%PDF-")) {
		return memory.Extracted{}, damaged(errors.New("no PDF mark"))
	}
	bounded, cancel := context.WithTimeout(ctx, maxTime)
	defer cancel()
	var pages []page
	err := x.engine.use(bounded, func(p pdfium.Pdfium) (err error) {
		pages, err = readPages(bounded, p, file)
		return err
	})
	switch {
	case ctx.Err() != nil:
		return memory.Extracted{}, core.Wrap(ctx.Err(), core.Cancelled, "errors.cancelled", nil)
	case bounded.Err() != nil:
		return memory.Extracted{}, core.Wrap(bounded.Err(), core.TooLarge, "errors.memory_file_slow", core.Args{"Seconds": int(maxTime.Seconds())})
	case err != nil:
		return memory.Extracted{}, problem(err)
	}
	out, err := layOut(pages)
	out.Media = Media
	return out, err
}

// problem turns PDFium's failure into one that a person understands.
func problem(err error) error {
	var known *core.Error
	switch {
	case errors.As(err, &known):
		return known
	case errors.Is(err, pdferrors.ErrPassword), errors.Is(err, pdferrors.ErrSecurity):
		return core.Wrap(err, core.Invalid, "errors.memory_file_protected", nil)
	}
	return damaged(err)
}

func damaged(err error) error {
	return core.Wrap(err, core.Corrupt, "errors.memory_file_damaged", nil)
}

func readPages(ctx context.Context, p pdfium.Pdfium, file []byte) ([]page, error) {
	doc, err := p.OpenDocument(&requests.OpenDocument{File: &file})
	if err != nil {
		return nil, err
	}
	defer p.FPDF_CloseDocument(&requests.FPDF_CloseDocument{Document: doc.Document})
	count, err := p.FPDF_GetPageCount(&requests.FPDF_GetPageCount{Document: doc.Document})
	if err != nil {
		return nil, err
	}
	if count.PageCount > maxPages {
		return nil, core.E(core.TooLarge, "errors.memory_pages_many", core.Args{"Pages": count.PageCount, "Max": maxPages})
	}
	pages := make([]page, 0, count.PageCount)
	chars := 0
	for i := range count.PageCount {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		read, err := readPage(ctx, p, doc.Document, i)
		if err != nil {
			return nil, fmt.Errorf("page %d: %w", i+1, err)
		}
		if chars += read.chars; chars > memory.MaxTextBytes {
			return nil, core.E(core.TooLarge, "errors.memory_text_large", core.Args{"Size": memory.MaxTextBytes})
		}
		read.label = strconv.Itoa(i + 1)
		pages = append(pages, read)
	}
	return pages, nil
}

// readPage gives the lines of one page. A page that PDFium cannot load has none.
func readPage(ctx context.Context, p pdfium.Pdfium, doc references.FPDF_DOCUMENT, index int) (page, error) {
	loaded, err := p.FPDF_LoadPage(&requests.FPDF_LoadPage{Document: doc, Index: index})
	if err != nil {
		if errors.Is(err, pdferrors.ErrPage) {
			return page{}, nil
		}
		return page{}, err
	}
	defer p.FPDF_ClosePage(&requests.FPDF_ClosePage{Page: loaded.Page})
	text, err := p.FPDFText_LoadPage(&requests.FPDFText_LoadPage{Page: requests.Page{ByReference: &loaded.Page}})
	if err != nil {
		return page{}, err
	}
	defer p.FPDFText_ClosePage(&requests.FPDFText_ClosePage{TextPage: text.TextPage})
	count, err := p.FPDFText_CountChars(&requests.FPDFText_CountChars{TextPage: text.TextPage})
	if err != nil {
		return page{}, err
	}
	if count.Count > maxPageChars {
		return page{}, core.E(core.TooLarge, "errors.memory_text_large", core.Args{"Size": memory.MaxTextBytes})
	}
	var b lineBuilder
	for i := range count.Count {
		if i%1024 == 0 && ctx.Err() != nil {
			return page{}, ctx.Err()
		}
		c, err := readChar(p, text.TextPage, i)
		if err != nil {
			return page{}, err
		}
		b.add(c)
	}
	return page{lines: b.lines(), chars: count.Count}, nil
}

// char is one character with the box of its font, y upwards.
type char struct {
	r                        rune
	left, right, bottom, top float32
	bold                     bool
}

const boldWeight = 600

func readChar(p pdfium.Pdfium, text references.FPDF_TEXTPAGE, i int) (char, error) {
	unicode, err := p.FPDFText_GetUnicode(&requests.FPDFText_GetUnicode{TextPage: text, Index: i})
	if err != nil {
		return char{}, err
	}
	c := char{r: rune(unicode.Unicode)}
	if c.r <= ' ' {
		return c, nil
	}
	if box, err := p.FPDFText_GetLooseCharBox(&requests.FPDFText_GetLooseCharBox{TextPage: text, Index: i}); err == nil {
		c.left, c.right, c.bottom, c.top = box.Rect.Left, box.Rect.Right, box.Rect.Bottom, box.Rect.Top
	}
	if weight, err := p.FPDFText_GetFontWeight(&requests.FPDFText_GetFontWeight{TextPage: text, Index: i}); err == nil {
		c.bold = weight.FontWeight >= boldWeight
	}
	return c, nil
}
