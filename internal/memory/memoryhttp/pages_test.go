package memoryhttp

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/platform/web/pagetest"
)

func TestTheMemorySaysWhereWeAreAndWhatChanged(t *testing.T) {
	t.Parallel()
	h := pagesOf(t, furnished())
	fr := pagetest.Do(t, h, pagetest.Ask{Path: "/memory", Session: pagetest.Member})
	fr.Says(t, "Mémoire", "6 documents", "Prêt", "par le sens et par les mots", "par les mots seulement",
		"Échec", "Lecture en cours", "En attente", "12 mars 2025", "sans date", "14", "2 documents attendent d’être lus.",
		"En lecture : budget-2026.xlsx", "Recherche par le sens : 60 passages sur 72", "La version précédente reste trouvable.")
	fr.NeverSays(t, "Ajouter des documents", "Effacer", "Réessayer", "Sources des documents")
	en := pagetest.Do(t, h, pagetest.Ask{Path: "/memory", Session: pagetest.Operator, Lang: "en"})
	en.Says(t, "Memory", "6 documents", "Ready", "by words only", "Failed", "Being read", "Add documents", "Erase…", "12 March 2025")
	if !fr.LinksTo("/memory/versions/"+statutsHash) || !en.LinksTo("/memory/documents/"+string(statutsID)+"/erase") {
		t.Error("a document leads nowhere")
	}
	ca := pagetest.Do(t, h, pagetest.Ask{Path: "/memory?q=quorum", Session: pagetest.Member, Lang: "fr-CA"})
	if found := ca.One(t, "h2", "id=found").Raw(); found != "2 passages pour «\u00a0quorum\u00a0»" {
		t.Errorf("%q", found)
	}
}

func TestDocumentsAreSortedAsPeopleRead(t *testing.T) {
	t.Parallel()
	page := pagetest.Do(t, pagesOf(t, furnished()), pagetest.Ask{Path: "/memory", Session: pagetest.Member})
	var got []string
	for _, cell := range page.All("td", "class=name") {
		got = append(got, strings.Fields(cell.Text())[0])
	}
	if diff := cmp.Diff([]string{"budget-2026.xlsx", "Étude", "Politique", "Procès-verbal", "Procès-verbal", "Statuts"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestAnEmptyMemoryTeachesWithAnExample(t *testing.T) {
	t.Parallel()
	h := pagesOf(t, &fake{})
	member := pagetest.Do(t, h, pagetest.Ask{Path: "/memory", Session: pagetest.Member})
	member.Says(t, "0 document", "La mémoire est vide", "« quorum »")
	operator := pagetest.Do(t, h, pagetest.Ask{Path: "/memory", Session: pagetest.Operator, Lang: "en"})
	operator.Says(t, "Start with your by-laws", "Add documents", "Drop files, folders or an archive here.", "Are your documents somewhere already?")
	if !operator.LinksTo("/memory/sources") {
		t.Error("sources are not shown")
	}
}

func TestASearchQuotesAndLeadsToTheExactRange(t *testing.T) {
	t.Parallel()
	f := furnished()
	h := pagesOf(t, f)
	page := pagetest.Do(t, h, pagetest.Ask{Path: "/memory?q=" + url.QueryEscape(" quorum de l’assemblée "), Session: pagetest.Member})
	page.Says(t, "2 passages pour « quorum de l’assemblée »", "p. 7", "Version du 12 mars 2025", "une version plus récente existe")
	if got := page.All("blockquote")[0].Raw(); got != quote().Text {
		t.Errorf("not word for word: %q", got)
	}
	q := quote()
	if href := fmt.Sprintf("/memory/versions/%s?start=%d&end=%d#q", statutsHash, q.Start, q.End); !page.LinksTo(href) {
		t.Errorf("no link to %s", href)
	}
	want := memory.Query{Organisation: pagetest.Organisation, Text: "quorum de l’assemblée", Limit: maxHits}
	if diff := cmp.Diff(want, f.asked); diff != "" {
		t.Error(diff)
	}
	page.NeverSays(t, "Recherche par les mots seulement")
	f.words, f.hits = true, nil
	none := pagetest.Do(t, h, pagetest.Ask{Path: "/memory?q=licorne", Session: pagetest.Member})
	none.Says(t, "Je ne trouve pas cela dans vos documents.", "Recherche par les mots seulement", "Essayez d’autres mots")
}

func TestALongListIsReadPageByPage(t *testing.T) {
	t.Parallel()
	f := &fake{}
	for i := range 250 {
		f.documents = append(f.documents, memory.Document{Name: fmt.Sprintf("Document %d", i+1), State: memory.Indexed})
	}
	h := pagesOf(t, f)
	for path, want := range map[string]struct {
		rows int
		says string
	}{
		"/memory": {100, "Documents 1 à 100 sur 250"}, "/memory?page=3": {50, "Documents 201 à 250 sur 250"},
		"/memory?page=-4": {100, "Documents 1 à 100"}, "/memory?page=999999": {50, "Documents 201 à 250"}, "/memory?page=x": {100, "1 à 100"},
	} {
		page := pagetest.Do(t, h, pagetest.Ask{Path: path, Session: pagetest.Member})
		page.Says(t, want.says)
		if got := len(page.All("td", "class=name")); got != want.rows {
			t.Errorf("%s: %d rows, want %d", path, got, want.rows)
		}
	}
}

func TestErasingNamesItsEffectAndAsksFirst(t *testing.T) {
	t.Parallel()
	f := furnished()
	h := pagesOf(t, f)
	path := "/memory/documents/" + string(statutsID) + "/erase"
	page := pagetest.Do(t, h, pagetest.Ask{Path: path, Session: pagetest.Operator})
	page.Says(t, "Effacer ce document ?", "Effacer « Statuts de la coopérative » et ses versions", "Garder ce document", "Une sauvegarde")
	if f.removed != "" {
		t.Fatal("asking erased")
	}
	done := pagetest.Do(t, h, pagetest.Ask{Method: http.MethodPost, Path: path, Session: pagetest.Operator})
	if f.removed != statutsID || done.Status != http.StatusSeeOther || done.Header.Get("Location") != "/memory?done=erased" {
		t.Errorf("%q %d %q", f.removed, done.Status, done.Header.Get("Location"))
	}
	pagetest.Do(t, h, pagetest.Ask{Path: "/memory?done=erased", Session: pagetest.Operator}).Says(t, "Le document et ses versions sont effacés.")
}

func TestOnlyTheOperatorAddsAndErases(t *testing.T) {
	t.Parallel()
	f := furnished()
	h := pagesOf(t, f)
	path := "/memory/documents/" + string(statutsID) + "/erase"
	body, media := upload(t, file{name: "a.md", content: "a"})
	for _, ask := range []pagetest.Ask{{Path: path}, {Method: http.MethodPost, Path: path},
		{Method: http.MethodPost, Path: "/memory", Body: body, Media: media}} {
		ask.Session = pagetest.Member
		if page := pagetest.Do(t, h, ask); page.Status != http.StatusForbidden {
			t.Errorf("%s %s: %d", ask.Method, ask.Path, page.Status)
		}
		ask.Session = ""
		if page := pagetest.Do(t, h, ask); page.Status != http.StatusSeeOther && page.Status != http.StatusUnauthorized {
			t.Errorf("signed out: %s %s: %d", ask.Method, ask.Path, page.Status)
		}
	}
	if f.removed != "" || len(f.added) > 0 {
		t.Error("a member changed the memory")
	}
}

type file struct{ name, content, modified string }

func upload(t *testing.T, files ...file) (*bytes.Buffer, string) {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for _, f := range files {
		if f.modified != "" {
			if err := w.WriteField("modified", f.modified); err != nil {
				t.Fatal(err)
			}
		}
		part, err := w.CreateFormFile("files", f.name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := part.Write([]byte(f.content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return &body, w.FormDataContentType()
}

func TestEachFileOfAnUploadSaysWhatBecameOfIt(t *testing.T) {
	t.Parallel()
	f := &fake{}
	body, media := upload(t, file{"statuts.md", "# Statuts", "1741737600000"}, file{"casse.pdf", "x", ""}, file{"connu.md", "y", "nonsense"})
	page := pagetest.Do(t, pagesOf(t, f), pagetest.Ask{Method: http.MethodPost, Path: "/memory", Session: pagetest.Operator, Body: body, Media: media})
	page.Says(t, "2 fichiers prêts", "1 échec", "statuts.md", "Ajouté à la mémoire", "casse.pdf", "Une erreur est survenue", "rien n’a changé")
	want := []addition{{"statuts.md", "# Statuts", day(2025, 3, 12)}, {"connu.md", "y", time.Time{}}}
	if diff := cmp.Diff(want, f.added, cmp.AllowUnexported(addition{})); diff != "" {
		t.Error(diff)
	}
	if !page.LinksTo("/memory/versions/f00d") {
		t.Error("the new version is not linked")
	}
}

func TestAScriptGetsTheLinesOfTheReportAlone(t *testing.T) {
	t.Parallel()
	body, media := upload(t, file{name: "statuts.md", content: "x"})
	page := pagetest.Do(t, pagesOf(t, &fake{}), pagetest.Ask{Method: http.MethodPost, Path: "/memory", Session: pagetest.Operator,
		Body: body, Media: media, Accept: "text/plain"})
	if got := page.Text(); got != "statuts.md Ajouté à la mémoire" || len(page.All("main")) != 0 {
		t.Errorf("%q", got)
	}
}

func TestAnArchiveIsTakenInWhole(t *testing.T) {
	t.Parallel()
	f := &fake{}
	body, media := upload(t, file{name: "archives/tout.zip", content: "PK"})
	page := pagetest.Do(t, pagesOf(t, f), pagetest.Ask{Method: http.MethodPost, Path: "/memory", Session: pagetest.Operator, Body: body, Media: media})
	page.Says(t, "archives/tout.zip", "2 documents en attente de lecture", "3 fichiers laissés de côté")
	if len(f.added) != 1 || f.added[0].name != "archives/tout.zip" || f.added[0].content != "PK" {
		t.Errorf("%+v", f.added)
	}
}

func TestTheListIsNarrowed(t *testing.T) {
	t.Parallel()
	h := pagesOf(t, furnished())
	for path, want := range map[string][]string{
		"/memory?state=failed":                   {"Procès-verbal de 2023", "Procès-verbal de l’assemblée du 2 novembre 2024"},
		"/memory?state=nonsense&name=ETUDE":      {"Étude de marché"},
		"/memory?source=" + string(nuageID):      {"Procès-verbal de 2023"},
		"/memory?name=statuts&state=failed":      nil,
		"/memory?state=failed&name=2023&page=99": {"Procès-verbal de 2023"},
	} {
		page := pagetest.Do(t, h, pagetest.Ask{Path: path, Session: pagetest.Operator})
		var got []string
		for _, cell := range page.All("td", "class=name") {
			got = append(got, cell.Text())
		}
		for i := range got {
			if i < len(want) {
				got[i] = got[i][:min(len(got[i]), len(want[i]))]
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", path, diff)
		}
	}
	pagetest.Do(t, h, pagetest.Ask{Path: "/memory?name=licorne", Session: pagetest.Member}).Says(t, "Aucun document ne correspond.", "Montrer tout")
}

func TestAFailureIsTriedAgain(t *testing.T) {
	t.Parallel()
	f := furnished()
	h := pagesOf(t, f)
	page := pagetest.Do(t, h, pagetest.Ask{Path: "/memory?state=failed", Session: pagetest.Operator})
	page.Says(t, "Réessayer tous ceux qui peuvent l’être", "La source ne répond pas.")
	for form, want := range map[string]core.ID{"document=00000000000000000000000005": "00000000000000000000000005", "": ""} {
		done := pagetest.Do(t, h, pagetest.Ask{Method: http.MethodPost, Path: "/memory/retry", Session: pagetest.Operator,
			Body: strings.NewReader(form), Media: "application/x-www-form-urlencoded"})
		if done.Status != http.StatusSeeOther || f.sources.retried != want {
			t.Errorf("%q: %d, %q", form, done.Status, f.sources.retried)
		}
	}
}
