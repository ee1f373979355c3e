// Package memoryimage reads pictures of documents: PNG, JPEG, TIFF with its pages, GIF, BMP and WebP.
//
// Promises: the size that a picture states is checked before it is decoded; a photograph is turned as its camera
// says; small letters are enlarged before recognition. Every page is marked, and every word keeps its place.
// Without recognition, or without a word on the picture, the file is refused with its reason.
package memoryimage

import (
	"context"
	"image"
	"strconv"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/memory/memorypages"
)

// maxPages bounds a TIFF.
const maxPages = 300

// Extractor satisfies memory.Extractor. It holds no state of its own.
type Extractor struct{ recognizer memorypages.Recognizer }

var _ memory.Extractor = Extractor{}

// New makes the extractor; recognizer may be nil where none is installed.
func New(recognizer memorypages.Recognizer) Extractor { return Extractor{recognizer} }

// Extract reads the file.
func (x Extractor) Extract(ctx context.Context, _ string, file []byte) (memory.Extracted, error) {
	p, err := open(file)
	if err != nil {
		return memory.Extracted{}, err
	}
	if x.recognizer == nil {
		return memory.Extracted{}, core.E(core.Unavailable, "errors.memory_ocr_missing", nil)
	}
	var b memory.TextBuilder
	for i := range p.count() {
		if ctx.Err() != nil {
			return memory.Extracted{}, core.Wrap(ctx.Err(), core.Cancelled, "errors.cancelled", nil)
		}
		picture, err := p.page(i)
		if err != nil {
			return memory.Extracted{}, err
		}
		read, err := x.recognizer.Recognize(ctx, i, readable(picture))
		if err != nil {
			return memory.Extracted{}, err
		}
		b.Page(strconv.Itoa(i + 1))
		memorypages.Write(&b, read)
	}
	out, err := b.Extracted()
	out.Media = p.media
	return out, err
}

// Render gives a page, from 0, at a width in pixels. core.NotFound when the file has no such page.
func (x Extractor) Render(_ context.Context, file []byte, index, width int) (*image.RGBA, error) {
	p, err := open(file)
	if err != nil {
		return nil, err
	}
	if index < 0 || index >= p.count() {
		return nil, core.E(core.NotFound, "errors.memory_no_page", nil)
	}
	picture, err := p.page(index)
	if err != nil {
		return nil, err
	}
	return sized(picture, width), nil
}
