package pagetest

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/platform/i18n"
	"github.com/solidaire-coop/solidaire/internal/platform/web"
)

// The sessions of the people who are signed in.
const (
	Member   = "member-session"
	Operator = "operator-session"
)

// Organisation is theirs.
const Organisation = core.ID("0000000000000000000000org0")

// Now is the time on the site's clock.
func Now() time.Time { return time.Date(2026, 11, 22, 14, 2, 0, 0, time.UTC) }

// Clock always says Now.
type Clock struct{}

// Now returns the one time.
func (Clock) Now() time.Time { return Now() }

// Amelie is the member, and Sam the operator.
func Amelie() core.Actor {
	return core.Actor{Organisation: Organisation, Person: "000000000000000000000ame1e", Name: "Amélie Tremblay",
		Roles: []core.Role{core.RoleMember}}
}

// Sam operates the installation.
func Sam() core.Actor {
	return core.Actor{Organisation: Organisation, Person: "0000000000000000000000sam0", Name: "Sam Lavoie",
		Roles: []core.Role{core.RoleMember, core.RoleOperator}}
}

type sessions struct{}

// SessionActor knows the two sessions.
func (sessions) SessionActor(_ context.Context, token string) (core.Actor, error) {
	switch token {
	case Member:
		return Amelie(), nil
	case Operator:
		return Sam(), nil
	}
	return core.Actor{}, core.E(core.Unauthenticated, "errors.sign_in_required", nil)
}

// Site makes a site on which Amélie and Sam are signed in.
func Site(t testing.TB) *web.Site {
	t.Helper()
	return SiteInTrouble(t, nil)
}

// SiteInTrouble makes one that has something to say on every page.
func SiteInTrouble(t testing.TB, trouble error) *web.Site {
	t.Helper()
	return siteWith(t, trouble, nil)
}

// SiteWithNotices makes one that has lines for members on every page.
func SiteWithNotices(t testing.TB, notices func() []error) *web.Site {
	t.Helper()
	return siteWith(t, nil, notices)
}

func siteWith(t testing.TB, trouble error, notices func() []error) *web.Site {
	t.Helper()
	bundle, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	logger := slog.New(missing{t})
	site, err := web.New(web.Config{
		Bundle: bundle.InZone(time.UTC).WithLogger(logger), Logger: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Clock: Clock{}, Sessions: sessions{}, Version: "test",
		Organisation: func(context.Context, core.ID) string { return "Coop Les Semailles" },
		Trouble:      func() error { return trouble }, Notices: notices,
	})
	if err != nil {
		t.Fatal(err)
	}
	return site
}

// missing fails the test when a page asks for a message that no locale file has.
type missing struct{ t testing.TB }

// Enabled hears everything.
func (missing) Enabled(context.Context, slog.Level) bool { return true }

// Handle fails the test.
func (m missing) Handle(_ context.Context, r slog.Record) error {
	r.Attrs(func(a slog.Attr) bool {
		if a.Key == "key" {
			m.t.Errorf("%s: %s", r.Message, a.Value)
		}
		return true
	})
	return nil
}

// WithAttrs keeps the handler.
func (m missing) WithAttrs([]slog.Attr) slog.Handler { return m }

// WithGroup keeps the handler.
func (m missing) WithGroup(string) slog.Handler { return m }

// Pages is what a module serves.
type Pages interface{ Routes(mux *http.ServeMux) }

// Serve puts a module's pages on the site.
func Serve(site *web.Site, pages ...Pages) http.Handler {
	mux := http.NewServeMux()
	site.Routes(mux)
	for _, p := range pages {
		p.Routes(mux)
	}
	return site.Serve(mux)
}

// Ask is one request.
type Ask struct {
	Method  string // GET when empty
	Path    string
	Session string
	Lang    string // fr when empty
	Accept  string
	Media   string // content type of the body
	Body    io.Reader
}

// Do sends the request and reads the page that comes back.
func Do(t testing.TB, h http.Handler, ask Ask) *Page {
	t.Helper()
	if ask.Method == "" {
		ask.Method = http.MethodGet
	}
	if ask.Lang == "" {
		ask.Lang = "fr"
	}
	r := httptest.NewRequest(ask.Method, ask.Path, ask.Body)
	r.Header.Set("Accept-Language", ask.Lang)
	for name, value := range map[string]string{"Accept": ask.Accept, "Content-Type": ask.Media} {
		if value != "" {
			r.Header.Set(name, value)
		}
	}
	if ask.Session != "" {
		r.AddCookie(&http.Cookie{Name: "solidaire_session", Value: ask.Session})
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	root, err := html.Parse(w.Body)
	if err != nil {
		t.Fatalf("%s: %v", ask.Path, err)
	}
	return &Page{Status: w.Code, Header: w.Header(), root: root}
}
