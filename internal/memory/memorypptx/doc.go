// Package memorypptx reads PowerPoint presentations (PPTX).
//
// Promises: slides come in the order of the show, each marked, its title as a heading, then what stands on
// it from top to bottom: paragraphs, lists, tables as rows, the words of diagrams; its speaker notes follow.
// Dates, footers and numbers that repeat on every slide, and comments, stay out. The archive is hostile, see
// memoryzipxml.
package memorypptx

import (
	"context"
	"encoding/xml"
	"errors"
	"strconv"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/memory/memoryzipxml"
)

// Media is the media type of what is read here.
const Media = "application/vnd.openxmlformats-officedocument.presentationml.presentation"

// maxSlides bounds a presentation.
const maxSlides = 2000

// Extractor satisfies memory.Extractor. It holds no state.
type Extractor struct{}

var _ memory.Extractor = Extractor{}

// New makes the extractor.
func New() Extractor { return Extractor{} }

var errMissing = errors.New("the archive has no presentation part")

// Extract reads the file.
func (Extractor) Extract(ctx context.Context, _ string, file []byte) (memory.Extracted, error) {
	a, err := memoryzipxml.Open(file)
	if err != nil {
		return memory.Extracted{}, err
	}
	slides, err := slidesOf(ctx, a)
	if err != nil {
		return memory.Extracted{}, err
	}
	var b memory.TextBuilder
	for i, part := range slides {
		b.Gap()
		b.Slide(strconv.Itoa(i + 1))
		if err := readSlide(ctx, a, part, &b); err != nil {
			return memory.Extracted{}, err
		}
	}
	dated, err := a.Saved(ctx)
	if err != nil {
		return memory.Extracted{}, err
	}
	b.Dated(dated)
	out, err := b.Extracted()
	out.Media = Media
	return out, err
}

// slidesOf lists the parts of the slides in the order of the show.
func slidesOf(ctx context.Context, a *memoryzipxml.Archive) ([]string, error) {
	whole, err := a.Relations(ctx, "")
	if err != nil {
		return nil, err
	}
	main := memoryzipxml.Related(whole, "officeDocument")
	if main == "" {
		main = "ppt/presentation.xml"
	}
	if !a.Has(main) {
		return nil, memoryzipxml.Damaged(errMissing)
	}
	relations, err := a.Relations(ctx, main)
	if err != nil {
		return nil, err
	}
	targets := map[string]string{}
	for _, r := range relations {
		if r.Type == "slide" && !r.External {
			targets[r.ID] = r.Target
		}
	}
	var slides []string
	err = a.Walk(ctx, main, memoryzipxml.Handler{Start: func(_ *memoryzipxml.Walker, e xml.StartElement) error {
		if target := targets[relationOf(e)]; e.Name.Local == "sldId" && target != "" {
			slides = append(slides, target)
		}
		if len(slides) > maxSlides {
			return core.E(core.TooLarge, "errors.memory_pages_many", core.Args{"Pages": len(slides), "Max": maxSlides})
		}
		return nil
	}})
	return slides, err
}

// relationOf gives r:id, beside which stands an id without prefix.
func relationOf(e xml.StartElement) string {
	for _, at := range e.Attr {
		if at.Name.Local == "id" && at.Name.Space != "" {
			return at.Value
		}
	}
	return ""
}

func readSlide(ctx context.Context, a *memoryzipxml.Archive, part string, b *memory.TextBuilder) error {
	s := &slide{}
	if err := a.Walk(ctx, part, memoryzipxml.Handler{Start: s.start, Text: s.text, End: s.end}); err != nil {
		return err
	}
	s.write(b)
	relations, err := a.Relations(ctx, part)
	if err != nil {
		return err
	}
	for _, r := range relations {
		if r.External {
			continue
		}
		switch r.Type {
		case "diagramData", "notesSlide":
			aside := &slide{notes: r.Type == "notesSlide", diagram: r.Type == "diagramData"}
			if err := a.Walk(ctx, r.Target, memoryzipxml.Handler{Start: aside.start, Text: aside.text, End: aside.end}); err != nil {
				return err
			}
			aside.write(b)
		}
	}
	return nil
}
