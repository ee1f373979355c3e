package membershttp_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/members"
	"github.com/solidaire-coop/solidaire/internal/members/membershttp"
	"github.com/solidaire-coop/solidaire/internal/members/memberssql"
	"github.com/solidaire-coop/solidaire/internal/platform/i18n"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb/sqldbtest"
	"github.com/solidaire-coop/solidaire/internal/platform/web"
	"github.com/solidaire-coop/solidaire/internal/platform/web/pagetest"
	"github.com/solidaire-coop/solidaire/internal/platform/web/webtest"
)

const roster = "Numéro;Nom;Courriel;Collège;Adhésion\n7;Marianne Côté-Roy;marianne@semailles.example;Membres utilisateurs;2016-04-08\n" +
	"9;Mathieu Bélanger;mathieu@semailles.example;Membres travailleurs;2016-04-08\n88;Amélie Tremblay;amelie@semailles.example;Membres utilisateurs;2019-08-19\n"

// archive is what other rooms hold.
type archive struct{}

func (archive) Held(context.Context, core.Actor) ([]membershttp.Holding, error) {
	return []membershttp.Holding{{Kind: "conversations", Count: 2, Href: "/conversations"}, {Kind: "receipts", Count: 1, Href: "/receipts"}, {Kind: "responses", Count: 0}}, nil
}

func (archive) Give(_ context.Context, actor core.Actor, each func(kind string, value any) error) error {
	for _, kind := range []string{"conversations", "conversations", "receipts"} {
		if err := each(kind, map[string]any{"of": actor.Name}); err != nil {
			return err
		}
	}
	return nil
}

// register is a site on a real register, with people signed in by their names.
type register struct {
	*members.Service
	http.Handler
	organisation core.ID
	ids          map[string]core.ID
}

// newRegister opens a house whose letters go through mail; nil: none is configured.
func newRegister(t testing.TB, mail *post) *register {
	t.Helper()
	ctx, quiet := t.Context(), slog.New(slog.DiscardHandler)
	s := members.NewService(memberssql.New(sqldbtest.SQLite(t)), core.SystemClock{}, quiet)
	t.Cleanup(func() { s.Close() })
	bundle, err := i18n.Load()
	must(t, err)
	organisation, err := s.CreateOrganisation(ctx, "Coop Les Semailles", core.FrenchCanada)
	must(t, err)
	_, err = s.CreatePerson(ctx, organisation.ID, "Sam", "", core.RoleMember, core.RoleOperator)
	must(t, err)
	_, err = s.Import(ctx, organisation.ID, strings.NewReader(roster), members.ImportOptions{AddClasses: true, Zone: time.UTC})
	must(t, err)
	h := &register{Service: s, organisation: organisation.ID, ids: map[string]core.ID{}}
	people, err := s.People(ctx, organisation.ID)
	must(t, err)
	for _, p := range people {
		h.ids[p.Name] = p.ID
	}
	site, err := web.New(web.Config{
		Bundle: bundle.InZone(time.UTC), Logger: quiet, Clock: core.SystemClock{}, Sessions: s, Version: "test",
		Organisation: func(context.Context, core.ID) string { return organisation.Name },
	})
	must(t, err)
	config := membershttp.Config{Site: site, Rooms: s, Organisation: organisation, Bundle: bundle, Clock: core.SystemClock{}, Zone: time.UTC,
		Log: quiet, Base: func() string { return "https://coop.example" }, Elsewhere: archive{}}
	if mail != nil {
		config.Post = mail
	}
	pages, err := membershttp.New(config)
	must(t, err)
	h.Handler = pagetest.Serve(site, pages)
	return h
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// in opens a session.
func (h *register) in(t testing.TB, name string) string {
	t.Helper()
	link, err := h.NewLink(t.Context(), h.ids[name], time.Minute)
	must(t, err)
	_, token, err := h.Redeem(t.Context(), link)
	must(t, err)
	return token
}

// seat makes Mathieu the secretary of the board.
func (h *register) seat(t testing.TB) {
	t.Helper()
	_, err := h.AddBody(t.Context(), h.organisation, "board", members.KindBoard, core.Text{FR: "Conseil d’administration", EN: "Board of directors"})
	must(t, err)
	_, err = h.Appoint(t.Context(), h.organisation, members.Appointment{Body: "board", Person: h.ids["Mathieu Bélanger"], Office: members.OfficeSecretary, Start: time.Now(), By: "AG-2026-08"})
	must(t, err)
	_, err = h.Appoint(t.Context(), h.organisation, members.Appointment{Body: "board", Person: h.ids["Marianne Côté-Roy"], Office: members.OfficeChair,
		Start: time.Now().AddDate(-2, 0, 0), End: time.Now().AddDate(-1, 0, 0), By: "AG-2024-08"})
	must(t, err)
	_, err = h.Appoint(t.Context(), h.organisation, members.Appointment{Body: "board", Person: h.ids["Marianne Côté-Roy"], Office: members.OfficeChair, Start: time.Now().AddDate(-1, 0, 0)})
	must(t, err)
}

func (h *register) get(t testing.TB, path, session string) *pagetest.Page {
	t.Helper()
	return pagetest.Do(t, h, pagetest.Ask{Path: path, Session: session})
}

func (h *register) send(t testing.TB, path, session string, form url.Values) *pagetest.Page {
	t.Helper()
	return pagetest.Do(t, h, pagetest.Ask{Method: "POST", Path: path, Session: session, Body: strings.NewReader(form.Encode()), Media: "application/x-www-form-urlencoded"})
}

func TestWhoMayKeepTheRegister(t *testing.T) {
	t.Parallel()
	h := newRegister(t, nil)
	sam, amelie, mathieu := h.in(t, "Sam"), h.in(t, "Amélie Tremblay"), h.in(t, "Mathieu Bélanger")
	newcomer := func(name string) url.Values {
		return url.Values{"name": {name}, "joined": {"2026-01-05"}, "voting": {"yes"}}
	}
	h.get(t, "/members", sam).Says(t, "vous tenez le registre, au titre de l’exploitation", "Ajouter un membre")
	page := h.get(t, "/members", amelie)
	page.Says(t, "l’exploitation tient le registre", "Marianne Côté-Roy", "Membres utilisateurs")
	page.NeverSays(t, "Ajouter un membre", "marianne@semailles.example")
	if page := h.send(t, "/members", amelie, newcomer("Intruse")); page.Status != 403 {
		t.Errorf("a member added another: %d", page.Status)
	}
	if page := h.send(t, "/members", sam, newcomer("Zoé")); page.Status != 303 {
		t.Errorf("the operator while there is no secretary: %d", page.Status)
	}
	h.seat(t)
	if page := h.send(t, "/members", sam, newcomer("Après")); page.Status != 403 {
		t.Errorf("the operator once there is a secretary: %d", page.Status)
	}
	if page := h.send(t, "/members", mathieu, newcomer("Luc")); page.Status != 303 {
		t.Errorf("the secretary: %d", page.Status)
	}
	h.get(t, "/members", mathieu).Says(t, "Vous tenez le registre", "Luc", "Zoé", "6 membres", "secrétariat")
	for _, path := range []string{"/members/export", "/members/import"} {
		if page := h.get(t, path, amelie); page.Status != 403 {
			t.Errorf("%s: %d", path, page.Status)
		}
		if page := h.get(t, path, mathieu); page.Status != 200 {
			t.Errorf("%s: %d", path, page.Status)
		}
	}
}

func TestLookingForMembers(t *testing.T) {
	t.Parallel()
	h := newRegister(t, nil)
	h.seat(t)
	session := h.in(t, "Amélie Tremblay")
	for path, want := range map[string]string{
		"/members?q=bélanger":                 "Mathieu Bélanger",
		"/members?q=88":                       "Amélie Tremblay",
		"/members?class=membres-travailleurs": "Mathieu Bélanger",
	} {
		page := h.get(t, path, session)
		if rows := page.All("td", "class=name"); len(rows) != 1 || !strings.Contains(rows[0].Text(), want) {
			t.Errorf("%s: %d rows", path, len(rows))
		}
	}
	if rows := h.get(t, "/members?body=board", session).All("td", "class=name"); len(rows) != 2 {
		t.Errorf("board: %d", len(rows))
	}
	h.get(t, "/members?left=yes", session).Says(t, "Aucun membre ne correspond.")
	if page := h.get(t, "/members?q="+strings.Repeat("x", 200), session); page.Status != 400 {
		t.Errorf("a long query: %d", page.Status)
	}
}

func TestAMembershipFromOneEndToTheOther(t *testing.T) {
	t.Parallel()
	h := newRegister(t, nil)
	h.seat(t)
	secretary := h.in(t, "Mathieu Bélanger")
	page := h.send(t, "/members", secretary, url.Values{"name": {"Zoé <b>Roy</b>"}, "email": {"not an address"}, "joined": {"2026-01-05"}})
	page.Says(t, "Cette adresse de courriel n’est pas bien formée.")
	if page.Status != 422 || page.One(t, "input", "id=name").Attribute("value") != "Zoé <b>Roy</b>" {
		t.Fatalf("what was typed is lost: %d", page.Status)
	}
	page = h.send(t, "/members", secretary, url.Values{"name": {"Zoé Roy"}, "email": {"zoe@semailles.example"}, "class": {"membres-utilisateurs"}, "voting": {"yes"}, "joined": {"2026-01-05"}})
	path, _, _ := strings.Cut(page.Header.Get("Location"), "?")
	h.get(t, path, secretary).Says(t, "zoe@semailles.example", "5 janvier 2026", "Avec droit de vote")
	h.get(t, path, h.in(t, "Amélie Tremblay")).NeverSays(t, "zoe@semailles.example", "Modifier la fiche")
	if page := h.send(t, path, secretary, url.Values{"name": {"Zoé Roy"}, "class": {"membres-travailleurs"}}); page.Status != 303 {
		t.Fatalf("%d", page.Status)
	}
	h.get(t, path, secretary).Says(t, "Membres travailleurs", "Sans droit de vote")
	if page := h.send(t, path+"/leave", secretary, url.Values{"date": {"2020-01-01"}}); page.Status != 422 {
		t.Errorf("a departure before the last change: %d", page.Status)
	}
	if page := h.send(t, path+"/leave", secretary, url.Values{"date": {time.Now().UTC().Format(time.DateOnly)}}); page.Status != 303 {
		t.Errorf("%d", page.Status)
	}
	h.get(t, path, secretary).Says(t, "A quitté l’organisation le", "Réadmettre")
	if page := h.send(t, path+"/return", secretary, url.Values{"date": {time.Now().UTC().Format(time.DateOnly)}}); page.Status != 303 {
		t.Errorf("%d", page.Status)
	}
	for _, path := range []string{"/members/nobody", "/members/0000000000000000000000zzzz"} {
		if page := h.get(t, path, secretary); page.Status != 404 && page.Status != 400 {
			t.Errorf("%s: %d", path, page.Status)
		}
	}
}

func TestBodiesOnTheirPage(t *testing.T) {
	t.Parallel()
	h := newRegister(t, nil)
	h.seat(t)
	secretary := h.in(t, "Mathieu Bélanger")
	h.get(t, "/bodies", h.in(t, "Amélie Tremblay")).Says(t, "Conseil d’administration", "présidence", "1 mandat terminé", "décision : AG-2026-08")
	page := h.send(t, "/bodies", secretary, url.Values{"key": {"Comité!"}, "kind": {"committee"}, "fr": {"Comité"}, "en": {"Committee"}})
	page.Says(t, "Une clé s’écrit avec des lettres minuscules")
	if page := h.send(t, "/bodies", secretary, url.Values{"key": {"comite"}, "kind": {"committee"}, "fr": {"Comité"}, "en": {"Committee"}}); page.Status != 303 {
		t.Fatalf("%d", page.Status)
	}
	today := time.Now().UTC().Format(time.DateOnly)
	mandate := url.Values{"person": {string(h.ids["Amélie Tremblay"])}, "office": {"chair"}, "start": {today}}
	if page := h.send(t, "/bodies/comite/mandates", secretary, mandate); page.Status != 303 {
		t.Fatalf("%d %s", page.Status, page.Text())
	}
	page = h.send(t, "/bodies/comite/mandates", secretary, mandate)
	page.Says(t, "Cette personne exerce déjà cette fonction")
	all, err := h.Mandates(t.Context(), h.organisation)
	must(t, err)
	for _, m := range all {
		if m.Person == h.ids["Amélie Tremblay"] {
			if page := h.send(t, "/mandates/"+string(m.ID)+"/end", secretary, url.Values{"date": {today}}); page.Status != 303 {
				t.Errorf("%d", page.Status)
			}
		}
	}
	if held, err := h.HasOffice(t.Context(), h.organisation, h.ids["Amélie Tremblay"], "comite", members.OfficeChair, time.Now()); err != nil || held {
		t.Errorf("still held: %v, %v", held, err)
	}
}

func TestMyDataIsSeenAndTakenAway(t *testing.T) {
	t.Parallel()
	h := newRegister(t, nil)
	_, _, err := h.CreateKey(t.Context(), h.ids["Amélie Tremblay"], "tableur")
	must(t, err)
	_, _, err = h.CreateKey(t.Context(), h.ids["Sam"], "cachée")
	must(t, err)
	session := h.in(t, "Amélie Tremblay")
	page := h.get(t, "/me", session)
	page.Says(t, "amelie@semailles.example", "2 conversations", "1 session ouverte", "1 clé d’accès", "tableur")
	page.NeverSays(t, "cachée")
	if page := h.send(t, "/me/ai", session, url.Values{"declines": {"yes"}}); page.Status != 303 {
		t.Fatalf("%d", page.Status)
	}
	h.get(t, "/me", session).Says(t, "Rien de ce que vous écrivez n’est envoyé à un modèle.")
	if actor, err := h.SessionActor(t.Context(), session); err != nil || !actor.DeclinesAI {
		t.Errorf("%+v, %v", actor, err)
	}
	w := httptest.NewRecorder()
	r := httptest.NewRequest("GET", "/me/file", nil)
	r.AddCookie(&http.Cookie{Name: "solidaire_session", Value: session})
	h.ServeHTTP(w, r)
	archive, err := zip.NewReader(bytes.NewReader(w.Body.Bytes()), int64(w.Body.Len()))
	must(t, err)
	files := map[string]string{}
	for _, f := range archive.File {
		in, err := f.Open()
		must(t, err)
		content, err := io.ReadAll(in)
		must(t, err)
		files[f.Name] = string(content)
	}
	var me struct {
		Membership struct {
			Email      string
			DeclinesAI bool `json:"declines_ai"`
			History    []any
		}
		Keys []struct{ Name string }
	}
	must(t, json.Unmarshal([]byte(files["me.json"]), &me))
	if len(files) != 3 || me.Membership.Email != "amelie@semailles.example" || !me.Membership.DeclinesAI || len(me.Keys) != 1 || strings.Count(files["conversations.jsonl"], "\n") != 2 {
		t.Errorf("%v %+v", files, me)
	}
}

func TestLeavingByOneself(t *testing.T) {
	t.Parallel()
	h := newRegister(t, nil)
	session := h.in(t, "Amélie Tremblay")
	if page := h.send(t, "/me/leave", session, url.Values{"date": {"2019-01-01"}}); page.Status != 303 { // never earlier than now
		t.Fatalf("%d", page.Status)
	}
	if page := h.get(t, "/me", session); page.Status != 303 || !strings.HasPrefix(page.Header.Get("Location"), "/signin") {
		t.Errorf("still in: %d", page.Status)
	}
	r, err := h.Member(t.Context(), h.organisation, h.ids["Amélie Tremblay"])
	if left := r.Membership().Left; err != nil || time.Since(left) > time.Hour {
		t.Errorf("left on %s, %v", left, err)
	}
}

func TestAFileIsTriedThenImported(t *testing.T) {
	t.Parallel()
	h := newRegister(t, nil)
	session := h.in(t, "Sam")
	bring := func(what, file string, classes bool) *pagetest.Page {
		var body bytes.Buffer
		form := multipart.NewWriter(&body)
		form.WriteField("do", what)
		if classes {
			form.WriteField("classes", "yes")
		}
		part, _ := form.CreateFormFile("file", "membres.csv")
		io.WriteString(part, file)
		form.Close()
		return pagetest.Do(t, h, pagetest.Ask{Method: "POST", Path: "/members/import", Session: session, Body: &body, Media: form.FormDataContentType()})
	}
	bring("try", "Nom;Collège\nZoé;Amis\n;x\n", false).Says(t, "Rien n’a été importé : 2 lignes sont à corriger.", "Ligne 2 :", "Ligne 3 :")
	bring("try", "Nom;Collège;Ville\nZoé;Amis;Gatineau\n", true).Says(t, "Ce qui changerait", "1 nouveau membre", "Amis", "Ville")
	if _, err := h.FindPerson(t.Context(), h.organisation, "Zoé"); !core.Is(err, core.NotFound) {
		t.Fatalf("a try wrote: %v", err)
	}
	bring("write", "Nom;Collège\nZoé;Amis\n", true).Says(t, "C’est fait", "1 nouveau membre")
	if _, err := h.FindPerson(t.Context(), h.organisation, "Zoé"); err != nil {
		t.Error(err)
	}
	if page := pagetest.Do(t, h, pagetest.Ask{Method: "POST", Path: "/members/import", Session: session, Body: strings.NewReader("x"), Media: "text/plain"}); page.Status != 400 {
		t.Errorf("no form: %d", page.Status)
	}
}

func TestTheRegisterInABrowser(t *testing.T) {
	t.Parallel()
	h := newRegister(t, nil)
	h.seat(t)
	must(t, h.SetDoor(t.Context(), h.organisation, members.Door{Open: true, Welcome: "Les membres décident ensemble."}))
	_, err := h.Request(t.Context(), h.organisation, members.JoinRequest{Name: "Zoé Roy", Email: "zoe@exemple.example", Message: "Je suis voisine de la ferme,\net j’aimerais donner un coup de main.", Lang: core.French})
	must(t, err)
	browser := webtest.Start(t)
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	paths := map[string]string{"members": "/members", "member": "/members/" + string(h.ids["Marianne Côté-Roy"]), "bodies": "/bodies", "me": "/me", "import": "/members/import", "requests": "/members/requests", "join": "/join"}
	for _, screen := range []webtest.Screen{webtest.Desk("fr-CA"), webtest.Desk("en").InTheDark(), webtest.Phone("fr"), webtest.Phone("en").InTheDark(), webtest.Narrow("fr")} {
		tab := browser.Open(t, screen, server.URL, h.in(t, "Mathieu Bélanger"))
		for name, path := range paths {
			tab.Go(server.URL + path)
			tab.CheckWidth()
			tab.CheckAccessible()
			webtest.Get(tab, chromedp.Evaluate[int](`[...document.querySelectorAll("main details")].map(d => d.open = true).length`))
			tab.CheckWidth()
			tab.CheckAccessible()
			tab.WholePicture("register-" + name)
		}
	}
}
