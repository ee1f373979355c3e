package e2e_test

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/solidaire-coop/solidaire/internal/platform/web/webtest"
)

// proposeQuestion opens the deliberation of a plain question; its address.
func (v voter) proposeQuestion(fr, en string) string {
	v.t.Helper()
	fields := v.form(v.get("/propose/question"), "/propose/question")
	for name, value := range map[string]string{"title.fr": fr, "title.en": en, "reasons.fr": "Des membres le demandent.", "reasons.en": "Members ask for it.", "body": "assembly", "do": "save"} {
		fields.Set(name, value)
	}
	where, _ := v.post("/propose/question", fields)
	v.post(where+"/do/publish", nil)
	return where
}

// TestMembersMapTheirOpinions gathers statements and answers before a ballot, with a browser and its keyboard for one of them, and
// keeps the map readable once the ballot has opened.
func TestMembersMapTheirOpinions(t *testing.T) {
	h := start(t)
	all := h.voters(t)
	secretary, author := all[0], all[1]
	look := looker(t, h, author)
	where := author.proposeQuestion("Ouvrir le samedi", "Open on Saturdays")
	page := where + "/opinions"
	look("opinions-empty", page)
	for i, text := range []string{"Le samedi, la plupart des membres peuvent venir.", "Deux personnes suffisent pour la permanence.", "Mieux vaut ouvrir plus tard en semaine.", "On essaie trois mois, puis on en reparle."} {
		all[i].post(page+"/say", url.Values{"text": {text}})
	}
	answerByKeyboard(t, h, author, page)
	identity := regexp.MustCompile(`name="statement" value="([0-9a-z]+)"`)
	for i, v := range all {
		if i == 1 {
			continue
		}
		for range 4 {
			body := v.get(page)
			asked := body[strings.Index(body, `id="next"`):]
			answer := "disagree"
			if strings.Contains(asked[:strings.Index(asked, "</section>")], "trois mois") || strings.Contains(asked[:strings.Index(asked, "</section>")], "semaine") == (i%2 == 0) {
				answer = "agree"
			}
			v.post(page+"/answer", url.Values{"statement": {identity.FindStringSubmatch(asked)[1]}, "answer": {answer}})
		}
	}
	body := author.get(page)
	for _, says := range []string{"Ce qui nous rassemble", "On essaie trois mois, puis on en reparle.", "personnes sont sur la carte", "Vous êtes dans le groupe"} {
		if !strings.Contains(body, says) {
			t.Errorf("the map does not say %q", says)
		}
	}
	for _, v := range all {
		if main := body[strings.Index(body, "<main"):]; v.name != author.name && strings.Contains(main, v.name) {
			t.Errorf("the map names %s", v.name)
		}
	}
	look("opinions-map", page)
	look("opinions-card", where)

	secretary.post(where+"/do/call", url.Values{"method": {"yes_no_abstain"}, "days": {"0"}, "hours": {"2"}})
	author.await(where+"/vote", `name="answer"`)
	after := author.await(page, "on ne répond plus")
	if !strings.Contains(after, "Ce qui nous rassemble") || strings.Contains(after, page+"/say") {
		t.Error("the map does not stay readable, closed to answers")
	}
	look("opinions-closed", page)
	if mine := author.get("/me"); !strings.Contains(mine, "traces à l’assemblée") {
		t.Error("the page of what is held says nothing of it")
	}
}

// answerByKeyboard answers every statement with the keys 1 and 2, as somebody on a telephone with a keyboard would.
func answerByKeyboard(t *testing.T, h house, v voter, page string) {
	t.Helper()
	tab := webtest.Start(t).Open(t, webtest.Phone("fr"), h.base, v.session())
	tab.Go(h.base + page + "#next")
	for n := range 4 {
		tab.Await(fmt.Sprintf(`#next[data-answered="%d"] [data-key]`, n))
		said, key := tab.Text("#asked"), "2"
		if strings.Contains(said, "trois mois") || strings.Contains(said, "semaine") {
			key = "1"
		}
		tab.Type("#next", key)
	}
	tab.Await(`#next[data-answered="4"]`)
	if done := tab.Text("#next"); !strings.Contains(done, "Vous avez répondu") {
		t.Errorf("after the last one: %s", done)
	}
	tab.CheckAccessible()
}

// TestAnOrganisationVotesItsOwnFigures proposes rules in the form, sees what changes in words, votes them and decides under them.
func TestAnOrganisationVotesItsOwnFigures(t *testing.T) {
	h := start(t)
	all := h.voters(t)
	secretary, author := all[0], all[1]
	look := looker(t, h, author)
	look("rules-form", "/propose/rules")
	tab := webtest.Start(t).Open(t, webtest.Desk("fr"), h.base, author.session())
	tab.Go(h.base + "/propose/rules")
	for selector, value := range map[string]string{"title-fr": "Exiger un quorum", "title-en": "Require a quorum", "reasons-fr": "Trop peu de membres décident.", "reasons-en": "Too few members decide."} {
		tab.Type("#"+selector, value)
	}
	webtest.Get(tab, chromedp.Evaluate[string](`document.getElementById("charter.quorum").value = "roll-least"`))
	tab.Type(`[id="charter.quorum.share"]`, "le quart")
	tab.Click(`button[value=check]`)
	tab.Await(`[id="charter.quorum-wrong"]`)
	tab.CheckAccessible()
	tab.WholePicture("decision-rules-wrong")
	webtest.Get(tab, chromedp.Evaluate[string](`document.getElementById("charter.quorum.share").value = "25 %"`))
	tab.Click(`button[value=check]`)
	tab.Await("#changes")
	if says := tab.Text("main"); !strings.Contains(says, "Au moins 1/4 de la liste") {
		t.Errorf("what changes is not said: %.400s", says)
	}
	tab.Click(`button[value=save]`)
	tab.Await(`form[action$="/do/publish"]`)
	address, err := url.Parse(tab.Address())
	if err != nil {
		t.Fatal(err)
	}
	where := address.Path
	author.post(where+"/do/publish", nil)
	look("rules-proposed", where)
	secretary.post(where+"/do/call", url.Values{"method": {"yes_no_abstain"}, "days": {"0"}, "hours": {"2"}})
	author.await(where+"/vote", `name="answer"`)
	for _, v := range all {
		v.post(where+"/vote", url.Values{"answer": {"yes"}})
	}
	author.await(where, where+"/result")
	author.await(where+"/result", "En vigueur")
	if now := author.get("/decisions/rules"); !strings.Contains(now, "Au moins 1/4 de la liste") || !strings.Contains(now, "Décision de notre assemblée") {
		t.Error("the rules in force are not those that were voted")
	}
	look("rules-own", "/decisions/rules")
}
