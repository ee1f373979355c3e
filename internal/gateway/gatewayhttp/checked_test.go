package gatewayhttp_test

import (
	"strings"
	"testing"

	"github.com/solidaire-coop/solidaire/internal/gateway"
)

// What a model writes is held against its passages: what has no support is marked where it stands and said below, what
// supports nothing is no citation any more, and nothing that it writes becomes an element of the page.
func TestAWrittenAnswerIsChecked(t *testing.T) {
	t.Parallel()
	h := build(t)
	h.questions.Writing = []gateway.ModelChoice{{Name: "Qwen3 1,7 B"}}
	p := h.as(t, "amelie", "fr")
	_, where, _ := p.post("/ask", question("Quel est le quorum ? invente", "writer", "Qwen3 1,7 B"))
	_, page := p.open(where)
	says(t, page, "sans appui", `<span class="unsupported">Le quorum était de 40`, "2 phrases n’ont pas d’appui dans les passages",
		"Absent des passages\u00a0: 1998, 40.", "Citations retirées", "[1] [9]", `class="cite" href="/memory/versions/`)
	saysNot(t, page, "<script>x", "\ue000", "\ue003", "1998 [1]")

	_, where, _ = p.post("/ask", question("Quel est le quorum ?", "writer", "Qwen3 1,7 B"))
	_, page = p.open(where)
	says(t, page, "Chaque phrase a été comparée à ses passages")
	saysNot(t, page, "sans appui")
	english := h.as(t, "amelie", "en")
	if _, page := english.open(where); !strings.Contains(page, "Each sentence was compared") {
		t.Error("not in English")
	}
}
