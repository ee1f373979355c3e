package memorywebdav

import (
	"context"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/webdav"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/memory/memorytest"
)

// dav is a real WebDAV server with a password, over HTTP.
func dav(t *testing.T, dir string) *httptest.Server {
	t.Helper()
	handler := &webdav.Handler{Prefix: "/remote.php/dav/files/amélie", FileSystem: webdav.Dir(dir), LockSystem: webdav.NewMemLS()}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, password, _ := r.BasicAuth(); user != "amelie" || password != "mot de passe" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		if r.Header.Get("Depth") == "infinity" {
			t.Error("the whole tree is asked for at once, as Nextcloud refuses")
		}
		handler.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return server
}

func connect(t *testing.T, address, password string) (memory.Origin, error) {
	t.Helper()
	o, err := Connector{}.Connect(t.Context(), memory.Connection{
		Settings: map[string]string{"url": address, "user": "amelie"}, Secrets: map[string]string{"password": password}})
	if err == nil {
		t.Cleanup(func() { o.Close() })
	}
	return o, err
}

const root = "/remote.php/dav/files/am%C3%A9lie/Conseil"

// fill writes through the server, as a client of the cloud does.
func fill(t *testing.T, server *httptest.Server, method, at, text string) {
	t.Helper()
	req, err := http.NewRequest(method, server.URL+at, strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	req.SetBasicAuth("amelie", "mot de passe")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode >= 300 {
		t.Fatalf("%s %s: %s", method, at, res.Status)
	}
}

func TestARealServer(t *testing.T) {
	t.Parallel()
	server := dav(t, t.TempDir())
	fill(t, server, "MKCOL", root, "")
	fill(t, server, "MKCOL", root+"/pv%202025", "")
	fill(t, server, http.MethodPut, root+"/statuts.md", "quorum")
	fill(t, server, http.MethodPut, root+"/pv%202025/%C3%A9t%C3%A9%20%231.md", "procès-verbal")
	fill(t, server, http.MethodPut, "/remote.php/dav/files/am%C3%A9lie/priv%C3%A9.md", "hors du dossier")
	o, err := connect(t, server.URL+root, "mot de passe")
	if err != nil {
		t.Fatal(err)
	}
	listed := memorytest.Listed(t, o)
	if got := slices.Sorted(maps.Keys(listed)); !slices.Equal(got, []string{"pv 2025/été #1.md", "statuts.md"}) {
		t.Fatalf("listed %q", got)
	}
	item := listed["pv 2025/été #1.md"]
	text, content := memorytest.Content(t, o, item)
	if text != "procès-verbal" || content.Fingerprint != item.Fingerprint || !strings.HasPrefix(item.Fingerprint, `"`) || content.Modified.IsZero() {
		t.Errorf("%q, %+v, listed %+v", text, content, item)
	}
	if again, err := o.Read(t.Context(), item, item.Fingerprint); err != nil || !again.Unchanged {
		t.Errorf("known already: %+v, %v", again, err)
	}
	fill(t, server, http.MethodDelete, root+"/statuts.md", "")
	if _, err := o.Read(t.Context(), listed["statuts.md"], ""); !core.Is(err, core.NotFound) {
		t.Errorf("gone: %v", err)
	}
	fill(t, server, http.MethodDelete, root, "")
	if _, err := o.Read(t.Context(), item, ""); core.AsError(err).Key != "errors.source_not_found" {
		t.Errorf("without its folder, a document is not gone: %v", err)
	}
	if err := o.List(t.Context(), func(memory.SourceItem) error { return nil }); core.AsError(err).Key != "errors.source_not_found" {
		t.Errorf("the listing of a folder that is gone: %v", err)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	server := dav(t, t.TempDir())
	page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("<html>")) }))
	defer page.Close()
	gone := httptest.NewServer(nil)
	gone.Close()
	elsewhere := httptest.NewServer(http.RedirectHandler(server.URL+"/", http.StatusPermanentRedirect))
	defer elsewhere.Close()
	for name, c := range map[string]struct{ address, password, want string }{
		"another password":          {server.URL + root, "hunter2", "errors.source_refused"},
		"no such folder":            {server.URL + root, "mot de passe", "errors.source_not_found"},
		"a web page":                {page.URL, "mot de passe", "errors.source_answer"},
		"nobody":                    {gone.URL, "mot de passe", "errors.source_unreachable"},
		"another host":              {elsewhere.URL, "mot de passe", "errors.source_answer"},
		"a password in the address": {"https://a:b@nuage.exemple.coop/", "x", "errors.source_address"},
		"a file":                    {"file:///etc", "x", "errors.source_address"},
	} {
		_, err := connect(t, c.address, c.password)
		if core.AsError(err).Key != c.want {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
		if err != nil && strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: the password shows: %v", name, err)
		}
	}
}

// What Nextcloud answers, with the number that a document keeps when it is renamed.
const nextcloud = `<?xml version="1.0"?><d:multistatus xmlns:d="DAV:" xmlns:s="http://sabredav.org/ns" xmlns:oc="http://owncloud.org/ns" xmlns:nc="http://nextcloud.org/ns">
<d:response><d:href>/dav/</d:href><d:propstat><d:prop><d:resourcetype><d:collection/></d:resourcetype><oc:fileid>2</oc:fileid></d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat>
<d:propstat><d:prop><d:getcontentlength/></d:prop><d:status>HTTP/1.1 404 Not Found</d:status></d:propstat></d:response>
<d:response><d:href>/dav/Budget%202026.ods</d:href><d:propstat><d:prop><d:getlastmodified>Thu, 12 Mar 2026 15:04:05 GMT</d:getlastmodified><d:getcontentlength>42</d:getcontentlength><d:resourcetype/><d:getetag>&quot;abc&quot;</d:getetag><oc:fileid>7</oc:fileid></d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>
<d:response><d:href>/ailleurs/x.md</d:href><d:propstat><d:prop><d:resourcetype/></d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>
</d:multistatus>`

func TestNextcloudsNumbersAreKept(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusMultiStatus)
		w.Write([]byte(nextcloud))
	}))
	defer server.Close()
	o, err := connect(t, server.URL+"/dav", "x")
	if err != nil {
		t.Fatal(err)
	}
	listed := memorytest.Listed(t, o)
	item := listed["Budget 2026.ods"]
	if len(listed) != 1 || item.Identity != "fileid:7" || item.Fingerprint != `"abc"` || item.Size != 42 || item.Modified.Year() != 2026 {
		t.Errorf("%+v", listed)
	}
}

// A listing that breaks off is an error, never a shorter listing.
func TestAListingThatBreaksOff(t *testing.T) {
	t.Parallel()
	asked := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if asked++; asked > 1 {
			w.Header().Set("Content-Length", "5000")
		}
		w.WriteHeader(http.StatusMultiStatus)
		w.Write([]byte(nextcloud))
	}))
	defer server.Close()
	o, err := connect(t, server.URL+"/dav", "x")
	if err != nil {
		t.Fatal(err)
	}
	if err := o.List(context.Background(), func(memory.SourceItem) error { return nil }); !core.Is(err, core.Unavailable) {
		t.Errorf("%v", err)
	}
}

func FuzzReadListing(f *testing.F) {
	f.Add([]byte(nextcloud))
	f.Add([]byte(`<!DOCTYPE x [<!ENTITY a "b">]><d:multistatus xmlns:d="DAV:"><d:response><d:href>&a;</d:href></d:response></d:multistatus>`))
	f.Fuzz(func(t *testing.T, data []byte) {
		entries, err := readListing(data)
		if err != nil && !core.Is(err, core.Unavailable) {
			t.Fatal(err)
		}
		for _, e := range entries {
			if !strings.HasPrefix(e.path, "/") || strings.Contains(e.path, "/../") {
				t.Fatalf("%q", e.path)
			}
		}
	})
}
