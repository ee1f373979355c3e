package memoryweb

import (
	"bufio"
	"compress/gzip"
	"context"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/memory/memoryremote"
)

// Bounds of sitemaps.
const (
	maxMaps     = 200
	maxMapBytes = 50 << 20 // unpacked, as the protocol has it
	maxPages    = 20_000
	maxAddress  = 2048
)

// walk goes through sitemaps and the sitemaps that they name.
type walk struct {
	*site
	todo  []*url.URL
	maps  int
	pages int
	found func(memory.SourceItem) error
}

func (w *walk) all(ctx context.Context) error {
	seen := map[string]bool{}
	for len(w.todo) > 0 {
		u := w.todo[0]
		w.todo = w.todo[1:]
		if seen[u.String()] {
			continue
		}
		seen[u.String()] = true
		if w.maps++; w.maps > maxMaps {
			return core.E(core.TooLarge, "errors.source_too_many", core.Args{"Max": maxPages})
		}
		if !w.allowed(u) {
			return core.E(core.Unavailable, "errors.source_site_robots", nil)
		}
		if err := w.one(ctx, u); err != nil {
			return err
		}
	}
	return nil
}

func (w *walk) one(ctx context.Context, u *url.URL) error {
	ctx, cancel := context.WithTimeout(ctx, pagePatience)
	defer cancel()
	res, err := w.get(ctx, u, nil)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		err := memoryremote.Refusal(res.StatusCode)
		if core.Is(err, core.NotFound) {
			err = core.Wrap(err, core.Unavailable, "errors.source_site_no_map", nil)
		}
		return err
	}
	plain, err := unpacked(res.Body)
	if err != nil {
		return core.Wrap(err, core.Unavailable, "errors.source_site_no_map", nil)
	}
	return w.read(ctx, &capped{plain, maxMapBytes})
}

// unpacked undoes gzip when the bytes are that, whatever the name says.
func unpacked(r io.Reader) (io.Reader, error) {
	buffered := bufio.NewReader(r)
	if head, err := buffered.Peek(2); err == nil && head[0] == 0x1f && head[1] == 0x8b {
		return gzip.NewReader(buffered)
	}
	return buffered, nil
}

// capped fails beyond its bound, so that a listing that was cut is never taken for a whole one.
type capped struct {
	r    io.Reader
	left int64
}

// Read passes on.
func (c *capped) Read(p []byte) (int, error) {
	if c.left <= 0 {
		return 0, core.E(core.TooLarge, "errors.source_too_many", core.Args{"Max": maxPages})
	}
	n, err := c.r.Read(p)
	c.left -= int64(n)
	return n, err
}

// place is one entry of a sitemap, of a page or of another sitemap.
type place struct {
	Loc     string `xml:"loc"`
	LastMod string `xml:"lastmod"`
}

// read takes a sitemap as it comes. One that breaks off fails.
func (w *walk) read(ctx context.Context, r io.Reader) error {
	decoder := xml.NewDecoder(r)
	rooted := false
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) && rooted {
			return nil
		}
		if err != nil {
			return broken(ctx, err)
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		switch name := start.Name.Local; {
		case !rooted && name != "urlset" && name != "sitemapindex":
			return core.E(core.Unavailable, "errors.source_site_no_map", nil)
		case !rooted:
			rooted = true
		case name == "url" || name == "sitemap":
			var p place
			if err := decoder.DecodeElement(&p, &start); err != nil {
				return broken(ctx, err)
			}
			if err := w.take(p, name == "sitemap"); err != nil {
				return err
			}
		}
	}
}

func broken(ctx context.Context, err error) error {
	var known *core.Error
	if errors.As(err, &known) {
		return known
	}
	if ctx.Err() != nil {
		return memoryremote.Unreachable(ctx, err)
	}
	return core.Wrap(err, core.Unavailable, "errors.source_site_no_map", nil)
}

// take keeps what is of this host and may be read.
func (w *walk) take(p place, isMap bool) error {
	loc := strings.TrimSpace(p.Loc)
	u, err := w.start.Parse(loc)
	if err != nil || len(loc) > maxAddress || u.Host != w.start.Host || u.Scheme != "http" && u.Scheme != "https" || u.User != nil {
		return nil
	}
	u.Fragment = ""
	switch {
	case isMap:
		w.todo = append(w.todo, u)
		return nil
	case !w.allowed(u):
		return nil
	}
	if w.pages++; w.pages > maxPages {
		return core.E(core.TooLarge, "errors.source_too_many", core.Args{"Max": maxPages})
	}
	return w.found(w.item(u, strings.TrimSpace(p.LastMod)))
}
