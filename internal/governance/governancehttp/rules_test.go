package governancehttp_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	g "github.com/solidaire-coop/solidaire/internal/governance"
	"github.com/solidaire-coop/solidaire/internal/platform/web/pagetest"
)

// typed is the form as a browser would send it without a change, then with some.
func (h *house) typed(name, path string, changes ...string) []string {
	h.t.Helper()
	fields := h.get(name, path).Form(h.t, strings.SplitN(path, "?", 2)[0])
	for i := 0; i+1 < len(changes); i += 2 {
		fields.Set(changes[i], changes[i+1])
	}
	var out []string
	for field, values := range fields {
		for _, value := range values {
			out = append(out, field, value)
		}
	}
	return out
}

// own are figures that the members of a co-operative might want.
func own() []string {
	return []string{"title.fr", "Convoquer plus tôt", "title.en", "Call earlier", "reasons.fr", "Dix jours ne suffisent pas.", "reasons.en", "Ten days are not enough.",
		"rules.title.fr", "Nos règles", "rules.title.en", "Our rules", "charter.notice_days", "21", "rules.notice_days", "21", "charter.quorum", "roll-least", "charter.quorum.share", "25 %",
		"classes", "1", "weight.usage", "2", "weight.travail", "3", "meeting.board.notice_days", "9", "where.fr", "Règlement intérieur, article 12", "where.en", "By-laws, article 12"}
}

func TestAnOrganisationProposesItsOwnFigures(t *testing.T) {
	t.Parallel()
	h := open(t, g.DefaultRules)
	h.get("Luc", "/propose/rules").Says(t, "Point de départ : Coopérative québécoise", "la loi", "à confirmer par une personne juriste")
	checked := h.post("Luc", "/propose/rules", append(h.typed("Luc", "/propose/rules", own()...), "do", "check")...)
	if checked.Status != http.StatusOK {
		t.Fatalf("%d %s", checked.Status, checked.Text())
	}
	checked.Says(t, "pourrait être mise aux voix", "Ce que cela change dans nos règles", "Les personnes qui votent → ajouté : Au moins 1/4 de la liste", "retiré : 10 jours → ajouté : 21 jours",
		"Usage 2 sur 5", "Travail 3 sur 5", "Jours d’avis avant la réunion Conseil", "→ ajouté : 9 jours")
	where := h.done("Luc", "/propose/rules", append(h.typed("Luc", "/propose/rules", own()...), "do", "save")...)
	h.done("Luc", where+"/do/publish")
	shown := h.get("Fatou", where)
	shown.Says(t, "Nos règles", "Au moins 1/4 de la liste", "Décision de notre assemblée", "Règlement intérieur, article 12")
	english := pagetest.Do(t, h, pagetest.Ask{Path: where, Session: h.sessions["Fatou"], Lang: "en"})
	english.Says(t, "What this changes in our rules", "At least 1/4 of the roll", "10 days → added: 21 days", "By-laws, article 12")

	// Somebody amends one figure; the author takes it, and then changes another.
	amended := append(h.typed("Fatou", where+"/edit", "charter.notice_days", "30", "why", "Un mois, c’est plus simple."), "do", "save")
	h.done("Fatou", where+"/edit", amended...)
	page := h.get("Luc", where)
	page.Says(t, "Un mois, c’est plus simple.", "retiré : 10 jours → ajouté : 30 jours")
	id := page.All("form", "action="+where+"/do/accept")[0].Field("amendment")
	h.done("Luc", where+"/do/accept", "amendment", id)
	h.get("Luc", where).Says(t, "Version 2", "ajouté : 30 jours")
	h.done("Luc", where+"/edit", append(h.typed("Luc", where+"/edit", "mandate.open_hours", "96"), "do", "save")...)
	h.get("Luc", where).Says(t, "Version 3", "ajouté : 96 heures", "ajouté : 30 jours")
}

// TestAShippedSetIsProposedAsItIs keeps its name when no figure is changed.
func TestAShippedSetIsProposedAsItIs(t *testing.T) {
	t.Parallel()
	h := open(t, g.DefaultRules)
	same := h.post("Luc", "/propose/rules", append(h.typed("Luc", "/propose/rules", own()[:8]...), "do", "check")...)
	if same.Status != http.StatusUnprocessableEntity {
		t.Errorf("rules that change nothing: %d", same.Status)
	}
	same.Says(t, "ne change rien")
	unnamed := h.post("Luc", "/propose/rules", append(h.typed("Luc", "/propose/rules", append(own()[:8], "charter.notice_days", "12")...), "do", "check")...)
	unnamed.Says(t, "Nos règles, d’après : Coopérative québécoise")
	where := h.done("Luc", "/propose/rules", append(h.typed("Luc", "/propose/rules?from=scop", own()[:8]...), "do", "save")...)
	h.done("Luc", where+"/do/publish")
	h.get("Luc", where).NeverSays(t, "Décision de notre assemblée")
	h.get("Luc", where).Says(t, "SCOP (France)")
	if unknown := h.get("Luc", "/propose/rules?from=ailleurs"); unknown.Status != http.StatusNotFound {
		t.Errorf("a set that nobody ships: %d", unknown.Status)
	}
}

// TestEachWrongFigureIsSaidBesideItsField says it in both languages, and keeps what was typed.
func TestEachWrongFigureIsSaidBesideItsField(t *testing.T) {
	t.Parallel()
	h := open(t, g.DefaultRules)
	for _, c := range []struct{ field, value, at, fr, en string }{
		{"charter.threshold.share", "1/3", "charter.threshold", "de plus de la moitié à la totalité", "from more than half to the whole"},
		{"charter.threshold.share", "deux tiers", "charter.threshold", "de plus de la moitié à la totalité", "from more than half to the whole"},
		{"charter.threshold", "au hasard", "charter.threshold", "de plus de la moitié à la totalité", "from more than half to the whole"},
		{"rules.quorum", "roll-least", "rules.quorum", "On ne peut exiger plus que toute la liste", "More than the whole roll cannot be required"},
		{"mandate.notice_days", "400", "mandate.notice_days", "de 0 à 366", "from 0 to 366"},
		{"mandate.roll_days", "-1", "mandate.roll_days", "de 0 à 366", "from 0 to 366"},
		{"ordinary.open_hours", "0", "ordinary.open_hours", "de 1 à 8784", "from 1 to 8784"},
		{"ordinary.contestation_hours", "un jour", "ordinary.contestation_hours", "de 0 à 8784", "from 0 to 8784"},
		{"ordinary.contest_share", "0", "ordinary.contest_share", "1/10 ou 10 %", "1/10 or 10%"},
		{"charter.co_signers", "99999999999999999999", "charter.co_signers", "de 0 à 1000", "from 0 to 1000"},
		{"charter.methods", "ranked", "charter.methods", "au moins une méthode", "at least one method"},
		{"weight.usage", "3", "classes", "Cochez la case", "Tick the box"},
		{"meeting.board.quorum.share", "0", "meeting.board.quorum", "une part plus grande que zéro", "a share greater than zero"},
		{"meeting.special.notice_days", "quinze", "meeting.special.notice_days", "de 0 à 366", "from 0 to 366"},
		{"meeting.ordinary.proxies", "1", "meeting.ordinary.proxies", "Permettez d’abord les procurations", "First allow proxies"},
		{"least", "beaucoup", "least", "1/10 ou 10 %", "1/10 or 10%"},
	} {
		fields := append(h.typed("Luc", "/propose/rules", append(own()[:8], c.field, c.value)...), "do", "save")
		for lang, says := range map[string]string{"fr": c.fr, "en": c.en} {
			page := h.postIn(lang, "Luc", "/propose/rules", fields...)
			if page.Status != http.StatusUnprocessableEntity {
				t.Errorf("%s = %q: %d", c.field, c.value, page.Status)
				continue
			}
			page.One(t, "span", "id="+c.at+"-wrong")
			page.Says(t, says)
			if !page.LinksTo("#" + c.at) {
				t.Errorf("%s: no link to the field", c.field)
			}
			if kept := page.All("input", "type=text", "name="+c.field); len(kept) == 1 && kept[0].Attribute("value") != c.value {
				t.Errorf("%s: what was typed is lost: %q", c.field, kept[0].Attribute("value"))
			}
		}
	}
	partly := h.post("Luc", "/propose/rules", append(h.typed("Luc", "/propose/rules", append(own()[:8], "classes", "1", "weight.usage", "3")...), "do", "save")...)
	partly.Says(t, "Donnez à chaque collège un nombre entier de parts")
	if all, _ := h.room.Motions(t.Context(), h.actor("Luc")); len(all) > 0 {
		t.Error("rules that cannot stand became a proposal")
	}
}

func TestRulesLook(t *testing.T) {
	t.Parallel()
	h := open(t, g.DefaultRules)
	where := h.done("Luc", "/propose/rules", append(h.typed("Luc", "/propose/rules", own()...), "do", "save")...)
	h.done("Luc", where+"/do/publish")
	pagetest.Look(t, h, h.sessions["Luc"], map[string]string{"rules-form": "/propose/rules", "rules-proposed": where, "rules-page": "/decisions/rules", "rules-edit": where + "/edit"})
}

// decide carries a proposal in deliberation through its ballot: everybody votes what answer says, and it is settled.
func (h *house) decide(where string, answer func(name string) string) {
	h.t.Helper()
	h.done("Anaïs", where+"/do/call", "method", "yes_no_abstain", "days", "0", "hours", "2")
	h.clock.move(2 * time.Second)
	for _, name := range names() {
		h.done(name, where+"/vote", "answer", answer(name))
		h.clock.move(time.Second)
	}
	for range 3 {
		h.clock.move(time.Hour)
		if _, err := h.room.Settle(h.t.Context()); err != nil {
			h.t.Fatal(err)
		}
	}
}

// TestWeightsOfClassesAreShown votes weights, then decides under them: the ballot and the result say what each class weighs.
func TestWeightsOfClassesAreShown(t *testing.T) {
	t.Parallel()
	h := open(t, g.Demonstration)
	where := h.done("Luc", "/propose/rules", append(h.typed("Luc", "/propose/rules", own()...), "do", "save")...)
	h.done("Luc", where+"/do/publish")
	h.decide(where, func(string) string { return "yes" })
	h.get("Luc", where+"/result").Says(t, "Adoptée", "Ce que cela change dans nos règles", "Usage 2 sur 5")
	h.get("Luc", where).Says(t, "En vigueur")
	h.get("Luc", "/decisions/rules").Says(t, "Nos règles", "Travail 3 sur 5")

	next := h.question()
	h.done("Anaïs", next+"/do/call", "method", "yes_no_abstain", "days", "0", "hours", "24")
	h.clock.move(2 * time.Second)
	h.get("Luc", next+"/vote").Says(t, "Travail 3 sur 5", "le total de chaque collège pèse")
	for i, name := range names() {
		answer := "yes" // all of Usage
		if i%2 == 1 && i < 6 {
			answer = "no" // three of the four of Travail
		}
		h.done(name, next+"/vote", "answer", answer)
		h.clock.move(time.Second)
	}
	h.clock.move(25 * time.Hour)
	if _, err := h.room.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	result := h.get("Luc", next+"/result")
	result.Says(t, "Ce que pèse chaque collège", "En tout : 55 % pour.", "Pèse", "Apporte au total")
	result.One(t, "svg", "class=weights")
	pagetest.Look(t, h, h.sessions["Luc"], map[string]string{"weights-result": next + "/result", "weights-rules": "/decisions/rules"})
}
