package memorydocx

import (
	"context"
	"encoding/xml"
	"errors"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/memory/memoryzipxml"
)

var errMissing = errors.New("the archive has no document part")

// archive is an open DOCX.
type archive struct {
	*memoryzipxml.Archive
	main      string // path of the document part
	relations []memoryzipxml.Relation
}

// open follows the package's relations to the document part.
func open(ctx context.Context, file []byte) (*archive, error) {
	z, err := memoryzipxml.Open(file)
	if err != nil {
		return nil, err
	}
	a := &archive{Archive: z, main: "word/document.xml"}
	whole, err := z.Relations(ctx, "")
	if err != nil {
		return nil, err
	}
	if main := memoryzipxml.Related(whole, "officeDocument"); main != "" {
		a.main = main
	}
	if !z.Has(a.main) {
		return nil, memoryzipxml.Damaged(errMissing)
	}
	a.relations, err = z.Relations(ctx, a.main)
	return a, err
}

// beside gives the path of a part in the folder of the document part.
func (a *archive) beside(name string) string { return memoryzipxml.Beside(a.main, name) }

// walk goes through a part and sees only what begins.
func (a *archive) walk(ctx context.Context, part string, start func(*memoryzipxml.Walker, xml.StartElement) error) error {
	return a.Walk(ctx, part, memoryzipxml.Handler{Start: start})
}

func attr(e xml.StartElement, name string) string { return memoryzipxml.Attr(e, name) }

// read puts the parts together: what stands at the top of the pages once, the text with its notes, what
// stands at their bottom once.
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
	if err := a.furniture(ctx, d, "header"); err != nil {
		return memory.Extracted{}, err
	}
	if err := a.Walk(ctx, a.main, memoryzipxml.Handler{Start: d.start, Text: d.text, End: d.end}); err != nil {
		return memory.Extracted{}, err
	}
	d.writeNotes()
	if err := a.furniture(ctx, d, "footer"); err != nil {
		return memory.Extracted{}, err
	}
	dated, err := a.Saved(ctx)
	if err != nil {
		return memory.Extracted{}, err
	}
	d.b.Dated(dated)
	out, err := d.b.Extracted()
	out.Media = Media
	return out, err
}

// furniture reads the headers or the footers: each text once, whatever pages it stands on.
func (a *archive) furniture(ctx context.Context, d *document, kind string) error {
	seen := map[string]bool{}
	for _, r := range a.relations {
		if r.Type != kind || r.External || len(seen) == maxFurniture {
			continue
		}
		f := &document{styles: d.styles, numbers: d.numbers}
		if err := a.Walk(ctx, r.Target, memoryzipxml.Handler{Start: f.start, Text: f.text, End: f.end}); err != nil {
			return err
		}
		text, err := f.b.Extracted()
		if err != nil || seen[text.Text] || !slices.ContainsFunc(strings.Fields(text.Text), isWord) {
			continue // empty, or « Page 1 sur 3 » without more
		}
		seen[text.Text] = true
		for line := range strings.SplitSeq(text.Text, "\n") {
			d.b.Paragraph(line)
		}
	}
	return nil
}

// maxFurniture bounds the headers that are read: one for each section of a long document.
const maxFurniture = 50

// isWord tells a word of its own from the parts of a page number.
func isWord(s string) bool {
	switch strings.ToLower(strings.Trim(s, ".,:/|-–—")) {
	case "page", "p", "sur", "of", "de", "/":
		return false
	}
	return strings.ContainsFunc(s, func(r rune) bool { return r > '9' && r != '–' && r != '—' && r != '|' })
}

func composed(s string) string { return norm.NFC.String(s) }
