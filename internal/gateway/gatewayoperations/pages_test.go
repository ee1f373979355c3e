package gatewayoperations_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayoperations"
	"github.com/solidaire-coop/solidaire/internal/models"
	"github.com/solidaire-coop/solidaire/internal/platform/telemetry"
	"github.com/solidaire-coop/solidaire/internal/platform/web/pagetest"
	"github.com/solidaire-coop/solidaire/internal/platform/web/webtest"
)

// engines are as they are said to be.
type engines []models.EngineHealth

func (e engines) Health(context.Context) []models.EngineHealth { return e }

func joules(v float64) core.Energy {
	return core.Energy{Joules: &v, Label: core.EnergyEstimatedPublished}
}

// busy is an hour of real counting: answers, a refusal, a caller who left, and a server that failed before another answered.
func busy() *telemetry.Metrics {
	m := telemetry.NewMetrics(func(model string) bool { return model == "petit" || model == "grand" })
	m.Watch(func() (int, int) { return 2, 1 }, nil)
	answer := telemetry.Exchange{Outcome: "completed", Model: "petit", Node: "local", Output: 40, First: 400 * time.Millisecond, Took: 2400 * time.Millisecond, Energy: joules(12)}
	for range 5 {
		m.Exchange(context.Background(), answer)
	}
	answer.Node, answer.Model, answer.Energy = "voisine", "grand", core.UnknownEnergy()
	answer.Tried = []telemetry.Try{{Model: "grand", Node: "gpu", Error: "unavailable"}}
	m.Exchange(context.Background(), answer)
	m.Exchange(context.Background(), telemetry.Exchange{Outcome: "refused", Node: "local", Model: "petit"})
	m.Exchange(context.Background(), telemetry.Exchange{Outcome: "cancelled", Node: "local", Model: "petit", Energy: joules(1)})
	m.Exchange(context.Background(), telemetry.Exchange{Outcome: "interrupted", Error: "interrupted", Node: "local", Model: "petit", Energy: joules(1)})
	m.Exchange(context.Background(), telemetry.Exchange{Outcome: "completed", Node: "local", Energy: core.UnknownEnergy()})
	m.Sample()
	return m
}

func servers() engines {
	return engines{
		{Model: "petit", State: models.EngineIdle, Program: "/opt/llama-server"},
		{Model: "grand", State: models.EngineFailed, Circuit: models.Circuit{State: models.CircuitResting, Wait: 4 * time.Second}, Detail: core.E(core.Unavailable, "errors.engine_starting", nil)},
		{Model: "e5", State: models.EngineMissing}, {Model: "x", State: models.EngineStarting}, {Model: "y", State: "odd"},
		{Backend: "gpu", State: models.EngineFailed, Circuit: models.Circuit{State: models.CircuitResting, Failures: 3, Wait: 20 * time.Second},
			Detail: core.E(core.Unavailable, "errors.backend_resting", core.Args{"Backend": "gpu", "RetryAfter": "20"})},
		{Backend: "voisine", State: models.EngineReady, Program: "http://10.0.0.5:8000"},
		{Backend: "essai", State: models.EngineReady, Circuit: models.Circuit{State: models.CircuitTrying, Failures: 3}},
		{Backend: "douteux", State: models.EngineReady, Circuit: models.Circuit{State: models.CircuitDoubted, Failures: 1, Paused: []string{"qwen3"}}},
		{Backend: "sourd", State: models.EngineFailed, Detail: core.E(core.Unavailable, "errors.engine_starting", nil)},
	}
}

func serve(t *testing.T, m *telemetry.Metrics, e engines) http.Handler {
	t.Helper()
	site := pagetest.Site(t)
	pages, err := gatewayoperations.New(gatewayoperations.Config{Site: site, Figures: m, Engines: e, Clock: pagetest.Clock{}})
	if err != nil {
		t.Fatal(err)
	}
	return pagetest.Serve(site, pages)
}

func TestTheOperatorSeesTheLastHour(t *testing.T) {
	t.Parallel()
	h := serve(t, busy(), servers())
	fr := pagetest.Do(t, h, pagetest.Ask{Path: "/operations", Session: pagetest.Operator})
	fr.Says(t, "Des chiffres seulement", "1 réponse en cours", "2 demandes attendent", "1 refusée, 2 échecs, 1 abandonnée", "Attente du premier mot 0,4 s",
		"Jetons écrits 240", "20 jetons/s par réponse", "62 J estimation publiée", "2 demandes sans chiffre", "Citations, sans modèle", "cette machine",
		"1 · un moteur était absent, muet ou hors d’atteinte", "1 · une réponse a été coupée en route")
	rows := map[string]string{}
	for _, row := range fr.All("tr") {
		for _, server := range []string{"petit cette machine", "grand voisine", "grand gpu"} {
			if strings.HasPrefix(row.Text(), server) {
				rows[server] = strings.TrimPrefix(row.Text(), server+" ")
			}
		}
	}
	want := map[string]string{
		"petit cette machine": "8 1 0,4 s 200 20 jetons/s par réponse 62 J estimation publiée",
		"grand voisine":       "1 0 0,4 s 40 20 jetons/s par réponse –", "grand gpu": "0 1 – 0 –",
	}
	for server, row := range want {
		if rows[server] != row {
			t.Errorf("%s: got %q, want %q", server, rows[server], row)
		}
	}
	if charts := fr.All("svg", "role=img"); len(charts) != 4 {
		t.Errorf("%d charts", len(charts))
	}
	en := pagetest.Do(t, h, pagetest.Ask{Path: "/operations", Session: pagetest.Operator, Lang: "en"})
	en.Says(t, "Figures only", "2 requests wait for their first word", "By model and by server", "an engine was missing")
}

// Answers that came at one go have tokens, and neither a first word nor a speed.
func TestAnswersThatWereNotSeenToBegin(t *testing.T) {
	t.Parallel()
	m := telemetry.NewMetrics(func(model string) bool { return model == "entier" })
	m.Exchange(t.Context(), telemetry.Exchange{Outcome: "completed", Model: "entier", Node: "voisine", Output: 40, Took: 2 * time.Second, Energy: core.UnknownEnergy()})
	h := serve(t, m, servers())
	fr := pagetest.Do(t, h, pagetest.Ask{Path: "/operations", Session: pagetest.Operator})
	fr.Says(t, "Attente du premier mot non mesurée Aucune réponse n’est arrivée mot à mot.", "Jetons écrits 40")
	fr.NeverSays(t, "jetons/s", "aucun mot encore")
}

func TestHowFarAServerIsTrustedIsSaidInWords(t *testing.T) {
	t.Parallel()
	h := serve(t, busy(), servers())
	pagetest.Do(t, h, pagetest.Ask{Path: "/operations", Session: pagetest.Operator}).Says(t,
		"petit Au repos Le moteur démarrera à la première demande.", "grand En panne Laissé au repos : nouvel essai dans 4 s.", "e5 Absent", "x Démarre", "y État inconnu",
		"Serveur gpu En panne Laissé au repos après 3 échecs de suite : une seule demande l’essaiera dans 20 s.",
		"Serveur voisine Prêt Il reçoit toutes les demandes. http://10.0.0.5:8000", "Serveur essai Prêt Son repos est fini",
		"Serveur douteux Prêt 1 échec de suite", "Il a demandé d’attendre pour le modèle qwen3.", "Serveur sourd En panne Le moteur démarre.")
}

func TestOnlyTheOperatorSeesIt(t *testing.T) {
	t.Parallel()
	h := serve(t, busy(), servers())
	member := pagetest.Do(t, h, pagetest.Ask{Path: "/operations", Session: pagetest.Member})
	if member.Status != http.StatusForbidden || member.LinksTo("/operations") {
		t.Errorf("a member: %d", member.Status)
	}
	if member.NeverSays(t, "petit", "voisine"); !pagetest.Do(t, h, pagetest.Ask{Path: "/operations", Session: pagetest.Operator}).LinksTo("/operations") {
		t.Error("the operator has no way to it")
	}
	if stranger := pagetest.Do(t, h, pagetest.Ask{Path: "/operations"}); stranger.Status != http.StatusSeeOther {
		t.Errorf("a stranger: %d", stranger.Status)
	}
}

func TestAnHourWithoutRequestsTeaches(t *testing.T) {
	t.Parallel()
	page := pagetest.Do(t, serve(t, telemetry.NewMetrics(nil), nil), pagetest.Ask{Path: "/operations", Session: pagetest.Operator})
	page.Says(t, "Rien n’a été demandé depuis une heure.", "branchez un programme", "Aucun moteur n’est configuré")
	if page.NeverSays(t, "Minute par minute"); len(page.All("svg", "role=img")) != 0 {
		t.Error("empty charts are shown")
	}
}

func TestWhatAServerIsCalledIsNeverMarkup(t *testing.T) {
	t.Parallel()
	const nasty = `"><script>alert(1)</script>` + "\xff"
	m := telemetry.NewMetrics(func(string) bool { return true })
	m.Exchange(context.Background(), telemetry.Exchange{Outcome: "failed", Error: nasty, Model: nasty, Node: nasty, Energy: core.UnknownEnergy()})
	page := pagetest.Do(t, serve(t, m, engines{{Model: nasty, Backend: nasty, State: nasty, Program: nasty, Circuit: models.Circuit{Paused: []string{nasty}}}}),
		pagetest.Ask{Path: "/operations", Session: pagetest.Operator})
	if page.Status != http.StatusOK {
		t.Errorf("%d", page.Status)
	}
	page.Says(t, "1 · une autre cause")
	for _, script := range page.All("script") {
		if !strings.HasPrefix(script.Attribute("src"), "/static/") {
			t.Error("a name became a script")
		}
	}
}

func TestOperationsLookRight(t *testing.T) {
	t.Parallel()
	pagetest.Look(t, serve(t, busy(), servers()), pagetest.Operator, map[string]string{"operations": "/operations"})
	pagetest.Look(t, serve(t, telemetry.NewMetrics(nil), servers()[:1]), pagetest.Operator, map[string]string{"operations-empty": "/operations"})
}

// The figures follow by themselves until the reader pauses them.
func TestFiguresFollowUntilTheyArePaused(t *testing.T) {
	t.Parallel()
	browser := webtest.Start(t)
	m := telemetry.NewMetrics(nil)
	h := serve(t, m, nil)
	tab, address := openTab(t, browser, h)
	tab.Go(address + "/operations")
	tab.Await("#live .empty")
	m.Exchange(context.Background(), telemetry.Exchange{Outcome: "completed", Node: "local", Energy: core.UnknownEnergy()})
	tab.Await("#live .charts")
	tab.Click("#pause")
	tab.Await("#pause[aria-pressed=true]")
}

func openTab(t *testing.T, browser *webtest.Browser, h http.Handler) (*webtest.Tab, string) {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return browser.Open(t, webtest.Desk("fr"), server.URL, pagetest.Operator), server.URL
}
