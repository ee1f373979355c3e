package charterhttp

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/platform/web/pagetest"
)

const form = "application/x-www-form-urlencoded"

// emergency is a room of restrictions where a test decides who may.
type emergency struct {
	list   []charter.Restriction
	may    bool
	scope  charter.Scope
	reason string
	lasts  time.Duration
	lifted int
}

func (e *emergency) List() []charter.Restriction { return e.list }

func (e *emergency) May(context.Context, core.Actor) (charter.Right, error) {
	if !e.may {
		return charter.Right{}, core.E(core.Forbidden, "errors.restriction_right", nil)
	}
	return charter.Right{Office: "chair", Body: "board"}, nil
}

func (e *emergency) Restrict(ctx context.Context, a core.Actor, s charter.Scope, reason string, lasts time.Duration) (charter.Restriction, error) {
	if _, err := e.May(ctx, a); err != nil {
		return charter.Restriction{}, err
	}
	if reason == "" {
		return charter.Restriction{}, core.E(core.Invalid, "errors.restriction_reason", core.Args{"Max": 500})
	}
	e.scope, e.reason, e.lasts = s, reason, lasts
	return charter.Restriction{}, nil
}

func (e *emergency) Lift(ctx context.Context, a core.Actor, number int, reason string) error {
	_, err := e.May(ctx, a)
	if err == nil {
		e.lifted, e.reason = number, reason
	}
	return err
}

func choices(context.Context) ([]Choice, error) {
	return []Choice{{Scope: charter.Scope{Kind: charter.ScopeModels}}, {Scope: charter.Scope{Kind: charter.ScopeModel, Value: "qwen"}, Label: "qwen"},
		{Scope: charter.Scope{Kind: charter.ScopeData, Value: "credit_card"}}, {Scope: charter.Scope{Kind: charter.ScopeKey, Value: "k1"}, Label: "Accueil (sol_ab…)"},
		{Scope: charter.Scope{Kind: charter.ScopeSurface, Value: charter.SurfaceOllama}}}, nil
}

func restricted() *emergency {
	at := time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)
	return &emergency{may: true, list: []charter.Restriction{
		{Number: 3, Chain: strings.Repeat("c", 64), Scope: charter.Scope{Kind: charter.ScopeKey, Value: "k1"}, Reason: "Une clé a été publiée.", Who: "Amélie Tremblay",
			Office: "chair", Body: "board", Began: at, Until: at.Add(24 * time.Hour)},
		{Number: 2, Chain: strings.Repeat("b", 64), Scope: charter.Scope{Kind: charter.ScopeRemote}, Until: at.Add(24 * time.Hour), Lost: true},
		{Number: 1, Chain: strings.Repeat("a", 64), Scope: charter.Scope{Kind: charter.ScopeModels}, Reason: "Panne.", Who: "Jean", Office: "operator", Began: at, Until: at.Add(time.Hour),
			Lifted: at.Add(time.Minute), LiftedWho: "Amélie Tremblay", LiftedWhy: "C’est réparé."},
	}}
}

func hall(t *testing.T, e *emergency) http.Handler {
	t.Helper()
	notices := func() []error {
		var list []error
		for _, r := range e.list {
			if !r.Over() {
				list = append(list, r.Problem())
			}
		}
		return list
	}
	site := pagetest.SiteWithNotices(t, notices)
	pages, err := New(Config{Site: site, Charters: provisional(), Restrictions: e, Choices: choices})
	if err != nil {
		t.Fatal(err)
	}
	return pagetest.Serve(site, pages)
}

func TestEveryMemberSeesWhoRestrictedWhyAndUntilWhen(t *testing.T) {
	t.Parallel()
	e := restricted()
	e.may = false
	h := hall(t, e)
	fr := pagetest.Do(t, h, pagetest.Ask{Path: "/charter/restrictions", Session: pagetest.Member})
	fr.Says(t, "3. La clé d’accès Accueil (sol_ab…)", "Amélie Tremblay (présidence)", "Une clé a été publiée.", "En vigueur jusqu’au 23 novembre 2026",
		"Sa fiche a été modifiée ou supprimée", "Levée par Amélie Tremblay", "C’est réparé.", "Qui peut le faire")
	fr.NeverSays(t, "Décider d’une restriction", "Lever cette restriction")
	banner := pagetest.Do(t, h, pagetest.Ask{Path: "/charter", Session: pagetest.Member, Lang: "en"})
	banner.Says(t, "Emergency restriction 3: one access key may no longer ask anything, until 23 November 2026", "as Amélie Tremblay decided: “Une clé a été publiée.”", "All emergency restrictions")
	if out := pagetest.Do(t, h, pagetest.Ask{Path: "/charter"}); strings.Contains(out.One(t, "body").Raw(), "Amélie") {
		t.Error("a stranger reads the names")
	}
	if got := pagetest.Do(t, h, pagetest.Ask{Method: http.MethodPost, Path: "/charter/restrictions", Session: pagetest.Member,
		Media: form, Body: strings.NewReader("scope=models&reason=x&lasts=1")}); got.Status != http.StatusForbidden {
		t.Errorf("a member restricts: %d", got.Status)
	}
}

func TestAnOfficerRestrictsAndLifts(t *testing.T) {
	t.Parallel()
	e := restricted()
	h := hall(t, e)
	post := func(path string, fields url.Values) *pagetest.Page {
		return pagetest.Do(t, h, pagetest.Ask{Method: http.MethodPost, Path: path, Session: pagetest.Member, Media: form, Body: strings.NewReader(fields.Encode())})
	}
	pagetest.Do(t, h, pagetest.Ask{Path: "/charter/restrictions", Session: pagetest.Member}).Says(t, "Les données sensibles : numéros de carte de crédit", "programmes du dialecte d’Ollama", "7 jours", "24 h")
	wrong := post("/charter/restrictions", url.Values{"scope": {"model qwen"}, "reason": {""}, "lasts": {"4"}})
	wrong.Says(t, "demande une raison")
	if wrong.Status != http.StatusUnprocessableEntity {
		t.Errorf("without a reason: %d", wrong.Status)
	}
	if got := post("/charter/restrictions", url.Values{"scope": {"model qwen"}, "reason": {"Réponses trompeuses."}, "lasts": {"4"}}); got.Status != http.StatusSeeOther ||
		e.scope != (charter.Scope{Kind: charter.ScopeModel, Value: "qwen"}) || e.lasts != 4*time.Hour || e.reason != "Réponses trompeuses." {
		t.Errorf("%d, %+v", got.Status, e)
	}
	for _, lasts := range []string{"", "0", "-1", "169", "99999999999999999999"} {
		post("/charter/restrictions", url.Values{"scope": {"models"}, "reason": {"x"}, "lasts": {lasts}})
		if e.lasts >= 0 {
			t.Errorf("%q lasts %s", lasts, e.lasts)
		}
	}
	if got := post("/charter/restrictions/3/lift", url.Values{"reason": {"Clé révoquée."}}); got.Status != http.StatusSeeOther || e.lifted != 3 {
		t.Errorf("%d, %d lifted", got.Status, e.lifted)
	}
	if got := post("/charter/restrictions/x/lift", nil); got.Status != http.StatusNotFound {
		t.Errorf("a word for a number: %d", got.Status)
	}
}

func TestRestrictionsLookRight(t *testing.T) {
	t.Parallel()
	pagetest.Look(t, hall(t, restricted()), pagetest.Member, map[string]string{"charter-restrictions": "/charter/restrictions"})
}
