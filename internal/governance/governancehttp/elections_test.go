package governancehttp_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"os"
	"testing"

	g "github.com/solidaire-coop/solidaire/internal/governance"
	"github.com/solidaire-coop/solidaire/internal/platform/web/pagetest"
)

// bring sends a file as the form does.
func (h *house) bring(name, motion string, file []byte) *pagetest.Page {
	h.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	must(h.t, form.WriteField("motion", motion))
	part, err := form.CreateFormFile("file", "election.bel")
	must(h.t, err)
	_, err = part.Write(file)
	must(h.t, err)
	must(h.t, form.Close())
	return pagetest.Do(h.t, h, pagetest.Ask{Method: http.MethodPost, Path: "/decisions/elections", Session: h.sessions[name], Media: form.FormDataContentType(), Body: &body})
}

func archive(t *testing.T) []byte {
	t.Helper()
	data, err := os.ReadFile("../governancebelenios/testdata/election.bel")
	must(t, err)
	return data
}

func TestTheSecretaryBringsInAnElectionAndMembersReadIt(t *testing.T) {
	t.Parallel()
	h := open(t, g.DefaultRules)
	h.get("Luc", "/decisions/elections").Says(t, "Aucune élection tenue ailleurs")
	h.get("Luc", "/decisions/elections").NeverSays(t, "Déposer une élection")
	if page := h.bring("Luc", "", archive(t)); page.Status != http.StatusForbidden {
		t.Errorf("a member: %d", page.Status)
	}
	for name, file := range map[string][]byte{"nothing": nil, "a word": []byte("bonjour"), "half of it": archive(t)[:20_000]} {
		if page := h.bring("Anaïs", "", file); page.Status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", name, page.Status)
		}
	}
	where := h.question()
	if page := h.bring("Anaïs", where[len("/decisions/"):], archive(t)); page.Status != http.StatusSeeOther {
		t.Fatalf("%d\n%s", page.Status, page.Text())
	}
	h.bring("Anaïs", "", archive(t)).Says(t, "déjà été déposée")
	page := h.get("Luc", "/decisions/elections")
	page.Says(t, "Présidence du conseil", "Amélie Tremblay", "Jean Côté", "Votes blancs", "4 bulletins comptés ; 5 déposés", "2/jGngUdWbmrVYBXvkmTZIC3vdWXEx59dI9Fb7IbB5s",
		"n’ont pas été vérifiées ici", "belenios-tool", "Anaïs", "Ouvrir le samedi")
	page.NeverSays(t, "Aucun mandat ne découle")
	h.get("Anaïs", "/decisions/elections").Says(t, "Aucun mandat ne découle de ce dépôt")
}

func TestElectionsLook(t *testing.T) {
	t.Parallel()
	h := open(t, g.DefaultRules)
	h.bring("Anaïs", "", archive(t))
	pagetest.Look(t, h, h.sessions["Anaïs"], map[string]string{"elections": "/decisions/elections"})
}
