package memoryhttp

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/platform/web/pagetest"
)

func readerPath(start, end int) string {
	return fmt.Sprintf("/memory/versions/%s?start=%d&end=%d", statutsHash, start, end)
}

func TestTheReaderHighlightsTheExactRange(t *testing.T) {
	t.Parallel()
	h := pagesOf(t, furnished())
	start := at(quorum)
	page := pagetest.Do(t, h, pagetest.Ask{Path: readerPath(start, start+len(quorum)), Session: pagetest.Member})
	if got := page.One(t, "mark", "id=q").Raw(); got != quorum {
		t.Errorf("highlighted %q", got)
	}
	sum := sha256.Sum256([]byte(quorum))
	page.Says(t, "Statuts de la coopérative", "Version du 12 mars 2025", "Version la plus récente", "Page 7", "Plan du document",
		"gouvernance/statuts.pdf", hex.EncodeToString(sum[:]), statutsHash, "Aller au passage")
	if !page.LinksTo("#q") || len(page.All("mark")) != 1 {
		t.Error("the passage cannot be reached")
	}
	var outline []string
	for level := 2; level <= 4; level++ {
		for _, heading := range page.All(fmt.Sprintf("h%d", level)) {
			outline = append(outline, fmt.Sprintf("%d %s", level, heading.Text()))
		}
	}
	if got := strings.Join(outline, " / "); got != "2 Statuts de la coopérative / 3 Chapitre III. L’assemblée / 4 Article 18. Quorum / 4 Article 19. Ordre du jour / 4 Article 20. Procès-verbal" {
		t.Errorf("outline: %s", got)
	}
}

func TestARangeOverSeveralParagraphsIsHighlightedWhole(t *testing.T) {
	t.Parallel()
	page := pagetest.Do(t, pagesOf(t, furnished()), pagetest.Ask{Path: readerPath(at("À défaut"), at("contient :")), Session: pagetest.Member})
	var got []string
	for _, m := range page.All("mark") {
		got = append(got, m.Text())
	}
	if len(got) != 3 || !strings.HasPrefix(got[0], "À défaut") || got[2] != "L’avis de convocation" || len(page.All("mark", "id=q")) != 1 {
		t.Errorf("%q", got)
	}
}

func TestARangeThatCutsACharacterIsWidenedAndSaysSo(t *testing.T) {
	t.Parallel()
	start := at("À défaut")
	page := pagetest.Do(t, pagesOf(t, furnished()), pagetest.Ask{Path: readerPath(start+1, start+4), Session: pagetest.Member, Lang: "en"})
	if got := page.One(t, "mark").Raw(); got != "À d" {
		t.Errorf("%q", got)
	}
	page.Says(t, "widened to the whole character")
}

func TestABadRangeIsAClearError(t *testing.T) {
	t.Parallel()
	h := pagesOf(t, furnished())
	for _, query := range []string{"?start=5", "?end=5", "?start=a&end=b", "?start=-1&end=5", "?start=9&end=3", "?start=3&end=3",
		"?start=0&end=999999", "?start=99999999999999999999&end=5", "?start=&end=", "?start=0x1&end=0x5", "?start=1&end=2&start=0"} {
		page := pagetest.Do(t, h, pagetest.Ask{Path: "/memory/versions/" + statutsHash + query, Session: pagetest.Member})
		if query == "?start=1&end=2&start=0" { // the first of two values counts
			if page.Status != http.StatusOK {
				t.Errorf("%s: %d", query, page.Status)
			}
			continue
		}
		if page.Status != http.StatusBadRequest {
			t.Errorf("%s: %d", query, page.Status)
		}
		page.Says(t, "Ce passage n’existe pas dans cette version du document.", "Ouvrez le document sans passage")
	}
}

func TestTheReaderSaysThatANewerVersionExists(t *testing.T) {
	t.Parallel()
	f := furnished()
	old := statuts()
	old.Hash, old.Newer = strings.Repeat("e", 64), statutsHash
	f.versions[old.Hash] = old
	page := pagetest.Do(t, pagesOf(t, f), pagetest.Ask{Path: "/memory/versions/" + old.Hash, Session: pagetest.Member})
	page.Says(t, "Une version plus récente de ce document existe.")
	page.NeverSays(t, "Version la plus récente", "Aller au passage")
	if !page.LinksTo("/memory/versions/" + statutsHash) {
		t.Error("the newer version is not linked")
	}
}

func TestALongTextIsReadInParts(t *testing.T) {
	t.Parallel()
	f := furnished()
	v := statuts()
	v.Text = strings.Repeat("Une ligne ordinaire du document, ni longue ni courte, qui se répète.\n\n", 5000) + "Le mot de la fin."
	v.Marks = []memory.Mark{{Start: 0, Kind: "heading", Level: 1, Label: "Une ligne"}, {Start: 200_000, Kind: "heading", Level: 1, Label: "Milieu"},
		{Start: strings.Index(v.Text, "Le mot"), Kind: "heading", Level: 1, Label: "Le mot de la fin."}}
	f.versions[v.Hash] = v
	h := pagesOf(t, f)
	first := pagetest.Do(t, h, pagetest.Ask{Path: "/memory/versions/" + v.Hash, Session: pagetest.Member})
	first.Says(t, "Partie 1 sur 4")
	if !first.LinksTo("/memory/versions/"+v.Hash+"?part=2") || first.LinksTo("/memory/versions/"+v.Hash+"?part=0") {
		t.Error("the next part is not linked")
	}
	start := strings.Index(v.Text, "Le mot")
	last := pagetest.Do(t, h, pagetest.Ask{Path: readerPath(start, len(v.Text)), Session: pagetest.Member})
	last.Says(t, "Partie 4 sur 4")
	if last.One(t, "mark").Raw() != "Le mot de la fin." {
		t.Error("the range is not on the part that opens")
	}
	elsewhere := pagetest.Do(t, h, pagetest.Ask{Path: readerPath(start, len(v.Text)) + "&part=2", Session: pagetest.Member})
	elsewhere.Says(t, "Partie 2 sur 4")
	if !elsewhere.LinksTo(readerPath(start, len(v.Text)) + "#q") {
		t.Error("no way back to the passage")
	}
	pagetest.Do(t, h, pagetest.Ask{Path: "/memory/versions/" + v.Hash + "?part=99", Session: pagetest.Member}).Says(t, "Partie 1 sur 4")
}

func TestAnUnknownVersionAndAnEmptyOne(t *testing.T) {
	t.Parallel()
	f := furnished()
	f.versions["empty"] = memory.Version{Hash: "empty", Name: "vide.txt"}
	h := pagesOf(t, f)
	if page := pagetest.Do(t, h, pagetest.Ask{Path: "/memory/versions/nope", Session: pagetest.Member}); page.Status != http.StatusNotFound {
		t.Errorf("%d", page.Status)
	}
	pagetest.Do(t, h, pagetest.Ask{Path: "/memory/versions/empty", Session: pagetest.Member}).Says(t, "vide.txt", "ne contient aucun texte")
	if page := pagetest.Do(t, h, pagetest.Ask{Path: "/memory/versions/empty?start=0&end=0", Session: pagetest.Member}); page.Status != http.StatusBadRequest {
		t.Errorf("%d", page.Status)
	}
}
