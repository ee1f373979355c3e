package memoryhttp

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/platform/web/pagetest"
)

const nasty = `"><script>alert(1)</script><img src=x onerror=alert(2)>`

func TestWhatDocumentsSayIsNeverMarkup(t *testing.T) {
	t.Parallel()
	f := furnished()
	f.documents[0].Title, f.documents[0].Name = nasty, nasty+".pdf"
	f.documents[0].Version = `javascript:alert(1)`
	f.hits[0].Text, f.hits[0].Heading, f.hits[0].Page, f.hits[0].Title = nasty, nasty, nasty, nasty
	v := statuts()
	v.Title, v.Text = nasty, nasty
	v.Marks = []memory.Mark{{Kind: "page", Label: nasty}, {Kind: "heading", Level: -7, Label: nasty}, {Start: 999, Kind: "heading", Label: "x"}}
	f.versions[v.Hash] = v
	h := pagesOf(t, f)
	for _, path := range []string{"/memory", "/memory?q=" + url.QueryEscape(nasty), "/memory/documents/" + string(statutsID) + "/erase",
		"/memory/versions/" + statutsHash, readerPath(0, len(nasty)), "/memory?done=" + url.QueryEscape(nasty)} {
		page := pagetest.Do(t, h, pagetest.Ask{Path: path, Session: pagetest.Operator})
		if page.Status != http.StatusOK {
			t.Errorf("%s: %d", path, page.Status)
		}
		for _, script := range page.All("script") {
			if !strings.HasPrefix(script.Attribute("src"), "/static/") {
				t.Errorf("%s: a document became a script", path)
			}
		}
		for _, link := range page.All("a") {
			if strings.HasPrefix(link.Attribute("href"), "javascript:") {
				t.Errorf("%s: a document became a link", path)
			}
		}
		if len(page.All("img")) > 0 {
			t.Errorf("%s: a document became an image", path)
		}
	}
}

func TestBrokenUTF8IsShownAsSuchAndNeverBreaksAPage(t *testing.T) {
	t.Parallel()
	f := furnished()
	const broken = "Statuts \xff\xfe de la coop\xc3"
	f.documents[0].Title, f.hits[0].Text, f.hits[0].Title = broken, broken, broken
	v := statuts()
	v.Title, v.Text, v.Marks = broken, broken, nil
	f.versions[v.Hash] = v
	h := pagesOf(t, f)
	for _, path := range []string{"/memory", "/memory?q=statuts", "/memory?q=%ff%fequorum", readerPath(0, len(broken)), readerPath(9, 10)} {
		page := pagetest.Do(t, h, pagetest.Ask{Path: path, Session: pagetest.Member})
		if page.Status != http.StatusOK || !utf8.ValidString(page.Text()) {
			t.Errorf("%s: %d", path, page.Status)
		}
	}
	if f.asked.Text != "quorum" {
		t.Errorf("asked %q", f.asked.Text)
	}
}

func TestHugeAndStrangeRequestsGetAClearAnswer(t *testing.T) {
	t.Parallel()
	h := pagesOf(t, furnished())
	for path, want := range map[string]int{
		"/memory?q=" + strings.Repeat("a", maxQuery+1):              http.StatusBadRequest,
		"/memory?q=" + strings.Repeat("a", 1<<20):                   http.StatusBadRequest,
		"/memory?q=" + strings.Repeat("%C3%A9", 500):                http.StatusOK,
		"/memory?q=%00%01":                                          http.StatusOK,
		"/memory?q=;%zz":                                            http.StatusOK,
		"/memory/documents/nope/erase":                              http.StatusBadRequest,
		"/memory/documents/" + strings.Repeat("0", 26) + "/erase":   http.StatusNotFound,
		"/memory/documents/" + strings.Repeat("%00", 26) + "/erase": http.StatusBadRequest,
		"/memory/versions/" + strings.Repeat("f", 1<<16):            http.StatusNotFound,
		"/memory/versions/..%2f..%2fetc%2fpasswd":                   http.StatusNotFound,
	} {
		if page := pagetest.Do(t, h, pagetest.Ask{Path: path, Session: pagetest.Operator}); page.Status != want {
			t.Errorf("%.60s: %d, want %d", path, page.Status, want)
		}
	}
}

func TestBrokenUploadsSaySoAndKeepWhatArrived(t *testing.T) {
	t.Parallel()
	whole, media := upload(t, file{name: "a.md", content: "entier"}, file{name: "b.md", content: strings.Repeat("x", 1<<16)})
	cut := whole.String()[:whole.Len()/2]
	many := make([]file, maxFiles+1)
	for i := range many {
		many[i] = file{name: fmt.Sprintf("%d.md", i), content: "x"}
	}
	tooMany, manyMedia := upload(t, many...)
	none, noneMedia := upload(t)
	for _, c := range []struct {
		name, media, body string
		status            int
		says              string
		added             int
	}{
		{"cut", media, cut, 200, "L’envoi est incomplet", 1},
		{"too many", manyMedia, tooMany.String(), 200, "Envoyez 50 fichiers au plus", maxFiles},
		{"none", noneMedia, none.String(), 400, "Aucun fichier n’a été choisi.", 0},
		{"not a form", "text/plain", "hello", 400, "L’envoi est incomplet", 0},
		{"no boundary", "multipart/form-data", "hello", 400, "L’envoi est incomplet", 0},
		{"other boundary", "multipart/form-data; boundary=x", whole.String(), 400, "", 0},
	} {
		f := &fake{}
		page := pagetest.Do(t, pagesOf(t, f), pagetest.Ask{Method: http.MethodPost, Path: "/memory", Session: pagetest.Operator,
			Media: c.media, Body: strings.NewReader(c.body)})
		if page.Status != c.status || len(f.added) != c.added {
			t.Errorf("%s: %d, %d added", c.name, page.Status, len(f.added))
		}
		page.Says(t, c.says)
	}
}

// endless is an upload that never ends.
type endless struct{ head io.Reader }

// Read gives the head, then the letter x for ever.
func (e endless) Read(b []byte) (int, error) {
	if n, err := e.head.Read(b); err == nil {
		return n, nil
	}
	for i := range b {
		b[i] = 'x'
	}
	return len(b), nil
}

func TestAnUploadThatNeverEndsIsCut(t *testing.T) {
	t.Parallel()
	_, media := upload(t)
	_, boundary, _ := strings.Cut(media, "boundary=")
	head := "--" + boundary + "\r\nContent-Disposition: form-data; name=\"files\"; filename=\"big.bin\"\r\n\r\n"
	m := &swallowing{fake: fake{}}
	site := pagetest.Site(t)
	pages, err := New(site, m, &places{}, &qualities{})
	if err != nil {
		t.Fatal(err)
	}
	pages.maxUpload = 1 << 20
	page := pagetest.Do(t, pagetest.Serve(site, pages), pagetest.Ask{Method: http.MethodPost, Path: "/memory",
		Session: pagetest.Operator, Media: media, Body: endless{strings.NewReader(head)}})
	page.Says(t, "L’envoi est trop gros.", "big.bin", "1 échec")
}

// swallowing reads files without keeping them.
type swallowing struct{ fake }

// Add reads to the end.
func (s *swallowing) Add(_ context.Context, _ core.ID, name string, _ time.Time, r io.Reader) (memory.Report, error) {
	_, err := io.Copy(io.Discard, r)
	return memory.Report{Name: name}, err
}

func TestNamesOfFilesAreCleaned(t *testing.T) {
	t.Parallel()
	for give, want := range map[string]string{
		"statuts.pdf": "statuts.pdf", " a\x00b\n.md ": "ab.md", "pdf.\u202efdp.exe": "pdf.fdp.exe", "\xff.md": ".md", "été 2025.md": "été 2025.md",
		strings.Repeat("é", 900) + ".pdf": strings.Repeat("é", 250) + strings.Repeat("é", 246) + ".pdf",
	} {
		if got := cleanName(give); got != want {
			t.Errorf("%q: %q, want %q", give, got, want)
		}
	}
}

func FuzzTheReaderNeverPanics(f *testing.F) {
	f.Add("0", "5", "1")
	f.Add("-1", "999", "x")
	version := statuts()
	f.Fuzz(func(t *testing.T, start, end, part string) {
		lit, widened, err := askedRange(url.Values{"start": {start}, "end": {end}}, version.Text)
		if err == nil && !utf8.ValidString(version.Text[lit.start:lit.end]) {
			t.Fatalf("%v %v cuts a character", lit, widened)
		}
		var view readerView
		view.show(version, lit, widened, part)
	})
}
