package governancesql_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	g "github.com/solidaire-coop/solidaire/internal/governance"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb/sqldbtest"
)

// said opens a deliberation with so many statements, written by the second member.
func (h *house) said(statements int) (g.Motion, []g.Statement) {
	h.t.Helper()
	m := must[g.Motion](h.t)(h.service.Draft(h.t.Context(), h.actor(1), ordinary("Ouvrir le samedi")))
	wantKey(h.t, h.service.Say(h.t.Context(), h.actor(1), m.ID, "Trop tôt."), "errors.opinions_closed")
	m = must[g.Motion](h.t)(h.service.Publish(h.t.Context(), h.actor(1), m.ID))
	for i := range statements {
		if err := h.service.Say(h.t.Context(), h.actor(1), m.ID, fmt.Sprintf("Le samedi compte, point %d.", i+1)); err != nil {
			h.t.Fatal(err)
		}
	}
	return m, must[[]g.Statement](h.t)(h.store.Statements(h.t.Context(), m.ID))
}

func (h *house) opine(m g.Motion, n int, st g.Statement, o g.Opinion) error {
	return h.service.Opine(h.t.Context(), h.actor(n), m.ID, st.ID, o)
}

func (h *house) survey(m g.Motion, n int) g.Survey {
	h.t.Helper()
	return must[g.Survey](h.t)(h.service.Survey(h.t.Context(), h.actor(n), m.ID))
}

// camps answers every statement: the first four members agree with the even ones, the others with the odd ones, all with the last.
func (h *house) camps(m g.Motion, list []g.Statement) {
	h.t.Helper()
	for n := range h.people.ids {
		for i, st := range list {
			o := g.Disagrees
			if i == len(list)-1 || (i%2 == 0) == (n < 4) {
				o = g.Agrees
			}
			if err := h.opine(m, n, st, o); err != nil {
				h.t.Fatal(err)
			}
		}
	}
}

func TestOpinionsAreGatheredThenDrawn(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db, g.Demonstration, 8)
		m, list := h.said(5)
		v := h.survey(m, 0)
		if v.Map != nil || !v.Open || !v.May || len(v.Left) != 5 || v.Roll != 8 || v.People != 0 || v.Me != -1 {
			t.Errorf("before anybody answered: %+v", v)
		}
		orders := map[core.ID]bool{}
		for n := range h.people.ids {
			orders[h.survey(m, n).Left[0].ID] = true
		}
		if len(orders) < 2 {
			t.Error("all members are asked the same first")
		}
		if err := h.opine(m, 0, list[0], g.Passes); err != nil {
			t.Fatal(err)
		}
		h.camps(m, list)
		v = h.survey(m, 0)
		if v.Map == nil || len(v.Map.Groups) != 2 || v.Map.Groups[0] != 4 || v.People != 8 || v.Placed != 8 || len(v.Left) != 0 {
			t.Fatalf("%+v", v)
		}
		if top := v.Map.Received[0]; v.Mapped[top.Index] != list[4].ID || top.All.Agree != 8 {
			t.Errorf("what all share: %+v", top)
		}
		if v.Mine[list[0].ID] != g.Agrees || v.Me < 0 {
			t.Errorf("an answer that was changed is the one that counts: %v, at %d", v.Mine, v.Me)
		}
		mine, theirs := v.Map.Points[v.Me].Group, h.survey(m, 7)
		if theirs.Map.Points[theirs.Me].Group == mine {
			t.Error("two who differ are in one group")
		}
		d := must[g.Detail](t)(h.service.Show(t.Context(), h.actor(0), m.ID))
		if d.Statements != 5 || d.Answered != 8 {
			t.Errorf("%d statements, %d people", d.Statements, d.Answered)
		}
	})
}

// TestTheMapTellsNobodysAnswer keeps a map as it is until three people answered since, so that looking before and after one of
// them did tells nothing.
func TestTheMapTellsNobodysAnswer(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db, g.Demonstration, 8)
		m, list := h.said(4)
		h.camps(m, list)
		before := h.survey(m, 0)
		h.clock.move(time.Minute)
		for n, redrawn := range []bool{false, false, true} {
			if err := h.opine(m, n, list[0], g.Passes); err != nil {
				t.Fatal(err)
			}
			if after := h.survey(m, 0); after.Drawn.After(before.Drawn) != redrawn {
				t.Errorf("after %d answers the map was drawn again: %v", n+1, !redrawn)
			}
		}
		h.clock.move(time.Minute)
		if err := h.service.Forget(t.Context(), h.actor(5), m.ID); err != nil {
			t.Fatal(err)
		}
		if v := h.survey(m, 5); v.Placed != 7 || v.People != 7 || len(v.Mine) != 0 || v.Me != -1 {
			t.Errorf("who erased their answers is still on the map: %+v", v)
		}
	})
}

func TestStatementsAreBoundedAndModerated(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db, g.Demonstration, 8)
		ctx := t.Context()
		m, list := h.said(4)
		for text, key := range map[string]string{
			"":                               "errors.governance_text",
			strings.Repeat("é", 161):         "errors.governance_text",
			"le SAMEDI compte, point 1.":     "errors.opinions_twice",
			"Deux lignes\nen une":            "errors.governance_characters",
			"Une lettre \u202eretournée ici": "errors.governance_characters",
		} {
			wantKey(t, h.service.Say(ctx, h.actor(2), m.ID, text), key)
		}
		for i := range 10 {
			if err := h.service.Say(ctx, h.actor(2), m.ID, fmt.Sprintf("Une autre idée, la numéro %d.", i)); err != nil {
				t.Fatal(err)
			}
		}
		wantKey(t, h.service.Say(ctx, h.actor(2), m.ID, "Une de trop."), "errors.governance_many")
		stranger := h.actor(2)
		stranger.Bodies = nil
		wantKey(t, h.service.Say(ctx, stranger, m.ID, "Je ne suis pas membre."), "errors.governance_member")
		stranger.Organisation = core.NewID(h.clock.Now())
		_, err := h.service.Survey(ctx, stranger, m.ID)
		wantKey(t, err, "errors.governance_unknown")
		wantKey(t, h.opine(m, 2, list[0], g.Unseen), "errors.opinions_answer")
		wantKey(t, h.opine(m, 2, g.Statement{ID: m.ID}, g.Agrees), "errors.opinions_unknown")

		wantKey(t, h.service.HideStatement(ctx, h.actor(2), m.ID, list[0].ID, "Blessant"), "errors.governance_moderator")
		if err := h.service.HideStatement(ctx, h.actor(0), m.ID, list[0].ID, "Blessant"); err != nil {
			t.Fatal(err)
		}
		wantKey(t, h.service.HideStatement(ctx, h.actor(0), m.ID, list[0].ID, "Encore"), "errors.governance_changed")
		wantKey(t, h.opine(m, 2, list[0], g.Agrees), "errors.opinions_unknown")
		if v := h.survey(m, 0); len(v.Left) != 13 || !slices.ContainsFunc(v.Statements, func(s g.Statement) bool { return s.ID == list[0].ID && s.HiddenWhy == "Blessant" }) {
			t.Errorf("%d left, %+v", len(v.Left), v.Statements)
		}
	})
}

// TestOpinionsCloseWhenTheBallotOpens gathers until then, keeps the map readable after, and gives each person what is theirs.
func TestOpinionsCloseWhenTheBallotOpens(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db, g.DefaultRules, 8)
		ctx := t.Context()
		m, list := h.said(4)
		h.camps(m, list)
		opens := h.clock.Now().Add(10 * 24 * time.Hour)
		m = must[g.Motion](t)(h.service.Call(ctx, h.actor(0), m.ID, g.YesNoAbstain, opens, opens.Add(100*time.Hour)))
		if err := h.opine(m, 0, list[0], g.Passes); err != nil {
			t.Errorf("between the call and the opening: %v", err)
		}
		h.clock.move(opens.Sub(h.clock.Now()))
		wantKey(t, h.opine(m, 0, list[0], g.Agrees), "errors.opinions_closed")
		wantKey(t, h.service.Say(ctx, h.actor(0), m.ID, "Trop tard."), "errors.opinions_closed")
		v := h.survey(m, 0)
		if v.Open || v.May || v.Map == nil || v.Mine[list[0].ID] != g.Passes {
			t.Errorf("%+v", v)
		}
		if err := h.vote(m, 3, g.Yes); err != nil {
			t.Fatal(err)
		}
		mine := must[[]g.Contribution](t)(h.service.Contributions(ctx, h.actor(3)))
		kinds := map[string]int{}
		for _, c := range mine {
			kinds[c.Kind]++
		}
		if kinds["opinion"] != 4 || kinds["vote"] != 1 || len(kinds) != 2 || mine[0].Answer != "agree" || mine[0].Title.FR != "Ouvrir le samedi" {
			t.Errorf("%v %+v", kinds, mine[0])
		}
		author := must[[]g.Contribution](t)(h.service.Contributions(ctx, h.actor(1)))
		if n := len(author); n != 1+4+4 || author[0].Kind != "proposal" {
			t.Errorf("%d contributions, first %+v", n, author[0])
		}
		if none := must[[]g.Contribution](t)(h.service.Contributions(ctx, core.Actor{Person: h.people.ids[1]})); none != nil {
			t.Error("contributions of another organisation")
		}
	})
}

// TestAnswersAtOnceAreAllKept has one person answer every statement at the same time, as from two windows.
func TestAnswersAtOnceAreAllKept(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db, g.Demonstration, 3)
		m, list := h.said(4)
		failed := make(chan error, len(list))
		for _, st := range list {
			go func() { failed <- h.store.Answer(t.Context(), m.ID, st.ID, h.people.ids[2], g.Agrees, h.clock.Now()) }()
		}
		for range list {
			if err := <-failed; err != nil {
				t.Error(err)
			}
		}
		if mine := must[map[core.ID]g.Opinion](t)(h.store.OpinionsOf(t.Context(), m.ID, h.people.ids[2])); len(mine) != len(list) {
			t.Errorf("%d answers of %d are kept", len(mine), len(list))
		}
	})
}
