package charterhttp

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/platform/web"
	"github.com/solidaire-coop/solidaire/internal/platform/web/pagetest"
)

// fake is a chain of charters, newest first; one of them is in force.
type fake struct {
	history []charter.Version
	current int
}

// InForce returns the version that decides now.
func (f fake) InForce() charter.Version { return f.history[f.current] }

// History returns every version.
func (f fake) History(context.Context) ([]charter.Version, error) { return f.history, nil }

func both(fr, en string) core.Text { return core.Text{FR: fr, EN: en} }

func document() charter.Document {
	return charter.Document{
		Format: "solidaire-charter/1", Template: "prudente",
		Title:    both("Charte d’usage de l’intelligence artificielle", "Charter for the use of artificial intelligence"),
		Preamble: both("Nous, membres de la coopérative, décidons de ce que nos machines peuvent faire en notre nom.", "We, the members, decide what our machines may do in our name."),
		Articles: []charter.Article{
			{Number: 1, Title: both("Interroger nos documents", "Asking our documents"),
				Text:   both("Chaque membre peut interroger les documents de la coopérative. La réponse cite ses sources mot pour mot.", "Every member may ask the co-operative’s documents. The answer quotes its sources word for word."),
				Policy: "permit (\n  principal in Role::\"member\",\n  action == Action::\"ask\",\n  resource\n);"},
			{Number: 4, Title: both("Numéros personnels", "Personal numbers"),
				Text:   both("Aucun numéro d’assurance sociale ni de carte de crédit n’est envoyé à un modèle.", "No social insurance or credit-card number is sent to a model."),
				Policy: "forbid (principal, action, resource)\nwhen { context.classes.containsAny([\"canadian_sin\", \"credit_card\"]) };",
				Remedy: both("Retirez le numéro, puis envoyez de nouveau votre demande.", "Remove the number, then send your request again.")},
			{Number: 9, Title: both("Révision", "Review"), Text: both("L’assemblée relit cette charte chaque année.", "The assembly reads this charter again every year.")},
		},
		Settings: charter.Settings{DailyTokensPerMember: 200_000, DailyJoulesPerMember: 360_000, MaxOutputTokens: 1024,
			ConversationDays: 365, MicrowaveWatts: 1100},
	}
}

func version(number int, bytes string, status charter.Status, effective time.Time) charter.Version {
	sum := sha256.Sum256([]byte(bytes))
	return charter.Version{Number: number, Hash: hex.EncodeToString(sum[:]), Status: status, Effective: effective,
		Bytes: []byte(bytes), Document: document()}
}

func chain() fake {
	genesis := version(1, `{"genesis":1}`, charter.Provisional, time.Date(2025, 9, 1, 12, 0, 0, 0, time.UTC))
	second := version(2, `{"second":2}`, charter.Voted, time.Date(2026, 3, 28, 12, 0, 0, 0, time.UTC))
	third := version(3, `{"third":3}`, charter.Voted, time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC))
	second.Parent, third.Parent = genesis.Hash, second.Hash
	return fake{history: []charter.Version{third, second, genesis}, current: 0}
}

func provisional() fake {
	return fake{history: []charter.Version{version(1, `{"genesis":1}`, charter.Provisional, time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC))}}
}

func serve(t *testing.T, f fake) http.Handler {
	t.Helper()
	return serveOn(t, pagetest.Site(t), f)
}

func serveOn(t *testing.T, site *web.Site, f fake) http.Handler {
	t.Helper()
	pages, err := New(Config{Site: site, Charters: f, Restrictions: &emergency{}, Choices: choices})
	if err != nil {
		t.Fatal(err)
	}
	return pagetest.Serve(site, pages)
}

func TestTheCharterIsInPlainWordsWithItsRules(t *testing.T) {
	t.Parallel()
	h := serve(t, provisional())
	fr := pagetest.Do(t, h, pagetest.Ask{Path: "/charter", Session: pagetest.Member})
	fr.Says(t, "En vigueur depuis le 20 novembre 2026", "Provisoire, en attente d’un vote", "Charte d’usage", "Nous, membres",
		"Article 4", "Numéros personnels", "Aucun numéro d’assurance sociale", "Retirez le numéro", "Voir la règle que la machine applique",
		"Cet article oblige les personnes", "Chaque membre peut utiliser 200 000 jetons par jour", "360 kJ (100 Wh) par jour, soit 5 min 27 s de micro-ondes",
		"Tout modèle installé peut répondre.", "gardées 365 jours", "Le détail des reçus est gardé jusqu’à ce qu’il soit effacé",
		"1 100 W", "première version")
	fr.NeverSays(t, "The answer quotes", "Voir la charte en vigueur")
	for _, id := range []string{"article-1", "article-4", "article-9"} {
		fr.One(t, "section", "id="+id)
	}
	rules := fr.All("code")
	if len(rules) != 2 || rules[1].Raw() != document().Articles[1].Policy {
		t.Errorf("%d rules", len(rules))
	}
	en := pagetest.Do(t, h, pagetest.Ask{Path: "/charter", Session: pagetest.Member, Lang: "en"})
	en.Says(t, "In force since 20 November 2026", "Provisional, awaiting a vote", "Personal numbers", "Remove the number", "200,000 tokens a day")
	en.NeverSays(t, "Numéros personnels")
	ca := pagetest.Do(t, h, pagetest.Ask{Path: "/charter", Session: pagetest.Member, Lang: "fr-CA"})
	ca.Says(t, "un seul caractère changé donnerait une autre empreinte")
}

func TestEveryVersionOfTheChainCanBeRead(t *testing.T) {
	t.Parallel()
	f := chain()
	h := serve(t, f)
	now := pagetest.Do(t, h, pagetest.Ask{Path: "/charter", Session: pagetest.Member})
	now.Says(t, "Adoptée par un vote", "Version 3", "Version 2", "Version 1", "en vigueur", "remplace "+f.history[2].Hash[:8])
	for i, says := range []string{"En vigueur depuis le 1er novembre 2026", "Ancienne version, remplacée", "Ancienne version, remplacée"} {
		page := pagetest.Do(t, h, pagetest.Ask{Path: "/charter/versions/" + f.history[i].Hash, Session: pagetest.Member})
		page.Says(t, says, f.history[i].Hash)
		if page.LinksTo("/charter") && i == 0 && len(page.All("a", "href=/charter", "class=button")) > 0 {
			t.Error("the charter in force sends to itself")
		}
	}
}

func TestTheFileHashesToTheNameOfTheVersion(t *testing.T) {
	t.Parallel()
	f := chain()
	for _, v := range f.history {
		page := pagetest.Do(t, serve(t, f), pagetest.Ask{Path: "/charter/versions/" + v.Hash + "/file", Session: pagetest.Member})
		sum := sha256.Sum256([]byte(page.One(t, "body").Raw()))
		if hex.EncodeToString(sum[:]) != v.Hash || !strings.HasPrefix(page.Header.Get("Content-Disposition"), "attachment;") {
			t.Errorf("version %d: %v", v.Number, page.Header)
		}
	}
}

func TestSettingsWithoutABoundSayIt(t *testing.T) {
	t.Parallel()
	f := provisional()
	f.history[0].Document.Settings = charter.Settings{Models: []string{"sha256:ab"}, DailyJoulesPerMember: 100}
	page := pagetest.Do(t, serve(t, f), pagetest.Ask{Path: "/charter", Session: pagetest.Member})
	page.Says(t, "Un seul modèle peut répondre", "Aucune limite de jetons", "100 J (0,028 Wh) par jour.", "Aucune limite à la longueur",
		"jusqu’à ce que vous les effaciez", "Aucune image de micro-ondes")
}

func TestHostileAddressesAndTextsAreHarmless(t *testing.T) {
	t.Parallel()
	f := provisional()
	const nasty = `</code></pre><script>alert(1)</script>`
	d := &f.history[0].Document
	d.Title, d.Preamble = both(nasty, nasty), both(nasty+"\xff", nasty)
	d.Articles[0] = charter.Article{Number: -1, Title: both(nasty, nasty), Text: both(nasty, nasty), Remedy: both(nasty, nasty), Policy: nasty}
	h := serve(t, f)
	page := pagetest.Do(t, h, pagetest.Ask{Path: "/charter", Session: pagetest.Member})
	if page.Status != http.StatusOK || len(page.One(t, "main").Raw()) == 0 {
		t.Errorf("%d", page.Status)
	}
	for _, script := range page.All("script") {
		if !strings.HasPrefix(script.Attribute("src"), "/static/") {
			t.Error("a charter became a script")
		}
	}
	for _, hash := range []string{"nope", strings.Repeat("0", 64), strings.Repeat("a", 1<<16), "%00", "..%2f.."} {
		for _, path := range []string{"/charter/versions/" + hash, "/charter/versions/" + hash + "/file"} {
			got := pagetest.Do(t, h, pagetest.Ask{Path: path, Session: pagetest.Member})
			if got.Status != http.StatusNotFound {
				t.Errorf("%.40s: %d", path, got.Status)
			}
			got.Says(t, "Cette version de la charte n’est pas connue ici.")
		}
	}
	if got := pagetest.Do(t, h, pagetest.Ask{Path: "/charter"}); got.Status != http.StatusSeeOther {
		t.Errorf("signed out: %d", got.Status)
	}
}

func TestTheCharterLooksRight(t *testing.T) {
	t.Parallel()
	f := chain()
	pagetest.Look(t, serve(t, f), pagetest.Member, map[string]string{
		"charter": "/charter", "charter-article": "/charter#article-4", "charter-past": "/charter/versions/" + f.history[2].Hash})
	pagetest.Look(t, serve(t, provisional()), pagetest.Member, map[string]string{"charter-provisional": "/charter"})
}

func TestEveryPageSaysThatTheCharterIsInTrouble(t *testing.T) {
	t.Parallel()
	trouble := core.E(core.Corrupt, "errors.charter_unstated", core.Args{"Number": 4})
	h := serveOn(t, pagetest.SiteInTrouble(t, trouble), chain())
	page := pagetest.Do(t, h, pagetest.Ask{Path: "/charter", Session: pagetest.Member})
	page.Says(t, "une version 4 de la charte que le registre n’a jamais inscrite", "par un vote")
	elsewhere := pagetest.Do(t, h, pagetest.Ask{Path: "/nulle-part", Session: pagetest.Member, Lang: "en"})
	elsewhere.Says(t, "a version 4 of the charter that the log never recorded")
	pagetest.Look(t, h, pagetest.Member, map[string]string{"charter-trouble": "/charter"})
}
