package gatewayhttp_test

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
	"github.com/solidaire-coop/solidaire/internal/gateway"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayhttp"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewaytest"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/platform/i18n"
	"github.com/solidaire-coop/solidaire/internal/platform/web"
)

// people are who may sign in: their session token is their name.
type people struct{}

func (people) SessionActor(_ context.Context, token string) (core.Actor, error) {
	roles := []core.Role{core.RoleMember}
	switch token {
	case "amelie":
		return core.Actor{Organisation: "org", Person: "amelie", Name: "Amélie Tremblay", Roles: roles}, nil
	case "sam":
		return core.Actor{Organisation: "org", Person: "sam", Name: "Sam Roy", Roles: append(roles, core.RoleOperator)}, nil
	}
	return core.Actor{}, core.E(core.Unauthenticated, "errors.sign_in_required", nil)
}

// house is the pages on a server, over a gateway kept in memory.
type house struct {
	questions     *gatewaytest.Questions
	conversations *gatewaytest.Conversations
	feedback      opinions
	shelf         *shelf
	server        *httptest.Server
	client        *http.Client
}

func build(t *testing.T) *house {
	t.Helper()
	bundle, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	clock := core.SystemClock{}
	h := &house{
		questions: &gatewaytest.Questions{
			Clock:    clock,
			Chatting: []gateway.ModelChoice{{Name: "SmolLM2 135M", Trial: true}},
		},
		conversations: gatewaytest.NewConversations(clock),
		feedback:      opinions{},
		shelf:         &shelf{talks: map[core.ID]memory.Talk{}},
	}
	site, err := web.New(web.Config{
		Bundle: bundle.InZone(time.UTC), Logger: slog.New(slog.NewTextHandler(t.Output(), nil)), Clock: clock, Sessions: people{}, Version: "test",
		Organisation: func(context.Context, core.ID) string { return "Coop Les Semailles" },
	})
	if err != nil {
		t.Fatal(err)
	}
	pages, err := gatewayhttp.New(gatewayhttp.Config{
		Site: site, Questions: h.questions, Conversations: h.conversations, Feedback: h.feedback, Shelf: h.shelf, Charter: h.questions, Clock: clock,
	})
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	site.Routes(mux)
	pages.Routes(mux)
	h.server = httptest.NewServer(site.Serve(mux))
	t.Cleanup(h.server.Close)
	h.client = h.server.Client()
	h.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return h
}

// reader is a signed-in person with a browser.
type reader struct {
	t    *testing.T
	h    *house
	name string
	lang string
}

func (h *house) as(t *testing.T, name, lang string) reader { return reader{t, h, name, lang} }

// send makes one request; form is nil for a GET.
func (p reader) send(ctx context.Context, path string, form url.Values, accept string) *http.Response {
	p.t.Helper()
	method, body := http.MethodGet, io.Reader(nil)
	if form != nil {
		method, body = http.MethodPost, strings.NewReader(form.Encode())
	}
	r, err := http.NewRequestWithContext(ctx, method, p.h.server.URL+path, body)
	if err != nil {
		p.t.Fatal(err)
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.Header.Set("Accept-Language", p.lang)
	r.Header.Set("Accept", accept)
	r.AddCookie(&http.Cookie{Name: "solidaire_session", Value: p.name})
	resp, err := p.h.client.Do(r)
	if err != nil {
		p.t.Fatal(err)
	}
	return resp
}

func (p reader) read(resp *http.Response) string {
	p.t.Helper()
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return string(body)
}

// open reads a page.
func (p reader) open(path string) (int, string) {
	p.t.Helper()
	resp := p.send(context.Background(), path, nil, "text/html")
	return resp.StatusCode, p.read(resp)
}

// post sends a form, and follows where it leads.
func (p reader) post(path string, form url.Values) (status int, where, page string) {
	p.t.Helper()
	resp := p.send(context.Background(), path, form, "text/html")
	page = p.read(resp)
	if resp.StatusCode == http.StatusSeeOther {
		where, _, _ = strings.Cut(resp.Header.Get("Location"), "#")
		_, page = p.open(where)
	}
	return resp.StatusCode, where, page
}

func says(t *testing.T, page string, wants ...string) {
	t.Helper()
	for _, want := range wants {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
}

func saysNot(t *testing.T, page string, unwanted ...string) {
	t.Helper()
	for _, s := range unwanted {
		if strings.Contains(page, s) {
			t.Errorf("the page says %q", s)
		}
	}
}
