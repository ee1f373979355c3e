package memberssql_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/members"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb/sqldbtest"
)

// span is a time that the model knows of.
type span struct{ start, end time.Time }

func (s span) holds(at time.Time) bool {
	return !at.Before(s.start) && (s.end.IsZero() || at.Before(s.end))
}

// line is what the model knows of one person.
type line struct {
	name   string
	votes  []span // in the assembly
	seats  []span // in the board
	left   time.Time
	voting bool
}

func (l *line) sits(at time.Time) bool {
	return slices.ContainsFunc(l.seats, func(s span) bool { return s.holds(at) }) && (l.left.IsZero() || at.Before(l.left))
}

func (l *line) votesAt(at time.Time) bool {
	return slices.ContainsFunc(l.votes, func(s span) bool { return s.holds(at) })
}

// Nobody is on a roll outside their dates, and everybody is within them, whatever the history and whatever the date asked.
func TestNobodyIsOnARollOutsideTheirDates(t *testing.T) {
	t.Parallel()
	db := sqldbtest.SQLite(t)
	outer := t
	ctx := t.Context()
	rapid.Check(t, func(t *rapid.T) {
		h := newHouse(outer, db)
		org := h.organisation.ID
		if _, err := h.AddBody(ctx, org, "board", members.KindBoard, core.Text{FR: "Conseil", EN: "Board"}); err != nil {
			t.Fatal(err)
		}
		people := map[core.ID]*line{h.amelie.ID: {name: "Amélie", votes: []span{{start: h.clock.Now()}}, voting: true}}
		marks := []time.Time{h.clock.Now()}
		moment := func(t *rapid.T, label string) time.Time {
			return h.clock.Now().Add(time.Duration(rapid.Int64Range(-100, 100).Draw(t, label)) * time.Minute)
		}
		person := func(t *rapid.T) core.ID {
			ids := make([]core.ID, 0, len(people))
			for id := range people {
				ids = append(ids, id)
			}
			slices.Sort(ids)
			return rapid.SampledFrom(ids).Draw(t, "person")
		}
		t.Repeat(map[string]func(*rapid.T){
			"enrol": func(t *rapid.T) {
				joined, voting := moment(t, "joined"), rapid.Bool().Draw(t, "voting")
				r, err := h.Enrol(ctx, org, members.Entry{Name: "P", Voting: voting, Joined: joined})
				if err != nil {
					t.Fatal(err)
				}
				l := &line{voting: voting}
				if voting {
					l.votes = []span{{start: joined}}
				}
				people[r.Person.ID] = l
				marks = append(marks, joined)
			},
			"change the vote": func(t *rapid.T) {
				id := person(t)
				l, now := people[id], h.clock.Now()
				r, err := h.Member(ctx, org, id)
				if err != nil {
					t.Fatal(err)
				}
				m := r.Membership()
				_, err = h.Amend(ctx, org, id, members.Entry{Name: "P", Voting: !l.voting})
				if gone := !m.Left.IsZero() && !m.Left.After(now); (err != nil) != gone {
					t.Fatalf("gone: %v, got %v", gone, err)
				}
				if err != nil {
					return
				}
				l.voting = !l.voting
				from := now
				if last := r.History[len(r.History)-1]; !last.Start.Before(now) {
					from = last.Start
				}
				if l.voting {
					l.votes = append(l.votes, span{from, m.Left})
				} else {
					l.votes[len(l.votes)-1].end = from
				}
				marks = append(marks, from)
			},
			"leave": func(t *rapid.T) {
				id := person(t)
				l, at := people[id], moment(t, "at")
				if _, err := h.Leave(ctx, org, id, at); err != nil {
					return // refused: too early, or gone
				}
				l.left = at
				if l.voting {
					l.votes[len(l.votes)-1].end = at
				}
				for i, s := range l.seats {
					if s.end.IsZero() || s.end.After(at) {
						l.seats[i].end = at
						if s.start.After(at) {
							l.seats[i].end = s.start
						}
					}
				}
				marks = append(marks, at)
			},
			"come back": func(t *rapid.T) {
				id := person(t)
				l, at := people[id], moment(t, "at")
				if _, err := h.Return(ctx, org, id, at); err != nil {
					return
				}
				stays := l.left.After(h.clock.Now())
				switch {
				case stays && l.voting:
					l.votes[len(l.votes)-1].end = time.Time{}
				case l.voting:
					l.votes = append(l.votes, span{start: at})
				}
				l.left = time.Time{}
				marks = append(marks, at)
			},
			"appoint": func(t *rapid.T) {
				id := person(t)
				s := span{start: moment(t, "start")}
				if rapid.Bool().Draw(t, "ends") {
					s.end = s.start.Add(time.Duration(rapid.Int64Range(1, 60).Draw(t, "for")) * time.Minute)
					marks = append(marks, s.end)
				}
				_, err := h.Appoint(ctx, org, members.Appointment{Body: "board", Person: id, Office: members.OfficeMember, Start: s.start, End: s.end})
				if err == nil {
					people[id].seats = append(people[id].seats, s)
					marks = append(marks, s.start)
				}
			},
			"time passes": func(t *rapid.T) {
				h.clock.pass(time.Duration(rapid.Int64Range(1, 60).Draw(t, "minutes")) * time.Minute)
			},
			"": func(t *rapid.T) {
				mark := rapid.SampledFrom(marks).Draw(t, "mark")
				for _, at := range []time.Time{mark.Add(-time.Millisecond), mark, h.clock.Now(), moment(t, "asked")} {
					compare(t, h, members.Assembly, at, people, (*line).votesAt)
					compare(t, h, "board", at, people, (*line).sits)
				}
			},
		})
	})
}

func compare(t *rapid.T, h *house, body string, at time.Time, people map[core.ID]*line, on func(*line, time.Time) bool) {
	roll, err := h.Roll(context.Background(), h.organisation.ID, body, at)
	if err != nil {
		t.Fatal(err)
	}
	listed := map[core.ID]bool{}
	for _, e := range roll {
		listed[e.Person] = true
	}
	for id, l := range people {
		if want := on(l, at); listed[id] != want {
			t.Fatalf("%s at %s: %s listed %v, want %v (votes %v, seats %v, left %v)", body, at, id, listed[id], want, l.votes, l.seats, l.left)
		}
	}
	if len(roll) != len(listed) {
		t.Fatalf("somebody is twice on the roll of %s", body)
	}
}
