package web_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/platform/i18n"
	"github.com/solidaire-coop/solidaire/internal/platform/web"
)

// sessions knows one member, one operator, and a database that is down.
type sessions struct{}

func (sessions) SessionActor(_ context.Context, token string) (core.Actor, error) {
	switch token {
	case "member":
		return core.Actor{Name: "Amélie Tremblay", Roles: []core.Role{core.RoleMember}}, nil
	case "operator":
		return core.Actor{Name: "Sam", Roles: []core.Role{core.RoleMember, core.RoleOperator}}, nil
	case "down":
		return core.Actor{}, errors.New("no database: password=hunter2")
	}
	return core.Actor{}, core.E(core.Unauthenticated, "errors.sign_in_required", nil)
}

func newSite(t *testing.T, log io.Writer) *web.Site {
	t.Helper()
	bundle, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	site, err := web.New(web.Config{
		Bundle: bundle.InZone(time.UTC), Logger: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Clock: core.SystemClock{}, Sessions: sessions{}, Version: "test",
		Organisation: func(context.Context, core.ID) string { return "Coop Les Semailles" },
	})
	if err != nil {
		t.Fatal(err)
	}
	return site
}

type request struct {
	method, path, session, body string
	header                      map[string]string
}

func ask(h http.Handler, q request) *httptest.ResponseRecorder {
	if q.method == "" {
		q.method = http.MethodGet
	}
	r := httptest.NewRequest(q.method, q.path, strings.NewReader(q.body))
	r.Header.Set("Accept-Language", "en")
	for name, value := range q.header {
		r.Header.Set(name, value)
	}
	if q.session != "" {
		r.AddCookie(&http.Cookie{Name: "solidaire_session", Value: q.session})
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func serve(site *web.Site, pattern string, h http.Handler) http.Handler {
	mux := http.NewServeMux()
	site.Routes(mux)
	mux.Handle(pattern, h)
	return site.Serve(mux)
}

func TestAnErrorIsShownOnceWithItsNextStepAndItsNumber(t *testing.T) {
	t.Parallel()
	for code, status := range map[core.Code]int{
		core.Invalid: 400, core.Unauthenticated: 401, core.Refused: 403, core.Forbidden: 403, core.NotFound: 404,
		core.Conflict: 409, core.TooLarge: 413, core.Exhausted: 429, core.Unavailable: 503, core.Interrupted: 502,
		core.Corrupt: 500, core.Internal: 500, "unheard of": 500,
	} {
		var log bytes.Buffer
		site := newSite(t, &log)
		h := serve(site, "GET /x", site.Open(func(http.ResponseWriter, *http.Request) error {
			return core.Wrap(errors.New("the secret cause"), code, "errors.id_malformed", nil)
		}))
		w := ask(h, request{path: "/x"})
		if w.Code != status {
			t.Errorf("%s: status %d, want %d", code, w.Code, status)
		}
		page := w.Body.String()
		for _, want := range []string{"This address is incomplete", "Go back to the list", `<html lang="en">`} {
			if !strings.Contains(page, want) {
				t.Errorf("%s: the page does not say %q", code, want)
			}
		}
		if strings.Contains(page, "secret") {
			t.Errorf("%s: the page tells the cause", code)
		}
		number := regexp.MustCompile(`<b>([0-9a-z]{4}-[0-9a-z]{4})</b>`).FindStringSubmatch(page)
		if number == nil || !strings.Contains(log.String(), number[1]) || !strings.Contains(log.String(), "the secret cause") {
			t.Errorf("%s: number %v and cause are not in the log: %s", code, number, log.String())
		}
		if number != nil && w.Header().Get("X-Request-Id") != number[1] {
			t.Errorf("%s: the header gives another number", code)
		}
	}
}

func TestAPanicEndsItsRequestOnly(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	site := newSite(t, &log)
	h := serve(site, "GET /x", site.Open(func(http.ResponseWriter, *http.Request) error { panic("secret state") }))
	w := ask(h, request{path: "/x"})
	if w.Code != 500 || strings.Contains(w.Body.String(), "secret") || !strings.Contains(log.String(), "secret state") {
		t.Errorf("status %d, log %s", w.Code, log.String())
	}
}

func TestAbortPasses(t *testing.T) {
	t.Parallel()
	site := newSite(t, io.Discard)
	h := serve(site, "GET /x", site.Open(func(http.ResponseWriter, *http.Request) error { panic(http.ErrAbortHandler) }))
	defer func() {
		if recover() != http.ErrAbortHandler {
			t.Error("http.ErrAbortHandler was swallowed")
		}
	}()
	ask(h, request{path: "/x"})
}

func TestAPageThatFailsHalfWayIsCut(t *testing.T) {
	t.Parallel()
	site := newSite(t, io.Discard)
	server := httptest.NewServer(serve(site, "GET /x", site.Open(func(w http.ResponseWriter, _ *http.Request) error {
		io.WriteString(w, "the first half")
		http.NewResponseController(w).Flush()
		return errors.New("the second half is missing")
	})))
	defer server.Close()
	resp, err := server.Client().Get(server.URL + "/x")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if _, err := io.ReadAll(resp.Body); err == nil {
		t.Error("half a page looked whole")
	}
}

func TestWhoMayEnter(t *testing.T) {
	t.Parallel()
	site := newSite(t, io.Discard)
	hello := func(w http.ResponseWriter, r *http.Request) error { _, err := io.WriteString(w, "hello"); return err }
	mux := http.NewServeMux()
	mux.Handle("/open", site.Open(hello))
	mux.Handle("/member", site.Member(hello))
	mux.Handle("/operator", site.Operator(hello))
	h := site.Serve(mux)
	for _, c := range []struct {
		method, path, session string
		want                  int
	}{
		{"GET", "/open", "", 200}, {"GET", "/open", "stale", 200}, {"GET", "/open", "down", 500},
		{"GET", "/member?a=b", "", 303}, {"GET", "/member", "stale", 303}, {"POST", "/member", "", 401}, {"GET", "/member", "member", 200},
		{"GET", "/operator", "", 303}, {"GET", "/operator", "member", 403}, {"GET", "/operator", "operator", 200},
	} {
		w := ask(h, request{method: c.method, path: c.path, session: c.session})
		if w.Code != c.want {
			t.Errorf("%s %s as %q: %d, want %d", c.method, c.path, c.session, w.Code, c.want)
		}
		if strings.Contains(w.Body.String(), "hunter2") {
			t.Error("the cause leaked")
		}
	}
	if got := ask(h, request{path: "/member?a=b"}).Header().Get("Location"); got != "/signin?next=%2Fmember%3Fa%3Db" {
		t.Errorf("sent to %s", got)
	}
}

func TestFormsFromElsewhereAreRefused(t *testing.T) {
	t.Parallel()
	site := newSite(t, io.Discard)
	h := serve(site, "POST /x", site.Member(func(w http.ResponseWriter, _ *http.Request) error { return nil }))
	for _, c := range []struct {
		header map[string]string
		want   int
	}{
		{map[string]string{"Sec-Fetch-Site": "cross-site"}, 403},
		{map[string]string{"Origin": "https://evil.example"}, 403},
		{map[string]string{"Sec-Fetch-Site": "same-origin"}, 200},
		{map[string]string{"Origin": "http://example.com"}, 200},
	} {
		if w := ask(h, request{method: "POST", path: "/x", session: "member", header: c.header}); w.Code != c.want {
			t.Errorf("%v: %d, want %d", c.header, w.Code, c.want)
		}
	}
}

func TestBodiesAreBounded(t *testing.T) {
	t.Parallel()
	site := newSite(t, io.Discard)
	read := func(w http.ResponseWriter, r *http.Request) error { _, err := io.ReadAll(r.Body); return err }
	mux := http.NewServeMux()
	mux.Handle("POST /usual", site.Open(read))
	mux.Handle("POST /more", site.Open(read, web.MaxBody(3<<20)))
	body := strings.Repeat("a", 2<<20)
	if w := ask(mux, request{method: "POST", path: "/usual", body: body}); w.Code != 413 || !strings.Contains(w.Body.String(), "1\u00a0MB") {
		t.Errorf("usual: %d %s", w.Code, w.Body)
	}
	if w := ask(mux, request{method: "POST", path: "/more", body: body}); w.Code != 200 {
		t.Errorf("more: %d", w.Code)
	}
}

func TestPagesAreWrittenWholeInEachLanguage(t *testing.T) {
	t.Parallel()
	site := newSite(t, io.Discard)
	pages, err := site.Templates(fstest.MapFS{
		"_part.html":  {Data: []byte(`{{define "greeting"}}{{t "web.nav.memory"}}{{end}}`)},
		"hello.html":  {Data: []byte(`{{define "content"}}<h1>{{template "greeting" .}} {{.Name}}</h1>{{end}}`)},
		"broken.html": {Data: []byte(`{{define "content"}}<h1>half {{.Nothing}}</h1>{{end}}`)},
	})
	if err != nil {
		t.Fatal(err)
	}
	type view struct {
		web.Page
		Name string
	}
	mux := http.NewServeMux()
	for _, name := range []string{"hello", "broken"} {
		mux.Handle("GET /"+name, site.Member(func(w http.ResponseWriter, r *http.Request) error {
			return pages.Render(w, r, name+".html", view{site.Page(r, "Hello", web.Memory), "<script>"})
		}))
	}
	for accept, want := range map[string][]string{
		"en":    {`<html lang="en">`, "<h1>Memory &lt;script&gt;</h1>", "Sign out", `href="/memory" aria-current="page"`},
		"fr":    {`<html lang="fr">`, "<h1>Mémoire &lt;script&gt;</h1>", "Se déconnecter", "Coop Les Semailles"},
		"fr-CA": {`<html lang="fr-CA">`, "<h1>Mémoire &lt;script&gt;</h1>", "Amélie Tremblay"},
	} {
		w := ask(mux, request{path: "/hello", session: "member", header: map[string]string{"Accept-Language": accept}})
		for _, s := range want {
			if !strings.Contains(w.Body.String(), s) {
				t.Errorf("%s: the page lacks %q", accept, s)
			}
		}
	}
	if w := ask(mux, request{path: "/broken", session: "member"}); w.Code != 500 || strings.Contains(w.Body.String(), "half") {
		t.Errorf("a broken page was half sent: %d", w.Code)
	}
}

func TestHeadersKeepThePageToItself(t *testing.T) {
	t.Parallel()
	site := newSite(t, io.Discard)
	w := ask(serve(site, "GET /x", site.Open(func(http.ResponseWriter, *http.Request) error { return nil })), request{path: "/x"})
	csp := w.Header().Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'"} {
		if !strings.Contains(csp, want) {
			t.Errorf("the policy lacks %s", want)
		}
	}
	if strings.Contains(csp, "unsafe") || w.Header().Get("X-Content-Type-Options") != "nosniff" ||
		w.Header().Get("Referrer-Policy") != "no-referrer" || w.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("headers: %v", w.Header())
	}
}

func TestLogsHoldRoutesNotAddresses(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	site := newSite(t, &log)
	h := serve(site, "GET /signin/{token}", site.Open(func(http.ResponseWriter, *http.Request) error { return errors.New("no") }))
	ask(h, request{path: "/signin/SECRET?q=SECRET"})
	if strings.Contains(log.String(), "SECRET") || !strings.Contains(log.String(), "GET /signin/{token}") {
		t.Errorf("log: %s", log.String())
	}
}

func TestStatusAndTextForScripts(t *testing.T) {
	t.Parallel()
	site := newSite(t, io.Discard)
	w := ask(site.Serve(site.Member(nil)), request{method: "POST", path: "/x", header: map[string]string{"Accept": "text/event-stream"}})
	if w.Code != 401 || w.Body.String() == "" || strings.Contains(w.Body.String(), "<html") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}
