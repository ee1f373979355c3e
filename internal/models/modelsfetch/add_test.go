package modelsfetch_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/models"
	"github.com/solidaire-coop/solidaire/internal/models/modelsfetch"
)

// gguf makes a small whole model file.
func gguf() []byte {
	var b bytes.Buffer
	put := func(v any) { binary.Write(&b, binary.LittleEndian, v) }
	text := func(s string) { put(uint64(len(s))); b.WriteString(s) }
	b.WriteString("GGUF")
	put(uint32(3))
	put(uint64(1)) // tensors
	put(uint64(2)) // entries
	text("general.architecture")
	put(uint32(8))
	text("bert")
	text("bert.context_length")
	put(uint32(4))
	put(uint32(128))
	text("w")
	put(uint32(1))
	put(uint64(5000))
	put(uint32(0))
	put(uint64(0))
	b.Write(make([]byte, (32-b.Len()%32)%32))
	for i := range 5000 {
		put(float32(i))
	}
	return b.Bytes()
}

// hub serves one file as a hub does, and misbehaves as its steps say, one per request.
type hub struct {
	*httptest.Server
	mu     sync.Mutex
	file   []byte
	etag   string
	steps  []func(w http.ResponseWriter, r *http.Request) bool // true: answered
	ranges []string
}

func newHub(t *testing.T, file []byte) *hub {
	t.Helper()
	h := &hub{file: file, etag: `"v1"`}
	h.Server = httptest.NewServer(http.HandlerFunc(h.serve))
	t.Cleanup(h.Close)
	return h
}

func (h *hub) serve(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	h.ranges = append(h.ranges, r.Header.Get("Range"))
	var step func(http.ResponseWriter, *http.Request) bool
	if len(h.steps) > 0 {
		step, h.steps = h.steps[0], h.steps[1:]
	}
	file, etag := h.file, h.etag
	h.mu.Unlock()
	if step != nil && step(w, r) {
		return
	}
	if etag != "" {
		w.Header().Set("ETag", etag)
	}
	http.ServeContent(w, r, "m.gguf", time.Time{}, bytes.NewReader(file))
}

// cut sends n bytes of what was asked for, then breaks the connection.
func (h *hub) cut(n int) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, r *http.Request) bool {
		var from int
		if r.Header.Get("If-Range") == h.etag && h.etag != "" {
			fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-", &from)
		}
		w.Header().Set("ETag", h.etag)
		w.Header().Set("Content-Length", fmt.Sprint(len(h.file)-from))
		if from > 0 {
			w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, len(h.file)-1, len(h.file)))
			w.WriteHeader(http.StatusPartialContent)
		}
		w.Write(h.file[from : from+n])
		http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
}

func status(code int) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, _ *http.Request) bool { w.WriteHeader(code); return true }
}

func newAdder(t *testing.T) (*modelsfetch.Adder, modelsfetch.AdderConfig) {
	t.Helper()
	config := modelsfetch.AdderConfig{
		CacheDir: t.TempDir(), DataDir: t.TempDir(), Log: slog.New(slog.DiscardHandler),
		Pause: func(ctx context.Context, _ int) error { return ctx.Err() },
	}
	return modelsfetch.NewAdder(config), config
}

func TestAddAFile(t *testing.T) {
	t.Parallel()
	adder, config := newAdder(t)
	path := filepath.Join(t.TempDir(), "Mon Modèle (v1).GGUF")
	if err := os.WriteFile(path, gguf(), 0o600); err != nil {
		t.Fatal(err)
	}
	var last int64
	m, err := adder.Add(t.Context(), modelsfetch.Wish{Source: path}, func(done, total int64) { last = done })
	want := models.Model{
		Name: "mon-mod-le--v1", Kind: models.Embedding, Digest: digestOf(gguf()), Bytes: int64(len(gguf())), Parameters: 5000, Context: 128,
		Path: filepath.Join(config.DataDir, "models", strings.TrimPrefix(digestOf(gguf()), "sha256:")+".gguf"), Origin: filepath.Base(path),
	}
	if err != nil || m != want || last != want.Bytes {
		t.Errorf("got %+v, %v, %d bytes told\nwant %+v", m, err, last, want)
	}
	again, err := adder.Add(t.Context(), modelsfetch.Wish{Source: path, Name: "autre", Kind: models.Chat, Digest: want.Digest}, nil)
	if err != nil || again.Name != "autre" || again.Kind != models.Chat || again.Path != want.Path {
		t.Errorf("again: %+v, %v", again, err)
	}
}

func TestAddRefuses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	good, text := filepath.Join(dir, "m.gguf"), filepath.Join(dir, "notes.txt")
	os.WriteFile(good, gguf(), 0o600)
	os.WriteFile(text, []byte("Bonjour"), 0o600)
	cut := filepath.Join(dir, "cut.gguf")
	os.WriteFile(cut, gguf()[:9000], 0o600)
	for name, c := range map[string]struct {
		wish modelsfetch.Wish
		code core.Code
	}{
		"no such file":      {modelsfetch.Wish{Source: filepath.Join(dir, "absent.gguf")}, core.NotFound},
		"a folder":          {modelsfetch.Wish{Source: dir, Name: "m"}, core.Invalid},
		"not a model":       {modelsfetch.Wish{Source: text}, core.Corrupt},
		"a cut model":       {modelsfetch.Wish{Source: cut}, core.Corrupt},
		"a bad name":        {modelsfetch.Wish{Source: good, Name: "a b"}, core.Invalid},
		"a name of nothing": {modelsfetch.Wish{Source: filepath.Join(dir, "日本.gguf")}, core.Invalid},
		"a bad kind":        {modelsfetch.Wish{Source: good, Kind: "image"}, core.Invalid},
		"another digest":    {modelsfetch.Wish{Source: good, Digest: digestOf(nil)}, core.Corrupt},
		"another scheme":    {modelsfetch.Wish{Source: "ftp://x/m.gguf"}, core.Invalid},
		"no host":           {modelsfetch.Wish{Source: "http:///m.gguf"}, core.Invalid},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			adder, config := newAdder(t)
			if m, err := adder.Add(t.Context(), c.wish, nil); !core.Is(err, c.code) {
				t.Errorf("got %+v, %v; want %s", m, err, c.code)
			}
			if left, _ := filepath.Glob(filepath.Join(config.DataDir, "models", "*")); len(left) != 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

func TestDownload(t *testing.T) {
	t.Parallel()
	file := gguf()
	for name, c := range map[string]struct {
		steps  func(h *hub) []func(http.ResponseWriter, *http.Request) bool
		ranges []string
	}{
		"at once": {func(*hub) []func(http.ResponseWriter, *http.Request) bool { return nil }, []string{""}},
		"cut twice, goes on": {func(h *hub) []func(http.ResponseWriter, *http.Request) bool {
			return []func(http.ResponseWriter, *http.Request) bool{h.cut(1000), h.cut(500)}
		}, []string{"", "bytes=1000-", "bytes=1500-"}},
		"troubled, then well": {func(*hub) []func(http.ResponseWriter, *http.Request) bool {
			return []func(http.ResponseWriter, *http.Request) bool{status(503), status(429)}
		}, []string{"", "", ""}},
		"changed meanwhile, starts anew": {func(h *hub) []func(http.ResponseWriter, *http.Request) bool {
			return []func(http.ResponseWriter, *http.Request) bool{h.cut(1000), func(w http.ResponseWriter, r *http.Request) bool {
				w.Header().Set("ETag", `"v2"`) // not the one of If-Range, so the whole file comes
				http.ServeContent(w, r, "m.gguf", time.Time{}, bytes.NewReader(file))
				return true
			}}
		}, []string{"", "bytes=1000-"}},
		"a range that was not asked for": {func(h *hub) []func(http.ResponseWriter, *http.Request) bool {
			return []func(http.ResponseWriter, *http.Request) bool{h.cut(1000), func(w http.ResponseWriter, _ *http.Request) bool {
				w.Header().Set("Content-Range", fmt.Sprintf("bytes 0-%d/%d", len(file)-1, len(file)))
				w.WriteHeader(http.StatusPartialContent)
				w.Write(file)
				return true
			}}
		}, []string{"", "bytes=1000-", ""}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHub(t, file)
			h.steps = c.steps(h)
			adder, config := newAdder(t)
			m, err := adder.Add(t.Context(), modelsfetch.Wish{Source: h.URL + "/x/Modele-Q4.gguf?token=secret"}, nil)
			if err != nil || m.Digest != digestOf(file) || m.Name != "modele-q4" || m.Origin != h.URL+"/x/Modele-Q4.gguf" {
				t.Fatalf("got %+v, %v", m, err)
			}
			if got := strings.Join(h.ranges, ","); got != strings.Join(c.ranges, ",") {
				t.Errorf("ranges asked: %q, want %q", h.ranges, c.ranges)
			}
			if left, _ := filepath.Glob(filepath.Join(config.CacheDir, "partial", "*.part")); len(left) != 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

func TestDownloadGoesOnInAnotherRun(t *testing.T) {
	t.Parallel()
	h := newHub(t, gguf())
	h.steps = []func(http.ResponseWriter, *http.Request) bool{h.cut(2000)}
	adder, config := newAdder(t)
	ctx, stop := context.WithCancel(t.Context())
	config.Pause = func(context.Context, int) error { stop(); return ctx.Err() }
	if _, err := modelsfetch.NewAdder(config).Add(ctx, modelsfetch.Wish{Source: h.URL + "/m.gguf"}, nil); !core.Is(err, core.Cancelled) {
		t.Fatalf("got %v, want cancelled", err)
	}
	if m, err := adder.Add(t.Context(), modelsfetch.Wish{Source: h.URL + "/m.gguf"}, nil); err != nil || m.Digest != digestOf(gguf()) {
		t.Errorf("got %+v, %v", m, err)
	}
	if got := strings.Join(h.ranges, ","); got != ",bytes=2000-" {
		t.Errorf("ranges asked: %s", got)
	}
}

func TestAServerWithoutValidatorIsNotResumed(t *testing.T) {
	t.Parallel()
	h := newHub(t, gguf())
	h.etag = ""
	h.steps = []func(http.ResponseWriter, *http.Request) bool{h.cut(2000)}
	adder, _ := newAdder(t)
	if m, err := adder.Add(t.Context(), modelsfetch.Wish{Source: h.URL + "/m.gguf"}, nil); err != nil || m.Digest != digestOf(gguf()) {
		t.Errorf("got %+v, %v", m, err)
	}
	if got := strings.Join(h.ranges, ","); got != "," {
		t.Errorf("ranges asked: %s", got)
	}
}

func TestDownloadRefuses(t *testing.T) {
	t.Parallel()
	elsewhere := newHub(t, gguf())
	loop := func(w http.ResponseWriter, r *http.Request) bool {
		http.Redirect(w, r, "/again/m.gguf", http.StatusFound)
		return true
	}
	many := func(f func(http.ResponseWriter, *http.Request) bool) (all []func(http.ResponseWriter, *http.Request) bool) {
		for range 30 {
			all = append(all, f)
		}
		return all
	}
	endless := func(w http.ResponseWriter, _ *http.Request) bool {
		w.Header().Set("Content-Length", fmt.Sprint(int64(1)<<50))
		w.Write(gguf())
		return true
	}
	page := func(w http.ResponseWriter, _ *http.Request) bool {
		fmt.Fprint(w, "<html>Sign in"+strings.Repeat(" ", 100_000))
		return true
	}
	for name, c := range map[string]struct {
		steps  []func(http.ResponseWriter, *http.Request) bool
		digest string
		key    string
	}{
		"missing":          {many(status(404)), "", "errors.download_not_found"},
		"denied":           {many(status(403)), "", "errors.download_denied"},
		"always troubled":  {many(status(500)), "", "errors.download_failed"},
		"always redirects": {many(loop), "", "errors.download_failed"},
		"a page instead":   {many(page), "", "errors.model_not_gguf"},
		"far too large":    {many(endless), "", "errors.model_too_large"},
		"another digest":   {nil, digestOf([]byte("x")), "errors.models_wrong_digest"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHub(t, gguf())
			h.steps = c.steps
			adder, config := newAdder(t)
			_, err := adder.Add(t.Context(), modelsfetch.Wish{Source: h.URL + "/m.gguf", Digest: c.digest}, nil)
			if core.AsError(err).Key != c.key {
				t.Errorf("got %v, want %s", err, c.key)
			}
			if left, _ := filepath.Glob(filepath.Join(config.DataDir, "models", "*.gguf")); len(left) != 0 {
				t.Errorf("left behind: %v", left)
			}
			if left, _ := filepath.Glob(filepath.Join(config.CacheDir, "partial", "*.part")); len(left) != 0 {
				t.Errorf("a partial file that is of no use stayed: %v", left)
			}
		})
	}
	t.Run("follows a few redirects", func(t *testing.T) {
		t.Parallel()
		h := newHub(t, nil)
		h.steps = many(func(w http.ResponseWriter, r *http.Request) bool {
			http.Redirect(w, r, elsewhere.URL+"/m.gguf", http.StatusFound)
			return true
		})
		adder, _ := newAdder(t)
		if _, err := adder.Add(t.Context(), modelsfetch.Wish{Source: h.URL + "/m.gguf"}, nil); err != nil {
			t.Error(err)
		}
	})
}

func TestASilentServerIsAskedAgain(t *testing.T) {
	t.Parallel()
	h := newHub(t, gguf())
	left := make(chan struct{})
	h.steps = []func(http.ResponseWriter, *http.Request) bool{func(w http.ResponseWriter, r *http.Request) bool {
		w.Header().Set("ETag", h.etag)
		w.Header().Set("Content-Length", fmt.Sprint(len(h.file)))
		w.Write(h.file[:1000])
		http.NewResponseController(w).Flush()
		<-r.Context().Done()
		close(left)
		return true
	}}
	adder, _ := newAdder(t)
	adder.SetStall(50 * time.Millisecond)
	if _, err := adder.Add(t.Context(), modelsfetch.Wish{Source: h.URL + "/m.gguf"}, nil); err != nil {
		t.Error(err)
	}
	<-left
}

func TestOneDownloadAtATime(t *testing.T) {
	t.Parallel()
	h := newHub(t, gguf())
	adder, _ := newAdder(t)
	reached, goOn := make(chan struct{}), make(chan struct{})
	h.steps = []func(http.ResponseWriter, *http.Request) bool{func(http.ResponseWriter, *http.Request) bool {
		close(reached)
		<-goOn
		return false
	}}
	first := make(chan error, 1)
	go func() {
		_, err := adder.Add(t.Context(), modelsfetch.Wish{Source: h.URL + "/m.gguf"}, nil)
		first <- err
	}()
	<-reached
	if _, err := adder.Add(t.Context(), modelsfetch.Wish{Source: h.URL + "/m.gguf"}, nil); !core.Is(err, core.Conflict) {
		t.Errorf("got %v, want conflict", err)
	}
	close(goOn)
	if err := <-first; err != nil {
		t.Error(err)
	}
}

func TestRedirectsNeverLeaveEncryption(t *testing.T) {
	t.Parallel()
	at := func(s string) *http.Request { u, _ := url.Parse(s); return &http.Request{URL: u} }
	if modelsfetch.CheckRedirect(at("http://b"), []*http.Request{at("https://a")}) == nil {
		t.Error("an encrypted connection was left")
	}
	if err := modelsfetch.CheckRedirect(at("https://b"), []*http.Request{at("http://a")}); err != nil {
		t.Error(err)
	}
}

func FuzzContentRange(f *testing.F) {
	f.Add("bytes 5-9/10")
	f.Add("bytes */10")
	f.Fuzz(func(t *testing.T, text string) {
		if start, total, ok := modelsfetch.ContentRange(text); ok && (start < 0 || total <= start) {
			t.Errorf("%q gave %d/%d", text, start, total)
		}
	})
}
