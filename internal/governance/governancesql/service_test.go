package governancesql_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/solidaire-coop/solidaire/internal/core"
	g "github.com/solidaire-coop/solidaire/internal/governance"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb/sqldbtest"
)

func TestFromIdeaToCharter(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db, g.Demonstration, 5)
		ctx := t.Context()
		m := must[g.Motion](t)(h.service.Draft(ctx, h.actor(1), h.newCharter(1000)))
		_, err := h.service.Motion(ctx, h.actor(2), m.ID)
		wantKey(t, err, "errors.governance_unknown")
		m = must[g.Motion](t)(h.service.Publish(ctx, h.actor(1), m.ID))

		// Somebody asks, somebody answers, the secretary moderates.
		if err := h.service.Argue(ctx, h.actor(2), m.ID, g.Question, "", "Pourquoi mille ?"); err != nil {
			t.Fatal(err)
		}
		asked := must[[]g.Argument](t)(h.store.Arguments(ctx, m.ID))[0]
		if err := h.service.Argue(ctx, h.actor(1), m.ID, g.Answer, asked.ID, "C’est assez pour un jour."); err != nil {
			t.Fatal(err)
		}
		wantKey(t, h.service.Moderate(ctx, h.actor(2), m.ID, asked.ID, "Hors sujet"), "errors.governance_moderator")
		if err := h.service.Moderate(ctx, h.actor(0), m.ID, asked.ID, "Hors sujet"); err != nil {
			t.Fatal(err)
		}

		// An amendment becomes the next version; co-signatures of the one before do not follow it.
		if err := h.service.CoSign(ctx, h.actor(2), m.ID, m.Proposal); err != nil {
			t.Fatal(err)
		}
		if err := h.service.Amend(ctx, h.actor(3), m.ID, h.newCharter(2000), "Mille ne suffit pas."); err != nil {
			t.Fatal(err)
		}
		am := must[[]g.Amendment](t)(h.store.Amendments(ctx, m.ID))[0]
		wantKey(t, h.service.AnswerAmendment(ctx, h.actor(3), m.ID, am.ID, true), "errors.governance_author")
		if err := h.service.AnswerAmendment(ctx, h.actor(1), m.ID, am.ID, true); err != nil {
			t.Fatal(err)
		}
		wantKey(t, h.service.CoSign(ctx, h.actor(2), m.ID, m.Proposal), "errors.governance_revised")
		m = must[g.Motion](t)(h.service.Motion(ctx, h.actor(1), m.ID))
		_, err = h.service.Call(ctx, h.actor(1), m.ID, g.YesNoAbstain, h.clock.Now(), h.clock.Now().Add(2*time.Hour))
		wantKey(t, err, "errors.governance_cosigners")
		_, err = h.service.Call(ctx, h.actor(2), m.ID, g.YesNoAbstain, h.clock.Now(), h.clock.Now().Add(2*time.Hour))
		wantKey(t, err, "errors.governance_call")
		for n := 2; n < 4; n++ {
			if err := h.service.CoSign(ctx, h.actor(n), m.ID, m.Proposal); err != nil {
				t.Fatal(err)
			}
		}
		m = must[g.Motion](t)(h.service.Call(ctx, h.actor(1), m.ID, g.YesNoAbstain, h.clock.Now(), h.clock.Now().Add(2*time.Hour)))
		for n, answer := range []string{g.Yes, g.Yes, g.Yes, g.No, g.Abstain} {
			if err := h.vote(m, n, answer); err != nil {
				t.Fatal(err)
			}
			h.clock.move(time.Second)
		}
		h.settle()
		if got := h.state(m); got != g.Enacted {
			t.Fatal(got)
		}
		now := h.charters.InForce()
		if now.Number != 2 || now.Document.Settings.DailyTokensPerMember != 2000 {
			t.Errorf("%d tokens in version %d", now.Document.Settings.DailyTokensPerMember, now.Number)
		}
		d := must[g.Detail](t)(h.service.Show(ctx, h.actor(4), m.ID))
		if d.Certificate.Decision != g.Adopted || d.Certificate.Charter != now.Hash || len(d.Texts) != 2 || len(d.Arguments) != 2 {
			t.Errorf("%+v", d)
		}
		for n := range 5 {
			proof := must[g.VoteProof](t)(h.service.Proof(ctx, h.actor(n), m.ID))
			if chain, ok := proof.Leads(); !ok || chain != d.Certificate.Chain || proof.Roll.Root != d.Certificate.RollRoot {
				t.Errorf("the proof of member %d does not lead to the certificate", n)
			}
			proof.Vote.Choice.Answer = g.Objection
			if _, ok := proof.Leads(); ok {
				t.Error("a proof of another answer holds")
			}
		}
	})
}

func TestAttacksOnVotes(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db, g.DefaultRules, 5)
		ctx := t.Context()
		m := must[g.Motion](t)(h.service.Draft(ctx, h.actor(1), ordinary("Ouvrir le samedi")))
		wantKey(t, h.vote(m, 1, g.Yes), "errors.governance_not_open")
		m = must[g.Motion](t)(h.service.Publish(ctx, h.actor(1), m.ID))
		wantKey(t, h.vote(m, 1, g.Yes), "errors.governance_not_open")
		opens := h.clock.Now().Add(4 * 24 * time.Hour)
		m = must[g.Motion](t)(h.service.Call(ctx, h.actor(0), m.ID, g.YesNoAbstain, opens, opens.Add(48*time.Hour)))
		wantKey(t, h.vote(m, 1, g.Yes), "errors.governance_not_open")
		h.clock.move(4*24*time.Hour + time.Second)

		if err := h.vote(m, 1, g.Yes); err != nil {
			t.Fatal(err)
		}
		wantKey(t, h.vote(m, 1, g.No), "errors.governance_voted")
		stranger := h.actor(1)
		stranger.Person = core.NewID(h.clock.Now())
		_, err := h.service.Vote(ctx, stranger, m.ID, g.Choice{Answer: g.Yes}, "")
		wantKey(t, err, "errors.governance_off_roll")
		stranger.Organisation = core.NewID(h.clock.Now())
		_, err = h.service.Vote(ctx, stranger, m.ID, g.Choice{Answer: g.Yes}, "")
		wantKey(t, err, "errors.governance_unknown")
		wantKey(t, h.vote(m, 2, g.Objection), "errors.governance_choice")
		wantKey(t, h.service.GiveProxy(ctx, h.actor(3), m.ID, h.people.ids[2]), "errors.governance_proxy_cap")
		_, err = h.service.Vote(ctx, h.actor(2), m.ID, g.Choice{Answer: g.Yes}, h.people.ids[3])
		wantKey(t, err, "errors.governance_proxy")
		_, err = h.service.Running(ctx, h.actor(1), m.ID)
		wantKey(t, err, "errors.governance_hidden")

		// A member who leaves while the ballot is open is still on its roll, and who joins is not.
		left, joined := h.people.ids[4], core.NewID(h.clock.Now())
		leaver := h.actor(4)
		h.people.ids[4] = joined
		wantKey(t, h.vote(m, 4, g.Yes), "errors.governance_off_roll")
		leaver.Person = left
		if _, err := h.service.Vote(ctx, leaver, m.ID, g.Choice{Answer: g.No}, ""); err != nil {
			t.Error(err)
		}

		h.clock.move(-time.Hour)
		wantKey(t, h.vote(m, 2, g.Yes), "errors.governance_clock")
		h.clock.move(time.Hour + 48*time.Hour)
		wantKey(t, h.vote(m, 2, g.Yes), "errors.governance_closed")
		h.settle()
		wantKey(t, h.vote(m, 2, g.Yes), "errors.governance_closed")
		if got := h.state(m); got != g.Refused { // one for, one against
			t.Error(got)
		}
		// Nothing reopens a ballot, not even a clock set back.
		h.clock.move(-30 * time.Hour)
		h.settle()
		wantKey(t, h.vote(m, 2, g.Yes), "errors.governance_closed")
	})
}

func TestAnOperatorWhoEditsRowsVoidsTheBallot(t *testing.T) {
	for name, edit := range map[string]func(h *house, m g.Motion){
		"a vote removed": func(h *house, m g.Motion) {
			h.exec(`DELETE FROM governance_votes WHERE ballot = $1 AND number = 2`, m.Ballot)
		},
		"the last vote removed": func(h *house, m g.Motion) {
			h.exec(`DELETE FROM governance_votes WHERE ballot = $1 AND number = 3`, m.Ballot)
		},
		"a vote edited": func(h *house, m g.Motion) {
			kept := must[[]g.Kept](h.t)(h.store.Votes(h.t.Context(), m.Ballot))[2]
			kept.Vote.Choice.Answer = g.Yes
			b := must[[]byte](h.t)(kept.Vote.Canonical())
			h.exec(`UPDATE governance_votes SET bytes = $3 WHERE ballot = $1 AND number = $2`, m.Ballot, 3, b)
		},
		"a vote added, with its chain but without the seal of this program": func(h *house, m g.Motion) {
			kept := must[[]g.Kept](h.t)(h.store.Votes(h.t.Context(), m.Ballot))
			last := kept[len(kept)-1]
			forged := last.Vote
			forged.Person, forged.Sequence, forged.Choice.Answer = h.people.ids[4], 4, g.Yes
			b := must[[]byte](h.t)(forged.Canonical())
			chain := must[string](h.t)(g.Chain(last.Chain, b))
			h.exec(`INSERT INTO governance_votes (ballot, number, person, voice, at, bytes, chain, seal) VALUES ($1, 4, $2, $2, $3, $4, $5, $6)`,
				m.Ballot, forged.Person, forged.Time.UnixMilli(), b, chain, last.Seal)
		},
		"the roll edited": func(h *house, m g.Motion) {
			h.exec(`DELETE FROM governance_rolls WHERE ballot = $1 AND person = $2`, m.Ballot, h.people.ids[4])
		},
		"the ballot edited": func(h *house, m g.Motion) {
			h.exec(`UPDATE governance_ballots SET bytes = $2 WHERE hash = $1`, m.Ballot, []byte("{}"))
		},
		"the text edited": func(h *house, m g.Motion) {
			text := must[g.Text](h.t)(h.store.TextOf(h.t.Context(), h.organisation, m.Proposal))
			text.Proposal.Title = both("Accorder tout")
			h.exec(`UPDATE governance_texts SET bytes = $2 WHERE proposal = $1`, m.Proposal, must[[]byte](h.t)(text.Proposal.Canonical()))
		},
		"the vote's bytes unreadable": func(h *house, m g.Motion) {
			h.exec(`UPDATE governance_votes SET bytes = $2 WHERE ballot = $1`, m.Ballot, []byte("{"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
				h := newHouse(t, db, g.Demonstration, 5)
				before := h.charters.InForce().Hash
				m := h.called(h.newCharter(1000))
				for n, answer := range []string{g.Yes, g.Yes, g.No} {
					if err := h.vote(m, n, answer); err != nil {
						t.Fatal(err)
					}
				}
				edit(h, m)
				h.clock.move(101 * time.Hour)
				h.restart(g.Demonstration)
				if err := h.service.Recover(t.Context()); err != nil {
					t.Fatal(err)
				}
				h.settle()
				if got := h.state(m); got != g.Voided || h.charters.InForce().Hash != before {
					t.Errorf("%s", got)
				}
				if d, err := h.service.Show(t.Context(), h.actor(1), m.ID); name != "the text edited" && (err != nil || d.Certificate.Fault == nil) {
					t.Errorf("the page does not say so: %v", err)
				}
			})
		})
	}
}

func TestAVoteThatACrashKeptFromTheLogIsBroughtThere(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db, g.Demonstration, 5)
		m := h.called(h.newCharter(1000))
		if err := h.vote(m, 0, g.Yes); err != nil {
			t.Fatal(err)
		}
		h.log.fails = 1
		wantKey(t, h.vote(m, 1, g.Yes), "errors.audit_unavailable")
		wantKey(t, h.vote(m, 1, g.No), "errors.governance_voted") // it was kept, and is stated now
		if err := h.vote(m, 2, g.Yes); err != nil {
			t.Fatal(err)
		}
		h.log.fails = 1
		wantKey(t, h.vote(m, 3, g.Yes), "errors.audit_unavailable")
		h.restart(g.Demonstration)
		if err := h.service.Recover(t.Context()); err != nil {
			t.Fatal(err)
		}
		h.clock.move(101 * time.Hour)
		h.settle()
		d := must[g.Detail](t)(h.service.Show(t.Context(), h.actor(1), m.ID))
		if d.Motion.State != g.Enacted || d.Certificate.Votes != 4 {
			t.Errorf("%s with %d votes", d.Motion.State, d.Certificate.Votes)
		}
	})
}

func TestEveryStepHappensOnceWhateverFails(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		for failing := 1; failing <= 6; failing++ {
			for _, late := range []bool{false, true} {
				h := newHouse(t, db, g.Demonstration, 3)
				m := h.called(h.newCharter(int64(1000 + failing)))
				for n := range 3 {
					if err := h.vote(m, n, g.Yes); err != nil {
						t.Fatal(err)
					}
				}
				h.store = &faulty{Store: h.store, at: failing, late: late}
				h.restart(g.Demonstration)
				if failing == 3 {
					h.log.fails = 1
				}
				if failing == 4 {
					h.charters.after = core.E(core.Unavailable, "errors.charter_unavailable", nil)
				}
				for range 8 {
					h.service.Settle(t.Context()) //nolint:errcheck // some are meant to fail
				}
				if got := h.state(m); got != g.Enacted || len(h.charters.chain) != 2 {
					t.Errorf("write %d fails (late: %t): %s, %d charters", failing, late, got, len(h.charters.chain))
				}
			}
		}
	})
}

func TestOfTwoProposalsAdoptedTogetherOneIsEnacted(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db, g.Demonstration, 3)
		one, other := h.called(h.newCharter(1000)), h.called(h.newCharter(2000))
		for n := range 3 {
			for _, m := range []g.Motion{one, other} {
				if err := h.vote(m, n, g.Yes); err != nil {
					t.Fatal(err)
				}
			}
		}
		h.settle()
		states := map[g.State]int{}
		states[h.state(one)]++
		states[h.state(other)]++
		if diff := cmp.Diff(map[g.State]int{g.Enacted: 1, g.Superseded: 1}, states); diff != "" || len(h.charters.chain) != 2 {
			t.Error(diff)
		}
		// What was written on the charter before must be revised before it can be called.
		late := h.newCharter(3000)
		m := must[g.Motion](t)(h.service.Draft(t.Context(), h.actor(1), late))
		m = must[g.Motion](t)(h.service.Publish(t.Context(), h.actor(1), m.ID))
		h.charters.chain = append(h.charters.chain, must[versionOf](t)(h.charters.InForce().Next(withTokens(h, 4000), []byte("x"), h.clock.Now())))
		_, err := h.service.Call(t.Context(), h.actor(0), m.ID, g.YesNoAbstain, h.clock.Now(), h.clock.Now().Add(2*time.Hour))
		wantKey(t, err, "errors.governance_parent")
	})
}

func TestACertificateGivesRightToItsOwnCharterOnly(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db, g.Demonstration, 3)
		m := h.called(h.newCharter(1000))
		for n := range 3 {
			if err := h.vote(m, n, g.Yes); err != nil {
				t.Fatal(err)
			}
		}
		h.settle()
		first, next := h.charters.chain[0], h.charters.chain[1]
		a := g.NewAuthority(h.store, key{})
		if err := a.Authorises(h.organisation, first, next); err != nil {
			t.Fatal(err)
		}
		refused := func(name string, organisation core.ID, parent, child versionOf) {
			t.Helper()
			if err := a.Authorises(organisation, parent, child); !core.Is(err, core.Corrupt) {
				t.Errorf("%s: %v", name, err)
			}
		}
		refused("another organisation", core.NewID(h.clock.Now()), first, next)
		refused("replayed on what it enacted", h.organisation, next, next)
		other := must[versionOf](t)(first.Next(withTokens(h, 7), next.Certificate, h.clock.Now()))
		refused("another charter", h.organisation, first, other)
		none := next
		none.Certificate = nil
		refused("no certificate", h.organisation, first, none)
		forged := next
		forged.Certificate = []byte(strings.Replace(string(next.Certificate), `"votes":3`, `"votes":4`, 1))
		refused("signed, and not what the votes give", h.organisation, first, forged)
		early := next
		early.Effective = early.Effective.Add(-time.Hour)
		refused("before the time for contestation was over", h.organisation, first, early)
		h.exec(`DELETE FROM governance_votes WHERE ballot = $1 AND number = 3`, m.Ballot)
		refused("votes removed afterwards", h.organisation, first, next)
	})
}

func TestEnoughContestationsStopAnEnactment(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db, "association-fr", 20)
		ctx := t.Context()
		m := must[g.Motion](t)(h.service.Draft(ctx, h.actor(1), h.newCharter(1000)))
		m = must[g.Motion](t)(h.service.Publish(ctx, h.actor(1), m.ID))
		opens := h.clock.Now().Add(15 * 24 * time.Hour)
		m = must[g.Motion](t)(h.service.Call(ctx, h.actor(0), m.ID, g.YesNoAbstain, opens, opens.Add(72*time.Hour)))
		h.clock.move(15 * 24 * time.Hour)
		// Two proxies at most for each; the giver does not vote any more.
		for n := 5; n < 8; n++ {
			err := h.service.GiveProxy(ctx, h.actor(n), m.ID, h.people.ids[1])
			if n < 7 && err != nil {
				t.Fatal(err)
			}
			if n == 7 {
				wantKey(t, err, "errors.governance_proxy_cap")
			}
		}
		if _, err := h.service.Vote(ctx, h.actor(1), m.ID, g.Choice{Answer: g.Yes}, h.people.ids[5]); err != nil {
			t.Fatal(err)
		}
		wantKey(t, h.vote(m, 5, g.No), "errors.governance_voted")
		for n := range 3 {
			if err := h.vote(m, n, g.Yes); err != nil {
				t.Fatal(err)
			}
		}
		h.clock.move(72 * time.Hour)
		h.settle()
		if got := h.state(m); got != g.Standing {
			t.Fatal(got)
		}
		for n := range 2 {
			if err := h.service.Contest(ctx, h.actor(10+n), m.ID, "La convocation est arrivée trop tard."); err != nil {
				t.Fatal(err)
			}
		}
		wantKey(t, h.service.Contest(ctx, h.actor(10), m.ID, "Encore."), "errors.governance_changed")
		h.clock.move(8 * 24 * time.Hour)
		wantKey(t, h.service.Contest(ctx, h.actor(12), m.ID, "Trop tard."), "errors.governance_contest_over")
		h.settle()
		if got := h.state(m); got != g.Contested || len(h.charters.chain) != 1 {
			t.Error(got)
		}
	})
}

func TestRulesAndMandatesAreVotedToo(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db, g.Demonstration, 3)
		next := must[g.RuleSet](t)(g.ShippedRules("association-fr"))
		rules := h.called(g.Sketch{Kind: g.KindRules, Title: both("Nos règles"), Reasons: both("Celles de la loi."), Rules: &next})
		mandate := h.called(g.Sketch{Kind: g.KindMandate, Title: both("Nommer au conseil"), Reasons: both("Un siège est libre."),
			Mandate: &g.Mandate{Body: "board", Person: h.people.ids[2], Office: "member", Months: 24}})
		for n := range 3 {
			for _, m := range []g.Motion{rules, mandate} {
				if err := h.vote(m, n, g.Yes); err != nil {
					t.Fatal(err)
				}
			}
		}
		h.settle()
		_, hash, err := h.service.Rules(t.Context())
		if want := must[string](t)(next.Hash()); err != nil || hash != want || h.state(rules) != g.Enacted {
			t.Error(h.state(rules), err)
		}
		if len(h.people.mandates) != 1 || h.people.mandates[0].Person != h.people.ids[2] || h.people.mandates[0].By != mandate.Proposal {
			t.Errorf("%+v", h.people.mandates)
		}
	})
}

// In a federation a member carries the voices that the register gives, where the rules say so, and only there.
func TestVoicesCountWhereTheRulesSaySo(t *testing.T) {
	for name, c := range map[string]struct {
		voices bool
		want   g.State
	}{
		"one member, one vote": {false, g.Refused},
		"a federation":         {true, g.Enacted},
	} {
		t.Run(name, func(t *testing.T) {
			sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
				h := newHouse(t, db, g.Demonstration, 3)
				h.people.voices = map[core.ID]int{h.people.ids[0]: 5}
				next := must[g.RuleSet](t)(g.ShippedRules(g.Demonstration))
				next.ID, next.Classes.Voices = g.OwnRules, c.voices
				change := h.called(g.Sketch{Kind: g.KindRules, Title: both("Nos règles"), Reasons: both("Une fédération."), Rules: &next})
				for n := range 3 {
					if err := h.vote(change, n, g.Yes); err != nil {
						t.Fatal(err)
					}
				}
				h.settle()
				m := h.called(ordinary("Changer de banque"))
				for n, answer := range []string{g.Yes, g.No, g.No} {
					if err := h.vote(m, n, answer); err != nil {
						t.Fatal(err)
					}
				}
				h.settle()
				if got := h.state(m); got != c.want {
					t.Errorf("got %s, want %s", got, c.want)
				}
				shown := must[g.Detail](t)(h.service.Show(t.Context(), h.actor(1), m.ID))
				if voices := shown.Certificate.Tally.Classes; c.voices && (voices[0].Yes != 5 || voices[0].No != 2) {
					t.Errorf("%+v", voices)
				}
			})
		})
	}
}

func TestManyVoteAtOnce(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db, g.Demonstration, 24)
		m := h.called(ordinary("Ouvrir le samedi"))
		var all sync.WaitGroup
		failures := make(chan error, 48)
		for n := range 24 {
			for range 2 { // and each twice
				all.Go(func() { failures <- h.vote(m, n, g.Yes) })
			}
		}
		all.Wait()
		close(failures)
		twice := 0
		for err := range failures {
			if err != nil {
				wantKey(t, err, "errors.governance_voted")
				twice++
			}
		}
		h.settle()
		d := must[g.Detail](t)(h.service.Show(t.Context(), h.actor(1), m.ID))
		if twice != 24 || d.Motion.State != g.Enacted || d.Certificate.Votes != 24 {
			t.Error(twice, d.Motion.State, fmt.Sprint(d.Certificate))
		}
	})
}

func TestRunEnactsOnceEverybodyVotedAndEndsWithItsContext(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db, g.Demonstration, 3)
		h.charters.enacted = make(chan struct{}, 1)
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- h.service.Run(ctx) }()
		m := h.called(h.newCharter(1000))
		for n := range 3 {
			if err := h.vote(m, n, g.Yes); err != nil {
				t.Fatal(err)
			}
		}
		<-h.charters.enacted
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}
