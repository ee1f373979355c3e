package meetingssql_test

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/solidaire-coop/solidaire/internal/audit"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/governance"
	"github.com/solidaire-coop/solidaire/internal/meetings"
	"github.com/solidaire-coop/solidaire/internal/meetings/meetingssql"
	"github.com/solidaire-coop/solidaire/internal/members"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb"
)

// clock stands until it is moved.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// people are n members; the first is the assembly's secretary, the second its chair, the last has no address.
type people struct{ list []members.Record }

func (p people) Roll(_ context.Context, _ core.ID, body string, _ time.Time) ([]members.Elector, error) {
	var out []members.Elector
	for i, r := range p.list {
		if body == governance.Assembly || i < 3 {
			out = append(out, members.Elector{Person: r.Person.ID, Name: r.Person.Name})
		}
	}
	return out, nil
}

func (p people) HasOffice(_ context.Context, _, person core.ID, _ string, office members.Office, _ time.Time) (bool, error) {
	return office == members.OfficeChair && person == p.list[1].Person.ID, nil
}

func (p people) Members(context.Context, core.ID) ([]members.Record, error) { return p.list, nil }

func (p people) People(context.Context, core.ID) ([]members.Person, error) {
	var out []members.Person
	for _, r := range p.list {
		out = append(out, r.Person)
	}
	return out, nil
}

func (p people) Bodies(context.Context, core.ID) ([]members.Body, error) {
	return []members.Body{{Key: governance.Assembly, Name: core.Text{FR: "Assemblée", EN: "Assembly"}}}, nil
}

// decisions are the rules of a shipped set, and proposals that stand where a test puts them.
type decisions struct {
	mu      sync.Mutex
	set     governance.RuleSet
	people  people
	motions map[core.ID]governance.Motion
}

func (d *decisions) Rules(context.Context) (governance.RuleSet, string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	hash, err := d.set.Hash()
	return d.set, hash, err
}

func (d *decisions) RulesHistory(ctx context.Context) ([]governance.RulesVersion, error) {
	_, hash, err := d.Rules(ctx)
	text, _ := d.set.Canonical()
	return []governance.RulesVersion{{Number: 1, Hash: hash, Bytes: text}}, err
}

func (d *decisions) MaySecretary(_ context.Context, a core.Actor, _ string) (bool, error) {
	return a.Person == d.people.list[0].Person.ID, nil
}

func (d *decisions) Motion(_ context.Context, _ core.Actor, id core.ID) (governance.Motion, error) {
	m, ok := d.motions[id]
	if !ok {
		return m, core.E(core.NotFound, "errors.governance_unknown", nil)
	}
	return m, nil
}

func (d *decisions) Show(ctx context.Context, a core.Actor, id core.ID) (governance.Detail, error) {
	m, err := d.Motion(ctx, a, id)
	return governance.Detail{Motion: m, Call: &governance.Call{Ballot: governance.Ballot{RollSize: 12, Method: governance.YesNoAbstain}}}, err
}

// post keeps letters, and fails for addresses that it is told to.
type post struct {
	mu      sync.Mutex
	refuses map[string]bool
	letters []members.Letter
}

func (p *post) Send(_ context.Context, l members.Letter) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.refuses[l.To] {
		return core.Wrap(errors.New("no such mailbox"), core.Unavailable, "errors.mail_failed", nil)
	}
	p.letters = append(p.letters, l)
	return nil
}

// public is a log of statements that can be made to fail.
type public struct {
	mu    sync.Mutex
	list  []audit.Statement
	fails bool
}

func (p *public) State(_ context.Context, s audit.Statement) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.fails {
		return core.Wrap(errors.New("disk"), core.Unavailable, "errors.audit_unavailable", nil)
	}
	if _, err := s.AppendCanonical(nil); err != nil {
		return err
	}
	p.list = append(p.list, s)
	return nil
}

func (p *public) Scan(context.Context, uint64, func(uint64, audit.Statement) error) (uint64, error) {
	return 0, nil
}

type house struct {
	*testing.T
	db        *sqldb.DB
	store     *meetingssql.Store
	service   *meetings.Service
	clock     *clock
	people    people
	decisions *decisions
	post      *post
	log       *public
	id        core.ID
}

func newHouse(t *testing.T, db *sqldb.DB, rules string) *house {
	t.Helper()
	h := &house{T: t, db: db, store: meetingssql.New(db), clock: &clock{now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}, post: &post{refuses: map[string]bool{}}, log: &public{}}
	h.id = core.NewID(h.clock.now)
	err := db.WithTx(t.Context(), func(tx *sqldb.Tx) error {
		_, err := tx.ExecContext(t.Context(), `INSERT INTO organisations (id, name, lang, created) VALUES ($1, 'Essai', 'fr', 0)`, h.id)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 12 {
		name := string(rune('A' + i))
		r := members.Record{Person: members.Person{ID: core.NewID(h.clock.now), Organisation: h.id, Name: name}, Email: name + "@exemple.example"}
		if i == 11 {
			r.Email = ""
		}
		h.people.list = append(h.people.list, r)
	}
	set, err := governance.ShippedRules(rules)
	if err != nil {
		t.Fatal(err)
	}
	h.decisions = &decisions{set: set, people: h.people, motions: map[core.ID]governance.Motion{}}
	h.service = meetings.NewService(meetings.Needs{
		Organisation: h.id, Name: "Essai", Store: h.store, Members: h.people, Governance: h.decisions, Statements: h.log, Post: h.post,
		Write: func(n meetings.Notice, to members.Person) members.Letter {
			return members.Letter{Subject: string(n.Why), Text: n.Title.FR + " " + to.Name}
		},
		Zone: time.UTC, Clock: h.clock, Log: slog.New(slog.DiscardHandler),
	})
	return h
}

func (h *house) actor(n int) core.Actor {
	bodies := []string{governance.Assembly}
	if n < 3 {
		bodies = append(bodies, "board")
	}
	return core.Actor{Organisation: h.id, Person: h.people.list[n].Person.ID, Bodies: bodies}
}

func both(s string) core.Text { return core.Text{FR: s, EN: s} }

func (h *house) plan(in time.Duration) meetings.Plan {
	return meetings.Plan{Body: governance.Assembly, Kind: governance.MeetingOrdinary, Title: both("Assemblée de juin"), Place: "La salle", Link: "https://video.example/x", Starts: h.clock.Now().Add(in), Length: 120}
}

// planned is a draft with two items, the second a decision on a proposal whose ballot is open.
func (h *house) planned(in time.Duration) meetings.Meeting {
	h.Helper()
	motion := core.NewID(h.clock.Now())
	h.decisions.motions[motion] = governance.Motion{ID: motion, Body: governance.Assembly, State: governance.Balloting, Ballot: "b", Title: both("Un prix")}
	m := must[meetings.Meeting](h)(h.service.Plan(h.Context(), h.actor(0), h.plan(in)))
	h.add(m, meetings.Item{Kind: meetings.Information, Title: both("Le rapport"), Length: 15})
	return h.add(m, meetings.Item{Kind: meetings.Decision, Title: both("Le prix"), Motion: motion, Length: 20})
}

func (h *house) add(m meetings.Meeting, i meetings.Item) meetings.Meeting {
	h.Helper()
	return must[meetings.Meeting](h)(h.service.AddItem(h.Context(), h.actor(0), m.ID, i))
}

func (h *house) deliver() {
	h.Helper()
	for range 3 {
		if _, err := h.service.Deliver(h.Context()); err != nil {
			h.Fatal(err)
		}
	}
}

func (h *house) letters(m meetings.Meeting) map[meetings.LetterState]int {
	h.Helper()
	out := map[meetings.LetterState]int{}
	for _, l := range must[[]meetings.Letter](h)(h.store.Letters(h.Context(), m.ID)) {
		out[l.State]++
	}
	return out
}

func (h *house) show(n int, m meetings.Meeting) meetings.Detail {
	h.Helper()
	return must[meetings.Detail](h)(h.service.Show(h.Context(), h.actor(n), m.ID))
}

func must[T any](t interface {
	Helper()
	Fatal(args ...any)
}) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func (h *house) want(err error, key string) {
	h.Helper()
	got := ""
	if err != nil {
		got = core.AsError(err).Key
	}
	if got != key {
		h.Errorf("got %q (%v), want %q", got, err, key)
	}
}

func (h *house) exec(query string, args ...any) {
	h.Helper()
	err := h.db.WithTx(h.Context(), func(tx *sqldb.Tx) error {
		_, err := tx.ExecContext(h.Context(), query, args...)
		return err
	})
	if err != nil {
		h.Fatal(err)
	}
}
