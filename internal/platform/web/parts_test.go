package web_test

import (
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/platform/web"
)

// show renders one line of template in English.
func show(t *testing.T, line string, data any) string {
	t.Helper()
	site := newSite(t, io.Discard)
	pages, err := site.Templates(fstest.MapFS{"x.html": {Data: []byte(`{{define "x"}}` + line + `{{end}}`)}})
	if err != nil {
		t.Fatal(err)
	}
	w := ask(site.Open(func(w http.ResponseWriter, r *http.Request) error { return pages.Block(w, r, "x.html", "x", data) }), request{path: "/"})
	return w.Body.String()
}

func joules(v float64) *float64 { return &v }

func TestEnergyIsAlwaysLabelled(t *testing.T) {
	t.Parallel()
	line := `{{template "energy" (dict "Energy" .E "Watts" .W)}}`
	type data struct {
		E core.Energy
		W int
	}
	for want, d := range map[string]data{
		"0.4\u00a0J (published estimate)</b> · 0.0004\u00a0s of microwave at 1,000\u00a0W": {core.Energy{Joules: joules(0.4), Label: core.EnergyEstimatedPublished}, 1000},
		"12\u00a0J (measured at the plug)</b></span>":                                      {core.Energy{Joules: joules(12), Label: core.EnergyMeteredWall}, 0},
		"<b>energy unknown</b></span>":                                                     {core.UnknownEnergy(), 1000},
	} {
		if got := show(t, line, d); !strings.Contains(got, want) {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestALinkInASentenceIsTheOnlyMarkup(t *testing.T) {
	t.Parallel()
	got := show(t, `{{tlink "web.refusal.article" .Href "Article" .Article}}`, map[string]any{"Href": "/charter#article-4", "Article": "<b>4"})
	if got != `Under <a href="/charter#article-4">article &lt;b&gt;4</a> of the charter` {
		t.Errorf("got %s", got)
	}
	if got := show(t, `{{tlink "web.refusal.article" .}}`, "javascript:alert(1)"); strings.Contains(got, "javascript") {
		t.Errorf("got %s", got)
	}
}

func TestARelativeInstantKeepsTheExactOne(t *testing.T) {
	t.Parallel()
	got := show(t, `{{relative .}}`, time.Now().Add(-2*time.Hour-time.Minute))
	if !strings.Contains(got, ">2 hours ago</time>") || !regexp.MustCompile(`title="\d+ \w+ \d{4} at `).MatchString(got) {
		t.Errorf("got %s", got)
	}
}

func TestLocalPath(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"/memory?q=1#x": "/memory?q=1#x", "": "/", "memory": "/", "//evil.example": "/", "/\\evil.example": "/",
		"https://evil.example/": "/", "/a\r\nSet-Cookie: x": "/", "javascript:alert(1)": "/", "%zz": "/",
	} {
		if got := web.LocalPath(address, "/"); got != want {
			t.Errorf("%q leads to %q", address, got)
		}
	}
}

func FuzzLocalPath(f *testing.F) {
	f.Add("//evil")
	f.Add("/ok")
	f.Fuzz(func(t *testing.T, address string) {
		got := web.LocalPath(address, "/")
		if !strings.HasPrefix(got, "/") || strings.HasPrefix(got, "//") || strings.ContainsAny(got, "\\\r\n") {
			t.Fatalf("%q leads to %q", address, got)
		}
	})
}
