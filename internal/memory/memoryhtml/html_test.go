package memoryhtml_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/memory/memoryhtml"
)

func extract(t *testing.T, page string) memory.Extracted {
	t.Helper()
	x, err := memoryhtml.New().Extract(t.Context(), "a.html", []byte(page))
	if err != nil {
		t.Fatalf("%.200s: %v", page, err)
	}
	return x
}

func TestPageReadsAsPeopleReadIt(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, page, want string }{
		{"words join", "<p>L’assem<b>blée</b>\n  élit</p>", "L’assemblée élit"},
		{"headings", "<h1>Titre</h1><h2><div>Sous</div>titre</h2>texte", "Titre\n\nSous titre\n\ntexte"},
		{"lists", "<ol start=3><li>un<ul><li>a<li>b</ul><li>deux</ol><p>fin", "3. un\n  - a\n  - b\n4. deux\n\nfin"},
		{"breaks", "12, rue X<br>Nantes", "12, rue X\n\nNantes"},
		{"data tables", "<table><tr><th>Poste<th>Montant<tr><td>Dons<td><p>12&nbsp;€</table>fin", "Poste | Montant\nDons | 12\u00a0€\n\nfin"},
		{"layout tables", "<table><tr><td><p>un<p>deux<table><tr><td>trois</table></table>", "un\n\ndeux\n\ntrois"},
		{"code", "<pre>a\n  b</pre>", "a\n\nb"},
		{"definitions", "<dl><dt>Quorum<dd>25 %</dl>", "Quorum\n\n25 %"},
		{"what is hidden", `vu<script>x()</script><p hidden>a<p style="display: none">b<span aria-hidden="true">c</span><del>d</del><!-- e -->`, "vu"},
		{"forms", "<form>Nom <input value=a><select><option>b</select><button>Envoyer</button></form>", "Nom"},
		{"entities", "R&amp;D &lt;3 &eacute;", "R&D <3 é"},
		{"empty elements of XHTML", `<html><head><title/></head><body><script src="a"/><p>vu</p></body></html>`, "vu"},
		{"decomposed accents", "<p>e\u0301te\u0301", "été"},
	} {
		if diff := cmp.Diff(c.want, extract(t, c.page).Text); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}

func TestWhatSurroundsTheContentStaysOut(t *testing.T) {
	t.Parallel()
	text := "<h1>Règlement</h1><p>" + strings.Repeat("Le quorum est de 25 %. ", 20) + "</p>"
	around := `<nav>Accueil Contact</nav><div class="cookie-banner">Acceptez</div><ul><li><a href=a>Un</a><li><a href=b>Deux</a><li><a href=c>Trois</a><li><a href=d>Quatre</a><li><a href=e>Cinq</a></ul>`
	for name, page := range map[string]string{
		"main":    around + "<main>" + text + "</main><footer>Mentions</footer>",
		"role":    around + `<div role="main">` + text + "</div>Mentions",
		"article": around + "<article>" + text + "</article>Mentions",
		"neither": around + "<header>Logo</header>" + text + "<footer>Mentions</footer>",
	} {
		x := extract(t, page)
		for _, out := range []string{"Accueil", "Acceptez", "Quatre", "Mentions", "Logo"} {
			if strings.Contains(x.Text, out) || !strings.HasPrefix(x.Text, "Règlement\n\nLe quorum") {
				t.Errorf("%s: %s in %.80q", name, out, x.Text)
			}
		}
	}
	if x := extract(t, `<body class="menu"><div class="sidebar">`+text+`</div></body>`); !strings.Contains(x.Text, "quorum") {
		t.Error("most of the page was taken for its surroundings")
	}
}

func TestHeadOfThePage(t *testing.T) {
	t.Parallel()
	x := extract(t, `<head><title>Statuts – Coop</title><meta property="article:published_time" content="2023-06-24T10:00:00Z"><meta name="date" content="2020-01-01"></head><p>texte`)
	if x.Title != "Statuts – Coop" || x.Dated.Format("2006-01-02") != "2023-06-24" || x.Media != memoryhtml.Media {
		t.Errorf("%+v", x)
	}
	if x := extract(t, "<title>Site</title><h1>Page</h1>texte"); x.Title != "Page" {
		t.Errorf("%q", x.Title)
	}
}

func TestEncodings(t *testing.T) {
	t.Parallel()
	const text = "L'été était très chaud cette année : 12 €."
	old, err := charmap.Windows1252.NewEncoder().String("<html><p>" + text)
	if err != nil {
		t.Fatal(err)
	}
	greek, err := charmap.ISO8859_7.NewEncoder().String(`<meta charset="iso-8859-7"><p>αβγ`)
	if err != nil {
		t.Fatal(err)
	}
	for page, want := range map[string]string{old: text, "<p>" + text: text, `<meta charset="utf-8"><p>` + text: text, greek: "αβγ"} {
		if x := extract(t, page); x.Text != want {
			t.Errorf("%q, want %q", x.Text, want)
		}
	}
}

func TestBadPagesSayWhy(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ page, key string }{
		"nothing": {"<html><body></body></html>", "errors.memory_no_text"},
		"deep":    {strings.Repeat("<div>", 100_000) + "a", "errors.memory_file_damaged"},
		"large":   {strings.Repeat("<p>aaaaaaaaaaaaa", 1_200_000), "errors.memory_text_large"},
	} {
		_, err := memoryhtml.New().Extract(t.Context(), "a.html", []byte(c.page))
		if got := core.AsError(err); err == nil || got.Key != c.key {
			t.Errorf("%s: %v, want %s", name, err, c.key)
		}
	}
}

// A page may be anything at all.
func FuzzPage(f *testing.F) {
	f.Add("<h1>a</h1><ol><li>b<table><tr><td>c<td>d<tr><td>e<td>f</table></ol><pre>g")
	f.Add("<table><tr><td><ul><li><h2><table>")
	f.Fuzz(func(t *testing.T, page string) {
		x, err := memoryhtml.New().Extract(t.Context(), "a.html", []byte(page))
		if err == nil {
			memory.CutPassages(x.Title, x.Text, x.Marks)
		}
	})
}
