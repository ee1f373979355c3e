package memoryweb

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/memory/memorytest"
)

// pages serves bodies by address; « HOST » in them is the site's own. What is not there is 404.
func pages(t *testing.T, list map[string]string) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, there := list[r.URL.RequestURI()]
		if to, moved := strings.CutPrefix(body, "=> "); moved {
			http.Redirect(w, r, to, http.StatusFound)
			return
		}
		if !there {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("ETag", fmt.Sprintf(`"%d"`, len(body)))
		if r.Header.Get("If-None-Match") == w.Header().Get("ETag") {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		io.WriteString(w, strings.ReplaceAll(body, "HOST", "http://"+r.Host))
	}))
	t.Cleanup(server.Close)
	return server
}

func connect(t *testing.T, address string) (memory.Origin, error) {
	t.Helper()
	o, err := Connector{}.Connect(t.Context(), memory.Connection{Settings: map[string]string{"url": address, "private": "true"}})
	if err == nil {
		o.(*site).pace = 0
		t.Cleanup(func() { o.Close() })
	}
	return o, err
}

func zip(text string) string {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	io.WriteString(w, text)
	w.Close()
	return out.String()
}

func TestASiteIsReadByItsSitemap(t *testing.T) {
	t.Parallel()
	server := pages(t, map[string]string{
		"/robots.txt":  "User-agent: *\nDisallow: /prive/\nSitemap: HOST/plans.xml\nSitemap: https://ailleurs.exemple/plan.xml\n",
		"/plans.xml":   `<sitemapindex><sitemap><loc>HOST/un.xml</loc></sitemap><sitemap><loc>HOST/deux.xml.gz</loc></sitemap><sitemap><loc>HOST/plans.xml</loc></sitemap></sitemapindex>`,
		"/un.xml":      `<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>HOST/</loc></url><url><loc>HOST/statuts?v=2#haut</loc><lastmod>2026-03-12</lastmod></url><url><loc>HOST/prive/x</loc></url></urlset>`,
		"/deux.xml.gz": zip(`<urlset><url><loc>/pv/mars/</loc></url><url><loc>https://ailleurs.exemple/y</loc></url><url><loc>javascript:alert(1)</loc></url></urlset>`),
		"/":            "<h1>Accueil</h1>", "/statuts?v=2": "<h1>Statuts</h1>", "/piege": "=> /prive/x", "/sortie": "=> https://ailleurs.exemple/",
	})
	o, err := connect(t, server.URL)
	if err != nil {
		t.Fatal(err)
	}
	listed := memorytest.Listed(t, o)
	var names []string
	for _, item := range listed {
		names = append(names, item.Path)
	}
	slices.Sort(names)
	if want := []string{"index", "pv/mars", "statuts?v=2"}; !slices.Equal(names, want) {
		t.Fatalf("listed %q: %v", names, slices.Collect(maps.Keys(listed)))
	}
	statutes := listed[server.URL+"/statuts?v=2"]
	if text, content := memorytest.Content(t, o, statutes); text != "<h1>Statuts</h1>" || statutes.Fingerprint != "lastmod:2026-03-12" || content.Fingerprint != "" {
		t.Errorf("%q %+v %+v", text, statutes, content)
	}
	home := listed[server.URL+"/"]
	_, content := memorytest.Content(t, o, home)
	if again, err := o.Read(t.Context(), home, content.Fingerprint); content.Fingerprint == "" || err != nil || !again.Unchanged {
		t.Errorf("%q: %+v, %v", content.Fingerprint, again, err)
	}
	for path, want := range map[string]core.Code{"/absente": core.NotFound, "/prive/x": core.Unavailable, "/piege": core.Unavailable, "/sortie": core.Unavailable} {
		if _, err := o.Read(t.Context(), memory.SourceItem{Key: server.URL + path}, ""); core.CodeOf(err) != want {
			t.Errorf("%s: %v", path, err)
		}
	}
	if _, err := o.Read(t.Context(), memory.SourceItem{Key: "http://127.0.0.1:1/x"}, ""); !core.Is(err, core.Unavailable) {
		t.Errorf("another host: %v", err)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		list map[string]string
		want string
	}{
		"no sitemap":           {map[string]string{}, "errors.source_site_no_map"},
		"robots are unwelcome": {map[string]string{"/robots.txt": "User-agent: *\nDisallow: /\n", "/sitemap.xml": "<urlset/>"}, "errors.source_site_robots"},
		"only Solidaire is":    {map[string]string{"/robots.txt": "User-agent: solidaire\nDisallow: /\n", "/sitemap.xml": "<urlset/>"}, "errors.source_site_robots"},
		"a web page":           {map[string]string{"/sitemap.xml": "<html><body>"}, "errors.source_site_no_map"},
		"a map cut short":      {map[string]string{"/sitemap.xml": "<urlset><url><loc>HOST/a</loc></url>"}, "errors.source_site_no_map"},
		"a bomb":               {map[string]string{"/sitemap.xml": zip("<urlset>" + strings.Repeat(" ", 60<<20))}, "errors.source_too_many"},
	} {
		server := pages(t, c.list)
		o, err := connect(t, server.URL)
		if err == nil {
			err = o.List(t.Context(), func(memory.SourceItem) error { return nil })
		}
		if core.AsError(err).Key != c.want {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
	broken := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503) }))
	defer broken.Close()
	if _, err := connect(t, broken.URL); core.AsError(err).Key != "errors.source_unreachable" {
		t.Errorf("a site that is down: %v", err)
	}
	if _, err := (Connector{}).Connect(t.Context(), memory.Connection{Settings: map[string]string{"url": broken.URL}}); core.AsError(err).Key != "errors.source_private" {
		t.Errorf("a private address without permission: %v", err)
	}
}

func FuzzSitemap(f *testing.F) {
	f.Add(`<urlset><url><loc>http://a.coop/x</loc><lastmod>2026-01-01</lastmod></url></urlset>`)
	f.Add(`<sitemapindex><sitemap><loc>//b</loc></sitemap></sitemapindex>`)
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	o, err := Connector{}.Connect(context.Background(), memory.Connection{Settings: map[string]string{"url": server.URL, "private": "true"}})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s := o.(*site)
		w := walk{site: s, found: func(item memory.SourceItem) error {
			if !strings.Contains(item.Key, s.start.Host) || item.Path == "" {
				t.Fatalf("%+v", item)
			}
			return nil
		}}
		if err := w.read(t.Context(), strings.NewReader(text)); err != nil && !core.Is(err, core.Unavailable) && !core.Is(err, core.TooLarge) {
			t.Fatal(err)
		}
	})
}
