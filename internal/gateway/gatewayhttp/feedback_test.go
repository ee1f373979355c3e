package gatewayhttp_test

import (
	"context"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway"
	"github.com/solidaire-coop/solidaire/internal/memory"
)

// opinions keeps feedback in memory.
type opinions map[core.ID]memory.Feedback

func (o opinions) PutFeedback(_ context.Context, f memory.Feedback) error {
	o[f.ID] = f
	return nil
}

func (o opinions) Feedback(_ context.Context, _ core.ID, ids ...core.ID) (out []memory.Feedback, err error) {
	for _, id := range ids {
		if f, ok := o[id]; ok {
			out = append(out, f)
		}
	}
	return out, nil
}

func (o opinions) RemoveFeedback(_ context.Context, _ core.ID, ids ...core.ID) error {
	for _, id := range ids {
		delete(o, id)
	}
	return nil
}

// shelf keeps conversations as documents, in memory.
type shelf struct{ talks map[core.ID]memory.Talk }

func (s *shelf) KeepConversation(_ context.Context, _ core.ID, talk memory.Talk) (memory.Report, error) {
	s.talks[talk.Conversation] = talk
	return memory.Report{State: memory.Indexed, Document: talk.Conversation}, nil
}

func (s *shelf) ConversationDocument(_ context.Context, _, conversation core.ID) (memory.Entry, error) {
	if _, ok := s.talks[conversation]; !ok {
		return memory.Entry{}, core.E(core.NotFound, "errors.memory_no_document", nil)
	}
	return memory.Entry{Document: memory.Document{ID: conversation, State: memory.Indexed, Version: "f00d"}}, nil
}

func (s *shelf) Remove(_ context.Context, _, document core.ID) error {
	delete(s.talks, document)
	return nil
}

var feedbackForm = regexp.MustCompile(`action="(/conversations/[^"]+/feedback)"`)

func TestAMemberSaysWhetherAnAnswerIsUseful(t *testing.T) {
	t.Parallel()
	h := build(t)
	p := h.as(t, "amelie", "fr")
	_, where, _ := p.post("/ask", question("Quel est le quorum ?"))
	_, page := p.open(where)
	says(t, page, "Cette réponse vous est-elle utile", "Il manque une source", "Votre nom n’est pas montré")
	action := feedbackForm.FindStringSubmatch(page)[1]
	_, _, page = p.post(action, url.Values{"opinion": {"missing_source"}})
	says(t, page, "Votre avis", "<b>Il manque une source</b>", "Quelques mots")
	var id core.ID
	for id = range h.feedback {
		f := h.feedback[id]
		if f.Question != "Quel est le quorum ?" || !f.Found || len(f.Cited) != 2 || f.Organisation != "org" || f.Model != "" {
			t.Errorf("%+v", f)
		}
		f.Made = "avis-1"
		h.feedback[id] = f
	}
	_, _, page = p.post(action, url.Values{"opinion": {"not_useful"}, "words": {" l’article a changé "}})
	says(t, page, "<b>Pas utile</b>", "l’article a changé")
	if f := h.feedback[id]; f.Made != "avis-1" || f.Words != "l’article a changé" {
		t.Errorf("%+v", f)
	}
	for form, want := range map[string]int{"opinion=hate": 400, "opinion=useful&words=" + strings.Repeat("x", 1001): 413} {
		values, _ := url.ParseQuery(form)
		if status, _, _ := p.post(action, values); status != want {
			t.Errorf("%.20s: %d", form, status)
		}
	}
	if status, _, _ := h.as(t, "sam", "fr").post(action, url.Values{"opinion": {"useful"}}); status != 404 {
		t.Errorf("another's answer: %d", status)
	}
	if status, _, _ := p.post(strings.Replace(action, string(id), "00000000000000000000000000", 1), url.Values{"opinion": {"useful"}}); status != 404 {
		t.Errorf("no such answer: %d", status)
	}
	_, _, page = p.post(action+"/remove", url.Values{})
	says(t, page, "Cette réponse vous est-elle utile")
	p.post(action, url.Values{"opinion": {"useful"}})
	p.post(where+"/delete", url.Values{})
	if len(h.feedback) != 0 {
		t.Errorf("feedback stays when its conversation is deleted: %v", h.feedback)
	}
}

func TestAConversationIsSaved(t *testing.T) {
	t.Parallel()
	h := build(t)
	h.questions.Writing = []gateway.ModelChoice{{Name: "Qwen3 1,7 B"}}
	p := h.as(t, "amelie", "fr")
	_, where, _ := p.post("/ask", question("Quel est le quorum ?"))
	id := strings.TrimPrefix(where, "/conversations/")
	p.post("/ask", question("Le quorum ? invente", "writer", "Qwen3 1,7 B", "conversation", id))
	p.post("/ask", question("Mon numéro d’assurance ?", "conversation", id))
	_, page := p.open(where)
	says(t, page, "Enregistrer dans la mémoire", "toute l’organisation peut trouver")
	saysNot(t, page, "Retirer de la mémoire")
	_, _, page = p.post(where+"/save", url.Values{})
	says(t, page, "Enregistrée dans la mémoire", "Prêt", "/memory/versions/f00d", "Retirer de la mémoire", "Le document enregistré dans la mémoire reste")
	talk := h.shelf.talks[core.ID(id)]
	for _, want := range []string{"# Quel est le quorum ?\n", "Conversation enregistrée du", "## Quel est le quorum ?\n", "Source 1\u00a0: Statuts de la coopérative",
		"Réponse rédigée par Qwen3 1,7 B", "2 phrases de cette réponse n’avaient pas d’appui"} {
		if !strings.Contains(talk.Text, want) {
			t.Errorf("the document does not hold %q:\n%s", want, talk.Text)
		}
	}
	for _, never := range []string{"Amélie", "assurance", "[9]"} {
		if strings.Contains(talk.Text, never) {
			t.Errorf("the document holds %q", never)
		}
	}
	p.post(where+"/save", url.Values{"sign": {"true"}})
	if text := h.shelf.talks[core.ID(id)].Text; !strings.Contains(text, "Enregistrée par Amélie Tremblay.") {
		t.Errorf("not signed:\n%s", text)
	}
	for _, order := range []string{"save", "unsave"} {
		if status, _, _ := h.as(t, "sam", "fr").post(where+"/"+order, url.Values{}); status != 404 {
			t.Errorf("%s of another's: %d", order, status)
		}
	}
	_, _, page = p.post(where+"/unsave", url.Values{})
	saysNot(t, page, "Retirer de la mémoire")
	_, refused, _ := p.post("/ask", question("Mon numéro d’assurance ?"))
	if status, _, _ := p.post(refused+"/save", url.Values{}); status != 400 {
		t.Errorf("nothing to save: %d", status)
	}
}
