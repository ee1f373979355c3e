package membershttp_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/members"
	"github.com/solidaire-coop/solidaire/internal/members/membershttp"
	"github.com/solidaire-coop/solidaire/internal/platform/i18n"
	"github.com/solidaire-coop/solidaire/internal/platform/web"
	"github.com/solidaire-coop/solidaire/internal/platform/web/webtest"
)

// door is a SignIn with one link, good once, and one session at most.
type door struct {
	membershttp.Rooms
	used, out bool
}

func (d *door) NewLink(context.Context, core.ID, time.Duration) (string, error) { return "good", nil }

func (d *door) Redeem(_ context.Context, token string) (members.Session, string, error) {
	if token != "good" || d.used {
		return members.Session{}, "", core.E(core.Unauthenticated, "errors.sign_in_required", nil)
	}
	d.used = true
	return members.Session{Expires: time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)}, "session", nil
}

func (d *door) SignOut(context.Context, string) error { d.out = true; return nil }

func (d *door) SessionActor(_ context.Context, token string) (core.Actor, error) {
	if token == "session" && d.used && !d.out {
		return core.Actor{Name: "Amélie Tremblay", Roles: []core.Role{core.RoleMember}}, nil
	}
	return core.Actor{}, core.E(core.Unauthenticated, "errors.sign_in_required", nil)
}

func serve(t *testing.T) (*door, *httptest.Server, *http.Client) {
	t.Helper()
	d := &door{}
	bundle, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	site, err := web.New(web.Config{
		Bundle: bundle, Logger: slog.New(slog.DiscardHandler), Clock: core.SystemClock{}, Sessions: d, Version: "test",
		Organisation: func(context.Context, core.ID) string { return "Coop Les Semailles" },
	})
	if err != nil {
		t.Fatal(err)
	}
	pages, err := membershttp.New(membershttp.Config{Site: site, Rooms: d, Clock: core.SystemClock{}, Zone: time.UTC})
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	site.Routes(mux)
	pages.Routes(mux)
	server := httptest.NewServer(site.Serve(mux))
	t.Cleanup(server.Close)
	client := server.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return d, server, client
}

func do(t *testing.T, client *http.Client, method, address string, form url.Values, session string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequest(method, address, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept-Language", "en")
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if session != "" {
		r.AddCookie(&http.Cookie{Name: "solidaire_session", Value: session})
	}
	resp, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(body)
}

func TestALinkIsUsedByItsButtonOnly(t *testing.T) {
	t.Parallel()
	d, server, client := serve(t)
	for range 3 { // previews
		if resp, body := do(t, client, "GET", server.URL+"/signin/good", nil, ""); resp.StatusCode != 200 || !strings.Contains(body, `action="/signin/good"`) || d.used {
			t.Fatalf("opening the link: %d, used: %v", resp.StatusCode, d.used)
		}
	}
	resp, _ := do(t, client, "POST", server.URL+"/signin/good", nil, "")
	if resp.StatusCode != 303 || resp.Header.Get("Location") != "/" || !strings.Contains(resp.Header.Get("Set-Cookie"), "HttpOnly") {
		t.Fatalf("pressing the button: %d %v", resp.StatusCode, resp.Header)
	}
	if resp, body := do(t, client, "POST", server.URL+"/signin/good", nil, ""); resp.StatusCode != 401 || !strings.Contains(body, "Open your sign-in link") {
		t.Errorf("a second time: %d", resp.StatusCode)
	}
}

func TestSigningOut(t *testing.T) {
	t.Parallel()
	d, server, client := serve(t)
	d.used = true
	if resp, _ := do(t, client, "GET", server.URL+"/signin?next=/memory", nil, "session"); resp.Header.Get("Location") != "/memory" {
		t.Errorf("who is in goes on to %s", resp.Header.Get("Location"))
	}
	if resp, _ := do(t, client, "GET", server.URL+"/signin?next=//evil.example", nil, "session"); resp.Header.Get("Location") != "/" {
		t.Errorf("sent away to %s", resp.Header.Get("Location"))
	}
	resp, _ := do(t, client, "POST", server.URL+"/signout", nil, "session")
	if resp.StatusCode != 303 || !d.out || !strings.Contains(resp.Header.Get("Set-Cookie"), "Max-Age=0") {
		t.Errorf("%d, out: %v, %v", resp.StatusCode, d.out, resp.Header)
	}
}

func TestChoosingALanguage(t *testing.T) {
	t.Parallel()
	_, server, client := serve(t)
	for lang, want := range map[string]int{"fr": 303, "fr-CA": 303, "en": 303, "tlh": 400, "": 400} {
		resp, _ := do(t, client, "POST", server.URL+"/lang", url.Values{"lang": {lang}, "back": {"/memory?q=x"}}, "")
		if resp.StatusCode != want {
			t.Errorf("%q: %d, want %d", lang, resp.StatusCode, want)
		}
		if want == 303 && resp.Header.Get("Location") != "/memory?q=x" {
			t.Errorf("%q: back to %s", lang, resp.Header.Get("Location"))
		}
	}
	if resp, _ := do(t, client, "POST", server.URL+"/lang", url.Values{"lang": {"en"}, "back": {"https://evil.example"}}, ""); resp.Header.Get("Location") != "/" {
		t.Errorf("sent away to %s", resp.Header.Get("Location"))
	}
}

func TestTheSignInPagesInABrowser(t *testing.T) {
	t.Parallel()
	_, server, _ := serve(t)
	browser := webtest.Start(t)
	for _, screen := range []webtest.Screen{
		webtest.Desk("fr-CA"), webtest.Phone("fr"), webtest.Phone("en").InTheDark(), webtest.Narrow("fr"),
	} {
		tab := browser.Open(t, screen, server.URL, "")
		for name, path := range map[string]string{"signin": "/signin", "signin-link": "/signin/good", "not-found": "/nowhere"} {
			tab.Go(server.URL + path)
			tab.CheckAccessible()
			tab.CheckWidth()
			tab.Picture(name)
		}
	}
	tab := browser.Open(t, webtest.Desk("en"), server.URL, "")
	tab.Go(server.URL + "/signin/good")
	tab.Click("main button")
	tab.Await(".side")
	if got := tab.Text(".person"); !strings.Contains(got, "Amélie Tremblay") {
		t.Errorf("signed in as %q", got)
	}
}
