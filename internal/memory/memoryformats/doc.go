// Package memoryformats reads every format that the memory reads, by handing a file to the package that
// knows it.
//
// Promises: a format is told by the bytes of the file, so a wrong or missing extension changes nothing
// where bytes can tell; the name decides only between kinds of text. What is not read is refused by its own
// reason: an old Office format, an archive, a file that was cut short, an unknown format.
package memoryformats

import (
	"context"
	"image"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/memory/memorycsv"
	"github.com/solidaire-coop/solidaire/internal/memory/memorydocx"
	"github.com/solidaire-coop/solidaire/internal/memory/memoryepub"
	"github.com/solidaire-coop/solidaire/internal/memory/memoryhtml"
	"github.com/solidaire-coop/solidaire/internal/memory/memoryimage"
	"github.com/solidaire-coop/solidaire/internal/memory/memorymail"
	"github.com/solidaire-coop/solidaire/internal/memory/memorymarkdown"
	"github.com/solidaire-coop/solidaire/internal/memory/memoryodf"
	"github.com/solidaire-coop/solidaire/internal/memory/memorypages"
	"github.com/solidaire-coop/solidaire/internal/memory/memorypdfium"
	"github.com/solidaire-coop/solidaire/internal/memory/memorypptx"
	"github.com/solidaire-coop/solidaire/internal/memory/memoryxlsx"
)

// Config holds the readers that have something to start and to close.
type Config struct {
	PDF        *memorypdfium.Extractor
	Recognizer memorypages.Recognizer // reads pictures; nil where none is installed
}

// Formats satisfies memory.Extractor. It is safe for concurrent use when its readers are.
type Formats struct {
	readers   map[kind]memory.Extractor
	renderers map[kind]renderer
}

// renderer draws pages.
type renderer interface {
	Render(ctx context.Context, file []byte, page, width int) (*image.RGBA, error)
}

var _ memory.Extractor = (*Formats)(nil)

// New makes the extractor of all formats.
func New(c Config) *Formats {
	pictures := memoryimage.New(c.Recognizer)
	f := &Formats{renderers: map[kind]renderer{pdf: c.PDF, picture: pictures}}
	f.readers = map[kind]memory.Extractor{
		pdf:          c.PDF,
		picture:      pictures,
		docx:         memorydocx.New(),
		openDocument: memoryodf.New(),
		presentation: memorypptx.New(),
		workbook:     memoryxlsx.New(),
		epub:         memoryepub.New(),
		html:         memoryhtml.New(),
		table:        memorycsv.New(),
		markdown:     memorymarkdown.New(),
		plain:        memorymarkdown.New(),
		mail:         memorymail.NewMessageReader(f),
		mailbox:      memorymail.NewMailboxReader(f),
		outlook:      memorymail.NewOutlookReader(f),
	}
	return f
}

// Extract reads the file.
func (f *Formats) Extract(ctx context.Context, name string, file []byte) (memory.Extracted, error) {
	if len(file) == 0 {
		return memory.Extracted{}, core.E(core.Invalid, "errors.memory_file_empty", nil)
	}
	found, err := detect(name, file)
	if err != nil {
		return memory.Extracted{}, err
	}
	reader := f.readers[found]
	if reader == nil {
		return memory.Extracted{}, unknown(name)
	}
	return reader.Extract(ctx, name, file)
}

// Render draws a page, from 0, of a file that has any, at a width in pixels. core.NotFound when it has none.
func (f *Formats) Render(ctx context.Context, name string, file []byte, page, width int) (*image.RGBA, error) {
	found, err := detect(name, file)
	if err != nil {
		return nil, err
	}
	r := f.renderers[found]
	if r == nil {
		return nil, core.E(core.NotFound, "errors.memory_no_page", nil)
	}
	return r.Render(ctx, file, page, width)
}
