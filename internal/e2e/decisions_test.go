package e2e_test

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/solidaire-coop/solidaire/internal/app"
	"github.com/solidaire-coop/solidaire/internal/client"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/governance"
	"github.com/solidaire-coop/solidaire/internal/members"
	"github.com/solidaire-coop/solidaire/internal/platform/telemetry"
	"github.com/solidaire-coop/solidaire/internal/platform/web/webtest"
)

// voter is a member of the demonstration with a browser of their own.
type voter struct {
	t      *testing.T
	base   string
	name   string
	client *http.Client
}

// voters signs every member of the assembly in, who convenes it first.
func (h house) voters(t *testing.T) []voter {
	t.Helper()
	stores, err := app.OpenStores(t.Context(), h.settings, telemetry.NewLogger(io.Discard, "error", "text"))
	if err != nil {
		t.Fatal(err)
	}
	defer stores.Close()
	roll, err := stores.Members.Roll(t.Context(), stores.Organisation.ID, members.Assembly, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	var all []voter
	for _, e := range roll {
		token, err := stores.Members.NewLink(t.Context(), e.Person, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		jar, err := cookiejar.New(nil)
		if err != nil {
			t.Fatal(err)
		}
		v := voter{t: t, base: h.base, name: e.Name, client: &http.Client{Jar: jar}}
		v.post("/signin/"+token, nil)
		keeping, err := stores.Members.Keeping(t.Context(), core.Actor{Organisation: stores.Organisation.ID, Person: e.Person})
		if err != nil {
			t.Fatal(err)
		}
		if all = append(all, v); keeping.May {
			all[0], all[len(all)-1] = all[len(all)-1], all[0]
		}
	}
	return all
}

// session is the token that the voter's browser keeps.
func (v voter) session() string {
	address, _ := url.Parse(v.base)
	for _, cookie := range v.client.Jar.Cookies(address) {
		if strings.Contains(cookie.Name, "session") {
			return cookie.Value
		}
	}
	v.t.Fatal("no session")
	return ""
}

func (v voter) read(response *http.Response, err error) (address, body string) {
	v.t.Helper()
	if err != nil {
		v.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	if response.StatusCode != http.StatusOK {
		v.t.Fatalf("%s: %s: %s\n%s", v.name, response.Request.URL, response.Status, regexp.MustCompile(`(?s)role="alert".{0,600}`).FindString(string(text)))
	}
	return response.Request.URL.Path, string(text)
}

func (v voter) get(path string) string {
	v.t.Helper()
	_, body := v.read(v.client.Get(v.base + path))
	return body
}

func (v voter) post(path string, fields url.Values) (address, body string) {
	v.t.Helper()
	return v.read(v.client.PostForm(v.base+path, fields))
}

// form reads the fields of the form that is sent to a path, as a browser would send them.
func (v voter) form(page, action string) url.Values {
	v.t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		v.t.Fatal(err)
	}
	fields := url.Values{}
	for n := range root.Descendants() {
		if n.Data != "form" || attribute(n, "action") != action {
			continue
		}
		for f := range n.Descendants() {
			switch kind := attribute(f, "type"); {
			case f.Data == "input" && kind != "radio" && kind != "checkbox":
				fields.Set(attribute(f, "name"), attribute(f, "value"))
			case f.Data == "textarea" && f.FirstChild != nil:
				fields.Set(attribute(f, "name"), f.FirstChild.Data)
			case f.Data == "textarea":
				fields.Set(attribute(f, "name"), "")
			}
		}
	}
	return fields
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// await reads a page until it says something.
func (v voter) await(path, says string) string {
	v.t.Helper()
	deadline := time.After(20 * time.Second)
	for {
		page := v.get(path)
		if strings.Contains(page, says) {
			return page
		}
		select {
		case <-deadline:
			v.t.Fatalf("%s never says %q", path, says)
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// looker takes the pictures of a page on a desk and a telephone, in both languages, and checks it with axe.
func looker(t *testing.T, h house, v voter) func(name, path string) {
	browser := webtest.Start(t)
	screens := []webtest.Screen{webtest.Desk("fr-CA"), webtest.Phone("en").InTheDark()}
	if os.Getenv("SOLIDAIRE_TEST_FULL") == "1" {
		screens = append(screens, webtest.Narrow("fr"), webtest.Desk("en").InTheDark())
	}
	return func(name, path string) {
		t.Helper()
		for _, screen := range screens {
			tab := browser.Open(t, screen, h.base, v.session())
			tab.Go(h.base + path)
			tab.CheckAccessible()
			tab.CheckWidth()
			tab.WholePicture("decision-" + name)
		}
	}
}

// TestMembersChangeTheirCharter goes from an idea to a charter that is obeyed, through the pages.
func TestMembersChangeTheirCharter(t *testing.T) {
	h := start(t)
	all := h.voters(t)
	if len(all) < 5 {
		t.Fatalf("%d members", len(all))
	}
	secretary, author, friend, critic := all[0], all[1], all[2], all[3]
	look := looker(t, h, author)
	look("empty", "/decisions")
	look("choose", "/propose")
	look("rules", "/decisions/rules")
	for _, kind := range []string{"choice", "mandate", "rules"} {
		look("propose-"+kind, "/propose/"+kind)
	}

	// A draft: longer receipts. First checked, then kept.
	fields := author.form(author.get("/propose/retention"), "/propose/retention")
	fields.Set("title.fr", "Garder les reçus plus longtemps")
	fields.Set("title.en", "Keep receipts longer")
	fields.Set("reasons.fr", "L’audit annuel en a besoin.")
	fields.Set("reasons.en", "The yearly audit needs them.")
	fields.Set("s.receipt_days", "4000")
	fields.Set("a2.text.fr", fields.Get("a2.text.fr")+" Elle date chaque source.")
	fields.Set("a2.text.en", fields.Get("a2.text.en")+" It dates every source.")
	fields.Set("do", "check")
	if _, page := author.post("/propose/retention", fields); !strings.Contains(page, "<ins>4") {
		t.Error("checking shows no change")
	}
	look("write", "/propose/board")
	fields.Set("do", "save")
	where, _ := author.post("/propose/retention", fields)
	if friend.get("/decisions"); strings.Contains(friend.get("/decisions"), "Garder les reçus") {
		t.Error("a draft is shown to others")
	}
	author.post(where+"/do/publish", nil)

	// The deliberation, an amendment, its new version.
	friend.post(where+"/do/argue", url.Values{"kind": {"for"}, "text": {"On pourra comparer les années."}})
	critic.post(where+"/do/argue", url.Values{"kind": {"against"}, "text": {"Quatre mille jours, c’est long pour des données personnelles."}})
	critic.post(where+"/do/argue", url.Values{"kind": {"question"}, "text": {"Qui lira ces reçus ?"}})
	amended := critic.form(critic.get(where+"/edit"), where+"/edit")
	amended.Set("s.receipt_days", "800")
	amended.Set("why", "Deux ans suffisent.")
	amended.Set("do", "save")
	critic.post(where+"/edit", amended)
	look("deliberation", where)
	friend.post("/ask", url.Values{"question": {"Quel est le quorum ?"}})
	if tried := critic.get(where + "/effect"); !strings.Contains(tried, "Essai à blanc") {
		t.Error("no dry run")
	}
	look("dry-run", where+"/effect")
	page := author.get(where)
	accept := author.form(page, where+"/do/accept")
	author.post(where+"/do/accept", accept)
	for _, v := range []voter{friend, critic} {
		v.post(where+"/do/cosign", v.form(v.get(where), where+"/do/cosign"))
	}
	look("to-call", where)

	// The ballot: everybody votes, which closes it under the demonstration's rules.
	secretary.post(where+"/do/call", url.Values{"method": {"yes_no_abstain"}, "days": {"0"}, "hours": {"2"}})
	author.await(where+"/vote", `name="answer"`)
	look("vote", where+"/vote")
	for i, v := range all {
		answer := []string{"yes", "yes", "yes", "no", "abstain"}[i%5]
		v.post(where+"/vote", url.Values{"answer": {answer}})
		if i == 1 {
			look("voted", where+"/vote")
		}
	}
	result := author.await(where, "/result")
	if !strings.Contains(result, "/result") {
		t.Error("no result")
	}
	author.await(where+"/result", "En vigueur")
	look("result", where+"/result")
	look("over", "/decisions")
	look("shown", where)
	if note := author.get(where + "/certificate"); !strings.Contains(note, `"decision":"adopted"`) || !strings.Contains(note, "— ") {
		t.Errorf("the certificate is not a signed note: %.200s", note)
	}
	if proof := critic.get(where + "/proof"); !strings.Contains(proof, `"answer": "no"`) {
		t.Errorf("proof: %.200s", proof)
	}
	if now := author.get("/charter"); !strings.Contains(now, "800") || !strings.Contains(now, "Elle date chaque source.") {
		t.Error("the charter in force is not the one that was voted")
	}
	h.toldToPrograms(t)
}

// toldToPrograms reads what was decided as a program does.
func (h house) toldToPrograms(t *testing.T) {
	t.Helper()
	server, err := client.Remote(h.base, h.key(t), core.French)
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	list, err := server.Proposals(t.Context())
	if err != nil || len(list) != 1 || list[0].State != governance.Enacted {
		t.Fatalf("%+v %v", list, err)
	}
	p, err := server.Proposal(t.Context(), string(list[0].ID))
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := governance.ParseCertificate(p.Certificate)
	if err != nil || certificate.Charter != p.Charter || certificate.Decision != governance.Adopted {
		t.Errorf("%+v %v", certificate, err)
	}
}
