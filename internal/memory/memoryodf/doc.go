// Package memoryodf reads the open document formats of LibreOffice: text (ODT), sheets (ODS) and slides
// (ODP).
//
// Promises: headings, paragraphs, lists with their numbers, tables as rows and notes come out in the order
// of the page; a sheet is a heading and its rows, with dates and amounts as people see them; a slide is
// marked, its notes follow it. Tracked changes read as accepted. Comments, hidden text, hidden sheets and
// tables of contents stay out. Repeated cells and rows are counted before memory is spent on them; the
// archive is hostile, see memoryzipxml.
package memoryodf

import (
	"context"
	"encoding/xml"
	"errors"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/memory/memoryzipxml"
)

// Media types of what is read here.
const (
	Text   = "application/vnd.oasis.opendocument.text"
	Sheet  = "application/vnd.oasis.opendocument.spreadsheet"
	Slides = "application/vnd.oasis.opendocument.presentation"
)

// Extractor satisfies memory.Extractor. It holds no state.
type Extractor struct{}

var _ memory.Extractor = Extractor{}

// New makes the extractor.
func New() Extractor { return Extractor{} }

var errMissing = errors.New("the archive has no content part")

// Extract reads the file.
func (Extractor) Extract(ctx context.Context, _ string, file []byte) (memory.Extracted, error) {
	a, err := memoryzipxml.Open(file)
	if err != nil {
		return memory.Extracted{}, err
	}
	if !a.Has("content.xml") {
		return memory.Extracted{}, memoryzipxml.Damaged(errMissing)
	}
	if err := refuseEncrypted(ctx, a); err != nil {
		return memory.Extracted{}, err
	}
	d := &document{styles: newStyles()}
	for _, part := range []string{"styles.xml", "content.xml"} {
		if err := a.Walk(ctx, part, memoryzipxml.Handler{Start: d.styles.start}); err != nil {
			return memory.Extracted{}, err
		}
	}
	if err := a.Walk(ctx, "content.xml", memoryzipxml.Handler{Start: d.start, Text: d.text, End: d.end}); err != nil {
		return memory.Extracted{}, err
	}
	d.writeNotes()
	if d.tooMany() {
		return memory.Extracted{}, core.E(core.TooLarge, "errors.memory_cells_many", core.Args{"Max": maxCells})
	}
	dated, err := a.Date(ctx, "meta.xml", "date")
	if err != nil {
		return memory.Extracted{}, err
	}
	d.b.Dated(dated)
	out, err := d.b.Extracted()
	out.Media = d.media
	return out, err
}

// refuseEncrypted looks for encrypted parts in the archive's list.
func refuseEncrypted(ctx context.Context, a *memoryzipxml.Archive) error {
	return a.Walk(ctx, "META-INF/manifest.xml", memoryzipxml.Handler{Start: func(_ *memoryzipxml.Walker, e xml.StartElement) error {
		if e.Name.Local == "encryption-data" {
			return memoryzipxml.Protected()
		}
		return nil
	}})
}
