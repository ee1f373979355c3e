package gatewayhttp_test

import (
	"strings"
	"testing"

	"github.com/solidaire-coop/solidaire/internal/gateway"
	"github.com/solidaire-coop/solidaire/internal/platform/web/webtest"
)

func TestAutoSaysWhyAndABiggerModelIsOneClickAway(t *testing.T) {
	t.Parallel()
	h := build(t)
	h.questions.Chatting = []gateway.ModelChoice{{Name: gateway.AutoModel}, {Name: "petit-1b"}, {Name: "grand-32b"}}
	p := h.as(t, "amelie", "fr")
	_, page := p.open("/chat")
	says(t, page, "Automatique\u00a0: le plus petit qui convient", "grand-32b")
	_, _, page = p.post("/chat", question("Bonjour", "model", "auto"))
	says(t, page, "Écrit par petit-1b, sans vos documents",
		"Ce modèle a été choisi automatiquement\u00a0: il écrit bien dans la langue de la question, c’est le plus petit de ceux qui conviennent.",
		"Cette réponse ne convient pas\u202f?", `name="than" value="petit-1b"`, "Fausse ou vague")
	action := page[strings.Index(page, `<form class="grow" method="post" action="`)+len(`<form class="grow" method="post" action="`):]
	action = action[:strings.IndexByte(action, '"')]
	_, _, page = p.post(action, question("Bonjour", "model", "auto", "than", "petit-1b", "bigger", "Fausse ou vague"))
	says(t, page, "Écrit par grand-32b", "un plus grand a été demandé.", "Votre raison\u00a0: «\u202fFausse ou vague\u202f».")
	if strings.Contains(page, `class="grow"`) {
		t.Error("there is no bigger one, and it is offered")
	}
}

func TestAutoInABrowser(t *testing.T) {
	t.Parallel()
	h := build(t)
	h.questions.Chatting = []gateway.ModelChoice{{Name: gateway.AutoModel}, {Name: "petit-1b"}, {Name: "grand-32b"}}
	_, address, _ := h.as(t, "amelie", "fr").post("/chat", question("Bonjour, qui es-tu ?", "model", "auto"))
	browser := webtest.Start(t)
	for _, screen := range []webtest.Screen{webtest.Desk("fr-CA"), webtest.Desk("en").InTheDark(), webtest.Phone("en"), webtest.Phone("fr").InTheDark(), webtest.Narrow("fr")} {
		tab := browser.Open(t, screen, h.server.URL, "amelie")
		for name, path := range map[string]string{"auto": address, "auto-new": "/chat"} {
			tab.Go(h.server.URL + path)
			tab.CheckAccessible()
			tab.CheckWidth()
			tab.WholePicture(name)
		}
	}
	tab := browser.Open(t, webtest.Desk("fr"), h.server.URL, "amelie")
	tab.Go(h.server.URL + address)
	tab.Click(".grow button") // one click
	tab.Await(".turn:nth-of-type(2) .about")
	if got := tab.Text(".turn:nth-of-type(2) .about"); !strings.Contains(got, "un plus grand a été demandé") || !strings.Contains(got, "Fausse ou vague") {
		t.Errorf("after one click: %q", got)
	}
	tab.CheckAccessible()
	tab.WholePicture("auto-bigger")
}
