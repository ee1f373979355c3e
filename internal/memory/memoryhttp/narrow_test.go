package memoryhttp

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/platform/web/pagetest"
)

func TestASearchIsNarrowed(t *testing.T) {
	t.Parallel()
	f := furnished()
	h := pagesOf(t, f)
	page := pagetest.Do(t, h, pagetest.Ask{Session: pagetest.Member, Path: "/memory?q=quorum&from=Nuage%2F&kind=pdf&body=assembly&since=2023-01-01&until=2025-12-31"})
	page.Says(t, "2 passages", "Préciser la recherche", "Conversations enregistrées", "Présentation", "Assemblée")
	want := memory.Among{Source: "Nuage/", Kind: "pdf", Body: "assembly", Since: time.Date(2023, 1, 1, 0, 0, 0, 0, time.UTC), Until: time.Date(2025, 12, 31, 0, 0, 0, 0, time.UTC)}
	if diff := cmp.Diff(want, f.asked.Among); diff != "" {
		t.Error(diff)
	}
	for path, says := range map[string]string{"/memory?q=quorum&since=hier": "Cette date ne se lit pas.", "/memory?q=quorum&kind=parchment": "Cette sorte de fichier n’existe pas ici."} {
		wrong := pagetest.Do(t, h, pagetest.Ask{Session: pagetest.Member, Path: path})
		wrong.Says(t, says)
		wrong.NeverSays(t, "passages pour")
	}
}

func TestSlidesAndSheetsAreNamed(t *testing.T) {
	t.Parallel()
	f := furnished()
	slide, sheet := quote(), quote()
	slide.Name, slide.Page, slide.Slide = "bilan.pptx", "4", true
	sheet.Name, sheet.Page, sheet.Heading = "budget.xlsx", "", "Prévisions"
	f.hits = []memory.Quote{slide, sheet}
	h := pagesOf(t, f)
	pagetest.Do(t, h, pagetest.Ask{Session: pagetest.Member, Path: "/memory?q=quorum"}).Says(t, "diapositive 4", "feuille Prévisions")
	pagetest.Do(t, h, pagetest.Ask{Session: pagetest.Member, Path: "/memory?q=quorum", Lang: "en"}).Says(t, "slide 4", "sheet Prévisions")
}

func TestWhatCouldNotBeReadIsSaid(t *testing.T) {
	t.Parallel()
	f := furnished()
	statutes := f.versions[statutsHash]
	statutes.Notice = f.documents[1].Notice
	f.versions[statutsHash] = statutes
	h := pagesOf(t, f)
	list := pagetest.Do(t, h, pagetest.Ask{Session: pagetest.Member, Path: "/memory"})
	list.Says(t, "Un document n’a pas pu être lu en entier.", "Certaines pages de ce document sont des images et n’ont pas été lues : 3.", "Tesseract")
	only := pagetest.Do(t, h, pagetest.Ask{Session: pagetest.Member, Path: "/memory?noticed=1"})
	only.Says(t, "Politique de télétravail")
	only.NeverSays(t, "Étude de marché", "Voir lesquels")
	pagetest.Do(t, h, pagetest.Ask{Session: pagetest.Member, Path: "/memory/versions/" + statutsHash}).Says(t, "n’ont pas été lues : 3")
}
