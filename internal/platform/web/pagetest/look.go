package pagetest

import (
	"net/http"
	"net/http/httptest"
	"os"
	"testing"

	"github.com/solidaire-coop/solidaire/internal/platform/web/webtest"
)

// Look opens each page in a real browser on a desk, on a telephone in the dark and on the narrowest screen: axe-core
// finds nothing and nothing is lost. Names are those of the pictures. It skips where there is no browser.
func Look(t *testing.T, h http.Handler, session string, pages map[string]string) {
	t.Helper()
	browser := webtest.Start(t)
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	screens := []webtest.Screen{webtest.Desk("fr-CA"), webtest.Phone("en").InTheDark(), webtest.Narrow("fr")}
	if os.Getenv("SOLIDAIRE_TEST_PICTURES") != "" {
		screens = append(screens, webtest.Desk("en").InTheDark(), webtest.Phone("fr"))
	}
	for _, screen := range screens {
		tab := browser.Open(t, screen, server.URL, session)
		for name, path := range pages {
			tab.Go(server.URL + path)
			tab.CheckWidth()
			tab.CheckAccessible()
			tab.Picture(name)
			tab.WholePicture(name)
		}
	}
}
