package memoryhttp

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/platform/web"
)

// readerView is one version, whole or in parts.
type readerView struct {
	web.Page
	Name     string // document name, shown when it is not the title
	Hash     string
	FileHash string
	Media    string
	Seen     time.Time
	Dated    time.Time
	Newer    string      // address of the newer version; "" when this is the newest
	Notice   *core.Error // what of the file could not be read
	Quote    *quoteView
	Image    *pageView
	Contents []contentsItem
	Blocks   []block
	Part     int // shown when there are several
	Parts    int
	Previous string
	Next     string
}

// quoteView is the range that the reader came for.
type quoteView struct {
	Start, End int
	SHA256     string
	Widened    bool
	Href       string // of the range, on the part that holds it
}

type contentsItem struct {
	Label string
	Level int
	Href  string
}

func (p *Pages) read(w http.ResponseWriter, r *http.Request) error {
	v, err := p.memory.Version(r.Context(), organisation(r), r.PathValue("hash"))
	if err != nil {
		return err
	}
	lit, widened, err := askedRange(r.URL.Query(), v.Text)
	if err != nil {
		return err
	}
	view := readerView{Page: p.site.Page(r, title(v.Title, v.Name), web.Memory), Name: valid(v.Name), Hash: v.Hash,
		FileHash: v.FileHash, Media: v.Media, Seen: v.Seen, Dated: v.Dated, Notice: v.Notice}
	if view.Name == view.Title {
		view.Name = ""
	}
	if v.Newer != "" {
		view.Newer = versionHref(v.Newer)
	}
	view.show(v, lit, widened, r.URL.Query().Get("part"))
	places, err := p.memory.Places(r.Context(), organisation(r), v.Hash)
	if err != nil {
		return err
	}
	here := view.here(lit)
	view.Image = pageImage(places, lit, r.URL.Query().Get("page"), here)
	if len(places) > 0 {
		linkPages(view.Blocks, here)
	}
	return p.templates.Render(w, r, "reader.html", view)
}

// askedRange reads the range from the address; there may be none.
func askedRange(query url.Values, text string) (lit span, widened bool, err error) {
	if !query.Has("start") && !query.Has("end") {
		return span{}, false, nil
	}
	start, startErr := strconv.Atoi(query.Get("start"))
	end, endErr := strconv.Atoi(query.Get("end"))
	if startErr != nil || endErr != nil {
		return span{}, false, core.E(core.Invalid, "errors.memorypages_range", nil)
	}
	return rangeIn(text, span{start, end})
}

// show lays out the part asked for: by default the one that holds the range, or the first.
func (view *readerView) show(v memory.Version, lit span, widened bool, asked string) {
	all := parts(v.Text, partBytes)
	view.Parts = len(all)
	part := partOf(all, lit.start)
	if n, err := strconv.Atoi(asked); err == nil && n >= 1 && n <= len(all) {
		part = n - 1
	}
	view.Part = part + 1
	here := view.here(lit)
	if lit.start < lit.end {
		sum := sha256.Sum256([]byte(v.Text[lit.start:lit.end]))
		view.Quote = &quoteView{Start: lit.start, End: lit.end, SHA256: hex.EncodeToString(sum[:]), Widened: widened,
			Href: "#q"}
		if part != partOf(all, lit.start) {
			view.Quote.Href = here + "#q"
		}
	}
	if part > 0 {
		view.Previous = withPart(here, part)
	}
	if part < len(all)-1 {
		view.Next = withPart(here, part+2)
	}
	view.Contents = contents(v, all, part, here)
	view.Blocks = layout(v.Text, v.Marks, all[part], lit)
}

// here is the address of the version with the range.
func (view *readerView) here(lit span) string {
	if lit.start == lit.end {
		return versionHref(view.Hash)
	}
	return fmt.Sprintf("%s?start=%d&end=%d", versionHref(view.Hash), lit.start, lit.end)
}

// linkPages leads from the marks of pages to their images.
func linkPages(blocks []block, here string) {
	for i, b := range blocks {
		if number, err := strconv.Atoi(b.Page); err == nil && number > 0 && !b.Slide {
			blocks[i].Image = withPage(here, number)
		}
	}
}

func withPart(address string, part int) string {
	return joint(address) + fmt.Sprintf("part=%d", part)
}

// maxContents bounds the outline: a longer one is no help.
const maxContents = 200

// contents lists the headings, wherever they are.
func contents(v memory.Version, all []span, shown int, here string) []contentsItem {
	var out []contentsItem
	for _, m := range v.Marks {
		if m.Kind != "heading" || m.Start < 0 || m.Start >= len(v.Text) || len(out) == maxContents {
			continue
		}
		item := contentsItem{Label: valid(m.Label), Level: min(max(m.Level, 1), 4), Href: "#" + anchor(m)}
		if part := partOf(all, m.Start); part != shown {
			item.Href = withPart(here, part+1) + item.Href
		}
		out = append(out, item)
	}
	if len(out) < 3 {
		return nil
	}
	return out
}
