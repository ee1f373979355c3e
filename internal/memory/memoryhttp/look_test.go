package memoryhttp

import (
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/solidaire-coop/solidaire/internal/platform/web/pagetest"
	"github.com/solidaire-coop/solidaire/internal/platform/web/webtest"
)

func TestTheMemoryLooksRight(t *testing.T) {
	t.Parallel()
	start := at(quorum)
	pagetest.Look(t, pagesOf(t, furnished()), pagetest.Operator, map[string]string{
		"memory": "/memory", "search": "/memory?q=quorum+des+membres", "narrowed": "/memory?q=quorum&kind=pdf&since=2023-01-01", "none": "/memory?q=licorne&page=0",
		"reader": readerPath(start, start+len(quorum)) + "#q", "erase": "/memory/documents/" + string(statutsID) + "/erase",
		"reader-error": "/memory/versions/" + statutsHash + "?start=9&end=2",
	})
	pagetest.Look(t, pagesOf(t, &fake{}), pagetest.Operator, map[string]string{"memory-empty": "/memory", "sources-empty": "/memory/sources"})
}

func TestSourcesLookRight(t *testing.T) {
	t.Parallel()
	pagetest.Look(t, pagesOf(t, furnished()), pagetest.Operator, map[string]string{
		"memory-failed": "/memory?state=failed", "sources": "/memory/sources", "source-new": "/memory/sources/new?kind=webdav",
		"source": "/memory/sources/" + string(nuageID), "source-remove": "/memory/sources/" + string(nuageID) + "/remove",
	})
}

// Files and folders may be dropped anywhere on the page; what is hidden stays out.
func TestFilesAreDropped(t *testing.T) {
	t.Parallel()
	browser := webtest.Start(t)
	f := &fake{}
	server := httptest.NewServer(pagesOf(t, f))
	t.Cleanup(server.Close)
	tab := browser.Open(t, webtest.Desk("fr"), server.URL, pagetest.Operator)
	tab.Go(server.URL + "/memory")
	webtest.Get(tab, chromedp.Evaluate[bool](`(() => {
		const data = new DataTransfer();
		data.items.add(new File(["quorum"], "statuts.md"));
		data.items.add(new File(["x"], ".cache"));
		data.items.add(new File(["PK"], "tout.zip"));
		document.body.dispatchEvent(new DragEvent("drop", {dataTransfer: data, bubbles: true, cancelable: true}));
		return true;
	})()`))
	tab.Await("#report li:nth-child(2)")
	if report := tab.Text("#report"); !strings.Contains(report, "statuts.md\nAjouté") || !strings.Contains(report, "tout.zip\n2 documents en attente") {
		t.Errorf("%s", report)
	}
	tab.CheckAccessible()
	server.Close()
	if len(f.added) != 2 {
		t.Errorf("%+v", f.added)
	}
}

func TestTheScriptSendsFilesOneByOne(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	var chosen []string
	for _, name := range []string{"statuts.md", "casse.pdf", "connu.md"} {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte("texte de "+name), 0o600); err != nil {
			t.Fatal(err)
		}
		chosen = append(chosen, path)
	}
	browser := webtest.Start(t)
	f := &fake{}
	server := httptest.NewServer(pagesOf(t, f))
	t.Cleanup(server.Close)
	tab := browser.Open(t, webtest.Desk("fr"), server.URL, pagetest.Operator)
	tab.Go(server.URL + "/memory")
	tab.Do(chromedp.SetUploadFiles(chromedp.CSS("#files"), chosen))
	tab.Click("form.uploading button.button")
	tab.Await("#report li:nth-child(3)")
	report := tab.Text("#report")
	for _, says := range []string{"Ce qui vient d’être ajouté", "statuts.md\nAjouté à la mémoire", "casse.pdf\nUne erreur", "connu.md\nDéjà"} {
		if !strings.Contains(report, says) {
			t.Errorf("the report does not say %q:\n%s", says, report)
		}
	}
	tab.CheckAccessible()
	server.Close() // nobody writes any more
	if len(f.added) != 2 || f.added[0].modified.IsZero() {
		t.Errorf("%+v", f.added)
	}
}
