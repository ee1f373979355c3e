package gatewayhttp_test

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"github.com/solidaire-coop/solidaire/internal/core"
)

func (h *house) actor(name string) core.Actor {
	a, _ := people{}.SessionActor(context.Background(), name)
	return a
}

func TestConversationsAreListedRenamedAndDeleted(t *testing.T) {
	t.Parallel()
	h := build(t)
	p := h.as(t, "amelie", "fr")
	if _, page := p.open("/"); !strings.Contains(page, "Pour essayer") {
		t.Error("an empty first page teaches nothing")
	}
	_, where, _ := p.post("/ask", question("Quel est le quorum ?"))
	id := strings.TrimPrefix(where, "/conversations/")
	p.post("/ask", question("Et sans quorum ?", "conversation", id))
	_, page := p.open("/")
	says(t, page, "Vos dernières conversations", "Quel est le quorum ?")
	saysNot(t, page, "Pour essayer")

	_, _, page = p.post(where+"/title", url.Values{"title": {"Le quorum"}})
	says(t, page, "<h1>Le quorum</h1>", `class="asked">Quel est le quorum ?`, "Et sans quorum ?", "Supprimer 2 échanges")

	status, _, page := p.post(where+"/delete", url.Values{})
	if status != 303 {
		t.Fatalf("delete: %d", status)
	}
	says(t, page, "La conversation est supprimée. Ses reçus restent.")
	if status, _ := p.open(where); status != 404 {
		t.Errorf("a deleted conversation answers %d", status)
	}
}

func TestAConversationIsItsPersonsOwn(t *testing.T) {
	t.Parallel()
	h := build(t)
	_, where, _ := h.as(t, "amelie", "fr").post("/ask", question("Quel est le quorum ?"))
	id := strings.TrimPrefix(where, "/conversations/")
	other := h.as(t, "sam", "fr")
	if status, page := other.open(where); status != 404 || strings.Contains(page, "Quel est") {
		t.Errorf("read by another: %d", status)
	}
	for path, form := range map[string]url.Values{
		where + "/title": {"title": {"x"}}, where + "/delete": {}, "/ask": question("Quorum ?", "conversation", id),
		"/chat/" + id + "/messages": question("Bonjour"),
	} {
		if status, _, _ := other.post(path, form); status != 404 {
			t.Errorf("%s by another: %d", path, status)
		}
	}
	if status, _, _ := h.as(t, "amelie", "fr").post("/chat/"+id+"/messages", question("Bonjour")); status != 400 {
		t.Errorf("a chat in a conversation with the memory: %d", status)
	}
	if status, _, _ := h.as(t, "amelie", "fr").post("/ask", question("Quorum ?", "conversation", "../x")); status != 400 {
		t.Errorf("a malformed id: %d", status)
	}
}

func TestNobodyEntersUnsigned(t *testing.T) {
	t.Parallel()
	p := build(t).as(t, "", "fr")
	for _, path := range []string{"/", "/chat", "/conversations", "/conversations/x"} {
		if status, _ := p.open(path); status != 303 {
			t.Errorf("%s: %d", path, status)
		}
	}
	for _, path := range []string{"/ask", "/chat", "/conversations/x/delete"} {
		if status, _, _ := p.post(path, url.Values{}); status != 401 {
			t.Errorf("%s: %d", path, status)
		}
	}
}
