package e2e_test

import (
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/solidaire-coop/solidaire/internal/models/modelsfetch"
	"github.com/solidaire-coop/solidaire/internal/platform/web/webtest"
)

// TestAModelIsKeptForTheBoard is the decision of the assembly's guide, through the pages and with the real model: members vote that
// only the board uses it; then the board is answered, another member is refused by the article that was voted, and the page of
// the refusal leads to the charter.
func TestAModelIsKeptForTheBoard(t *testing.T) {
	h := start(t)
	all := h.voters(t)
	author := all[0]
	sits := func(name string) func(voter) bool { return func(v voter) bool { return v.name == name } }
	board, other := all[slices.IndexFunc(all, sits("Fatou Diallo"))], all[slices.IndexFunc(all, sits("Amélie Tremblay"))]

	begun := author.get("/propose/board")
	if !strings.Contains(begun, modelsfetch.TrialModel) {
		if os.Getenv("SOLIDAIRE_TEST_FULL") == "1" {
			t.Fatal("no model can be named")
		}
		t.Skip("no models in the cache: run `solidaire setup --cache-only`")
	}
	fields := author.form(begun, "/propose/board")
	fields.Set("reasons.fr", "Il demande beaucoup d’énergie.")
	fields.Set("reasons.en", "It takes much energy.")
	fields.Set("do", "save")
	if rule := fields.Get("a10.policy"); !strings.Contains(rule, `resource.digest == "sha256:`) {
		t.Errorf("the rule names no bytes: %s", rule)
	}
	where, _ := author.post("/propose/board", fields)
	author.post(where+"/do/publish", nil)
	for _, v := range all[1:3] {
		v.post(where+"/do/cosign", v.form(v.get(where), where+"/do/cosign"))
	}
	author.post(where+"/do/call", url.Values{"method": {"yes_no_abstain"}, "days": {"0"}, "hours": {"2"}})
	author.await(where+"/vote", `name="answer"`)
	for _, v := range all {
		v.post(where+"/vote", url.Values{"answer": {"yes"}})
	}
	author.await(where, "/result")
	result := author.await(where+"/result", "En vigueur")
	for _, says := range []string{"Membres de soutien", "100\u202f% pour"} {
		if !strings.Contains(result, says) {
			t.Errorf("the certificate's page does not say %q", says)
		}
	}

	chat := url.Values{"question": {"Bonjour"}, "model": {modelsfetch.TrialModel}}
	if _, page := board.post("/chat", chat); !strings.Contains(page, "Écrit par "+modelsfetch.TrialModel) {
		t.Error("the board is not answered")
	}
	refusal, page := other.post("/chat", chat)
	for _, says := range []string{"article 10 de votre charte ne permet pas", "Seules les personnes qui siègent au conseil", `/charter#article-10`, "/receipts/"} {
		if !strings.Contains(page, says) {
			t.Errorf("the refusal does not say %q", says)
		}
	}
	if strings.Contains(page, "n’ont pas été gardés") {
		t.Error("the refusal speaks of digits that nobody wrote")
	}
	browser := webtest.Start(t)
	for _, screen := range []webtest.Screen{webtest.Desk("fr-CA"), webtest.Phone("en").InTheDark()} {
		for name, path := range map[string]string{"refused": refusal, "result": where + "/result"} {
			tab := browser.Open(t, screen, h.base, other.session())
			tab.Go(h.base + path)
			tab.CheckAccessible()
			tab.CheckWidth()
			tab.WholePicture("board-" + name)
		}
	}
}
