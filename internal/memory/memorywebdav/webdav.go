// Package memorywebdav reads documents from a WebDAV server such as Nextcloud.
//
// Promises: folders are listed one by one, as servers allow; a folder that cannot be listed makes the listing
// fail rather than look shorter; what a server answers about places outside the folder is left alone; a
// document that Nextcloud renamed is recognised by the number that it keeps.
package memorywebdav

import (
	"bytes"
	"context"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/memory/memoryremote"
)

const (
	example      = "https://nuage.exemple.coop/remote.php/dav/files/amelie/Documents/"
	listPatience = 2 * time.Minute // for one folder
	readPatience = 15 * time.Minute
	maxListing   = 64 << 20
	maxDepth     = 64
)

// Connector satisfies memory.Connector.
type Connector struct{}

var _ memory.Connector = Connector{}

// Kind names it.
func (Connector) Kind() memory.SourceKind { return memory.WebDAV }

// Fields are its settings.
func (Connector) Fields() []memory.Field {
	return []memory.Field{
		{Name: "url", Kind: memory.TextField, Required: true, Example: example},
		{Name: "user", Kind: memory.TextField},
		{Name: "password", Kind: memory.SecretField},
	}
}

// Connect checks that the folder is there.
func (Connector) Connect(ctx context.Context, given memory.Connection) (memory.Origin, error) {
	base, err := memoryremote.Address(given.Value("url"), example, "https", "http")
	if err != nil {
		return nil, err
	}
	base.Path = path.Clean("/"+base.Path) + "/"
	base.Path = strings.ReplaceAll(base.Path, "//", "/")
	base.RawPath, base.RawQuery = "", ""
	o := &origin{http: memoryremote.Client(false), base: base, user: given.Value("user"), password: given.Value("password")}
	if err := o.present(ctx); err != nil {
		o.Close()
		return nil, err
	}
	return o, nil
}

// origin is one folder of a server.
type origin struct {
	http           *http.Client
	base           *url.URL // ends with a slash
	user, password string
}

// Close lets connections go.
func (o *origin) Close() error {
	o.http.CloseIdleConnections()
	return nil
}

// present fails when the folder itself does not answer.
func (o *origin) present(ctx context.Context) error {
	_, err := o.propfind(ctx, o.base.Path, "0")
	return memoryremote.Missing(err)
}

// List goes through the folder and all under it.
func (o *origin) List(ctx context.Context, found func(memory.SourceItem) error) error {
	seen := map[string]bool{o.base.Path: true}
	todo := []string{o.base.Path}
	for len(todo) > 0 {
		folder := todo[0]
		todo = todo[1:]
		entries, err := o.propfind(ctx, folder, "1")
		if core.Is(err, core.NotFound) && folder != o.base.Path {
			return core.Wrap(err, core.Unavailable, "errors.source_item_changing", nil)
		}
		if err != nil {
			return memoryremote.Missing(err)
		}
		for _, e := range entries {
			switch {
			case e.path == folder || !strings.HasPrefix(e.path, o.base.Path):
			case !e.folder:
				err = found(e.item(o.base.Path))
			case !seen[e.path] && len(seen) < memory.MaxItems && strings.Count(e.path, "/") < maxDepth && !strings.HasPrefix(path.Base(e.path), "."):
				seen[e.path] = true
				todo = append(todo, e.path)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// entry is one resource of a listing.
type entry struct {
	path     string // decoded; a folder's ends with a slash
	folder   bool
	size     int64
	modified time.Time
	etag     string
	fileID   string // Nextcloud's
}

func (e entry) item(base string) memory.SourceItem {
	key := strings.TrimPrefix(e.path, base)
	item := memory.SourceItem{Key: key, Path: key, Size: e.size, Modified: e.modified, Fingerprint: e.etag}
	if e.etag == "" && !e.modified.IsZero() {
		item.Fingerprint = fmt.Sprintf("%d-%d", e.size, e.modified.Unix())
	}
	if e.fileID != "" {
		item.Identity = "fileid:" + e.fileID
	}
	return item
}

// multistatus is what PROPFIND answers, as far as we ask.
type multistatus struct {
	Responses []struct {
		Href  string `xml:"DAV: href"`
		Stats []struct {
			Status string `xml:"DAV: status"`
			Prop   struct {
				Type struct {
					Collection *struct{} `xml:"DAV: collection"`
				} `xml:"DAV: resourcetype"`
				Length   int64  `xml:"DAV: getcontentlength"`
				Modified string `xml:"DAV: getlastmodified"`
				ETag     string `xml:"DAV: getetag"`
				FileID   string `xml:"http://owncloud.org/ns fileid"`
			} `xml:"DAV: prop"`
		} `xml:"DAV: propstat"`
	} `xml:"DAV: response"`
}

const question = `<?xml version="1.0" encoding="utf-8"?><d:propfind xmlns:d="DAV:" xmlns:oc="http://owncloud.org/ns"><d:prop>` +
	`<d:resourcetype/><d:getcontentlength/><d:getlastmodified/><d:getetag/><oc:fileid/></d:prop></d:propfind>`

func (o *origin) propfind(ctx context.Context, folder, depth string) ([]entry, error) {
	ctx, cancel := context.WithTimeout(ctx, listPatience)
	defer cancel()
	res, err := o.do(ctx, "PROPFIND", folder, strings.NewReader(question), map[string]string{"Depth": depth, "Content-Type": "application/xml"})
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusMultiStatus {
		if res.StatusCode < 300 {
			return nil, core.E(core.Unavailable, "errors.source_answer", nil)
		}
		return nil, memoryremote.Refusal(res.StatusCode)
	}
	data, err := io.ReadAll(io.LimitReader(res.Body, maxListing+1))
	if err != nil {
		return nil, memoryremote.Unreachable(ctx, err)
	}
	if len(data) > maxListing {
		return nil, core.E(core.TooLarge, "errors.source_too_many", core.Args{"Max": memory.MaxItems})
	}
	return readListing(data)
}

func readListing(data []byte) ([]entry, error) {
	var answer multistatus
	decoder := xml.NewDecoder(bytes.NewReader(data))
	if err := decoder.Decode(&answer); err != nil {
		return nil, core.Wrap(err, core.Unavailable, "errors.source_answer", nil)
	}
	var out []entry
	for _, r := range answer.Responses {
		href, err := url.Parse(strings.TrimSpace(r.Href))
		if err != nil {
			return nil, core.Wrap(err, core.Unavailable, "errors.source_answer", nil)
		}
		e := entry{path: path.Clean("/" + href.Path)}
		for _, s := range r.Stats {
			if !strings.Contains(s.Status, " 200") {
				continue
			}
			modified, _ := http.ParseTime(s.Prop.Modified) // an unknown date is none
			e.folder, e.size, e.modified = s.Prop.Type.Collection != nil, s.Prop.Length, modified
			e.etag, e.fileID = strings.TrimPrefix(s.Prop.ETag, "W/"), s.Prop.FileID
		}
		if e.folder && e.path != "/" {
			e.path += "/"
		}
		out = append(out, e)
	}
	return out, nil
}

func (o *origin) do(ctx context.Context, method, at string, body io.Reader, headers map[string]string) (*http.Response, error) {
	u := *o.base
	u.Path = at
	req, err := http.NewRequestWithContext(ctx, method, u.String(), body)
	if err != nil {
		return nil, core.Wrap(err, core.Invalid, "errors.source_address", core.Args{"Example": example})
	}
	req.Header.Set("User-Agent", memoryremote.Agent)
	for name, value := range headers {
		req.Header.Set(name, value)
	}
	if o.user != "" || o.password != "" {
		req.SetBasicAuth(o.user, o.password)
	}
	res, err := o.http.Do(req)
	if err != nil {
		return nil, memoryremote.Unreachable(ctx, err)
	}
	return res, nil
}

// Read downloads a document. Its own "not found" counts only while the folder answers.
func (o *origin) Read(ctx context.Context, item memory.SourceItem, known string) (memory.Content, error) {
	ctx, cancel := context.WithTimeout(ctx, readPatience)
	headers := map[string]string{}
	if strings.HasPrefix(known, `"`) {
		headers["If-None-Match"] = known
	}
	res, err := o.do(ctx, http.MethodGet, o.base.Path+item.Key, nil, headers)
	if err != nil {
		cancel()
		return memory.Content{}, err
	}
	if res.StatusCode == http.StatusOK {
		modified, _ := http.ParseTime(res.Header.Get("Last-Modified"))
		return memory.Content{Body: &body{res.Body, cancel}, Fingerprint: strings.TrimPrefix(res.Header.Get("ETag"), "W/"), Modified: modified}, nil
	}
	defer cancel()
	res.Body.Close()
	if res.StatusCode == http.StatusNotModified && known != "" {
		return memory.Content{Unchanged: true}, nil
	}
	err = memoryremote.Refusal(res.StatusCode)
	if core.Is(err, core.NotFound) {
		if absent := o.present(ctx); absent != nil {
			return memory.Content{}, absent
		}
	}
	return memory.Content{}, err
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
