// Package memoryweb reads the pages of a web site that its sitemap names.
//
// Promises: only pages of the very host that was given, over a sitemap of that host; robots.txt is obeyed, and
// its pace kept; no connection to a private address unless the operator allows it; a bounded number of
// sitemaps, pages and bytes; a page is gone only when the site says so (404 or 410).
package memoryweb

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"path"
	"strings"
	"sync"
	"time"

	"github.com/temoto/robotstxt"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/memory/memoryremote"
)

const (
	example      = "https://www.exemple.coop/sitemap.xml"
	robotsName   = "Solidaire"
	pagePatience = 2 * time.Minute
	maxRobots    = 512 << 10
	defaultPace  = 50 * time.Millisecond
	slowestPace  = 10 * time.Second
)

// Connector satisfies memory.Connector.
type Connector struct{}

var _ memory.Connector = Connector{}

// Kind names it.
func (Connector) Kind() memory.SourceKind { return memory.Web }

// Fields are its settings.
func (Connector) Fields() []memory.Field {
	return []memory.Field{
		{Name: "url", Kind: memory.TextField, Required: true, Example: example},
		{Name: "private", Kind: memory.SwitchField},
	}
}

// Connect reads robots.txt and finds the sitemap.
func (Connector) Connect(ctx context.Context, given memory.Connection) (memory.Origin, error) {
	start, err := memoryremote.Address(given.Value("url"), example, "https", "http")
	if err != nil {
		return nil, err
	}
	s := &site{http: memoryremote.Client(given.Value("private") != "true"), start: start, pace: defaultPace}
	s.http.CheckRedirect = s.redirect(s.http.CheckRedirect)
	if err := s.readRobots(ctx); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// site is one host.
type site struct {
	http   *http.Client
	start  *url.URL
	robots *robotstxt.Group
	maps   []*url.URL // that robots.txt names

	mu   sync.Mutex // keeps the pace
	pace time.Duration
	last time.Time
}

// Close lets connections go.
func (s *site) Close() error {
	s.http.CloseIdleConnections()
	return nil
}

// redirect keeps robots.txt in force along redirects.
func (s *site) redirect(next func(*http.Request, []*http.Request) error) func(*http.Request, []*http.Request) error {
	return func(req *http.Request, via []*http.Request) error {
		if s.robots != nil && !s.allowed(req.URL) {
			return core.E(core.Unavailable, "errors.source_site_robots", nil)
		}
		return next(req, via)
	}
}

func (s *site) allowed(u *url.URL) bool { return s.robots.Test(u.RequestURI()) }

func (s *site) readRobots(ctx context.Context) error {
	at := *s.start
	at.Path, at.RawPath, at.RawQuery = "/robots.txt", "", ""
	res, err := s.get(ctx, &at, nil)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	data, err := io.ReadAll(io.LimitReader(res.Body, maxRobots))
	if err != nil {
		return memoryremote.Unreachable(ctx, err)
	}
	if res.StatusCode >= 500 {
		return memoryremote.Refusal(res.StatusCode)
	}
	rules, err := robotstxt.FromStatusAndBytes(res.StatusCode, data)
	if err != nil {
		return core.Wrap(err, core.Unavailable, "errors.source_answer", nil)
	}
	s.robots = rules.FindGroup(robotsName)
	s.pace = min(max(s.robots.CrawlDelay, defaultPace), slowestPace)
	for _, m := range rules.Sitemaps {
		if u, err := s.start.Parse(m); err == nil && u.Host == s.start.Host {
			s.maps = append(s.maps, u)
		}
	}
	return nil
}

// wait keeps the pace that the site asks for.
func (s *site) wait(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	pause := time.NewTimer(time.Until(s.last.Add(s.pace)))
	defer pause.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-pause.C:
		s.last = time.Now()
		return nil
	}
}

func (s *site) get(ctx context.Context, u *url.URL, headers map[string]string) (*http.Response, error) {
	if err := s.wait(ctx); err != nil {
		return nil, memoryremote.Unreachable(ctx, err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, core.Wrap(err, core.Invalid, "errors.source_address", core.Args{"Example": example})
	}
	req.Header.Set("User-Agent", memoryremote.Agent)
	for name, value := range headers {
		req.Header.Set(name, value)
	}
	res, err := s.http.Do(req)
	if err != nil {
		return nil, memoryremote.Unreachable(ctx, err)
	}
	return res, nil
}

// List gives every page of the sitemap that robots may read.
func (s *site) List(ctx context.Context, found func(memory.SourceItem) error) error {
	maps := s.maps
	if name := strings.ToLower(s.start.Path); strings.HasSuffix(name, ".xml") || strings.HasSuffix(name, ".xml.gz") {
		maps = []*url.URL{s.start}
	} else if len(maps) == 0 {
		usual := *s.start
		usual.Path, usual.RawPath, usual.RawQuery = "/sitemap.xml", "", ""
		maps = []*url.URL{&usual}
	}
	w := walk{site: s, todo: maps, found: found}
	return w.all(ctx)
}

// item is a page as a document.
func (s *site) item(u *url.URL, changed string) memory.SourceItem {
	name := strings.Trim(path.Clean(u.Path), "/.")
	if name == "" {
		name = "index"
	}
	if u.RawQuery != "" {
		name += "?" + u.RawQuery
	}
	item := memory.SourceItem{Key: u.String(), Path: name, Size: -1}
	if at := dateOf(changed); !at.IsZero() {
		item.Modified, item.Fingerprint = at, "lastmod:"+changed
	}
	return item
}

func dateOf(text string) time.Time {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04Z07:00", time.DateOnly, "2006-01"} {
		if at, err := time.Parse(layout, text); err == nil {
			return at.UTC()
		}
	}
	return time.Time{}
}

// Read downloads a page. Where the sitemap dates nothing, the page's own mark tells whether it changed.
func (s *site) Read(ctx context.Context, item memory.SourceItem, known string) (memory.Content, error) {
	u, err := url.Parse(item.Key)
	if err != nil || u.Host != s.start.Host {
		return memory.Content{}, core.Wrap(err, core.Unavailable, "errors.source_answer", nil)
	}
	if !s.allowed(u) {
		return memory.Content{}, core.E(core.Unavailable, "errors.source_site_robots", nil)
	}
	ctx, cancel := context.WithTimeout(ctx, pagePatience)
	headers := map[string]string{}
	if etag, ok := strings.CutPrefix(known, "etag:"); ok && item.Fingerprint == "" {
		headers["If-None-Match"] = etag
	}
	res, err := s.get(ctx, u, headers)
	if err != nil {
		cancel()
		return memory.Content{}, err
	}
	if res.StatusCode == http.StatusOK {
		content := memory.Content{Body: &body{res.Body, cancel}}
		if etag := res.Header.Get("ETag"); item.Fingerprint == "" && etag != "" {
			content.Fingerprint = "etag:" + etag
		}
		content.Modified, _ = http.ParseTime(res.Header.Get("Last-Modified"))
		return content, nil
	}
	defer cancel()
	res.Body.Close()
	if res.StatusCode == http.StatusNotModified && len(headers) > 0 {
		return memory.Content{Unchanged: true}, nil
	}
	return memory.Content{}, memoryremote.Refusal(res.StatusCode)
}

// body ends its request's time when it is closed.
type body struct {
	io.ReadCloser
	cancel context.CancelFunc
}

// Close ends the request.
func (b *body) Close() error {
	defer b.cancel()
	return b.ReadCloser.Close()
}
