package memoryhttp

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
)

// pageView is the image of a page, with the passage on it.
type pageView struct {
	Page      int // from 1
	Pages     int
	Src       string
	Large     string
	Lit       []rectangle
	Continues int // page on which the passage goes on; 0 when it does not
	Previous  string
	Next      string
}

// rectangle is in memory.PlaceUnits of the page.
type rectangle struct{ X, Y, Width, Height int }

// Widths of page images in pixels.
const (
	pageWidth  = 1240
	largeWidth = 2200
)

// pageImage chooses the page to show: the one asked for, or else the first that holds the passage. Without either,
// and for documents without page images, there is none.
func pageImage(places []memory.Place, lit span, asked, here string) *pageView {
	if len(places) == 0 {
		return nil
	}
	pages := places[len(places)-1].Page + 1
	first, last, found := pagesOfRange(places, lit)
	page, err := strconv.Atoi(asked)
	switch {
	case err == nil && page >= 1 && page <= pages:
	case found:
		page = first + 1
	default:
		return nil
	}
	v := &pageView{Page: page, Pages: pages, Lit: rectangles(places, page-1, lit)}
	v.Src = pageHref(here, page, false)
	v.Large = pageHref(here, page, true)
	if found && len(v.Lit) > 0 && last >= page {
		v.Continues = page + 1
	}
	if page > 1 {
		v.Previous = withPage(here, page-1)
	}
	if page < pages {
		v.Next = withPage(here, page+1)
	}
	return v
}

// pagesOfRange gives the first and the last page that hold words of a range.
func pagesOfRange(places []memory.Place, lit span) (first, last int, found bool) {
	for _, p := range places {
		if p.Start >= lit.end || p.End <= lit.start {
			continue
		}
		if !found {
			first, found = p.Page, true
		}
		last = p.Page
	}
	return first, last, found
}

// rectangles covers the words of a range on a page, one rectangle for each line. A word that the range cuts is
// covered as far as it goes.
func rectangles(places []memory.Place, page int, lit span) []rectangle {
	var out []rectangle
	for _, p := range places {
		if p.Page != page || p.Start >= lit.end || p.End <= lit.start || p.End == p.Start {
			continue
		}
		width := int(p.Right) - int(p.Left)
		left := int(p.Left) + width*(max(lit.start, p.Start)-p.Start)/(p.End-p.Start)
		right := int(p.Left) + width*(min(lit.end, p.End)-p.Start)/(p.End-p.Start)
		r := rectangle{left, int(p.Top), right - left, int(p.Bottom) - int(p.Top)}
		if n := len(out); n > 0 && sameLine(out[n-1], r) {
			out[n-1] = joined(out[n-1], r)
			continue
		}
		out = append(out, r)
	}
	return out
}

// sameLine tells a word that follows on the line: it stands at the height of the line, to its right and near.
func sameLine(line, word rectangle) bool {
	middle := word.Y + word.Height/2
	near := word.X - (line.X + line.Width)
	return middle > line.Y && middle < line.Y+line.Height && near > -line.Height && near < 3*line.Height
}

func joined(a, b rectangle) rectangle {
	x, y := min(a.X, b.X), min(a.Y, b.Y)
	return rectangle{x, y, max(a.X+a.Width, b.X+b.Width) - x, max(a.Y+a.Height, b.Y+b.Height) - y}
}

// withPage is the reader's address with the image of a page.
func withPage(address string, page int) string {
	return joint(address) + fmt.Sprintf("page=%d#page-image", page)
}

// pageHref is the address of the image itself.
func pageHref(address string, page int, large bool) string {
	version, _, _ := strings.Cut(address, "?")
	out := fmt.Sprintf("%s/pages/%d", version, page)
	if large {
		out += "?large=1"
	}
	return out
}

func joint(address string) string {
	if strings.Contains(address, "?") {
		return address + "&"
	}
	return address + "?"
}

// page sends the image of a page. Whoever may read the version may see it.
func (p *Pages) page(w http.ResponseWriter, r *http.Request) error {
	number, err := strconv.Atoi(r.PathValue("page"))
	if err != nil || number < 1 {
		return core.E(core.NotFound, "errors.memory_no_page", nil)
	}
	width := pageWidth
	if r.URL.Query().Get("large") != "" {
		width = largeWidth
	}
	hash := r.PathValue("hash")
	if _, err := p.memory.Version(r.Context(), organisation(r), hash); err != nil { // before what is kept here is looked at
		return err
	}
	image, err := p.images.get(r.Context(), imageKey{organisation(r), hash, number, width}, func(ctx context.Context) ([]byte, error) {
		return p.memory.DrawPage(ctx, organisation(r), hash, number-1, width)
	})
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "image/png")
	w.Header().Set("Content-Length", strconv.Itoa(len(image)))
	_, err = w.Write(image)
	return err
}
