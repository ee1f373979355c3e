package web_test

import (
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/platform/web"
)

func TestEmbeddedFiles(t *testing.T) {
	t.Parallel()
	site := newSite(t, io.Discard)
	mux := http.NewServeMux()
	site.Routes(mux)
	sheet := regexp.MustCompile(`/static/[0-9a-f]+/app\.css`).FindString(ask(mux, request{path: "/nowhere"}).Body.String())
	w := ask(mux, request{path: sheet, header: map[string]string{"Accept-Encoding": "gzip"}})
	if w.Code != 200 || w.Header().Get("Content-Encoding") != "gzip" || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") ||
		!strings.HasPrefix(w.Header().Get("Content-Type"), "text/css") {
		t.Errorf("%s: %d %v", sheet, w.Code, w.Header())
	}
	if plain := ask(mux, request{path: sheet}); !strings.Contains(plain.Body.String(), "--woad") || plain.Header().Get("Content-Encoding") != "" {
		t.Error("the plain style sheet is not served")
	}
	if old := ask(mux, request{path: "/static/000000/app.css"}); old.Header().Get("Cache-Control") != "no-cache" {
		t.Error("another build's address must not be kept")
	}
	font := ask(mux, request{path: strings.Replace(sheet, "app.css", "body.woff2", 1), header: map[string]string{"Accept-Encoding": "gzip"}})
	if font.Code != 200 || font.Header().Get("Content-Type") != "font/woff2" || font.Header().Get("Content-Encoding") != "" {
		t.Errorf("font: %d %v", font.Code, font.Header())
	}
	for _, path := range []string{"/static/x/..%2f..%2fsite.go", "/static/x/nothing.js", "/static/x/"} {
		if got := ask(mux, request{path: path}); got.Code != 404 {
			t.Errorf("%s: %d", path, got.Code)
		}
	}
}

func TestTheStyleSheetNeedsNoOtherHost(t *testing.T) {
	t.Parallel()
	site := newSite(t, io.Discard)
	mux := http.NewServeMux()
	site.Routes(mux)
	css := ask(mux, request{path: "/static/x/app.css"}).Body.String()
	if strings.Contains(css, "http:") || strings.Contains(css, "https:") || strings.Contains(css, "//") {
		t.Error("the style sheet names another host")
	}
}

func TestSessionAndLanguageCookies(t *testing.T) {
	t.Parallel()
	site := newSite(t, io.Discard)
	h := site.Open(func(w http.ResponseWriter, r *http.Request) error {
		site.SetLang(w, r, core.FrenchCanada)
		site.OpenSession(w, r, "token", core.SystemClock{}.Now())
		return nil
	})
	w := ask(h, request{path: "/"})
	for _, cookie := range w.Result().Cookies() {
		if !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode || cookie.Path != "/" || cookie.Secure {
			t.Errorf("cookie: %v", cookie)
		}
	}
	over := ask(h, request{path: "https://example.com/"})
	for _, cookie := range over.Result().Cookies() {
		if !cookie.Secure {
			t.Errorf("cookie over TLS: %v", cookie)
		}
	}
	chosen := ask(site.Open(func(w http.ResponseWriter, r *http.Request) error {
		_, err := io.WriteString(w, string(site.Lang(r)))
		return err
	}), request{path: "/", header: map[string]string{"Cookie": "solidaire_lang=fr-CA"}})
	if chosen.Body.String() != "fr-CA" {
		t.Errorf("language %s", chosen.Body)
	}
}

func TestAStreamIsNotHeldBack(t *testing.T) {
	t.Parallel()
	site := newSite(t, io.Discard)
	w := ask(site.Open(func(w http.ResponseWriter, _ *http.Request) error {
		return web.NewStream(w).Send("piece", map[string]string{"text": "a\nb"})
	}), request{path: "/"})
	if got := w.Body.String(); got != "event: piece\ndata: {\"text\":\"a\\nb\"}\n\n" {
		t.Errorf("got %q", got)
	}
	if w.Header().Get("X-Accel-Buffering") != "no" || !w.Flushed {
		t.Error("the stream may be held back")
	}
}
