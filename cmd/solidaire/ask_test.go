package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// answering gives the address of a server that always answers the same.
func answering(t *testing.T, body string) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, body) }))
	t.Cleanup(server.Close)
	return server.URL
}

const quoted = `{"found":true,"mode":"extractive","by_meaning":true,"receipt":"r1",
 "sources":[{"document":"statuts.md","quote":"Le quorum est de 20 membres.","page":"3","heading":"Quorum","dated":"2024-05-12","newer_version_exists":true},
            {"document":"guide\u001b[2J.md","quote":"Voir les statuts.\nArticle 12."}],
 "energy":{"joules":0.42,"label":"estimated-published"}}`

func TestAnAnswerShowsQuotesSourcesEnergyAndReceipt(t *testing.T) {
	t.Parallel()
	got := play(t, "ask", "--lang", "fr", "--url", answering(t, quoted), "quorum")
	want := `« Le quorum est de 20 membres. » [1]
« Voir les statuts.
  Article 12. » [2]

Sources
[1] statuts.md · p. 3 · Quorum · 12 mai 2024 · il existe une version plus récente
[2] guide[2J.md

Citation mot pour mot : aucun modèle n’a écrit cette réponse.
Énergie : 0,42 J (estimation publiée)
Reçu : r1
`
	if got.code != exitDone || plain(got.out) != want {
		t.Errorf("exit %d\n%s", got.code, got.out)
	}
}

func TestSilenceIsHonestAndShowsWhatIsNearest(t *testing.T) {
	t.Parallel()
	got := play(t, "ask", "--url", answering(t, `{"found":false,"mode":"extractive","by_meaning":false,"receipt":"r2",
 "nearest":[{"document":"statuts.md","quote":"Le conseil se réunit."}],"energy":{"joules":null,"label":"unknown"}}`), "météo")
	want := `Your documents do not answer this question.

The nearest passages
[1] statuts.md
    “Le conseil se réunit.”

Searched by words only: searching by meaning is not ready. “solidaire memory status” tells how far it is, “solidaire doctor” what is missing.
Energy: energy unknown
Receipt: r2
`
	if got.code != exitNotFound || got.out != want {
		t.Errorf("exit %d\n%s", got.code, got.out)
	}
}

func TestAWrittenAnswerNamesItsModelAndShowsThePassages(t *testing.T) {
	t.Parallel()
	got := play(t, "ask", "--url", answering(t, `{"found":true,"mode":"model","model":"petit","answer":"Vingt membres.","by_meaning":true,"receipt":"r3",
 "sources":[{"document":"statuts.md","quote":"Le quorum est de 20 membres."}],"energy":{"joules":120,"label":"metered-partial"}}`), "--model", "petit", "quorum")
	for _, want := range []string{"Vingt membres.\n", "Written by the model petit", "[1] statuts.md\n    “Le quorum est de 20 membres.”", "Energy: 120 J (partial measurement)"} {
		if !strings.Contains(plain(got.out), want) {
			t.Errorf("%q is missing in\n%s", want, got.out)
		}
	}
}

func TestARefusalNamesItsReceipt(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusForbidden)
		io.WriteString(w, `{"error":{"message":"Article 3 refuses.","next":"Take the number out.","code":"charter_refused","receipt":"r4"}}`)
	}))
	defer server.Close()
	got := play(t, "ask", "--url", server.URL, "046 454 286")
	if got.code != exitRefused || got.out != "" || got.err != "solidaire: Article 3 refuses.\n→ Take the number out.\nReceipt: r4\n" {
		t.Errorf("%+v", got)
	}
}

func TestAnEmptyQuestionIsAUsageError(t *testing.T) {
	t.Parallel()
	if got := play(t, "ask", "--url", "http://127.0.0.1:1", " "); got.code != exitUsage {
		t.Errorf("%+v", got)
	}
}

// plain replaces the spaces that French typography asks for, for readable expectations.
func plain(text string) string {
	return strings.NewReplacer("\u202f", " ", "\u00a0", " ").Replace(text)
}
