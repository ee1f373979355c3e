package meetingssql_test

import (
	"strings"
	"testing"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/governance"
	"github.com/solidaire-coop/solidaire/internal/meetings"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb/sqldbtest"
)

const day = 24 * time.Hour

func TestAMeetingFromItsPlanToItsMinutes(t *testing.T) {
	t.Parallel()
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db, "demonstration")
		ctx := t.Context()
		m := h.planned(3 * day)
		m = must[meetings.Meeting](t)(h.service.Convene(ctx, h.actor(0), m.ID))
		if m.State != meetings.Convened || m.RollSize != 12 || m.Notices != 1 {
			t.Fatalf("%+v", m)
		}
		h.want(h.service.SignIn(ctx, h.actor(4), m.ID, meetings.InRoom), "errors.meetings_entering")
		_, err := h.service.Begin(ctx, h.actor(0), m.ID, h.actor(1).Person)
		h.want(err, "errors.meetings_early")
		h.clock.move(3*day - time.Hour)
		for n := range 5 {
			h.want(h.service.SignIn(ctx, h.actor(n), m.ID, meetings.InRoom), "")
		}
		h.clock.move(time.Hour)
		m = must[meetings.Meeting](t)(h.service.Begin(ctx, h.actor(0), m.ID, h.actor(1).Person))
		// Five of twelve decide nothing.
		_, err = h.service.Record(ctx, h.actor(0), m.ID, m.Items[1].ID, meetings.Balloted, "")
		h.want(err, "errors.meetings_quorum")
		if text := core.AsError(err).Args["Needed"]; text != int64(7) {
			t.Errorf("%v needed", text)
		}
		h.clock.move(time.Second)
		h.want(h.service.SignIn(ctx, h.actor(5), m.ID, meetings.Remote), "")
		h.want(h.service.Mark(ctx, h.actor(0), m.ID, h.actor(6).Person, meetings.InRoom), "")
		h.want(h.service.Mark(ctx, h.actor(3), m.ID, h.actor(7).Person, meetings.InRoom), "errors.meetings_secretary")
		h.clock.move(time.Minute)
		m = must[meetings.Meeting](t)(h.service.Record(ctx, h.actor(0), m.ID, m.Items[1].ID, meetings.Balloted, "Débat.\n\nPuis scrutin."))
		h.clock.move(time.Second)
		h.want(h.service.SignOut(ctx, h.actor(5), m.ID), "")
		m = must[meetings.Meeting](t)(h.service.Record(ctx, h.actor(0), m.ID, m.Items[0].ID, meetings.Heard, "Lu par A."))
		h.clock.move(time.Hour)
		m = must[meetings.Meeting](t)(h.service.End(ctx, h.actor(0), m.ID))
		h.want(h.service.SignIn(ctx, h.actor(8), m.ID, meetings.InRoom), "errors.meetings_entering")
		_, _, err = h.service.Minutes(ctx, h.actor(4), m.ID)
		h.want(err, "errors.meetings_minutes_none")
		h.approves(m)
	})
}

// approves brings an ended meeting to its frozen minutes.
func (h *house) approves(m meetings.Meeting) {
	h.Helper()
	ctx := h.Context()
	_, err := h.service.Approve(ctx, h.actor(1), m.ID)
	h.want(err, "errors.meetings_state")
	must[meetings.Meeting](h)(h.service.ShowMinutes(ctx, h.actor(0), m.ID))
	_, err = h.service.Approve(ctx, h.actor(4), m.ID)
	h.want(err, "errors.meetings_approve")
	h.log.fails = true
	approved := must[meetings.Meeting](h)(h.service.Approve(ctx, h.actor(1), m.ID))
	minutes, kept, err := h.service.Minutes(ctx, h.actor(4), m.ID)
	if err != nil {
		h.Fatal(err)
	}
	if kept.Stated || kept.Hash != approved.Minutes || minutes.Chair != "B" || minutes.ApprovedAs != "chair" || len(minutes.Present) != 7 || minutes.Absent != 5 {
		h.Errorf("%+v %+v", kept.Stated, minutes)
	}
	if minutes.AtOpening.Counted != 5 || minutes.AtOpening.Met || minutes.AtEnd.Counted != 6 || !minutes.Items[1].Quorum.Met || minutes.Items[1].Ballot.Roll != 12 {
		h.Errorf("%+v", minutes)
	}
	h.log.fails = false
	h.deliver()
	if len(h.log.list) != 1 || h.log.list[0].Chain != kept.Hash || h.log.list[0].Kind != meetings.StatedMinutes {
		h.Errorf("%+v", h.log.list)
	}
	_, err = h.service.Record(ctx, h.actor(0), m.ID, m.Items[0].ID, meetings.Heard, "Autrement.")
	h.want(err, "errors.meetings_state")
	h.adopts(m)
	h.exec(`UPDATE meetings_minutes SET bytes = $1 WHERE meeting = $2`, []byte(strings.Replace(string(kept.Bytes), "Lu par A.", "Lu par Z.", 1)), m.ID)
	_, _, err = h.service.Minutes(ctx, h.actor(4), m.ID)
	h.want(err, "errors.meetings_altered")
}

// adopts notes a decision that was written after the minutes were frozen, and no other.
func (h *house) adopts(m meetings.Meeting) {
	h.Helper()
	old, open, adopted := core.NewID(h.clock.Now()), core.NewID(h.clock.Now()), core.NewID(h.clock.Now())
	h.decisions.motions[old] = governance.Motion{ID: old, Body: m.Body, State: governance.Enacted, Created: h.clock.Now().Add(-time.Hour)}
	h.decisions.motions[open] = governance.Motion{ID: open, Body: m.Body, State: governance.Balloting, Created: h.clock.Now()}
	h.decisions.motions[adopted] = governance.Motion{ID: adopted, Body: m.Body, State: governance.Standing, Created: h.clock.Now()}
	for _, wrong := range []core.ID{old, open} {
		_, err := h.service.Adopt(h.Context(), h.actor(0), m.ID, wrong)
		h.want(err, "errors.meetings_adopt")
	}
	after := must[meetings.Meeting](h)(h.service.Adopt(h.Context(), h.actor(0), m.ID, adopted))
	if after.Adopted != adopted {
		h.Errorf("%+v", after)
	}
}

func TestNoticeIsInTimeAndReachesEverybody(t *testing.T) {
	t.Parallel()
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db, "quebec-c-67.2")
		ctx := t.Context()
		late := h.planned(9 * day)
		_, err := h.service.Convene(ctx, h.actor(0), late.ID)
		h.want(err, "errors.meetings_notice")
		if source := core.AsError(err).Args["Source"].(core.Text); !strings.Contains(source.FR, "C-67.2") {
			t.Errorf("the refusal names %q", source.FR)
		}
		_, err = h.service.Convene(ctx, h.actor(1), late.ID)
		h.want(err, "errors.meetings_secretary")
		empty := must[meetings.Meeting](t)(h.service.Plan(ctx, h.actor(0), h.plan(11*day)))
		_, err = h.service.Convene(ctx, h.actor(0), empty.ID)
		h.want(err, "errors.meetings_agenda_empty")

		m := h.planned(11 * day)
		h.post.refuses["C@exemple.example"] = true
		must[meetings.Meeting](t)(h.service.Convene(ctx, h.actor(0), m.ID))
		h.deliver()
		if got := h.letters(m); got[meetings.Sent] != 10 || got[meetings.Waiting] != 1 || got[meetings.ByPost] != 1 {
			t.Fatalf("%v", got)
		}
		for range 4 { // it is tried again, later and later, then given up
			h.clock.move(3 * time.Hour)
			h.deliver()
		}
		if got := h.letters(m); got[meetings.Failed] != 1 {
			t.Fatalf("%v", got)
		}
		h.post.refuses = map[string]bool{}
		if n := must[int](t)(h.service.Resend(ctx, h.actor(0), m.ID)); n != 1 {
			t.Errorf("%d letters again", n)
		}
		h.deliver()
		if got := h.letters(m); got[meetings.Sent] != 11 || len(h.post.letters) != 11 {
			t.Fatalf("%v, %d letters", got, len(h.post.letters))
		}
	})
}

func TestAConvenedMeetingMovesOnlyByAnotherNotice(t *testing.T) {
	t.Parallel()
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db, "quebec-c-67.2")
		ctx := t.Context()
		m := h.planned(11 * day)
		must[meetings.Meeting](t)(h.service.Convene(ctx, h.actor(0), m.ID))
		_, err := h.service.Replan(ctx, h.actor(0), m.ID, h.plan(20*day))
		h.want(err, "errors.meetings_state")
		_, err = h.service.Postpone(ctx, h.actor(0), m.ID, h.plan(9*day), "Tempête")
		h.want(err, "errors.meetings_notice")
		after := must[meetings.Meeting](t)(h.service.Postpone(ctx, h.actor(0), m.ID, h.plan(12*day), "Tempête"))
		must[meetings.Meeting](t)(h.service.Relink(ctx, h.actor(0), m.ID, "https://video.example/y"))
		_, err = h.service.AddItem(ctx, h.actor(0), m.ID, meetings.Item{Kind: meetings.Decision, Title: both("Surprise")})
		h.want(err, "errors.meetings_item_noticed")
		h.add(m, meetings.Item{Kind: meetings.Discussion, Title: both("Questions diverses")})
		must[meetings.Meeting](t)(h.service.RemoveItem(ctx, h.actor(0), m.ID, after.Items[0].ID))
		d := h.show(4, m)
		call, _ := d.LastCall()
		marks, gone := d.Meeting.Since(call)
		if len(d.Told) != 3 || call.Number != 2 || len(gone) != 1 || marks[d.Meeting.Items[1].ID] != meetings.Added {
			t.Errorf("%d notices, %v, gone %v", len(d.Told), marks, gone)
		}
		if d.Letters != nil {
			t.Error("a member reads who was written to")
		}
		must[meetings.Meeting](t)(h.service.Cancel(ctx, h.actor(0), m.ID, "Plus besoin"))
		h.deliver()
		if last := h.post.letters[len(h.post.letters)-1]; last.Subject != string(meetings.NoticeCancelled) {
			t.Errorf("%+v", last)
		}
	})
}

func TestMembersAskForItemsUntilTheirDay(t *testing.T) {
	t.Parallel()
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db, "quebec-c-67.2")
		ctx := t.Context()
		m := h.planned(11 * day)
		h.want(h.service.Ask(ctx, h.actor(5), m.ID, "Le chauffage", "Il fait froid."), "")
		h.clock.move(time.Second)
		h.want(h.service.Ask(ctx, h.actor(6), m.ID, "Autre chose", ""), "")
		stranger := h.actor(5)
		stranger.Bodies = nil
		h.want(h.service.Ask(ctx, stranger, m.ID, "x", ""), "errors.meetings_unknown")
		asked := h.show(0, m).Requests
		h.want(h.service.Answer(ctx, h.actor(5), m.ID, asked[0].ID, true, ""), "errors.meetings_secretary")
		h.want(h.service.Answer(ctx, h.actor(0), m.ID, asked[0].ID, true, ""), "")
		h.want(h.service.Answer(ctx, h.actor(0), m.ID, asked[0].ID, true, ""), "errors.meetings_request_unknown")
		h.want(h.service.Answer(ctx, h.actor(0), m.ID, asked[1].ID, false, "Déjà traité"), "")
		d := h.show(5, m)
		if last := d.Meeting.Items[len(d.Meeting.Items)-1]; last.By != h.actor(5).Person || last.Title.FR != "Le chauffage" || d.Requests[1].Why != "Déjà traité" {
			t.Errorf("%+v %+v", last, d.Requests)
		}
		h.clock.move(7 * day)
		h.want(h.service.Ask(ctx, h.actor(5), m.ID, "Trop tard", ""), "errors.meetings_ask_late")
		mine := must[[]meetings.Attended](t)(h.service.Attended(ctx, h.actor(5)))
		if len(mine) != 1 || mine[0].Asked != "Le chauffage" {
			t.Errorf("%+v", mine)
		}
	})
}

func TestProxiesFollowTheRulesAndTheirCap(t *testing.T) {
	t.Parallel()
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		ctx := t.Context()
		forbidden := newHouse(t, db, "quebec-c-67.2")
		m := forbidden.planned(11 * day)
		must[meetings.Meeting](t)(forbidden.service.Convene(ctx, forbidden.actor(0), m.ID))
		forbidden.want(forbidden.service.GiveProxy(ctx, forbidden.actor(4), m.ID, forbidden.actor(4).Person, forbidden.actor(5).Person), "errors.meetings_proxies")

		h := newHouse(t, db, "scop") // one proxy each below twenty
		m = h.planned(16 * day)
		must[meetings.Meeting](t)(h.service.Convene(ctx, h.actor(0), m.ID))
		give := func(by, giver, holder int) error {
			return h.service.GiveProxy(ctx, h.actor(by), m.ID, h.actor(giver).Person, h.actor(holder).Person)
		}
		h.want(give(4, 4, 5), "")
		h.want(give(6, 6, 5), "errors.governance_proxy_cap")
		h.want(give(6, 7, 8), "errors.meetings_secretary")
		h.want(give(0, 7, 8), "") // handed to the secretary on paper
		h.want(give(4, 4, 4), "errors.governance_off_roll")
		h.clock.move(16*day - time.Minute)
		h.want(h.service.SignIn(ctx, h.actor(5), m.ID, meetings.InRoom), "")
		if d := h.show(5, m); d.Tally.Represented != 1 || d.Tally.Counted != 2 || d.Represented(h.actor(4).Person) != h.actor(5).Person {
			t.Errorf("%+v", d.Tally)
		}
		h.clock.move(time.Second)
		h.want(h.service.GiveProxy(ctx, h.actor(4), m.ID, h.actor(4).Person, ""), "")
		if d := h.show(5, m); d.Tally.Counted != 1 {
			t.Errorf("%+v", d.Tally)
		}
	})
}

func TestWithoutQuorumASecondCall(t *testing.T) {
	t.Parallel()
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db, "scop")
		ctx := t.Context()
		m := h.planned(15 * day)
		must[meetings.Meeting](t)(h.service.Convene(ctx, h.actor(0), m.ID))
		h.clock.move(15 * day)
		must[meetings.Meeting](t)(h.service.Begin(ctx, h.actor(0), m.ID, h.actor(1).Person))
		_, err := h.service.Again(ctx, h.actor(0), m.ID, h.clock.Now().Add(11*day))
		h.want(err, "errors.meetings_state")
		h.clock.move(time.Minute)
		must[meetings.Meeting](t)(h.service.End(ctx, h.actor(0), m.ID))
		again := must[meetings.Meeting](t)(h.service.Again(ctx, h.actor(0), m.ID, h.clock.Now().Add(11*day)))
		if len(again.Items) != 2 || again.Again != m.ID {
			t.Fatalf("%+v", again)
		}
		must[meetings.Meeting](t)(h.service.Convene(ctx, h.actor(0), again.ID)) // ten days are enough now
		d := h.show(0, again)
		if !d.Ruled.Again || d.Ruled.Rule.Quorum.Base != governance.BaseNone || !d.Tally.Met {
			t.Errorf("%+v %+v", d.Ruled.Rule, d.Tally)
		}
	})
}

func TestABodyKeepsItsMeetings(t *testing.T) {
	t.Parallel()
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db, "quebec-c-67.2")
		ctx := t.Context()
		p := h.plan(5 * day)
		p.Body, p.Kind = "board", governance.MeetingOrdinary
		_, err := h.service.Plan(ctx, h.actor(0), p)
		h.want(err, "errors.meetings_kind")
		p.Kind = governance.MeetingBoard
		m := must[meetings.Meeting](t)(h.service.Plan(ctx, h.actor(0), p))
		_, err = h.service.Show(ctx, h.actor(7), m.ID)
		h.want(err, "errors.meetings_unknown")
		if list := must[[]meetings.Meeting](t)(h.service.Meetings(ctx, h.actor(7))); len(list) != 0 {
			t.Errorf("%d meetings of the board are shown to a member", len(list))
		}
		if list := must[[]meetings.Meeting](t)(h.service.Meetings(ctx, h.actor(2))); len(list) != 1 {
			t.Errorf("%d meetings are shown to the board", len(list))
		}
		foreign := h.actor(0)
		foreign.Organisation = core.NewID(h.clock.Now())
		_, err = h.service.Show(ctx, foreign, m.ID)
		h.want(err, "errors.meetings_unknown")
		for what, spoil := range map[string]func(*meetings.Plan){
			"errors.meetings_where":        func(p *meetings.Plan) { p.Place, p.Link = "", "" },
			"errors.meetings_link":         func(p *meetings.Plan) { p.Link = "javascript:alert(1)" },
			"errors.meetings_length":       func(p *meetings.Plan) { p.Length = 0 },
			"errors.meetings_date":         func(p *meetings.Plan) { p.Starts = time.Time{} },
			"errors.meetings_text":         func(p *meetings.Plan) { p.Title.EN = "" },
			"errors.governance_characters": func(p *meetings.Plan) { p.Title.FR = "Assem\u202eblée" },
		} {
			bad := p
			spoil(&bad)
			_, err := h.service.Plan(ctx, h.actor(0), bad)
			h.want(err, what)
		}
	})
}

func TestTwoChangesAtOnceCannotBothBe(t *testing.T) {
	t.Parallel()
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db, "quebec-c-67.2")
		m := h.planned(11 * day)
		after := m
		after.Revision++
		change := meetings.Change{Before: m, After: after}
		h.want(h.store.Save(t.Context(), change), "")
		h.want(h.store.Save(t.Context(), change), "errors.meetings_changed")
	})
}
