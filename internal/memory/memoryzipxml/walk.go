package memoryzipxml

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/net/html/charset"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// Bounds of one part of XML.
const (
	maxDepth      = 200
	maxTokenBytes = 32 << 20
)

// Walker is the state of a walk: the names of the open elements.
type Walker struct {
	decoder *xml.Decoder
	path    []string
}

// Parent names the element that holds the one being entered.
func (w *Walker) Parent() string { return w.Above(1) }

// Above names the element that stands steps above the one being entered; "" outside the root.
func (w *Walker) Above(steps int) string {
	if at := len(w.path) - 1 - steps; at >= 0 {
		return w.path[at]
	}
	return ""
}

// Inside tells whether an element of that name is open around the one being entered.
func (w *Walker) Inside(name string) bool {
	for _, open := range w.path[:max(len(w.path)-1, 0)] {
		if open == name {
			return true
		}
	}
	return false
}

// Skip passes over the element being entered.
func (w *Walker) Skip() error {
	for depth := 1; depth > 0; {
		token, err := w.decoder.RawToken()
		if err != nil {
			return known(err)
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

// Handler sees what a part holds. Text and End may be nil.
type Handler struct {
	Start func(w *Walker, e xml.StartElement) error
	Text  func(s string)
	End   func(name string) error
}

// Walk goes through one part of the archive. A part that is not there holds nothing.
func (a *Archive) Walk(ctx context.Context, name string, h Handler) error {
	r, err := a.open(name)
	if err != nil || r == nil {
		return err
	}
	defer r.Close()
	return WalkXML(ctx, r, h)
}

// WalkXML goes through a stream of XML. Names come without their prefixes; entities that XML does not
// define are an error, so nothing expands.
func WalkXML(ctx context.Context, r io.Reader, h Handler) error {
	w := &Walker{decoder: xml.NewDecoder(r)}
	w.decoder.CharsetReader = charset.NewReaderLabel
	for n := 0; ; n++ {
		if n%4096 == 0 && ctx.Err() != nil {
			return core.Wrap(ctx.Err(), core.Cancelled, "errors.cancelled", nil)
		}
		token, err := w.decoder.RawToken()
		if errors.Is(err, io.EOF) {
			return w.ended()
		}
		if err != nil {
			return known(err)
		}
		if err := w.handle(token, h); err != nil {
			return known(err)
		}
	}
}

// ended holds the end of the stream against the elements that are still open.
func (w *Walker) ended() error {
	if len(w.path) > 0 {
		return Damaged(io.ErrUnexpectedEOF)
	}
	return nil
}

func (w *Walker) handle(token xml.Token, h Handler) error {
	switch t := token.(type) {
	case xml.StartElement:
		w.path = append(w.path, t.Name.Local)
		if len(w.path) > maxDepth {
			return Bomb()
		}
		return h.Start(w, t)
	case xml.EndElement:
		if len(w.path) == 0 || w.path[len(w.path)-1] != t.Name.Local {
			return fmt.Errorf("element %q closes nothing", t.Name.Local)
		}
		w.path = w.path[:len(w.path)-1]
		if h.End != nil {
			return h.End(t.Name.Local)
		}
	case xml.CharData:
		if len(t) > maxTokenBytes {
			return Bomb()
		}
		if h.Text != nil {
			h.Text(string(t))
		}
	}
	return nil
}

// Attr gives an attribute by its name without prefix, "" when it is not there.
func Attr(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// Relation is a link of an Open XML part to another.
type Relation struct {
	ID, Type, Target string // Target is a path in the archive, or an address outside
	External         bool
}

// Relations reads the links of a part; "" gives those of the package.
func (a *Archive) Relations(ctx context.Context, part string) ([]Relation, error) {
	var out []Relation
	err := a.Walk(ctx, relationsPart(part), Handler{Start: func(_ *Walker, e xml.StartElement) error {
		if e.Name.Local != "Relationship" || len(out) >= maxEntries {
			return nil
		}
		r := Relation{ID: Attr(e, "Id"), Type: Attr(e, "Type"), Target: Attr(e, "Target"), External: Attr(e, "TargetMode") == "External"}
		if !r.External {
			r.Target = Beside(part, r.Target)
		}
		r.Type = r.Type[strings.LastIndexByte(r.Type, '/')+1:]
		out = append(out, r)
		return nil
	}})
	return out, err
}

func relationsPart(part string) string {
	folder, file := "", part
	if i := strings.LastIndexByte(part, '/'); i >= 0 {
		folder, file = part[:i+1], part[i+1:]
	}
	return folder + "_rels/" + file + ".rels"
}

// Related gives the target of the first link of that type, "" when there is none.
func Related(all []Relation, kind string) string {
	for _, r := range all {
		if r.Type == kind && !r.External {
			return r.Target
		}
	}
	return ""
}
