package gatewayhttp_test

import (
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/solidaire-coop/solidaire/internal/gateway"
)

func question(text string, more ...string) url.Values {
	form := url.Values{"question": {text}}
	for i := 0; i+1 < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	return form
}

func TestAnAnswerCarriesAllThatItMust(t *testing.T) {
	t.Parallel()
	p := build(t).as(t, "amelie", "fr")
	status, where, page := p.post("/ask", question("Quel est le quorum de l’assemblée générale ?"))
	if status != 303 || !strings.HasPrefix(where, "/conversations/") {
		t.Fatalf("%d, to %q", status, where)
	}
	says(t, page,
		"<h1>Quel est le quorum de l’assemblée générale ?</h1>",
		"Citation exacte, aucun modèle utilisé",
		"<mark>vingt-cinq pour cent (25\u202f%) des membres en règle</mark>",
		"Statuts de la coopérative", "p. 7", "Version du 12 mars 2025", "il existe une version plus récente",
		"Répondu par cette machine", "0,4\u00a0J (estimation publiée)", "0,0004\u00a0s de micro-ondes à 1\u202f000\u00a0W",
		`Permis par l’<a href="/charter#article-3">article 3</a> de la charte`, `href="/receipts/`, "Voir le reçu",
		"?start=4210&amp;end=", "#q",
	)
	order := []string{"Citation exacte", "<blockquote>", ">Sources<", "Répondu par", "(estimation publiée)", "Permis par", "Voir le reçu"}
	for at := 0; len(order) > 0; order = order[1:] {
		next := strings.Index(page[at:], order[0])
		if next < 0 {
			t.Fatalf("%q is not in its place", order[0])
		}
		at += next
	}
	saysNot(t, page, "Demander à un modèle")
}

func TestNotFoundIsHonest(t *testing.T) {
	t.Parallel()
	h := build(t)
	_, _, page := h.as(t, "amelie", "fr").post("/ask", question("Avons-nous une piscine ?"))
	says(t, page, "Je ne trouve pas cela dans vos documents.", "Passages les plus proches", "Guide de la personne membre", "Version sans date", "Voir le reçu")
	saysNot(t, page, "Citation exacte", "Ajouter un document")
	_, _, page = h.as(t, "sam", "en").post("/ask", question("Do we have a swimming pool?"))
	says(t, page, "I can’t find that in your documents.", "Add a document")
}

// digitsOfTheNumber finds a part of the number that the test below types, standing for itself: hashes and identifiers on the page may
// hold the same three digits by chance.
var digitsOfTheNumber = regexp.MustCompile(`\b(046|454|286)\b|046.?454|454.?286`)

func TestARefusalSaysWhatToDoInsteadAndKeepsNoDigit(t *testing.T) {
	t.Parallel()
	h := build(t)
	p := h.as(t, "amelie", "fr")
	for path, what := range map[string]string{"/ask": "ask", "/chat": "chat"} {
		_, where, page := p.post(path, question("Mon numéro d’assurance sociale est 046 454 286"))
		says(t, page,
			"L’article 4 de votre charte ne permet pas cette demande.", "Aucun numéro d’assurance sociale ni de carte de crédit",
			"Retirez le numéro de votre question", `href="/charter#article-4"`, "par un vote en assemblée", "Charte 4f2a91c0…",
			`href="/receipts/`, "les chiffres de votre question n’ont pas été gardés", "••• ••• •••")
		if kept := digitsOfTheNumber.FindString(page); kept != "" {
			t.Errorf("%s: the page keeps %q", what, kept)
		}
		if _, list := p.open("/conversations"); digitsOfTheNumber.MatchString(list) || where == "" {
			t.Errorf("%s: the title keeps the number", what)
		}
	}
}

func TestTheEngineBeingDownIsSaid(t *testing.T) {
	t.Parallel()
	h := build(t)
	p := h.as(t, "amelie", "fr")
	_, _, page := p.post("/ask", question("Le quorum, même en panne ?"))
	says(t, page, "Citation exacte", "le moteur ne répond pas, ou n’a pas fini de lire vos documents")
	h.questions.Chatting = nil
	_, _, page = p.post("/chat", question("Bonjour"))
	says(t, page, "Le moteur ne répond pas.")
}

func TestAModelIsOfferedOnlyWhenOneIsFit(t *testing.T) {
	t.Parallel()
	h := build(t)
	h.questions.Writing = []gateway.ModelChoice{{Name: "Qwen3 1,7 B"}}
	p := h.as(t, "amelie", "fr")
	_, where, page := p.post("/ask", question("Quel est le quorum ?"))
	says(t, page, "Demander à un modèle\u00a0: Qwen3 1,7 B")
	_, again, page := p.post("/ask", question("Quel est le quorum ?", "writer", "Qwen3 1,7 B", "conversation", strings.TrimPrefix(where, "/conversations/")))
	if again != where {
		t.Errorf("the model answered in %s, not in %s", again, where)
	}
	says(t, page, "Rédigé par Qwen3 1,7 B à partir de 2 passages", "<strong>25\u202f%</strong>", "24\u00a0J (estimation publiée)", "Les phrases des documents, mot pour mot")
}

func TestAQuestionThatCannotBeAskedIsGivenBack(t *testing.T) {
	t.Parallel()
	h := build(t)
	p := h.as(t, "amelie", "fr")
	for path := range map[string]bool{"/ask": true, "/chat": true} {
		status, _, page := p.post(path, question("  "))
		if status != 400 {
			t.Errorf("%s: %d", path, status)
		}
		says(t, page, "La question est vide.", `aria-invalid="true"`)
	}
	if list, _ := h.conversations.List(t.Context(), h.actor("amelie"), 10); len(list) != 0 {
		t.Errorf("%d conversations are kept", len(list))
	}
}
