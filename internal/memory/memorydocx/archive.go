package memorydocx

import (
	"archive/zip"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
)

// Bounds of an archive.
const (
	maxEntries   = 10_000
	maxPartBytes = 96 << 20 // one part of XML, unpacked
	maxRatio     = 300      // unpacked over packed, for parts above ratioFrom
	ratioFrom    = 1 << 20
	maxDepth     = 200
)

var errMissing = errors.New("the archive has no document part")

// archive is an open DOCX.
type archive struct {
	files map[string]*zip.File
	main  string // path of the document part
}

func open(z *zip.Reader) (*archive, error) {
	if len(z.File) > maxEntries {
		return nil, core.E(core.TooLarge, "errors.memory_archive_bomb", nil)
	}
	a := &archive{files: map[string]*zip.File{}, main: "word/document.xml"}
	for _, f := range z.File {
		a.files[strings.TrimPrefix(f.Name, "/")] = f
	}
	if err := a.findMain(); err != nil {
		return nil, err
	}
	if a.files[a.main] == nil {
		return nil, damaged(errMissing)
	}
	return a, nil
}

// findMain follows the package's relations to the document part.
func (a *archive) findMain() error {
	return a.parse(context.Background(), "_rels/.rels", func(_ *walker, e xml.StartElement) error {
		if e.Name.Local == "Relationship" && strings.HasSuffix(attr(e, "Type"), "/officeDocument") {
			a.main = strings.TrimPrefix(path.Clean("/"+attr(e, "Target")), "/")
		}
		return nil
	}, nil)
}

// beside gives the path of a part in the folder of the document part.
func (a *archive) beside(name string) string { return path.Join(path.Dir(a.main), name) }

// walker is the state of a parse: the decoder and the names of the open elements.
type walker struct {
	*xml.Decoder
	path []string
}

// parent names the element that holds the one being entered.
func (w *walker) parent() string {
	if len(w.path) < 2 {
		return ""
	}
	return w.path[len(w.path)-2]
}

// skip passes over the element being entered.
func (w *walker) skip() error {
	for depth := 1; depth > 0; {
		token, err := w.RawToken()
		if err != nil {
			return partError(err)
		}
		switch token.(type) {
		case xml.StartElement:
			depth++
		case xml.EndElement:
			depth--
		}
	}
	w.path = w.path[:len(w.path)-1]
	return nil
}

// handler sees what a part holds. text and end may be nil.
type handler struct {
	text func(s string)
	end  func(name string) error
}

// parse walks one part. A part that is not there holds nothing.
func (a *archive) parse(ctx context.Context, name string, start func(w *walker, e xml.StartElement) error, h *handler) error {
	r, err := a.part(name)
	if err != nil || r == nil {
		return err
	}
	defer r.Close()
	w := &walker{Decoder: xml.NewDecoder(r)}
	for n := 0; ; n++ {
		if n%4096 == 0 && ctx.Err() != nil {
			return core.Wrap(ctx.Err(), core.Cancelled, "errors.cancelled", nil)
		}
		token, err := w.RawToken()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return partError(err)
		}
		if err := w.handle(token, start, h); err != nil {
			return err
		}
	}
}

func (w *walker) handle(token xml.Token, start func(*walker, xml.StartElement) error, h *handler) error {
	switch t := token.(type) {
	case xml.StartElement:
		w.path = append(w.path, t.Name.Local)
		if len(w.path) > maxDepth {
			return core.E(core.TooLarge, "errors.memory_archive_bomb", nil)
		}
		return start(w, t)
	case xml.EndElement:
		if len(w.path) == 0 || w.path[len(w.path)-1] != t.Name.Local {
			return damaged(fmt.Errorf("element %q closes nothing", t.Name.Local))
		}
		w.path = w.path[:len(w.path)-1]
		if h != nil && h.end != nil {
			return h.end(t.Name.Local)
		}
	case xml.CharData:
		if h != nil && h.text != nil {
			h.text(string(t))
		}
	}
	return nil
}

func partError(err error) error {
	var known *core.Error
	if errors.As(err, &known) {
		return known
	}
	return damaged(err)
}

// part opens one part behind its bounds.
func (a *archive) part(name string) (io.ReadCloser, error) {
	f := a.files[name]
	if f == nil {
		return nil, nil
	}
	bomb := core.E(core.TooLarge, "errors.memory_archive_bomb", nil)
	packed := max(f.CompressedSize64, 1)
	if f.UncompressedSize64 > maxPartBytes || (f.UncompressedSize64 > ratioFrom && f.UncompressedSize64/packed > maxRatio) {
		return nil, bomb
	}
	r, err := f.Open()
	if err != nil {
		return nil, damaged(err)
	}
	return &bounded{r, maxPartBytes, bomb}, nil
}

// bounded stops a part whose stated size lied.
type bounded struct {
	io.ReadCloser
	left int64
	over error
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, b.over
	}
	return n, err
}

func attr(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// read puts the parts together.
func (a *archive) read(ctx context.Context) (memory.Extracted, error) {
	styles, err := a.styles(ctx)
	if err != nil {
		return memory.Extracted{}, err
	}
	numbers, err := a.numbering(ctx)
	if err != nil {
		return memory.Extracted{}, err
	}
	notes, err := a.notes(ctx)
	if err != nil {
		return memory.Extracted{}, err
	}
	d := &document{styles: styles, numbers: numbers, notes: notes}
	if err := a.parse(ctx, a.main, d.start, &handler{text: d.text, end: d.end}); err != nil {
		return memory.Extracted{}, err
	}
	d.writeNotes()
	return d.b.Extracted()
}

func composed(s string) string { return norm.NFC.String(s) }
