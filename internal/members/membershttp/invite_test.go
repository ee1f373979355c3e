package membershttp_test

import (
	"context"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/members"
	"github.com/solidaire-coop/solidaire/internal/platform/web/pagetest"
)

// post keeps letters, or fails.
type post struct {
	letters []members.Letter
	fails   bool
}

func (p *post) Send(_ context.Context, l members.Letter) error {
	if p.fails {
		return core.E(core.Unavailable, "errors.mail_failed", nil)
	}
	p.letters = append(p.letters, l)
	return nil
}

// linkIn finds the sign-in link in a text, without its host.
func linkIn(t *testing.T, text string) string {
	t.Helper()
	found := regexp.MustCompile(`https://coop\.example(/signin/soll_[a-z2-7]+)`).FindStringSubmatch(text)
	if found == nil {
		t.Fatalf("no link in %q", text)
	}
	return found[1]
}

func (h *register) entersBy(t *testing.T, link string) {
	t.Helper()
	if page := h.get(t, link, ""); page.Status != 200 {
		t.Fatalf("the link's page: %d", page.Status)
	}
	page := h.send(t, link, "", nil)
	if page.Status != 303 || !strings.Contains(page.Header.Get("Set-Cookie"), "solidaire_session=") {
		t.Fatalf("the link signs nobody in: %d", page.Status)
	}
}

func TestAnInvitationGoesByMailAndSignsIn(t *testing.T) {
	t.Parallel()
	mail := &post{}
	h := newRegister(t, mail)
	page := h.send(t, "/members/"+string(h.ids["Amélie Tremblay"])+"/invite", h.in(t, "Sam"), nil)
	page.Says(t, "Le courriel est parti vers amelie@semailles.example.")
	if len(mail.letters) != 1 || mail.letters[0].To != "amelie@semailles.example" || mail.letters[0].Subject == "" {
		t.Fatalf("%+v", mail.letters)
	}
	h.entersBy(t, linkIn(t, mail.letters[0].Text))
	if page := h.send(t, "/members/"+string(h.ids["Sam"])+"/invite", h.in(t, "Amélie Tremblay"), nil); page.Status != 403 {
		t.Errorf("a member invited: %d", page.Status)
	}
}

func TestWithoutMailTheLinkIsHandedOver(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		mail *post
		who  string
		says string
	}{
		"no server":  {nil, "Amélie Tremblay", "L’envoi de courriels n’est pas réglé"},
		"fails":      {&post{fails: true}, "Amélie Tremblay", "Le courriel n’a pas pu partir."},
		"no address": {&post{}, "Sam", "Le registre ne connaît pas son adresse"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newRegister(t, c.mail)
			page := h.send(t, "/members/"+string(h.ids[c.who])+"/invite", h.in(t, "Sam"), nil)
			page.Says(t, "Aucun courriel n’est parti", c.says)
			if page.Header.Get("Cache-Control") != "no-store" {
				t.Error("a page with a link may be kept by the browser")
			}
			h.entersBy(t, linkIn(t, page.One(t, "input", "id=link").Attribute("value")))
		})
	}
}

func TestAStrangerAsksToJoin(t *testing.T) {
	t.Parallel()
	mail := &post{}
	h := newRegister(t, mail)
	sam := h.in(t, "Sam")
	if page := h.get(t, "/join", ""); page.Status != 404 {
		t.Errorf("a closed door: %d", page.Status)
	}
	if page := h.send(t, "/members/joining", sam, url.Values{"open": {"yes"}, "welcome": {"Bienvenue aux gens <b>d’ici</b>."}}); page.Status != 303 {
		t.Fatalf("%d", page.Status)
	}
	h.get(t, "/join", "").Says(t, "Devenir membre de Coop Les Semailles", "Bienvenue aux gens <b>d’ici</b>.", "Membres utilisateurs")
	ask := func(name, email string) *pagetest.Page {
		return h.send(t, "/join", "", url.Values{"name": {name}, "email": {email}, "message": {"Pour les paniers."}})
	}
	page := ask("Zoé", "rien")
	if page.Says(t, "Cette adresse de courriel n’est pas bien formée."); page.One(t, "input", "id=name").Attribute("value") != "Zoé" {
		t.Error("what was typed is lost")
	}
	for _, name := range []string{"Zoé", "Paul"} {
		if page := ask(name, name[:2]+"@x.example"); page.Status != 303 && page.Status != 422 {
			t.Fatalf("%d", page.Status)
		}
	}
	ask("Zoé Roy", "zoe@x.example")
	h.get(t, "/members", sam).Says(t, "demandes d’adhésion attendent")
	waiting, err := h.Requests(t.Context(), h.organisation)
	must(t, err)
	requests := h.get(t, "/members/requests", sam)
	requests.Says(t, "Zoé Roy", "Pour les paniers.", "https://coop.example/join")
	zoe := func(r members.JoinRequest) bool { return r.Name == "Zoé Roy" } // those of one millisecond come in any order
	last, other := waiting[slices.IndexFunc(waiting, zoe)], waiting[slices.IndexFunc(waiting, func(r members.JoinRequest) bool { return !zoe(r) })]
	h.send(t, "/members/requests/"+string(last.ID)+"/admit", sam, nil).Says(t, "Le courriel est parti vers zoe@x.example.")
	h.entersBy(t, linkIn(t, mail.letters[0].Text))
	h.send(t, "/members/requests/"+string(last.ID)+"/admit", sam, nil).Says(t, "Cette demande a déjà reçu une réponse.")
	h.send(t, "/members/requests/"+string(other.ID)+"/decline", sam, url.Values{"reason": {""}}).Says(t, "Un refus se motive.")
	h.send(t, "/members/requests/"+string(other.ID)+"/decline", sam, url.Values{"reason": {"Hors du territoire."}}).Says(t, "Hors du territoire.")
	if text := mail.letters[1].Text; !strings.Contains(text, "Hors du territoire.") || strings.Contains(text, "signin") {
		t.Errorf("%q", text)
	}
	if page := h.send(t, "/members/joining", h.in(t, "Amélie Tremblay"), url.Values{}); page.Status != 403 {
		t.Errorf("a member closed the door: %d", page.Status)
	}
}

func TestStrangersAreBounded(t *testing.T) {
	t.Parallel()
	h := newRegister(t, nil)
	must(t, h.SetDoor(t.Context(), h.organisation, members.Door{Open: true}))
	for i := range 21 {
		page := h.send(t, "/join", "", url.Values{"name": {"X"}, "email": {"x@y.example"}})
		if want := map[bool]int{true: 429, false: 303}[i == 20]; page.Status != want {
			t.Fatalf("request %d: %d, want %d", i, page.Status, want)
		}
	}
}
