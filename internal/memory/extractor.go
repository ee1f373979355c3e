package memory

import (
	"context"
	"errors"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// Extractor reads the text out of files. What it is given is hostile: it bounds its size, time and
// memory, never panics, and leaves no goroutine behind. It tells formats by the bytes of a file and asks
// its name only where bytes cannot tell.
type Extractor interface {
	// Extract gives the text by the convention of lines: a line is a whole paragraph, list item,
	// table row or heading; a blank line parts paragraphs. Errors are core.Errors with a next step.
	Extract(ctx context.Context, name string, file []byte) (Extracted, error)
}

// Extracted is what was read.
type Extracted struct {
	Text   string  // valid UTF-8 in composed form (NFC), at most MaxTextBytes
	Marks  []Mark  // in order of Start; a heading's mark stands at the first byte of its line
	Places []Place // in order of Start; where words stand on page images, none when there are no pages
	Title  string  // "" when the file states none
	Dated  time.Time
	Pages  int
	Media  string // "application/pdf", "text/markdown", …
	// Notice says what could not be read though the rest was; nil when nothing is missing.
	Notice *core.Error
}

// Place is where a byte range stands on the image of a page: a word, or the part of it that one line
// holds. Sides are in PlaceUnits of the page's width and height, from its top left corner.
type Place struct {
	Start, End               int
	Page                     int // from 0
	Left, Top, Right, Bottom uint16
}

// PlaceUnits is the width and the height of a page in the units of a Place.
const PlaceUnits = 1 << 15

var errExtracted = errors.New("what was extracted does not hold together")

// check holds marks and places against the text. An extractor has seen hostile bytes and is not believed.
func (x Extracted) check() error {
	end, page := 0, 0
	for _, m := range x.Marks {
		if m.Start < end || m.Start > len(x.Text) || !m.IsPage() && m.Kind != MarkHeading || clean(m.Label) != m.Label {
			return core.Wrap(errExtracted, core.Corrupt, "errors.memory_file_damaged", nil)
		}
		end = m.Start
	}
	end = 0
	for _, p := range x.Places {
		if p.Start < end || p.End < p.Start || p.End > len(x.Text) || p.Page < page || p.Page > MaxMarks {
			return core.Wrap(errExtracted, core.Corrupt, "errors.memory_file_damaged", nil)
		}
		end, page = p.End, p.Page
	}
	if clean(x.Title) != x.Title || len(x.Title) > maxContextBytes || len(x.Media) > 100 || x.Pages < 0 {
		return core.Wrap(errExtracted, core.Corrupt, "errors.memory_file_damaged", nil)
	}
	return nil
}

// Bounds of extracted text. What is beyond is refused, never cut in silence.
const (
	MaxTextBytes = 16 << 20
	MaxMarks     = 20_000
)

// MaxPlaces bounds the places of a text: a text of the greatest size has no more words.
const MaxPlaces = MaxTextBytes / 2
