package gatewayhttp_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway"
	"github.com/solidaire-coop/solidaire/internal/platform/web/webtest"
)

// lived is a house where things were asked: the address of each kind of page.
func lived(t *testing.T) (*house, map[string]string) {
	t.Helper()
	h := build(t)
	h.questions.Writing = []gateway.ModelChoice{{Name: "Qwen3 1,7 B"}}
	p := h.as(t, "amelie", "fr")
	_, empty := p.open("/")
	if !strings.Contains(empty, "Pour essayer") {
		t.Fatal("the house is not empty")
	}
	pages := map[string]string{"home": "/", "chat-new": "/chat", "list": "/conversations"}
	_, pages["answer"], _ = p.post("/ask", question("Quel est le quorum de l’assemblée générale ?"))
	_, pages["not-found"], _ = p.post("/ask", question("Avons-nous une piscine ?"))
	_, pages["refusal"], _ = p.post("/ask", question("Mon numéro d’assurance sociale est 046 454 286, que vaut ma part ?"))
	_, pages["several"], _ = p.post("/ask", question("Le quorum, même en panne ?"))
	p.post("/ask", question("Quel est le quorum ?", "writer", "Qwen3 1,7 B", "conversation", strings.TrimPrefix(pages["several"], "/conversations/")))
	_, pages["checked"], _ = p.post("/ask", question("Quel est le quorum ? invente", "writer", "Qwen3 1,7 B"))
	_, said := p.open(pages["answer"])
	p.post(feedbackForm.FindStringSubmatch(said)[1], url.Values{"opinion": {"useful"}, "words": {"clair"}})
	p.post(pages["answer"]+"/save", url.Values{})
	_, pages["chat"], _ = p.post("/chat", question("Bonjour, qui es-tu ?", "model", "SmolLM2 135M"))
	return h, pages
}

func TestThePagesInABrowser(t *testing.T) {
	t.Parallel()
	h, pages := lived(t)
	browser := webtest.Start(t)
	screens := []webtest.Screen{
		webtest.Desk("fr-CA"), webtest.Desk("en").InTheDark(), webtest.Phone("fr"), webtest.Phone("fr").InTheDark(), webtest.Narrow("en"),
	}
	for _, screen := range screens {
		tab := browser.Open(t, screen, h.server.URL, "amelie")
		for name, path := range pages {
			tab.Go(h.server.URL + path)
			tab.CheckAccessible()
			tab.CheckWidth()
			tab.Picture(name)
			tab.WholePicture(name)
		}
	}
	empty := browser.Open(t, webtest.Phone("fr"), h.server.URL, "sam")
	empty.Go(h.server.URL + "/")
	empty.CheckAccessible()
	empty.Picture("home-empty")
	for _, screen := range []webtest.Screen{
		{Name: "forced", Width: 1280, Height: 900, Lang: "fr", Forced: true},
		{Name: "print", Width: 800, Height: 1100, Lang: "fr-CA", Print: true},
		{Name: "without-script", Width: 390, Height: 844, Lang: "fr", NoScript: true},
	} {
		tab := browser.Open(t, screen, h.server.URL, "amelie")
		tab.Go(h.server.URL + pages["refusal"])
		tab.WholePicture("refusal")
		tab.Go(h.server.URL + pages["answer"])
		tab.WholePicture("answer")
	}
	more := browser.Open(t, webtest.Phone("fr"), h.server.URL, "amelie")
	more.Go(h.server.URL + "/")
	more.Click(".bar summary")
	more.Await(".sheet")
	more.CheckAccessible()
	more.Picture("more")
}

func TestAskingInABrowserStaysOnThePage(t *testing.T) {
	t.Parallel()
	h := build(t)
	tab := webtest.Start(t).Open(t, webtest.Desk("fr-CA"), h.server.URL, "amelie")
	tab.Go(h.server.URL + "/")
	tab.Type("#question", "Quel est le quorum ?\r")
	tab.Await(".turn mark")
	if got := tab.Text("mark"); !strings.Contains(got, "vingt-cinq pour cent") {
		t.Errorf("highlighted: %q", got)
	}
	if got := tab.Text("h1"); got != "Quel est le quorum ?" || !strings.Contains(tab.Address(), "/conversations/") {
		t.Errorf("%q at %s", got, tab.Address())
	}
	tab.CheckAccessible()
}

func TestAChatIsSeenAsItIsWrittenAndStops(t *testing.T) {
	t.Parallel()
	h := build(t)
	goOn := make(chan struct{})
	h.questions.Pause = func(ctx context.Context) error {
		select {
		case <-goOn:
			return nil
		case <-ctx.Done():
			return core.Wrap(ctx.Err(), core.Cancelled, "errors.left", nil)
		}
	}
	tab := webtest.Start(t).Open(t, webtest.Phone("fr"), h.server.URL, "amelie")
	tab.Go(h.server.URL + "/chat")
	tab.Type("#question", "Bonjour\r")
	tab.Await(".stream:not(:empty)")
	if got := tab.Text(".pending .status"); got != "Le modèle écrit…" {
		t.Errorf("waiting says %q", got)
	}
	tab.Picture("chat-writing")
	tab.CheckAccessible()
	goOn <- struct{}{}
	tab.Click("[data-stop]")
	<-h.conversations.Added()
	tab.Await(".turn .mode.attention")
	tab.Picture("chat-stopped")
	tab.CheckAccessible()
	close(goOn)
	tab.Type("#question", "Encore\r")
	tab.Await(".turn .prose li")
	list, err := h.conversations.List(t.Context(), h.actor("amelie"), 10)
	if err != nil || len(list) != 1 {
		t.Errorf("the next message began another conversation: %v %v", list, err)
	}
}

func TestAPageIsLight(t *testing.T) {
	t.Parallel()
	h, pages := lived(t)
	p := h.as(t, "amelie", "fr")
	weigh := func(path string) int {
		resp := p.send(context.Background(), path, nil, "*/*")
		if resp.StatusCode != http.StatusOK {
			t.Fatalf("%s: %d", path, resp.StatusCode)
		}
		return len(p.read(resp))
	}
	_, page := p.open(pages["several"])
	total := len(page)
	seen := map[string]bool{}
	for _, part := range strings.Split(page, `"`) {
		if strings.HasPrefix(part, "/static/") && !seen[part] {
			seen[part] = true
			total += weigh(part)
			if strings.HasSuffix(part, "app.css") {
				total += weigh(strings.Replace(part, "app.css", "serif.woff2", 1))
			}
		}
	}
	if total > 200_000 {
		t.Errorf("the page weighs %d bytes with all that it loads", total)
	}
}
