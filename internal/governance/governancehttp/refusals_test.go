package governancehttp_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	g "github.com/solidaire-coop/solidaire/internal/governance"
)

// refusal is a step that is not taken, with what is said in each language.
type refusal struct {
	by, path string
	fields   []string
	status   int
	fr, en   string
}

func (h *house) refuse(t *testing.T, cases map[string]refusal) {
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			for lang, says := range map[string]string{"fr": c.fr, "en": c.en} {
				page := h.postIn(lang, c.by, c.path, c.fields...)
				if page.Status != c.status {
					t.Errorf("%s: %d, want %d: %s", lang, page.Status, c.status, page.Text())
				}
				page.Says(t, says)
			}
		})
	}
}

func TestStepsAreRefusedInBothLanguages(t *testing.T) {
	t.Parallel()
	h := open(t, g.DefaultRules)
	where := h.question()
	draft := h.done("Luc", "/propose/question", question("do", "save")...)
	h.done("Fatou", where+"/do/argue", "kind", "for", "text", "On pourra venir en famille.")
	argument := h.get("Rosalie", where).All("form", "action="+where+"/do/moderate")[0].Field("argument")
	h.refuse(t, map[string]refusal{
		"nobody":             {"", where + "/do/publish", nil, 401, "", ""},
		"no member":          {"Sam", where + "/do/argue", []string{"kind", "for", "text", "Oui."}, 403, "Il faut être membre", "member"},
		"no member proposes": {"Sam", "/propose/question", question("do", "save"), 422, "Il faut être membre", "member"},
		"another’s draft":    {"Fatou", draft + "/do/publish", nil, 404, "n’est pas connue", "not known"},
		"another publishes":  {"Fatou", where + "/do/publish", nil, 403, "Seule la personne qui a écrit", "Only the author"},
		"another withdraws":  {"Fatou", where + "/do/withdraw", nil, 403, "Seule la personne qui a écrit", "Only the author"},
		"published twice":    {"Luc", where + "/do/publish", nil, 409, "n’est plus possible", "no longer possible"},
		"its own cosigner":   {"Luc", where + "/do/cosign", []string{"proposal", h.proposal(where)}, 400, "déjà en tête", "already"},
		"an old version":     {"Fatou", where + "/do/cosign", []string{"proposal", strings.Repeat("0", 64)}, 409, "nouvelle version", "new version"},
		"no argument":        {"Fatou", where + "/do/argue", []string{"kind", "for", "text", ""}, 400, "de 1 à 4 000 caractères", "from 1 to 4,000 characters"},
		"a long argument":    {"Fatou", where + "/do/argue", []string{"kind", "for", "text", strings.Repeat("a", 4001)}, 400, "de 1 à 4 000 caractères", "from 1 to 4,000 characters"},
		"no such kind":       {"Fatou", where + "/do/argue", []string{"kind", "shout", "text", "Oui."}, 400, "ne peut pas être ajouté", "cannot be added"},
		"an answer to none":  {"Fatou", where + "/do/argue", []string{"kind", "answer", "parent", "rien", "text", "Oui."}, 400, "ne peut pas être ajouté", "cannot be added"},
		"no mandate":         {"Fatou", where + "/do/moderate", []string{"argument", argument, "why", "Non."}, 403, "demande un mandat", "mandate"},
		"no reason":          {"Rosalie", where + "/do/moderate", []string{"argument", argument}, 400, "de 1 à 200 caractères", "from 1 to 200 characters"},
		"no cosigners":       {"Luc", where + "/do/call", []string{"method", "yes_no_abstain", "days", "10", "hours", "72"}, 409, "Il faut 1 cosignataire", "1 co-signer"},
		"another calls":      {"Fatou", where + "/do/call", []string{"method", "yes_no_abstain", "days", "10", "hours", "72"}, 403, "convoqué par", "called by"},
		"no date":            {"Anaïs", where + "/do/call", []string{"method", "yes_no_abstain", "days", "bientôt", "hours", "72"}, 400, "nombres entiers", "whole numbers"},
		"a date far away":    {"Anaïs", where + "/do/call", []string{"method", "yes_no_abstain", "days", "99999", "hours", "72"}, 400, "nombres entiers", "whole numbers"},
		"short notice":       {"Anaïs", where + "/do/call", []string{"method", "yes_no_abstain", "days", "1", "hours", "72"}, 400, "Il faut au moins 3 jours", "at least 3 days"},
		"closed too soon":    {"Anaïs", where + "/do/call", []string{"method", "yes_no_abstain", "days", "10", "hours", "1"}, 400, "au moins 24 heures", "at least 24 hours"},
		"another method":     {"Anaïs", where + "/do/call", []string{"method", "ranked", "days", "10", "hours", "72"}, 400, "cette méthode", "method"},
		"no ballot":          {"Luc", where + "/vote", []string{"answer", "yes"}, 409, "pas encore ouvert", "not open yet"},
		"nothing to contest": {"Luc", where + "/do/contest", []string{"reasons", "Non."}, 409, "ne peut pas", "cannot"},
		"no such step":       {"Luc", where + "/do/dance", nil, 404, "", ""},
		"no such proposal":   {"Luc", "/decisions/0123456789abcdefghjkmnpqrs/do/publish", nil, 404, "n’est pas connue", "not known"},
		"no identity":        {"Luc", "/decisions/..%2f..%2fetc/do/publish", nil, 404, "", ""},
		"no amendment":       {"Luc", where + "/do/accept", []string{"amendment", "rien"}, 404, "n’est pas connue", "not known"},
	})
}

// question is the form of a plain question, with more.
func question(more ...string) []string {
	return append([]string{"title.fr", "Ouvrir le samedi", "title.en", "Open on Saturdays", "reasons.fr", "Des membres le demandent.", "reasons.en", "Members ask for it.", "body", "assembly"}, more...)
}

// proposal is the id of the version that the page shows.
func (h *house) proposal(where string) string {
	h.t.Helper()
	return h.get("Fatou", where).All("form", "action="+where+"/do/cosign")[0].Field("proposal")
}

// TestWhatIsWrittenIsBounded refuses texts that are too long, in one language only, or that look like something else, and keeps them in the form.
func TestWhatIsWrittenIsBounded(t *testing.T) {
	t.Parallel()
	h := open(t, g.DefaultRules)
	with := func(name, value string) []string {
		fields := question("do", "save")
		for i := 0; i < len(fields); i += 2 {
			if fields[i] == name {
				fields[i+1] = value
			}
		}
		return fields
	}
	h.refuse(t, map[string]refusal{
		"a long title":     {"Luc", "/propose/question", with("title.fr", strings.Repeat("a", 201)), 422, "de 1 à 200 caractères", "from 1 to 200 characters"},
		"one language":     {"Luc", "/propose/question", with("title.en", ""), 422, "title.en", "title.en"},
		"long reasons":     {"Luc", "/propose/question", with("reasons.fr", strings.Repeat("a", 4001)), 422, "de 1 à 4 000", "from 1 to 4,000"},
		"a reversed line":  {"Luc", "/propose/question", with("title.fr", "Ouvrir \u202eidemas el"), 422, "U+202E", "U+202E"},
		"another alphabet": {"Luc", "/propose/question", with("title.fr", "Оuvrir le samedi"), 422, "d’un autre alphabet", "another alphabet"},
		"no such start":    {"Luc", "/propose/anything", question("do", "save"), 404, "", ""},
		"one option": {"Luc", "/propose/choice", append(question("do", "save"), "option0.fr", "Mardi", "option0.en", "Tuesday"), 422,
			"de 2 à", "from 2 to"},
		"the same option twice": {"Luc", "/propose/choice", append(question("do", "save"), "option0.fr", "Mardi", "option0.en", "Tuesday", "option1.fr", "Mardi", "option1.en", "Wednesday"), 422, "toutes différentes", "all different"},
		"a mandate without end": {"Luc", "/propose/mandate", append(question("do", "save"), "mandate.body", "board", "mandate.person", string(h.ids["Luc"]), "mandate.office", "member", "months", "0"), 422, "n’a pas l’effet", "effect"},
		"a setting in words":    {"Luc", "/propose/budget", append(question("do", "save"), "s.receipt_days", "un an"), 422, "nombre entier", "whole number"},
	})
	page := h.post("Luc", "/propose/question", with("title.en", "")...)
	if kept := page.One(t, "input", "name=title.fr").Attribute("value"); kept != "Ouvrir le samedi" {
		t.Errorf("what was typed is lost: %q", kept)
	}
	huge := h.post("Luc", "/propose/question", "title.fr", strings.Repeat("a", 5<<20))
	if huge.Status != http.StatusRequestEntityTooLarge {
		t.Errorf("five megabytes: %d", huge.Status)
	}
	if huge := h.post("Luc", "/decisions/x/do/argue", "text", strings.Repeat("a", 5<<20)); huge.Status == http.StatusSeeOther || huge.Status >= 500 {
		t.Errorf("an argument of five megabytes: %d", huge.Status)
	}
	if all, _ := h.room.Motions(t.Context(), h.actor("Luc")); len(all) > 0 {
		t.Errorf("%d proposals were kept", len(all))
	}
}

// TestStepsFromAnotherSiteAreRefused sends each kind of form from a page of another site, with the session of a member.
func TestStepsFromAnotherSiteAreRefused(t *testing.T) {
	t.Parallel()
	h := open(t, g.Demonstration)
	where := h.question()
	for _, path := range []string{"/propose/question", where + "/do/withdraw", where + "/edit", where + "/vote", where + "/opinions/say", where + "/opinions/forget"} {
		r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(url.Values{"text": {"Oui."}, "do": {"save"}}.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", "https://elsewhere.example")
		r.Header.Set("Sec-Fetch-Site", "cross-site")
		r.AddCookie(&http.Cookie{Name: "solidaire_session", Value: h.sessions["Luc"]})
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != http.StatusForbidden {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	h.get("Luc", where).Says(t, "En délibération")
}

// TestNothingIsToldBeforeTheRulesAllow looks at every page while votes come in, under rules that hide the count, and after.
func TestNothingIsToldBeforeTheRulesAllow(t *testing.T) {
	t.Parallel()
	h := open(t, g.DefaultRules)
	where := h.question()
	h.done("Anaïs", where+"/do/call", "method", "yes_no_abstain", "days", "4", "hours", "72")
	h.clock.move(4*24*time.Hour + 2*time.Second)
	for i, name := range names()[:5] {
		h.done(name, where+"/vote", "answer", []string{"yes", "no"}[i%2])
		h.clock.move(time.Second)
	}
	for _, reader := range []string{"Anaïs", "Hélène", "Sam"} {
		vote := h.get(reader, where+"/vote")
		vote.Says(t, "Le compte est caché jusqu’à la clôture", "5 votes")
		vote.NeverSays(t, "Pour l’instant", "Qui a voté quoi")
		for _, path := range []string{where, where + "/vote", "/decisions"} {
			text := h.get(reader, path).One(t, "main").Text()
			for _, name := range names() {
				if name != reader && name != "Luc" && strings.Contains(text, name) {
					t.Errorf("%s tells %s that %s voted", path, reader, name)
				}
			}
		}
		for _, path := range []string{"/result", "/certificate"} {
			if page := h.get(reader, where+path); page.Status != http.StatusNotFound {
				t.Errorf("%s before the close: %d", path, page.Status)
			}
		}
		if reader != "Anaïs" {
			if page := h.get(reader, where+"/proof"); page.Status != http.StatusNotFound {
				t.Errorf("a proof for who did not vote: %d", page.Status)
			}
		}
	}
	h.refuse(t, map[string]refusal{
		"twice":          {"Anaïs", where + "/vote", []string{"answer", "no"}, 422, "déjà été exprimée", "already been cast"},
		"no answer":      {"Hélène", where + "/vote", []string{"answer", "maybe"}, 422, "n’est pas l’un de ceux", "not one that this ballot allows"},
		"for another":    {"Hélène", where + "/vote", []string{"answer", "yes", "for", string(h.ids["Josée"])}, 422, "procuration", "proxy"},
		"off the roll":   {"Sam", where + "/vote", []string{"answer", "yes"}, 422, "pas sur la liste", "not on the roll"},
		"no proxies":     {"Hélène", where + "/do/proxy", []string{"holder", string(h.ids["Luc"])}, 403, "procurations", "proxies"},
		"no more edits":  {"Luc", where + "/edit", []string{"start", "question", "title.fr", "Autre", "title.en", "Other", "reasons.fr", "Oui.", "reasons.en", "Yes.", "body", "assembly", "do", "save"}, 422, "n’est plus possible", "no longer possible"},
		"no more debate": {"Hélène", where + "/do/argue", []string{"kind", "for", "text", "Oui."}, 409, "n’est plus possible", "no longer possible"},
	})
	h.clock.move(73 * time.Hour)
	if _, err := h.room.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	result := h.get("Hélène", where+"/result")
	result.Says(t, "5 votes sur 8 personnes", "Adoptée")
	result.NeverSays(t, "Qui a voté quoi", "Josée", "Fatou")
	if late := h.post("Hélène", where+"/vote", "answer", "yes"); late.Status != http.StatusUnprocessableEntity {
		t.Errorf("a late vote: %d", late.Status)
	}
	if proof := h.get("Rosalie", where+"/proof"); proof.Status != http.StatusOK || proof.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("a proof: %d %v", proof.Status, proof.Header)
	}
}

// TestDraftsAreTheirAuthors shows a draft to nobody else, on any page.
func TestDraftsAreTheirAuthors(t *testing.T) {
	t.Parallel()
	h := open(t, g.DefaultRules)
	draft := h.done("Luc", "/propose/question", question("do", "save")...)
	for _, reader := range []string{"Fatou", "Anaïs", "Sam"} {
		for _, path := range []string{"", "/edit", "/vote", "/effect", "/result", "/opinions"} {
			if page := h.get(reader, draft+path); page.Status != http.StatusNotFound {
				t.Errorf("%s for %s: %d", path, reader, page.Status)
			}
		}
		h.get(reader, "/decisions").NeverSays(t, "Ouvrir le samedi")
	}
	h.get("Luc", "/decisions").Says(t, "Ouvrir le samedi", "Brouillon")
	if page := h.get("", draft); page.Status == http.StatusOK {
		t.Error("a draft for nobody")
	}
}
