package governancehttp_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	g "github.com/solidaire-coop/solidaire/internal/governance"
	"github.com/solidaire-coop/solidaire/internal/platform/web/pagetest"
)

// sentences are what members of a small co-operative might say.
func sentences() []string {
	return []string{"Le samedi est le jour où la plupart des membres peuvent venir.", "Deux personnes suffisent pour tenir la permanence.",
		"Ouvrir le samedi ne doit coûter d’heures supplémentaires à personne.", "Mieux vaut ouvrir plus tard en semaine.", "On essaie trois mois, puis on en reparle."}
}

// say writes them.
func (h *house) say(where string) {
	h.t.Helper()
	for i, text := range sentences() {
		h.done(names()[i], where+"/opinions/say", "text", text)
		h.clock.move(time.Second)
	}
}

// answer has members say what they think, one statement after the other: they are of two minds, and all for the last one.
func (h *house) answer(where string, from, to int) {
	h.t.Helper()
	for n := from; n < to; n++ {
		for {
			forms := h.get(names()[n], where+"/opinions").All("form", "action="+where+"/opinions/answer")
			if len(forms) == 0 {
				break
			}
			answer := "disagree"
			if text := forms[0].Text(); strings.Contains(text, "trois mois") || strings.Contains(text, "semaine") == (n%2 == 0) {
				answer = "agree"
			}
			if to := h.done(names()[n], where+"/opinions/answer", "statement", forms[0].Field("statement"), "answer", answer); to != where+"/opinions#next" {
				h.t.Errorf("leads to %s", to)
			}
		}
	}
}

func TestOpinionsOnAPage(t *testing.T) {
	t.Parallel()
	h := open(t, g.Demonstration)
	where := h.question()
	h.get("Luc", where+"/opinions").Says(t, "Aucune affirmation pour l’instant.", "Ce n’est pas un vote", "tient en une phrase")
	h.say(where)
	h.answer(where, 0, 5)
	none := h.get("Luc", where+"/opinions")
	none.Says(t, "Vous avez répondu aux 5 affirmations.", "Il n’y a pas encore assez de réponses", "5 personnes ont répondu, sur les 8 de la liste")
	if len(none.All("svg", "class=chart")) > 0 {
		t.Error("a map of five people")
	}
	h.answer(where, 5, 8)
	h.get("Luc", where+"/opinions").Says(t, "7 personnes sont sur la carte") // drawn while the last one was answering
	for _, name := range []string{"Anaïs", "Luc"} {
		form := h.get(name, where+"/opinions").All("form", "class=change")[0]
		h.done(name, where+"/opinions/change", "statement", form.Field("statement"), "answer", "agree")
	}
	page := h.get("Luc", where+"/opinions")
	page.Says(t, "Ce qui nous rassemble", "On essaie trois mois, puis on en reparle.", "8 personnes sont sur la carte, en 2 groupes", "Vous êtes dans le groupe", "Ce que cette carte ne montre pas")
	page.One(t, "svg", "class=chart", "role=img")
	for _, name := range names() {
		if name != "Luc" && strings.Contains(page.One(t, "main").Text(), name) {
			t.Errorf("the page names %s", name)
		}
	}
	english := pagetest.Do(t, h, pagetest.Ask{Path: where + "/opinions", Session: h.sessions["Luc"], Lang: "en"})
	english.Says(t, "This is not a vote", "8 people are on the map, in 2 groups", "You are in group")
	h.get("Sam", where+"/opinions").NeverSays(t, "Vous êtes dans le groupe", "Ajouter une affirmation")
	h.get("Luc", where).Says(t, "5 affirmations", "8 personnes ont répondu")
}

// TestOpinionsRefuse gives each refusal in both languages, and keeps what was typed.
func TestOpinionsRefuse(t *testing.T) {
	t.Parallel()
	h := open(t, g.DefaultRules)
	where := h.question()
	h.done("Luc", where+"/opinions/say", "text", sentences()[0])
	id := h.get("Luc", where+"/opinions").One(t, "form", "class=change").Field("statement")
	for name, c := range map[string]struct {
		by, step string
		fields   []string
		status   int
		fr, en   string
	}{
		"too long":      {"Luc", "say", []string{"text", strings.Repeat("long ", 40)}, 422, "de 1 à 160 caractères", "from 1 to 160 characters"},
		"empty":         {"Luc", "say", []string{"text", "  "}, 422, "de 1 à 160 caractères", "from 1 to 160 characters"},
		"twice":         {"Fatou", "say", []string{"text", strings.ToUpper(sentences()[0])}, 422, "existe déjà", "already there"},
		"invisible":     {"Luc", "say", []string{"text", "Un mot ca\u200bché."}, 422, "invisible", "invisible"},
		"no answer":     {"Luc", "answer", []string{"statement", id, "answer", "peut-être"}, 400, "trois proposées", "three offered"},
		"no statement":  {"Luc", "answer", []string{"statement", "nulle part", "answer", "agree"}, 404, "dans la délibération", "in the deliberation"},
		"not a member":  {"Sam", "answer", []string{"statement", id, "answer", "agree"}, 403, "Il faut être membre", "member"},
		"no mandate":    {"Luc", "moderate", []string{"statement", id, "why", "Hors sujet"}, 403, "demande un mandat", "mandate"},
		"no reason":     {"Rosalie", "moderate", []string{"statement", id, "why", ""}, 400, "de 1 à 200 caractères", "from 1 to 200 characters"},
		"unknown step":  {"Luc", "publish", nil, 404, "", ""},
		"not signed in": {"", "answer", []string{"statement", id, "answer", "agree"}, 401, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			for lang, says := range map[string]string{"fr": c.fr, "en": c.en} {
				page := h.postIn(lang, c.by, where+"/opinions/"+c.step, c.fields...)
				if page.Status != c.status {
					t.Errorf("%s: %d, want %d", lang, page.Status, c.status)
				}
				page.Says(t, says)
			}
		})
	}
	if kept := h.post("Luc", where+"/opinions/say", "text", sentences()[0]).One(t, "textarea", "name=text").Raw(); kept != sentences()[0] {
		t.Errorf("what was typed is lost: %q", kept)
	}
	if to := h.done("Rosalie", where+"/opinions/moderate", "statement", id, "why", "Hors sujet"); to != where+"/opinions#said" {
		t.Error(to)
	}
	h.get("Fatou", where+"/opinions").Says(t, "Retiré de la vue par la modération : Hors sujet")
	h.get("Fatou", where+"/opinions").NeverSays(t, sentences()[0])
}

// TestOpinionsEndWithTheBallot keeps the map and closes the answers.
func TestOpinionsEndWithTheBallot(t *testing.T) {
	t.Parallel()
	h := open(t, g.Demonstration)
	where := h.question()
	h.say(where)
	h.answer(where, 0, 8)
	h.get("Luc", where+"/opinions").Says(t, "Ce qui distingue les groupes")
	h.done("Anaïs", where+"/do/call", "method", "yes_no_abstain", "days", "0", "hours", "2")
	h.clock.move(2 * time.Second)
	page := h.get("Luc", where+"/opinions")
	page.Says(t, "on ne répond plus", "C’est la dernière carte", "8 personnes sont sur la carte", "Vous avez répondu :")
	if forms := page.All("form"); len(forms) == 0 {
		t.Error("no form to erase one’s answers")
	}
	if late := h.post("Luc", where+"/opinions/say", "text", "Trop tard."); late.Status != http.StatusUnprocessableEntity && late.Status != http.StatusConflict {
		t.Errorf("late: %d", late.Status)
	}
	if to := h.done("Luc", where+"/opinions/forget"); to != where+"/opinions" {
		t.Error(to)
	}
	h.get("Luc", where+"/opinions").Says(t, "7 personnes sont sur la carte")
	h.get("Luc", where+"/opinions").NeverSays(t, "Vous avez répondu :")
}

// TestOpinionsLook opens the page in a browser, before anybody answered and with a map.
func TestOpinionsLook(t *testing.T) {
	t.Parallel()
	h := open(t, g.Demonstration)
	empty, full, waiting := h.question(), h.question(), h.question()
	for where, people := range map[string]int{full: 8, waiting: 3} {
		h.say(where)
		h.answer(where, 0, people)
	}
	for i := range 3 {
		h.done("Hélène", full+"/opinions/say", "text", fmt.Sprintf("Le samedi pourrait être tenu à tour de rôle, façon %d.", i+1))
	}
	pagetest.Look(t, h, h.sessions["Hélène"], map[string]string{"opinions-empty": empty + "/opinions", "opinions-map": full + "/opinions", "opinions-waiting": waiting + "/opinions", "opinions-card": full})
}
