package app

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/memory/memoryformats"
	"github.com/solidaire-coop/solidaire/internal/memory/memorypages"
	"github.com/solidaire-coop/solidaire/internal/memory/memorypdfium"
	"github.com/solidaire-coop/solidaire/internal/memory/memoryprocess"
	"github.com/solidaire-coop/solidaire/internal/memory/memorytesseract"
)

// ReaderWord begins the command line of a reader of files: this program, started again by itself. It is no command
// for people.
const ReaderWord = "extract"

// How long reading may take, and how long its parts stay in memory after the last file.
const (
	readingTime     = 30 * time.Minute // of one file; recognition takes seconds a page
	readingPatience = 3 * time.Minute  // without a sign of life
	readerIdle      = time.Minute
	pdfIdle         = 30 * time.Second
	readersAtOnce   = 2
	drawingTime     = 30 * time.Second // of one page
)

// reading is how files become text, and pages pictures.
type reading interface {
	memory.Extractor
	// Render draws a page, from 0, at a width in pixels, as PNG.
	Render(ctx context.Context, name string, file []byte, page, width int) ([]byte, error)
	Close() error
}

// openReading reads files in processes of their own; in this one when none can be started.
func (a *App) openReading() reading {
	cache := filepath.Join(a.dir.RunFiles(), "pdfium")
	if len(a.reader) == 0 {
		formats, pdf := readers(memorypdfium.Config{CacheDir: cache, Idle: pdfIdle}, os.Environ(), func(r memorypages.Recognizer) memorypages.Recognizer { return r })
		return inside{formats, pdf}
	}
	config := memoryprocess.Config{
		Command: append(slices.Clip(a.reader), cache), Environ: readerEnviron(os.Environ()), Size: readersAtOnce,
		MaxTime: readingTime, Patience: readingPatience, Idle: readerIdle, Log: a.log,
	}
	drawing := config
	drawing.Size, drawing.MaxTime = 1, drawingTime
	return apart{Pool: memoryprocess.New(config), drawing: memoryprocess.New(drawing)}
}

// apart reads files in processes of their own, and draws in another: whoever looks at a page does not wait for a
// scan that is being read.
type apart struct {
	*memoryprocess.Pool
	drawing *memoryprocess.Pool
}

// Render implements reading.
func (a apart) Render(ctx context.Context, name string, file []byte, page, width int) ([]byte, error) {
	return a.drawing.Render(ctx, name, file, page, width)
}

// Close implements reading.
func (a apart) Close() error { return errors.Join(a.Pool.Close(), a.drawing.Close()) }

// ServeReader is the other side: it reads files that come through in until in ends. args follow ReaderWord.
func ServeReader(ctx context.Context, args []string, in io.Reader, out io.Writer) error {
	config := memorypdfium.Config{Idle: pdfIdle, Killable: true}
	if len(args) > 0 {
		config.CacheDir = args[0]
	}
	return memoryprocess.Serve(ctx, in, out, func(alive func()) memoryprocess.Worker {
		formats, _ := readers(config, os.Environ(), func(r memorypages.Recognizer) memorypages.Recognizer { return lively{r, alive} })
		return formats
	})
}

// readers are the readers of all formats.
func readers(pdf memorypdfium.Config, environ []string, wrap func(memorypages.Recognizer) memorypages.Recognizer) (*memoryformats.Formats, *memorypdfium.Extractor) {
	recognizer := wrap(memorytesseract.New(memorytesseract.Program, environ))
	pdf.Recognizer = recognizer
	reader := memorypdfium.New(pdf)
	return memoryformats.New(memoryformats.Config{PDF: reader, Recognizer: recognizer}), reader
}

// lively tells after each page that work goes on.
type lively struct {
	memorypages.Recognizer
	alive func()
}

// Recognize implements memorypages.Recognizer.
func (l lively) Recognize(ctx context.Context, page int, picture *image.Gray) ([]memorypages.Paragraph, error) {
	defer l.alive()
	return l.Recognizer.Recognize(ctx, page, picture)
}

// readerEnviron keeps of the environment what finding and running Tesseract takes: readers know no secret.
func readerEnviron(environ []string) []string {
	return slices.DeleteFunc(slices.Clone(environ), func(entry string) bool {
		name, _, _ := strings.Cut(entry, "=")
		return !slices.Contains([]string{"PATH", "TESSDATA_PREFIX", "TMPDIR", "LANG", "LC_ALL", "SYSTEMROOT"}, name)
	})
}

// inside reads files in this process.
type inside struct {
	*memoryformats.Formats
	pdf *memorypdfium.Extractor
}

// Render implements reading.
func (i inside) Render(ctx context.Context, name string, file []byte, page, width int) ([]byte, error) {
	drawn, err := i.Formats.Render(ctx, name, file, page, width)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = png.Encode(&b, drawn)
	return b.Bytes(), err
}

// Close implements reading.
func (i inside) Close() error { return i.pdf.Close() }
