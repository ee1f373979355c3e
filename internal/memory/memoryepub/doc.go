// Package memoryepub reads electronic books (EPUB) into the memory.
//
// Promises: the chapters come in the order of reading, with the book's title and date; each is read whole, as
// a web page is. A book that is locked is refused as such. The archive is hostile, see memoryzipxml.
package memoryepub

import (
	"context"
	"encoding/xml"
	"errors"
	"net/url"
	"strings"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/memory/memoryhtml"
	"github.com/solidaire-coop/solidaire/internal/memory/memoryzipxml"
)

// Media is the media type of what is read here.
const Media = "application/epub+zip"

// Bounds of a book.
const (
	maxChapters = 5_000
	maxChapter  = 16 << 20
)

// Extractor satisfies memory.Extractor. It holds no state.
type Extractor struct{}

var _ memory.Extractor = Extractor{}

// New makes the extractor.
func New() Extractor { return Extractor{} }

var errMissing = errors.New("the archive has no package part")

// Extract reads the file.
func (Extractor) Extract(ctx context.Context, _ string, file []byte) (memory.Extracted, error) {
	a, err := memoryzipxml.Open(file)
	if err != nil {
		return memory.Extracted{}, err
	}
	if err := refuseLocked(ctx, a); err != nil {
		return memory.Extracted{}, err
	}
	var b memory.TextBuilder
	book, err := openBook(ctx, a)
	if err != nil {
		return memory.Extracted{}, err
	}
	b.Title(book.title)
	b.Dated(book.dated)
	for _, id := range book.spine {
		if b.Over() {
			break
		}
		chapter, err := a.Read(book.chapters[id], maxChapter)
		if err != nil {
			return memory.Extracted{}, err
		}
		if err := memoryhtml.Write(ctx, &b, memoryhtml.Decode(chapter), true); err != nil {
			return memory.Extracted{}, err
		}
		b.Gap()
	}
	out, err := b.Extracted()
	out.Media = Media
	return out, err
}

// refuseLocked tells chapters that are encrypted; fonts may be scrambled without harm.
func refuseLocked(ctx context.Context, a *memoryzipxml.Archive) error {
	return a.Walk(ctx, "META-INF/encryption.xml", memoryzipxml.Handler{Start: func(_ *memoryzipxml.Walker, e xml.StartElement) error {
		if e.Name.Local != "EncryptionMethod" {
			return nil
		}
		switch memoryzipxml.Attr(e, "Algorithm") {
		case "http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC":
			return nil
		}
		return memoryzipxml.Protected()
	}})
}

// book is what the package part says.
type book struct {
	title    string
	dated    time.Time
	chapters map[string]string // id → path
	spine    []string          // ids in the order of reading
	element  string            // being read
}

func openBook(ctx context.Context, a *memoryzipxml.Archive) (*book, error) {
	main := ""
	err := a.Walk(ctx, "META-INF/container.xml", memoryzipxml.Handler{Start: func(_ *memoryzipxml.Walker, e xml.StartElement) error {
		if path := memoryzipxml.Attr(e, "full-path"); e.Name.Local == "rootfile" && main == "" {
			main = memoryzipxml.Beside("", path)
		}
		return nil
	}})
	if err != nil {
		return nil, err
	}
	if main == "" || !a.Has(main) {
		return nil, memoryzipxml.Damaged(errMissing)
	}
	b := &book{chapters: map[string]string{}}
	return b, a.Walk(ctx, main, memoryzipxml.Handler{
		Start: func(_ *memoryzipxml.Walker, e xml.StartElement) error { return b.start(main, e) },
		Text:  b.text,
		End:   func(string) error { b.element = ""; return nil },
	})
}

func (b *book) start(main string, e xml.StartElement) error {
	b.element = e.Name.Space + ":" + e.Name.Local
	switch e.Name.Local {
	case "item":
		media := memoryzipxml.Attr(e, "media-type")
		if media != "application/xhtml+xml" && media != "text/html" || strings.Contains(memoryzipxml.Attr(e, "properties"), "nav") {
			return nil
		}
		target, err := url.PathUnescape(memoryzipxml.Attr(e, "href"))
		if err == nil && len(b.chapters) < maxChapters {
			b.chapters[memoryzipxml.Attr(e, "id")] = memoryzipxml.Beside(main, target)
		}
	case "itemref":
		id := memoryzipxml.Attr(e, "idref")
		if b.chapters[id] == "" {
			return nil
		}
		if len(b.spine) == maxChapters {
			return core.E(core.TooLarge, "errors.memory_pages_many", core.Args{"Pages": len(b.spine) + 1, "Max": maxChapters})
		}
		b.spine = append(b.spine, id)
	}
	return nil
}

func (b *book) text(s string) {
	s = strings.TrimSpace(s)
	switch b.element {
	case "dc:title":
		if b.title == "" {
			b.title = s
		}
	case "dc:date":
		if len(s) >= len(time.DateOnly) {
			if at, err := time.Parse(time.DateOnly, s[:len(time.DateOnly)]); err == nil {
				b.dated = at
			}
		}
	}
}
