package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

const hourOfWork = `{"from":"2026-11-22T13:03:00Z","waiting":1,"answering":2,
 "total":{"requests":12,"refused":1,"failed":2,"left":0,"tokens":840,"first_token":{"p50":0.4,"p95":1.25,"count":9},"energy":{"joules":62,"label":"estimated-published"}},
 "parts":[{"model":"petit","server":"local","requests":11,"failed":0,"tokens":840,"first_token":{"p50":0.4,"p95":1.25,"count":9},"energy":{"joules":62,"label":"estimated-published"}},
          {"server":"local","requests":1,"tokens":0,"energy":{"joules":null,"label":"unknown"}}],
 "minutes":[],
 "engines":[{"model":"petit","state":"idle","circuit":"trusted"},{"server":"gpu\u001b[2J","state":"failed","circuit":"resting","failures":3,"retry_after":20},
            {"server":"essai","state":"ready","circuit":"trying"},{"server":"autre","state":"ready","circuit":"doubted","failures":1},
            {"state":"odd","circuit":"trusted","detail":"?"},{"model":"grand","state":"failed","circuit":"resting","retry_after":4}]}`

func TestStatusSaysWhatTheServerDoes(t *testing.T) {
	t.Parallel()
	got := play(t, "status", "--lang", "fr", "--url", answering(t, hourOfWork))
	want := `En ce moment : 2 en cours, 1 en attente de leur premier mot.
Dernière heure : 12 demandes, refusées : 1, échecs : 2, abandonnées : 0.
Premier mot : 0,4 s (médiane), 1,2 s pour une sur vingt.
Énergie : 62 J (estimation publiée)

Modèle                  Serveur        Demandes  Échecs  1er mot  Jetons  Énergie
petit                   cette machine  11        0       0,4 s    840     62 J (estimation publiée)
Citations, sans modèle  cette machine  1         0       –        0       énergie inconnue

Moteur                              État
petit                               Au repos
gpu[2J                              En panne      Laissé au repos après 3 échecs de suite : une seule demande l’essaiera dans 20 s.
essai                               Prêt          Son repos est fini : une seule demande l’essaie ; si elle réussit, les autres suivent.
autre                               Prêt          1 échec de suite : après trois, on le laisse se reposer.
Un seul moteur pour tous les modèles  État inconnu  ?
grand                               En panne      Laissé au repos : nouvel essai dans 4 s.
`
	if got.code != exitDone || strings.Join(strings.Fields(plain(got.out)), " ") != strings.Join(strings.Fields(want), " ") {
		t.Errorf("exit %d\n%s", got.code, got.out)
	}
	if got := play(t, "status", "--json", "--url", answering(t, hourOfWork)); got.code != exitDone || !strings.Contains(got.out, `"tokens":840`) {
		t.Errorf("%+v", got)
	}
}

func TestStatusStartsNothing(t *testing.T) {
	t.Parallel()
	got := play(t, "status", "--data", t.TempDir())
	if got.code != exitFailed || got.out != "" || !strings.Contains(got.err, "No server runs on") || !strings.Contains(got.err, "solidaire serve") {
		t.Errorf("%+v", got)
	}
}

func TestStatusAsksForTheRole(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusForbidden)
		w.Write([]byte(`{"error":{"message":"You lack the role.","next":"Ask for it.","code":"forbidden"}}`))
	}))
	defer server.Close()
	if got := play(t, "status", "--url", server.URL); got.code == exitDone || !strings.Contains(got.err, "You lack the role.") {
		t.Errorf("%+v", got)
	}
}
