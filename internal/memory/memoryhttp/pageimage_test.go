package memoryhttp

import (
	"image/png"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/platform/web/pagetest"
)

// paged is the furnished memory whose statutes have page images.
func paged() *fake {
	f := furnished()
	f.paged = true
	return f
}

func TestThePassageIsHighlightedOnTheImageOfItsPage(t *testing.T) {
	t.Parallel()
	h := pagesOf(t, paged())
	start := at(quorum)
	page := pagetest.Do(t, h, pagetest.Ask{Path: readerPath(start, start+len(quorum)), Session: pagetest.Member})
	page.Says(t, "Image de la page 7", "Page 7 sur 8", "Page précédente", "Page suivante")
	image := page.One(t, "img")
	if image.Attribute("src") != "/memory/versions/"+statutsHash+"/pages/7" || !strings.Contains(image.Attribute("alt"), "passage cité") {
		t.Errorf("%s %s", image.Attribute("src"), image.Attribute("alt"))
	}
	if lit := page.All("rect"); len(lit) == 0 {
		t.Error("nothing is highlighted on the image")
	}
	other := pagetest.Do(t, h, pagetest.Ask{Path: readerPath(start, start+len(quorum)) + "&page=8", Session: pagetest.Member})
	other.Says(t, "Image de la page 8")
	if len(other.All("rect")) != 0 || len(other.All("mark")) != 1 {
		t.Error("another page shows the passage")
	}
}

func TestWithoutAPassageTheImageIsAskedFor(t *testing.T) {
	t.Parallel()
	h := pagesOf(t, paged())
	plain := pagetest.Do(t, h, pagetest.Ask{Path: "/memory/versions/" + statutsHash, Session: pagetest.Member})
	if len(plain.All("img")) != 0 || !plain.LinksTo("/memory/versions/"+statutsHash+"?page=7#page-image") {
		t.Error("the marks of pages do not lead to their images")
	}
	for _, asked := range []string{"0", "9", "x", "-1"} {
		if page := pagetest.Do(t, h, pagetest.Ask{Path: "/memory/versions/" + statutsHash + "?page=" + asked, Session: pagetest.Member}); len(page.All("img")) != 0 {
			t.Errorf("page %s has an image", asked)
		}
	}
	if page := pagetest.Do(t, pagesOf(t, furnished()), pagetest.Ask{Path: "/memory/versions/" + statutsHash + "?page=7", Session: pagetest.Member}); len(page.All("img")) != 0 {
		t.Error("a document without page images shows one")
	}
}

// look asks for the image of a page.
func look(h http.Handler, page, session string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, "/memory/versions/"+statutsHash+"/pages/"+page, nil)
	if session != "" {
		r.AddCookie(&http.Cookie{Name: "solidaire_session", Value: session})
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestTheImageOfAPage(t *testing.T) {
	t.Parallel()
	f := paged()
	h := pagesOf(t, f)
	for range 2 {
		got := look(h, "7", pagetest.Member)
		drawn, err := png.Decode(got.Body)
		if err != nil || drawn.Bounds().Dx() != pageWidth || got.Header().Get("Content-Type") != "image/png" || got.Header().Get("Cache-Control") != "no-store" {
			t.Fatalf("%v %v", err, got.Header())
		}
	}
	if len(f.drawn) != 1 {
		t.Errorf("drawn %v: an image is kept for the next look", f.drawn)
	}
	for _, page := range []string{"9", "0", "x"} {
		if got := look(h, page, pagetest.Member); got.Code != http.StatusNotFound {
			t.Errorf("page %s: %d", page, got.Code)
		}
	}
	if got := look(h, "7", ""); got.Code == http.StatusOK {
		t.Error("a stranger sees the page")
	}
}

func TestRectanglesCoverLines(t *testing.T) {
	t.Parallel()
	word := func(start, end, page int, left, right, top uint16) memory.Place {
		return memory.Place{Start: start, End: end, Page: page, Left: left, Right: right, Top: top, Bottom: top + 100}
	}
	places := []memory.Place{
		word(0, 4, 0, 100, 200, 50), word(5, 9, 0, 220, 320, 55), word(10, 14, 0, 100, 200, 200), // two lines
		word(15, 19, 0, 2000, 2100, 205), // another column
		word(20, 24, 1, 100, 200, 50),
	}
	for _, c := range []struct {
		name string
		page int
		lit  span
		want []rectangle
	}{
		{"all of the page", 0, span{0, 24}, []rectangle{{100, 50, 220, 105}, {100, 200, 100, 100}, {2000, 205, 100, 100}}},
		{"the next page", 1, span{0, 24}, []rectangle{{100, 50, 100, 100}}},
		{"half a word", 0, span{2, 7}, []rectangle{{150, 50, 120, 105}}},
		{"between words", 0, span{4, 5}, nil},
	} {
		if diff := cmp.Diff(c.want, rectangles(places, c.page, c.lit)); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
	if v := pageImage(places, span{0, 24}, "", "/v?start=0&end=24"); v.Page != 1 || v.Continues != 2 || v.Next != "/v?start=0&end=24&page=2#page-image" || v.Previous != "" {
		t.Errorf("%+v", v)
	}
}

func TestKeptImagesAreBounded(t *testing.T) {
	t.Parallel()
	c := &images{}
	for i := range 100 {
		c.keep(imageKey{page: i}, make([]byte, 1<<20))
	}
	if c.size > maxImageBytes || len(c.kept) > maxImages || c.find(imageKey{page: 99}) == nil || c.find(imageKey{page: 1}) != nil {
		t.Errorf("%d images, %d bytes", len(c.kept), c.size)
	}
	c.forget()
	if c.find(imageKey{page: 99}) != nil || c.size != 0 {
		t.Error("an erased document's image is still here")
	}
}
