package memorys3_test

import (
	"errors"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/memory/memorys3"
	"github.com/solidaire-coop/solidaire/internal/memory/memorytest"
)

// service is gofakes3, a server that speaks S3 over HTTP and keeps its objects in memory. It does not check
// signatures.
func service(t *testing.T) (*httptest.Server, *s3mem.Backend) {
	t.Helper()
	backend := s3mem.New()
	if err := backend.CreateBucket("coop"); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(gofakes3.New(backend, gofakes3.WithLogger(gofakes3.DiscardLog())).Server())
	t.Cleanup(server.Close)
	return server, backend
}

func put(t *testing.T, backend *s3mem.Backend, key, text string) {
	t.Helper()
	if _, err := backend.PutObject("coop", key, map[string]string{"Last-Modified": "Thu, 12 Mar 2026 15:04:05 GMT"}, strings.NewReader(text), int64(len(text)), nil); err != nil {
		t.Fatal(err)
	}
}

func connect(t *testing.T, endpoint string, settings map[string]string) (memory.Origin, error) {
	t.Helper()
	given := map[string]string{"endpoint": endpoint, "bucket": "coop", "region": "us-east-1", "access_key": "clé"}
	maps.Copy(given, settings)
	o, err := memorys3.Connector{}.Connect(t.Context(), memory.Connection{Settings: given, Secrets: map[string]string{"secret_key": "hunter2"}})
	if err == nil {
		t.Cleanup(func() { o.Close() })
	}
	return o, err
}

func TestABucketIsRead(t *testing.T) {
	t.Parallel()
	server, backend := service(t)
	put(t, backend, "docs/statuts.md", "quorum")
	put(t, backend, "docs/pv/été 1.md", "procès-verbal")
	put(t, backend, "docs/dossier/", "x")
	put(t, backend, "photos/a.md", "hors du préfixe")
	o, err := connect(t, server.URL, map[string]string{"prefix": "docs/"})
	if err != nil {
		t.Fatal(err)
	}
	listed := memorytest.Listed(t, o)
	if got := slices.Sorted(maps.Keys(listed)); !slices.Equal(got, []string{"docs/pv/été 1.md", "docs/statuts.md"}) {
		t.Fatalf("listed %q", got)
	}
	item := listed["docs/pv/été 1.md"]
	text, content := memorytest.Content(t, o, item)
	if text != "procès-verbal" || item.Fingerprint == "" || content.Fingerprint != item.Fingerprint || item.Modified.IsZero() {
		t.Errorf("%q %+v %+v", text, item, content)
	}
	if again, err := o.Read(t.Context(), item, item.Fingerprint); err != nil || !again.Unchanged {
		t.Errorf("known already: %+v, %v", again, err)
	}
	if _, err := o.Read(t.Context(), memory.SourceItem{Key: "docs/absent.md"}, ""); !core.Is(err, core.NotFound) {
		t.Errorf("gone: %v", err)
	}
	stop := errors.New("enough")
	if err := o.List(t.Context(), func(memory.SourceItem) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("stopped early: %v", err)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	server, _ := service(t)
	denied := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusForbidden)
		w.Write([]byte(`<Error><Code>SignatureDoesNotMatch</Code></Error>`))
	}))
	defer denied.Close()
	page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(405); w.Write([]byte("<html>")) }))
	defer page.Close()
	for name, c := range map[string]struct {
		endpoint string
		bucket   string
		want     string
	}{
		"no such bucket": {server.URL, "absent", "errors.source_not_found"},
		"a wrong key":    {denied.URL, "coop", "errors.source_refused"},
		"a web page":     {page.URL, "coop", "errors.source_answer"},
		"a path":         {server.URL + "/x", "coop", "errors.source_address"},
		"not an address": {"s3.exemple.coop", "coop", "errors.source_address"},
		"nobody":         {"http://127.0.0.1:1", "coop", "errors.source_unreachable"},
	} {
		_, err := connect(t, c.endpoint, map[string]string{"bucket": c.bucket})
		if core.AsError(err).Key != c.want || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
}
