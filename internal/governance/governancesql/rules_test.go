package governancesql_test

import (
	"testing"

	"github.com/solidaire-coop/solidaire/internal/charter"
	g "github.com/solidaire-coop/solidaire/internal/governance"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb/sqldbtest"
)

// adoptRules brings another set of rules to its adoption, and settles what is due.
func (h *house) adoptRules() (m g.Motion, hash string) {
	h.t.Helper()
	next := must[g.RuleSet](h.t)(g.ShippedRules("association-fr"))
	m = h.called(g.Sketch{Kind: g.KindRules, Title: both("Nos règles"), Reasons: both("Celles de la loi."), Rules: &next})
	for n := range h.people.ids {
		if err := h.vote(m, n, g.Yes); err != nil {
			h.t.Fatal(err)
		}
	}
	return m, must[string](h.t)(next.Hash())
}

func (h *house) addRules(t *testing.T, id string) {
	t.Helper()
	canonical := must[[]byte](t)(must[g.RuleSet](t)(g.ShippedRules(id)).Canonical())
	h.exec(`INSERT INTO governance_rules (organisation, number, hash, bytes, motion, since) SELECT organisation, MAX(number) + 1, $2, $3, MAX(motion), 0
		FROM governance_rules WHERE organisation = $1 GROUP BY organisation`, h.organisation, charter.HashOf(canonical), canonical)
}

func TestRulesEditedByHandDecideNothing(t *testing.T) {
	for name, edit := range map[string]func(t *testing.T, h *house){
		"laxer rules put in their place": func(t *testing.T, h *house) {
			canonical := must[[]byte](t)(must[g.RuleSet](t)(g.ShippedRules(g.Demonstration)).Canonical())
			h.exec(`UPDATE governance_rules SET hash = $2, bytes = $3 WHERE organisation = $1 AND number = 2`, h.organisation, charter.HashOf(canonical), canonical)
		},
		"laxer rules added, in the name of the last decision": func(t *testing.T, h *house) { h.addRules(t, g.Demonstration) },
		"the last rules taken back": func(_ *testing.T, h *house) {
			h.exec(`DELETE FROM governance_rules WHERE organisation = $1 AND number = 2`, h.organisation)
		},
		"all removed": func(_ *testing.T, h *house) {
			h.exec(`DELETE FROM governance_rules WHERE organisation = $1`, h.organisation)
		},
	} {
		t.Run(name, func(t *testing.T) {
			sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
				h := newHouse(t, db, g.Demonstration, 3)
				m, hash := h.adoptRules()
				h.settle()
				if _, now, err := h.service.Rules(t.Context()); err != nil || now != hash || h.state(m) != g.Enacted {
					t.Fatalf("%s, %v", h.state(m), err)
				}
				edit(t, h)
				for _, when := range []string{"while it runs", "after a restart"} {
					_, _, err := h.service.Rules(t.Context())
					wantKey(t, err, "errors.governance_rules_altered")
					_, err = h.service.Draft(t.Context(), h.actor(1), h.newCharter(1000))
					wantKey(t, err, "errors.governance_rules_altered")
					if t.Failed() {
						t.Fatal(when)
					}
					h.restart(g.Demonstration)
				}
			})
		})
	}
}

func TestRulesThatACrashKeptFromTheLogAreBroughtThere(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db, g.Demonstration, 3)
		m, hash := h.adoptRules()
		h.settle() // certified; enacted below
		before := len(h.log.list)
		h.log.mu.Lock()
		kept := h.log.list[:0:0]
		for _, s := range h.log.list { // as if the program had been killed before the rules were stated
			if s.Kind != g.StatedRules || s.Number == 1 {
				kept = append(kept, s)
			}
		}
		h.log.list = kept
		h.log.mu.Unlock()
		if h.state(m) != g.Enacted || len(kept) != before-1 {
			t.Fatalf("%s, %d statements of %d", h.state(m), len(kept), before)
		}
		h.restart(g.Demonstration)
		if _, now, err := h.service.Rules(t.Context()); err != nil || now != hash || len(h.log.list) != before {
			t.Errorf("%v, %d statements, want %d", err, len(h.log.list), before)
		}
		h.restart(g.Demonstration) // once is enough
		if _, _, err := h.service.Rules(t.Context()); err != nil || len(h.log.list) != before {
			t.Errorf("%v, %d statements", err, len(h.log.list))
		}
	})
}
