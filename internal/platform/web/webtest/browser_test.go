package webtest_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/solidaire-coop/solidaire/internal/platform/web/webtest"
)

func TestABrowserSeesWhatAReaderSees(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		who := "nobody"
		if cookie, err := r.Cookie("solidaire_session"); err == nil {
			who = cookie.Value
		}
		io.WriteString(w, `<!doctype html><html lang="en"><head><title>A page</title><meta name="viewport" content="width=device-width">
<style>b{color:#000}@media (prefers-color-scheme:dark){b::after{content:" in the dark"}}</style></head>
<body><main><h1>Hello</h1><p><b>`+r.Header.Get("Accept-Language")+" "+who+`</b></p></main></body></html>`)
	}))
	t.Cleanup(server.Close)
	browser := webtest.Start(t)
	for _, screen := range []webtest.Screen{webtest.Desk("en"), webtest.Phone("fr-CA").InTheDark(), webtest.Narrow("fr")} {
		tab := browser.Open(t, screen, server.URL, "amelie")
		tab.Go(server.URL)
		if got, want := tab.Text("b"), screen.Lang+" amelie"; got != want {
			t.Errorf("%s: %q, want %q", screen.Name, got, want)
		}
		tab.CheckWidth()
		tab.CheckAccessible()
	}
	if got := browser.Open(t, webtest.Desk("en"), server.URL, ""); got == nil {
		t.Error("a tab without a session does not open")
	} else if got.Go(server.URL); got.Text("b") != "en nobody" {
		t.Errorf("tabs share their cookies: %s", got.Text("b"))
	}
}
