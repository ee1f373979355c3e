package governancehttp_test

import (
	"strings"
	"testing"
	"time"

	g "github.com/solidaire-coop/solidaire/internal/governance"
	"github.com/solidaire-coop/solidaire/internal/platform/web/pagetest"
)

// where tells which step of its way a page says the proposal is at.
func at(t *testing.T, p *pagetest.Page) string {
	t.Helper()
	return p.One(t, "li", "aria-current=step").Text()
}

// TestEachPageSaysWhereTheProposalStands follows one from the draft to its end.
func TestEachPageSaysWhereTheProposalStands(t *testing.T) {
	t.Parallel()
	h := open(t, g.DefaultRules)
	h.get("Luc", "/decisions").Says(t, "Comment une décision se prend", "La liste est figée")
	where := h.done("Luc", "/propose/retention", append(flat(h.retention()), "do", "save")...)
	steps := []struct {
		do   func()
		path string
		says string
	}{
		{func() {}, "", "Brouillon"},
		{func() { h.done("Luc", where+"/do/publish") }, "", "Délibération"},
		{func() {
			h.done("Anaïs", where+"/do/call", "method", "yes_no_abstain", "days", "10", "hours", "72")
			h.clock.move(10*24*time.Hour + 2*time.Second)
		}, "/vote", "Scrutin"},
		{func() {
			for _, name := range names()[:6] {
				h.done(name, where+"/vote", "answer", "yes")
			}
			h.clock.move(73 * time.Hour)
			if _, err := h.room.Settle(t.Context()); err != nil {
				t.Fatal(err)
			}
		}, "/result", "Contestation"},
	}
	for _, s := range steps {
		s.do()
		if got := at(t, h.get("Luc", where+s.path)); got != s.says {
			t.Errorf("%s: at %q, want %q", where+s.path, got, s.says)
		}
	}
	h.get("Luc", where).Says(t, "sans limite → 400")
	if got := h.get("Luc", where).One(t, "ol", "class=journey").Text(); !strings.HasSuffix(got, "En vigueur") {
		t.Error(got)
	}
}

// retention is the form of a proposal to keep receipts for 400 days.
func (h *house) retention() map[string][]string {
	h.t.Helper()
	form := h.get("Luc", "/propose/retention").Form(h.t, "/propose/retention")
	form.Set("reasons.fr", "L’audit en a besoin.")
	form.Set("reasons.en", "The audit needs it.")
	form.Set("s.receipt_days", "400")
	return form
}

func TestJourneyLook(t *testing.T) {
	t.Parallel()
	h := open(t, g.Demonstration)
	pages := map[string]string{"journey-empty": "/decisions"}
	pagetest.Look(t, h, h.sessions["Hélène"], pages)
	where := h.done("Luc", "/propose/retention", append(flat(h.retention()), "do", "save")...)
	h.done("Luc", where+"/do/publish")
	h.done("Anaïs", where+"/do/call", "method", "yes_no_abstain", "days", "0", "hours", "20")
	h.clock.move(2 * time.Second)
	pagetest.Look(t, h, h.sessions["Hélène"], map[string]string{"journey-vote": where + "/vote", "journey-show": where, "journey-list": "/decisions"})
}
