package memorypdfium

import (
	"context"
	"strconv"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
)

// readPages gives the lines of every page.
func readPages(ctx context.Context, s *sandbox, file []byte) ([]page, error) {
	doc, err := s.openDocument(file)
	if err != nil {
		return nil, err
	}
	count := s.number("FPDF_GetPageCount", doc)
	if count > maxPages {
		return nil, core.E(core.TooLarge, "errors.memory_pages_many", core.Args{"Pages": count, "Max": maxPages})
	}
	pages := make([]page, 0, max(count, 0))
	chars := 0
	for i := range count {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		read, err := readPage(ctx, s, doc, i)
		if err != nil {
			return nil, err
		}
		if chars += read.chars; chars > memory.MaxTextBytes {
			return nil, textLarge()
		}
		read.label = strconv.Itoa(i + 1)
		pages = append(pages, read)
	}
	return pages, nil
}

func textLarge() error {
	return core.E(core.TooLarge, "errors.memory_text_large", core.Args{"Size": memory.MaxTextBytes})
}

// readPage gives the lines of one page. A page that PDFium cannot load has none.
func readPage(ctx context.Context, s *sandbox, doc handle, index int) (page, error) {
	loaded := s.loadFlat(doc, index)
	if loaded == 0 {
		return page{}, nil
	}
	defer s.call("FPDF_ClosePage", loaded)
	p := page{matrix: s.matrixOf(loaded)}
	text := s.call("FPDFText_LoadPage", loaded)
	if text == 0 {
		return p, nil
	}
	defer s.call("FPDFText_ClosePage", text)
	if p.chars = s.number("FPDFText_CountChars", text); p.chars > maxPageChars {
		return p, textLarge()
	}
	b := lineBuilder{}
	for i := range p.chars {
		if i%1024 == 0 && ctx.Err() != nil {
			return p, ctx.Err()
		}
		b.add(s.char(text, i, p.matrix, b.opensWord()))
	}
	p.lines = b.lines()
	p.picture = s.isPicture(loaded, text, p)
	return p, nil
}

// loadFlat loads a page with what stands in its form fields and notes as part of it.
func (s *sandbox) loadFlat(doc handle, index int) handle {
	page := s.call("FPDF_LoadPage", doc, uint64(index))
	if page == 0 || s.number("FPDFPage_GetAnnotCount", page) <= 0 {
		return page
	}
	const shown, done = 0, 1
	if s.number("FPDFPage_Flatten", page, shown) != done {
		return page
	}
	s.call("FPDF_ClosePage", page)
	return s.call("FPDF_LoadPage", doc, uint64(index))
}

// char is one character with the box of its font on the page as it is shown.
type char struct {
	r rune
	box
	bold bool
}

const boldWeight = 600

// char reads one character; its weight is asked for where a word opens.
func (s *sandbox) char(text handle, i int, m matrix, opens bool) char {
	c := char{r: rune(s.number("FPDFText_GetUnicode", text, uint64(i)))}
	if c.r <= ' ' {
		return c
	}
	if s.call("FPDFText_GetLooseCharBox", text, uint64(i), s.scratch) != 0 {
		c.box = m.box(s.float(0), s.float(3), s.float(2), s.float(1)) // left, top, right, bottom
	}
	if opens {
		c.bold = s.number("FPDFText_GetFontWeight", text, uint64(i)) >= boldWeight
	}
	return c
}
