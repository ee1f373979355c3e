// Package memorypdfium reads PDF files into the memory with PDFium, compiled to WebAssembly.
//
// Promises: PDFium runs in a sandbox that has no files, no network and bounded memory; a file that loops or
// crashes it harms that file alone. Pages, characters and time are bounded. Words cut at a line's end are
// mended, lines become paragraphs, big or bold lines headings, aligned cells table rows, filled form fields
// text; headers, footers and page numbers stay out. Pages are marked and every word keeps its place, for the
// reader to show it on the image of the page. A page that is a picture is read by recognition where that is
// installed; where it is not, a file that has no other text is refused with a next step: nothing is guessed.
//
// Starting PDFium costs about a second and tens of megabytes, so it starts with the first PDF and goes when no
// PDF has come for a while.
package memorypdfium

import (
	"bytes"
	"context"
	"errors"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/memory/memorypages"
)

// Media is the media type of what is read here.
const Media = "application/pdf"

// Bounds of one file.
const (
	maxPages     = 2000
	maxPageChars = 200_000
)

// Config says how PDFium runs.
type Config struct {
	CacheDir string        // keeps PDFium's compiled code between starts; "" keeps none
	Idle     time.Duration // PDFium is released when no PDF came for so long
	// Killable says that whoever started this process ends it when a file takes too long. PDFium then runs
	// without looking at the context, which is much faster.
	Killable   bool
	Recognizer memorypages.Recognizer // reads pages that are pictures
	// MaxTime bounds the reading of one file, pages that are recognised not counted. 0: two minutes.
	MaxTime time.Duration
}

// Extractor satisfies memory.Extractor. It is safe for concurrent use; files are read one at a time.
type Extractor struct {
	engine *engine
	config Config
}

var _ memory.Extractor = (*Extractor)(nil)

// New makes the extractor.
func New(c Config) *Extractor {
	if c.MaxTime == 0 {
		c.MaxTime = 2 * time.Minute
	}
	return &Extractor{engine: &engine{config: c}, config: c}
}

// Close releases PDFium. The extractor can be used again: the next PDF starts it anew.
func (x *Extractor) Close() error { return x.engine.close() }

// Extract reads the file.
func (x *Extractor) Extract(ctx context.Context, _ string, file []byte) (memory.Extracted, error) {
	var pages []page
	err := x.bounded(ctx, file, func(ctx context.Context, s *sandbox) (err error) {
		pages, err = readPages(ctx, s, file)
		return err
	})
	if err != nil {
		return memory.Extracted{}, err
	}
	notice, err := x.recognize(ctx, file, pages)
	if err != nil {
		return memory.Extracted{}, err
	}
	out, err := layOut(pages)
	out.Media, out.Notice = Media, notice
	return out, err
}

// bounded lends a sandbox for at most the time of one file.
func (x *Extractor) bounded(ctx context.Context, file []byte, do func(context.Context, *sandbox) error) error {
	if !bytes.Contains(file[:min(len(file), 1024)], []byte("%PDF-")) {
		return damaged(errors.New("no PDF mark"))
	}
	limited, cancel := context.WithTimeout(ctx, x.config.MaxTime)
	defer cancel()
	err := x.engine.use(limited, func(s *sandbox) error { return do(limited, s) })
	var known *core.Error
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return core.Wrap(ctx.Err(), core.Cancelled, "errors.cancelled", nil)
	case limited.Err() != nil:
		return core.Wrap(limited.Err(), core.TooLarge, "errors.memory_file_slow", core.Args{"Seconds": int(x.config.MaxTime.Seconds())})
	case errors.As(err, &known):
		return known
	}
	return damaged(err)
}

func damaged(err error) error {
	return core.Wrap(err, core.Corrupt, "errors.memory_file_damaged", nil)
}
