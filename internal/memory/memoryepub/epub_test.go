package memoryepub_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/memory/memoryepub"
	"github.com/solidaire-coop/solidaire/internal/memory/memorytest"
)

func book() map[string]string {
	return map[string]string{
		"mimetype":               "application/epub+zip",
		"META-INF/container.xml": `<container><rootfiles><rootfile full-path="OEBPS/content.opf"/></rootfiles></container>`,
		"OEBPS/content.opf": `<package><metadata><dc:title>Le livre</dc:title><dc:date>2021-05-06T00:00:00Z</dc:date></metadata><manifest>
			<item id="b" href="texte/deux%20.xhtml" media-type="application/xhtml+xml"/><item id="a" href="un.xhtml" media-type="application/xhtml+xml"/>
			<item id="n" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/><item id="c" href="c.css" media-type="text/css"/></manifest>
			<spine><itemref idref="n"/><itemref idref="a"/><itemref idref="b"/><itemref idref="absent"/></spine></package>`,
		"OEBPS/un.xhtml":          `<?xml version="1.0" encoding="utf-8"?><html><head><title/></head><body><h1>Un</h1><nav>gardé</nav><p>l’été</p></body></html>`,
		"OEBPS/texte/deux .xhtml": `<html><body><h1>Deux</h1><ul><li>a</li></ul></body></html>`,
		"OEBPS/nav.xhtml":         `<html><body>Sommaire</body></html>`,
	}
}

func TestChaptersComeInTheOrderOfReading(t *testing.T) {
	t.Parallel()
	x, err := memoryepub.New().Extract(t.Context(), "a.epub", memorytest.ZipOf(t, book()))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("Un\n\ngardé\n\nl’été\n\nDeux\n\n- a", x.Text); diff != "" {
		t.Error(diff)
	}
	if x.Title != "Le livre" || x.Dated.Format("2006-01-02") != "2021-05-06" || x.Media != memoryepub.Media || len(x.Marks) != 2 {
		t.Errorf("%+v", x)
	}
}

func TestBadBooksSayWhy(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		part, text, key string
	}{
		"locked":     {"META-INF/encryption.xml", `<e><EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#aes128-cbc"/></e>`, "errors.memory_file_protected"},
		"scrambled":  {"META-INF/encryption.xml", `<e><EncryptionMethod Algorithm="http://www.idpf.org/2008/embedding"/></e>`, ""},
		"no package": {"META-INF/container.xml", `<container/>`, "errors.memory_file_damaged"},
		"cut":        {"OEBPS/content.opf", `<package><manifest>`, "errors.memory_file_damaged"},
		"nothing":    {"OEBPS/content.opf", `<package/>`, "errors.memory_no_text"},
	} {
		parts := book()
		parts[c.part] = c.text
		_, err := memoryepub.New().Extract(t.Context(), "a.epub", memorytest.ZipOf(t, parts))
		if c.key == "" && err == nil {
			continue
		}
		if got := core.AsError(err); err == nil || got.Key != c.key {
			t.Errorf("%s: %v, want %s", name, err, c.key)
		}
	}
}

// The package part may be anything at all.
func FuzzPackage(f *testing.F) {
	f.Add(book()["OEBPS/content.opf"])
	f.Fuzz(func(t *testing.T, part string) {
		parts := book()
		parts["OEBPS/content.opf"] = part
		x, err := memoryepub.New().Extract(t.Context(), "a.epub", memorytest.ZipOf(t, parts))
		if err == nil {
			memory.CutPassages(x.Title, x.Text, x.Marks)
		}
	})
}
