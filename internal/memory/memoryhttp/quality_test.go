package memoryhttp

import (
	"bytes"
	"context"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/platform/web/pagetest"
)

// qualities keeps in memory what the pages of quality show, and notes what they ask for.
type qualities struct {
	questions    []memory.KeptQuestion
	measurements []memory.Measurement // newest first
	feedback     []memory.Feedback
	now          memory.Measuring
	did          []string
	refuse       *core.Error // what Keep and Import answer
}

func (q *qualities) note(parts ...any) {
	q.did = append(q.did, strings.TrimSpace(fmt.Sprintln(parts...)))
}

func (q *qualities) Questions(context.Context, core.ID) ([]memory.KeptQuestion, error) {
	return q.questions, nil
}

func (q *qualities) Question(_ context.Context, _, key core.ID) (memory.KeptQuestion, error) {
	for _, k := range q.questions {
		if k.Key == key {
			return k, nil
		}
	}
	return memory.KeptQuestion{}, core.E(core.NotFound, "errors.memory_no_question", nil)
}

func (q *qualities) Keep(_ context.Context, _ core.ID, k memory.KeptQuestion) error {
	if q.refuse != nil {
		return q.refuse
	}
	q.note("keep", k.Key, k.ID, k.Question, k.File, k.Quote, k.Draft)
	return k.Check()
}

func (q *qualities) Import(_ context.Context, _ core.ID, questions []memory.TestQuestion, replace bool) error {
	q.note("import", len(questions), replace)
	return nil
}

func (q *qualities) RemoveQuestion(_ context.Context, _, key core.ID) error {
	q.note("remove", key)
	return nil
}

func (q *qualities) Ask(context.Context, core.ID) error {
	q.note("ask")
	return nil
}

func (q *qualities) Stop(context.Context, core.ID) error {
	q.note("stop")
	return nil
}

func (q *qualities) Measuring(core.ID) memory.Measuring { return q.now }

func (q *qualities) Measurements(context.Context, core.ID) ([]memory.Measurement, error) {
	return q.measurements, nil
}

func (q *qualities) Measurement(_ context.Context, _, id core.ID) (memory.Measurement, error) {
	for _, m := range q.measurements {
		if m.ID == id {
			return m, nil
		}
	}
	return memory.Measurement{}, core.E(core.NotFound, "errors.memory_no_measurement", nil)
}

func (q *qualities) Feedback(context.Context, core.ID, ...core.ID) ([]memory.Feedback, error) {
	return q.feedback, nil
}

func (q *qualities) Adopt(_ context.Context, _, id core.ID) (memory.KeptQuestion, error) {
	q.note("adopt", id)
	return memory.KeptQuestion{}, nil
}

func (q *qualities) RemoveFeedback(_ context.Context, _ core.ID, ids ...core.ID) error {
	q.note("forget", ids[0])
	return nil
}

func idOf(n int) core.ID { return core.ID(fmt.Sprintf("%026d", n)) }

// furnishedQuality is the history of a small set: a new model gained four questions and lost one.
func furnishedQuality() *qualities {
	ask := []string{"Quel est le quorum de l’assemblée générale ?", "Combien de temps dure un mandat au conseil ?", "Qui signe les procès-verbaux ?",
		"Quel était le budget des paniers d’été en 2025 ?", "Who can attend the assembly?", "Quelle est la couleur du drapeau ?", "Quel est le montant de la part sociale ?"}
	q := &qualities{feedback: []memory.Feedback{
		{ID: idOf(71), Given: pagetest.Now().Add(-2 * time.Hour), Opinion: memory.MissingSource, Words: "Le règlement intérieur le dit aussi, à l’article 19.",
			Question: ask[0], Found: true, Cited: []memory.Cited{{Name: "gouvernance/statuts.pdf", Version: statutsHash, Start: 60, End: 120}}},
		{ID: idOf(72), Given: pagetest.Now().Add(-26 * time.Hour), Opinion: memory.Useful, Question: ask[1], Found: true, Made: "avis-000072"},
		{ID: idOf(73), Given: pagetest.Now().Add(-50 * time.Hour), Opinion: memory.NotUseful, Question: "Qui paie les paniers ?"},
	}}
	rights := [][]int{{0, 2}, {0, 1, 2}, {0, 2, 3}, {0, 1, 3, 4, 5, 6}}
	for run, right := range rights {
		m := memory.Measurement{ID: idOf(50 + run), Began: pagetest.Now().AddDate(0, 0, 10*(run-4)), Setting: memory.Setting{
			Model: "multilingual-e5-small@sha256:0123456789abcdef", ByMeaning: true, Constants: "4f2a9c00aa11", Version: "0.3.0", Documents: 60 + run, Passages: 700},
			Evaluation: memory.Evaluation{Questions: 7, Answerable: 6, Unanswerable: 1, CitationRecall: float64(len(right)) / 7, RefusedOthers: float64(len(right)) / 7,
				Recall: map[string]float64{"3": 0.4 + 0.15*float64(run)}}}
		m.Ended = m.Began.Add(14 * time.Second)
		if run == 3 {
			m.Setting.Model, m.Setting.Version = "bge-m3@sha256:fedcba9876543210", "0.4.0"
		}
		for i, text := range ask {
			m.Questions = append(m.Questions, memory.Measured{ID: fmt.Sprintf("coop-%02d", i+1), Question: text, Expected: "e", Rank: i % 4, Found: i != 5, Right: slices.Contains(right, i)})
		}
		q.measurements = append([]memory.Measurement{m}, q.measurements...)
	}
	for i, text := range ask {
		k := memory.KeptQuestion{Key: idOf(30 + i), TestQuestion: memory.TestQuestion{ID: fmt.Sprintf("coop-%02d", i+1), Question: text,
			File: "gouvernance/statuts.pdf", Quote: quorum}}
		switch i {
		case 5:
			k.File, k.Quote = "", ""
		case 6:
			k.File, k.Quote, k.Draft = "", "", true
		}
		q.questions = append(q.questions, k)
	}
	return q
}

func TestQualitySaysWhetherAChangeMadeItBetter(t *testing.T) {
	t.Parallel()
	h := pagesOf(t, furnished())
	fr := pagetest.Do(t, h, pagetest.Ask{Path: "/memory/quality", Session: pagetest.Member})
	fr.Says(t, "C’est mieux.", "gagnées : 4 ; perdues : 1 ; comparées : 7", "Bonnes réponses : 3 puis 6, sur 7.", "peut tenir au hasard",
		"Modèle de recherche de multilingual-e5-small (01234567) à bge-m3 (fedcba98)", "de 0.3.0 à 0.4.0", "Mesure du", "43 %", "86 %")
	fr.NeverSays(t, "Arrêter la mesure", "Poser les")
	if rows := fr.All("tr"); len(rows) != 5 {
		t.Errorf("%d lines in the table under the drawing", len(rows))
	}
	en := pagetest.Do(t, h, pagetest.Ask{Path: "/memory/quality", Session: pagetest.Operator, Lang: "en"})
	en.Says(t, "It is better.", "Ask the 6 questions", "1 question waits for its answer.", "3 pieces of feedback", "4 measurements: 29% right answers in the first, 86% in the last.")
	one := pagetest.Do(t, h, pagetest.Ask{Path: "/memory/quality/measurements/" + idOf(53).String(), Session: pagetest.Member})
	one.Says(t, "Mesure du", "1 question perdue", "4 questions gagnées", "Qui signe les procès-verbaux ?", "sha256:fedcba98", "14 s", "Comparer à une autre mesure")
	back := pagetest.Do(t, h, pagetest.Ask{Path: "/memory/quality/measurements/" + idOf(53).String() + "?against=" + idOf(50).String(), Session: pagetest.Member})
	back.Says(t, "Comparée à celle du", "5 questions gagnées")
	if none := pagetest.Do(t, h, pagetest.Ask{Path: "/memory/quality/measurements/" + idOf(99).String(), Session: pagetest.Member}); none.Status != http.StatusNotFound {
		t.Errorf("a measurement that is none: %d", none.Status)
	}
}

func TestAMeasurementIsFollowedAndStopped(t *testing.T) {
	t.Parallel()
	f := furnished()
	f.quality.now = memory.Measuring{Going: true, Done: 12, Total: 77}
	h := pagesOf(t, f)
	going := pagetest.Do(t, h, pagetest.Ask{Path: "/memory/quality", Session: pagetest.Operator})
	going.Says(t, "Question 12 sur 77", "Arrêter la mesure")
	going.NeverSays(t, "Poser les")
	for path, want := range map[string]int{"measure": http.StatusSeeOther, "stop": http.StatusSeeOther, "dance": http.StatusNotFound} {
		if got := pagetest.Do(t, h, pagetest.Ask{Method: http.MethodPost, Path: "/memory/quality/" + path, Session: pagetest.Operator}); got.Status != want {
			t.Errorf("%s: %d", path, got.Status)
		}
	}
	if member := pagetest.Do(t, h, pagetest.Ask{Method: http.MethodPost, Path: "/memory/quality/measure", Session: pagetest.Member}); member.Status != http.StatusForbidden {
		t.Errorf("a member measures: %d", member.Status)
	}
	slices.Sort(f.quality.did)
	if diff := cmp.Diff([]string{"ask", "stop"}, f.quality.did); diff != "" {
		t.Error(diff)
	}
	f.quality.now = memory.Measuring{Going: true, Again: true}
	pagetest.Do(t, h, pagetest.Ask{Path: "/memory/quality", Session: pagetest.Operator}).Says(t, "elle a repris du début")
	f.quality.now = memory.Measuring{Stopped: true, Problem: core.E(core.Unavailable, "errors.memory_disk_full", nil)}
	pagetest.Do(t, h, pagetest.Ask{Path: "/memory/quality", Session: pagetest.Operator}).Says(t, "La mesure a été arrêtée", "disque")
}

func TestAnEmptySetTeaches(t *testing.T) {
	t.Parallel()
	h := pagesOf(t, &fake{})
	page := pagetest.Do(t, h, pagetest.Ask{Path: "/memory/quality", Session: pagetest.Operator})
	page.Says(t, "Aucune question pour le moment.", "Quel est le quorum", "Ajouter une question")
	page.NeverSays(t, "Poser")
	pagetest.Do(t, h, pagetest.Ask{Path: "/memory/feedback", Session: pagetest.Operator}).Says(t, "Aucun avis")
}

func postForm(t *testing.T, h http.Handler, path string, values url.Values) *pagetest.Page {
	t.Helper()
	return pagetest.Do(t, h, pagetest.Ask{Method: http.MethodPost, Path: path, Session: pagetest.Operator,
		Media: "application/x-www-form-urlencoded", Body: strings.NewReader(values.Encode())})
}

func TestQuestionsAreKept(t *testing.T) {
	t.Parallel()
	f := furnished()
	h := pagesOf(t, f)
	list := pagetest.Do(t, h, pagetest.Ask{Path: "/memory/questions", Session: pagetest.Operator})
	list.Says(t, "À compléter", "Aucun document ne répond", "gouvernance/statuts.pdf", "Importer un jeu")
	draft := pagetest.Do(t, h, pagetest.Ask{Path: "/memory/questions/" + idOf(36).String(), Session: pagetest.Operator})
	draft.Says(t, "Cette question vient d’un avis", "Document qui répond")

	both := url.Values{"question": {"Quorum ?"}, "file": {" statuts.md "}, "quote": {"25 %"}, "id": {"q1"}}
	if got := postForm(t, h, "/memory/questions/new", both); got.Status != http.StatusSeeOther {
		t.Errorf("%d", got.Status)
	}
	both.Set("none", "true")
	postForm(t, h, "/memory/questions/"+idOf(36).String(), both)
	nothing := postForm(t, h, "/memory/questions/new", url.Values{"question": {"Quorum tapé ?"}})
	nothing.Says(t, "On ne sait pas encore quelle réponse est la bonne.")
	if nothing.Status != http.StatusUnprocessableEntity && nothing.Status != http.StatusBadRequest {
		t.Errorf("%d", nothing.Status)
	}
	if typed := nothing.One(t, "textarea", "id=question").Raw(); typed != "Quorum tapé ?" {
		t.Errorf("what was typed is lost: %q", typed)
	}
	f.quality.refuse = core.E(core.Invalid, "errors.memory_question_quote", core.Args{"Name": "statuts.md"})
	both.Del("none")
	postForm(t, h, "/memory/questions/new", both).Says(t, "Ces mots ne sont pas dans statuts.md.")
	postForm(t, h, "/memory/questions/"+idOf(36).String()+"/remove", nil)
	if diff := cmp.Diff([]string{"keep  q1 Quorum ? statuts.md 25 % false", "keep " + string(idOf(36)) + " q1 Quorum ?   false", "remove " + string(idOf(36))}, f.quality.did); diff != "" {
		t.Error(diff)
	}
	if member := pagetest.Do(t, h, pagetest.Ask{Path: "/memory/questions", Session: pagetest.Member}); member.Status != http.StatusForbidden {
		t.Errorf("a member: %d", member.Status)
	}
}

func TestASetIsImportedAndExported(t *testing.T) {
	t.Parallel()
	f := furnished()
	h := pagesOf(t, f)
	send := func(lines string) *pagetest.Page {
		var body bytes.Buffer
		form := multipart.NewWriter(&body)
		form.WriteField("replace", "true")
		if part, err := form.CreateFormFile("set", "questions.jsonl"); err != nil {
			t.Fatal(err)
		} else if _, err := part.Write([]byte(lines)); err != nil {
			t.Fatal(err)
		}
		form.Close()
		return pagetest.Do(t, h, pagetest.Ask{Method: http.MethodPost, Path: "/memory/questions/import", Session: pagetest.Operator,
			Media: form.FormDataContentType(), Body: &body})
	}
	if got := send(`{"id":"a","question":"Quorum ?","file":"statuts.md"}` + "\n" + `{"question":"Licorne ?"}`); got.Status != http.StatusSeeOther {
		t.Errorf("%d", got.Status)
	}
	send("{nothing").Says(t, "La ligne 1 du jeu de questions ne se lit pas.")
	send("").Says(t, "Ce fichier ne contient aucune question.")
	if diff := cmp.Diff([]string{"import 2 true"}, f.quality.did); diff != "" {
		t.Error(diff)
	}
	export := pagetest.Do(t, h, pagetest.Ask{Path: "/memory/questions/export", Session: pagetest.Operator})
	if disposition := export.Header.Get("Content-Disposition"); !strings.Contains(disposition, "questions.jsonl") {
		t.Errorf("%q", disposition)
	}
}

func TestFeedbackNamesNobody(t *testing.T) {
	t.Parallel()
	f := furnished()
	h := pagesOf(t, f)
	page := pagetest.Do(t, h, pagetest.Ask{Path: "/memory/feedback", Session: pagetest.Operator})
	page.Says(t, "Il manque une source", "Le règlement intérieur le dit aussi", "gouvernance/statuts.pdf", "Dans le jeu : avis-000072", "rien n’avait été trouvé", "il y a 2 h")
	page.NeverSays(t, "Amélie")
	for _, order := range []string{"question", "remove"} {
		if got := pagetest.Do(t, h, pagetest.Ask{Method: http.MethodPost, Path: "/memory/feedback/" + idOf(71).String() + "/" + order, Session: pagetest.Operator}); got.Status != http.StatusSeeOther {
			t.Errorf("%s: %d", order, got.Status)
		}
	}
	if diff := cmp.Diff([]string{"adopt " + string(idOf(71)), "forget " + string(idOf(71))}, f.quality.did); diff != "" {
		t.Error(diff)
	}
	if member := pagetest.Do(t, h, pagetest.Ask{Path: "/memory/feedback", Session: pagetest.Member}); member.Status != http.StatusForbidden {
		t.Errorf("a member: %d", member.Status)
	}
}

func TestQualityLooksRight(t *testing.T) {
	t.Parallel()
	pagetest.Look(t, pagesOf(t, furnished()), pagetest.Operator, map[string]string{
		"quality": "/memory/quality", "measurement": "/memory/quality/measurements/" + idOf(53).String(), "questions": "/memory/questions",
		"question": "/memory/questions/" + idOf(36).String(), "feedback": "/memory/feedback",
	})
	pagetest.Look(t, pagesOf(t, &fake{}), pagetest.Operator, map[string]string{"quality-empty": "/memory/quality"})
}
