package app

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/solidaire-coop/solidaire/internal/audit"
	"github.com/solidaire-coop/solidaire/internal/audit/audittlog"
	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway"
	"github.com/solidaire-coop/solidaire/internal/members"
	"github.com/solidaire-coop/solidaire/internal/models"
	"github.com/solidaire-coop/solidaire/internal/models/enginetest"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb"
)

// preside gives the first person the chair of the board, as they are in a browser.
func (h *assembly) preside() core.Actor {
	h.Helper()
	must[members.Mandate](h.T)(h.app.members.Appoint(h.Context(), h.app.organisation.ID, members.Appointment{
		Body: "board", Person: h.people[0], Office: members.OfficeChair, Start: time.Now(), End: time.Now().AddDate(1, 0, 0), By: "AGA",
	}))
	return h.chair()
}

// chair is that person, signed in.
func (h *assembly) chair() core.Actor {
	h.Helper()
	a := h.actor(0)
	a.Credential = "session"
	return a
}

func (h *assembly) restrict(a core.Actor, s charter.Scope) charter.Restriction {
	h.Helper()
	return must[charter.Restriction](h.T)(h.app.restrictions.Restrict(h.Context(), a, s, "Une fuite est signalée.", time.Hour))
}

// post sends a body as a member, by any surface.
func (h *assembly) post(n int, path, body string) *httptest.ResponseRecorder {
	h.Helper()
	request, err := http.NewRequestWithContext(h.Context(), http.MethodPost, path, bytes.NewReader([]byte(body)))
	if err != nil {
		h.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+h.keys[n])
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept-Language", "fr")
	answer := httptest.NewRecorder()
	h.app.handler.ServeHTTP(answer, request)
	return answer
}

func TestARestrictionRefusesOnEverySurfaceAndLeavesItsReceipt(t *testing.T) {
	t.Parallel()
	h := convene(t)
	made := h.restrict(h.preside(), charter.Scope{Kind: charter.ScopeModels})
	for path, body := range map[string]string{
		"/v1/chat/completions": `{"model":"fake-chat","messages":[{"role":"user","content":"Bonjour"}]}`,
		"/v1/responses":        `{"model":"fake-chat","input":"Bonjour"}`,
		"/v1/messages":         `{"model":"fake-chat","max_tokens":9,"messages":[{"role":"user","content":"Bonjour"}]}`,
		"/api/chat":            `{"model":"fake-chat","messages":[{"role":"user","content":"Bonjour"}]}`,
		"/api/generate":        `{"model":"fake-chat","prompt":"Bonjour"}`,
		"/v1/completions":      `{"model":"auto","prompt":"Bonjour"}`,
	} {
		answer := h.post(5, path, body)
		said := answer.Body.String()
		if answer.Code != http.StatusForbidden || !strings.Contains(said, "Membre 0") || !strings.Contains(said, "Une fuite est signal") ||
			!strings.Contains(said, fmt.Sprintf(`"restriction":%d`, made.Number)) || strings.Contains(said, `"article"`) {
			t.Errorf("%s: %d %s", path, answer.Code, said)
			continue
		}
		receipt := must[audit.Receipt](t)(h.app.audit.Receipt(t.Context(), h.app.organisation.ID, core.ID(answer.Header().Get("X-Solidaire-Receipt"))))
		verified := must[audittlog.Verified](t)(audittlog.VerifyReceipt(receipt, audittlog.Options{}))
		if r := verified.Record; r.Restriction != made.Chain || r.Decision != audit.Refused || len(r.Articles) != 0 || r.ErrorKey != "errors.restricted.models" {
			t.Errorf("%s: %+v", path, r)
		}
	}
	// Nothing was sent, and whoever needs no model is answered.
	if answer := h.post(5, "/api/ask", `{"question":"Quand est l’assemblée ?"}`); answer.Code != http.StatusOK {
		t.Errorf("a question to the memory: %d %s", answer.Code, answer.Body)
	}
	if err := h.app.restrictions.Lift(t.Context(), h.chair(), made.Number, "C’est réparé."); err != nil {
		t.Fatal(err)
	}
	if status, _ := h.chat(5); status != http.StatusOK {
		t.Errorf("lifted: %d", status)
	}
}

func TestARestrictionOfOneKeyOfAClassOrOfASurfaceTouchesNothingElse(t *testing.T) {
	t.Parallel()
	h := convene(t)
	chair := h.preside()
	key := must[core.Actor](t)(h.app.members.Authenticate(t.Context(), h.keys[5])).Credential
	h.restrict(chair, charter.Scope{Kind: charter.ScopeKey, Value: string(key)})
	h.restrict(chair, charter.Scope{Kind: charter.ScopeSurface, Value: charter.SurfaceOllama})
	h.restrict(chair, charter.Scope{Kind: charter.ScopeModel, Value: "fake-embedding"})
	for n, want := range map[int]int{5: http.StatusForbidden, 6: http.StatusOK} {
		if status, _ := h.chat(n); status != want {
			t.Errorf("member %d: %d", n, status)
		}
	}
	if answer := h.post(6, "/api/generate", `{"model":"fake-chat","prompt":"Bonjour"}`); answer.Code != http.StatusForbidden {
		t.Errorf("the suspended surface: %d", answer.Code)
	}
	for _, wrong := range []charter.Scope{{Kind: charter.ScopeModel, Value: "no-such"}, {Kind: charter.ScopeBackend, Value: "no-such"}, {Kind: charter.ScopeKey, Value: "no-such"}} {
		if _, err := h.app.restrictions.Restrict(t.Context(), chair, wrong, "Parce que.", 0); !core.Is(err, core.NotFound) {
			t.Errorf("%+v: %v", wrong, err)
		}
	}
}

// The passages of documents join a request after it was admitted: they are held against restrictions too.
func TestARestrictedClassIsRefusedInPassages(t *testing.T) {
	t.Parallel()
	h := convene(t)
	h.restrict(h.preside(), charter.Scope{Kind: charter.ScopeData, Value: string(core.DataSIN)})
	q := charter.Question{Actor: h.actor(6), Action: charter.ActionAnswer, Model: gateway.Facts(must[models.Model](t)(h.app.findModel(t.Context(), "fake-chat")))}
	before := must[charter.Decision](t)(h.app.rules().Decide(t.Context(), q))
	q.DataClasses = []core.DataClass{core.DataSIN}
	after := must[charter.Decision](t)(h.app.rules().Decide(t.Context(), q))
	if !before.Allow || after.Allow {
		t.Errorf("%+v, then %+v", before, after)
	}
}

func TestAnAnswerUnderWayIsCutByARestriction(t *testing.T) {
	t.Parallel()
	h := convene(t)
	chair := h.preside()
	h.engine.Play(enginetest.Script{Pieces: []string{"premier", "second"}, Gates: []<-chan struct{}{nil, make(chan struct{})}})
	server := httptest.NewServer(h.app.handler)
	t.Cleanup(server.Close)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+"/v1/chat/completions",
		strings.NewReader(`{"model":"fake-chat","stream":true,"messages":[{"role":"user","content":"Bonjour"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+h.keys[5])
	answer := must[*http.Response](t)(http.DefaultClient.Do(request))
	defer answer.Body.Close()
	lines := bufio.NewScanner(answer.Body)
	for lines.Scan() && !strings.Contains(lines.Text(), "premier") {
	}
	h.restrict(chair, charter.Scope{Kind: charter.ScopeModels})
	var rest strings.Builder
	for lines.Scan() {
		rest.WriteString(lines.Text())
	}
	if said := rest.String(); !strings.Contains(said, "Une fuite est signal") || strings.Contains(said, "second") || strings.Contains(said, "[DONE]") {
		t.Errorf("after the restriction: %s", said)
	}
}

func TestARestrictionSurvivesARestartAndARowRemovedByHand(t *testing.T) {
	t.Parallel()
	h := convene(t)
	h.restrict(h.preside(), charter.Scope{Kind: charter.ScopeModel, Value: "fake-chat"})
	refused := func(when string, trouble bool) {
		t.Helper()
		if status, _ := h.chat(5); status != http.StatusForbidden {
			t.Errorf("%s: %d", when, status)
		}
		if got := h.app.rulesTrouble(); (got != nil) != trouble {
			t.Errorf("%s: trouble %v", when, got)
		}
	}
	refused("at once", false)
	h.app.Close()
	h.open()
	refused("after a restart", false)
	if err := h.app.db.WithTx(t.Context(), func(tx *sqldb.Tx) error {
		_, err := tx.ExecContext(t.Context(), "DELETE FROM charter_restrictions")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	h.app.restrictions.Check(context.WithoutCancel(t.Context()))
	refused("removed while it runs", true)
	h.app.Close()
	h.open()
	refused("removed, and restarted", true)
}
