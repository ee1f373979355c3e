package governancehttp_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	g "github.com/solidaire-coop/solidaire/internal/governance"
	"github.com/solidaire-coop/solidaire/internal/platform/web/pagetest"
)

// TestEachStartChangesWhatItSays begins each common decision that changes the charter, and reads what would change.
func TestEachStartChangesWhatItSays(t *testing.T) {
	t.Parallel()
	h := open(t, g.DefaultRules)
	for name, c := range map[string]struct {
		path   string
		fields []string
		says   []string
	}{
		"model":     {"/propose/model?model=qwen3-1.7b", nil, []string{"Modèle ajouté qwen3-1.7b sha256:abab"}},
		"board":     {"/propose/board?model=qwen3-1.7b", nil, []string{"Le modèle qwen3-1.7b est réservé au conseil", "ajouté", "Ce que dit l’article", "Ce que fait la machine", "forbid (principal, action, resource is Model)", "sha256:abab"}},
		"budget":    {"/propose/budget", []string{"s.daily_tokens_per_member", "12345"}, []string{"Jetons par membre et par jour", "→ 12 345"}},
		"retention": {"/propose/retention", []string{"s.conversation_days", "45"}, []string{"Jours de conservation des conversations", "→ 45"}},
		"charter":   {"/propose/charter", []string{"a1.text.fr", "Les membres posent leurs questions.", "a1.text.en", "Members ask their questions."}, []string{"Article 1", "modifié"}},
	} {
		t.Run(name, func(t *testing.T) {
			action, _, _ := strings.Cut(c.path, "?")
			form := h.get("Luc", c.path).Form(t, action)
			for _, field := range []string{"title.fr", "title.en", "reasons.fr", "reasons.en"} {
				if form.Get(field) == "" {
					form.Set(field, "Des membres le demandent.")
				}
			}
			for i := 0; i+1 < len(c.fields); i += 2 {
				form.Set(c.fields[i], c.fields[i+1])
			}
			page := h.post("Luc", action, append(flat(form), "do", "check")...)
			if page.Status != http.StatusOK {
				t.Fatalf("%d %s", page.Status, page.Text())
			}
			page.Says(t, append(c.says, "pourrait être mise aux voix")...)
			where := h.done("Luc", action, append(flat(form), "do", "save")...)
			h.get("Luc", where).Says(t, c.says...)
		})
	}
}

func flat(form url.Values) []string {
	var out []string
	for name, values := range form {
		for _, value := range values {
			out = append(out, name, value)
		}
	}
	return out
}

// TestResolutionsSayWhoCarriesThemOut begins those that the machine does not carry out, in both languages at once.
func TestResolutionsSayWhoCarriesThemOut(t *testing.T) {
	t.Parallel()
	h := open(t, g.DefaultRules)
	for name, c := range map[string]struct{ fr, en, notice, english string }{
		"space":   {"Ouvrir l’espace de documents « Paie »", "Open the document space “Paie”", "Solidaire n’a pas encore d’espaces", "Solidaire has no spaces yet"},
		"witness": {"Admettre Paie comme témoin", "Admit Paie as a witness", "ne fait pas encore contresigner", "does not have the log countersigned"},
		"price":   {"Changer un prix : Paie", "Change a price: Paie", "Solidaire ne facture pas encore", "Solidaire does not bill yet"},
	} {
		path := "/propose/" + name + "?name=Paie&detail=le+comit%C3%A9"
		page := h.get("Luc", path)
		page.Says(t, "C’est une résolution", c.notice)
		pagetest.Do(t, h, pagetest.Ask{Path: path, Session: h.sessions["Luc"], Lang: "en"}).Says(t, "This is a resolution", c.english)
		form := page.Form(t, "/propose/"+name)
		plain := strings.NewReplacer("\u202f", " ", "\u00a0", " ").Replace
		if !strings.Contains(plain(form.Get("title.fr")), c.fr) || !strings.Contains(form.Get("title.en"), c.en) || !strings.Contains(form.Get("reasons.fr"), "le comité") {
			t.Errorf("%s: %v", name, form)
		}
		where := h.done("Luc", "/propose/"+name, append(flat(form), "do", "save")...)
		h.get("Luc", where).Says(t, c.fr, "des personnes l’appliquent", "secrétaire")
		if empty := h.get("Luc", "/propose/"+name+"?name=Paie"); empty.Status != http.StatusUnprocessableEntity {
			t.Errorf("%s about nothing: %d", name, empty.Status)
		}
	}
	strange := h.get("Luc", "/propose/space?name="+url.QueryEscape("<script>alert(1)</script>\u202e")+"&detail=x")
	if len(strange.All("script", "src=")) > 0 && strings.Contains(strange.Text(), "alert") {
		t.Error("a name is not escaped")
	}
	form := strange.Form(t, "/propose/space")
	if page := h.post("Luc", "/propose/space", append(flat(form), "do", "save")...); page.Status != http.StatusUnprocessableEntity {
		t.Errorf("a name that reverses its line: %d", page.Status)
	}
	if page := h.get("Luc", "/propose/nothing"); page.Status != http.StatusNotFound {
		t.Errorf("an unknown start: %d", page.Status)
	}
}

func TestStartsLook(t *testing.T) {
	t.Parallel()
	h := open(t, g.DefaultRules)
	pagetest.Look(t, h, h.sessions["Luc"], map[string]string{"starts": "/propose", "start-space": "/propose/space?name=Paie&detail=le+comit%C3%A9", "start-model": "/propose/model?model=qwen3-1.7b"})
}
