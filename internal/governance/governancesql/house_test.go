package governancesql_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/solidaire-coop/solidaire/internal/audit"
	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/core"
	g "github.com/solidaire-coop/solidaire/internal/governance"
	"github.com/solidaire-coop/solidaire/internal/governance/governancesql"
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

// public is a log of statements that can be made to fail.
type public struct {
	mu    sync.Mutex
	list  []audit.Statement
	fails int // how many of the next statements fail
}

var errDisk = errors.New("no space left on device")

func (p *public) State(_ context.Context, s audit.Statement) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.fails > 0 {
		p.fails--
		return core.Wrap(errDisk, core.Unavailable, "errors.audit_unavailable", nil)
	}
	p.list = append(p.list, s)
	return nil
}

func (p *public) Scan(_ context.Context, from uint64, each func(uint64, audit.Statement) error) (uint64, error) {
	p.mu.Lock()
	list := slices.Clone(p.list)
	p.mu.Unlock()
	for i, s := range list {
		if uint64(i) < from {
			continue
		}
		if err := each(uint64(i), s); err != nil {
			return uint64(i), err
		}
	}
	return uint64(len(list)), nil
}

// key signs by saying so.
type key struct{}

func (key) Sign(purpose, text string) ([]byte, error) {
	return []byte(purpose + "\n" + text + "signed"), nil
}

func (key) Verify(purpose string, signed []byte) (string, error) {
	text, ok := strings.CutPrefix(string(signed), purpose+"\n")
	text, signedToo := strings.CutSuffix(text, "signed")
	if !ok || !signedToo {
		return "", core.E(core.Corrupt, "errors.audit_signature", nil)
	}
	return text, nil
}

// people are n members of the assembly; the first is its secretary and moderator.
type people struct {
	mu       sync.Mutex
	ids      []core.ID
	mandates []members.Mandate
	voices   map[core.ID]int // where the register gives more than one
}

func (p *people) Roll(_ context.Context, _ core.ID, body string, _ time.Time) ([]members.Elector, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if body != g.Assembly {
		return nil, core.E(core.NotFound, "errors.body_not_found", nil)
	}
	var out []members.Elector
	for _, id := range p.ids {
		out = append(out, members.Elector{Person: id, Voices: max(1, p.voices[id])})
	}
	return out, nil
}

func (p *people) HasOffice(_ context.Context, _, person core.ID, body string, _ members.Office, _ time.Time) (bool, error) {
	return body == g.Assembly && person == p.ids[0], nil
}

func (p *people) Keeping(_ context.Context, a core.Actor) (members.Keeping, error) {
	return members.Keeping{May: a.Person == p.ids[0]}, nil
}

func (p *people) Appoint(_ context.Context, _ core.ID, a members.Appointment) (members.Mandate, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	m := members.Mandate{Person: a.Person, Office: a.Office, Start: a.Start, End: a.End, By: a.By}
	p.mandates = append(p.mandates, m)
	return m, nil
}

func (p *people) Mandates(context.Context, core.ID) ([]members.Mandate, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.mandates), nil
}

// charters obeys what its authority lets follow.
type charters struct {
	mu           sync.Mutex
	organisation core.ID
	chain        []charter.Version
	authority    charter.Authority
	clock        core.Clock
	after        error         // what Enact returns although it enacted: a crash
	enacted      chan struct{} // hears of each enactment, when not nil
}

func (c *charters) InForce() charter.Version {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.chain[len(c.chain)-1]
}

func (c *charters) Enact(_ context.Context, document, certificate []byte) (charter.Version, error) {
	d, err := charter.Parse(document)
	if err != nil {
		return charter.Version{}, err
	}
	parent := c.InForce()
	next, err := parent.Next(d, certificate, c.clock.Now())
	if err != nil {
		return next, err
	}
	if err := c.authority.Authorises(c.organisation, parent, next); err != nil {
		return next, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.chain = append(c.chain, next)
	err, c.after = c.after, nil
	if c.enacted != nil {
		c.enacted <- struct{}{}
	}
	return next, err
}

// house is a governance room on one database, with everything around it.
type house struct {
	t            *testing.T
	db           *sqldb.DB
	store        g.Store
	organisation core.ID
	clock        *clock
	log          *public
	people       *people
	charters     *charters
	service      *g.Service
}

func newHouse(t *testing.T, db *sqldb.DB, rules string, size int) *house {
	t.Helper()
	h := &house{t: t, db: db, clock: &clock{now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}, log: &public{}, people: &people{}}
	h.organisation = core.NewID(h.clock.now)
	for range size {
		h.people.ids = append(h.people.ids, core.NewID(h.clock.now))
	}
	err := db.WithTx(t.Context(), func(tx *sqldb.Tx) error {
		_, err := tx.ExecContext(t.Context(), `INSERT INTO organisations (id, name, lang, created) VALUES ($1, 'Essai', 'fr', 0)`, h.organisation)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	h.store = governancesql.New(db)
	d, err := charter.Template("equilibree")
	if err != nil {
		t.Fatal(err)
	}
	first, err := charter.Genesis(d, h.clock.now)
	if err != nil {
		t.Fatal(err)
	}
	h.charters = &charters{organisation: h.organisation, chain: []charter.Version{first}, clock: h.clock, authority: g.NewAuthority(h.store, key{})}
	h.restart(rules)
	return h
}

// restart is what happens after a crash: another service on the same database.
func (h *house) restart(rules string) {
	h.t.Helper()
	var err error
	h.service, err = g.NewService(h.t.Context(), g.Needs{
		Organisation: h.organisation, Rules: rules, Store: h.store, Members: h.people, Charters: h.charters, Statements: h.log,
		Signer: key{}, CheckCharter: func(charter.Document) error { return nil }, Clock: h.clock, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		h.t.Fatal(err)
	}
}

// actor is the n-th member.
func (h *house) actor(n int) core.Actor {
	return core.Actor{Organisation: h.organisation, Person: h.people.ids[n], Bodies: []string{g.Assembly}}
}

func both(s string) core.Text { return core.Text{FR: s, EN: s} }

func ordinary(title string) g.Sketch {
	return g.Sketch{Kind: g.KindOrdinary, Title: both(title), Reasons: both("Des membres le demandent.")}
}

// newCharter is a sketch that changes one setting of the charter in force.
func (h *house) newCharter(tokens int64) g.Sketch {
	d := h.charters.InForce().Document
	d.Settings.DailyTokensPerMember = tokens
	return g.Sketch{Kind: g.KindCharter, Title: both(fmt.Sprintf("Accorder %d jetons", tokens)), Reasons: both("Le travail le demande."), Charter: &d}
}

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// called brings a sketch to its ballot, called by the secretary, open for an hour.
func (h *house) called(k g.Sketch) g.Motion {
	h.t.Helper()
	m := must[g.Motion](h.t)(h.service.Draft(h.t.Context(), h.actor(1), k))
	m = must[g.Motion](h.t)(h.service.Publish(h.t.Context(), h.actor(1), m.ID))
	return must[g.Motion](h.t)(h.service.Call(h.t.Context(), h.actor(0), m.ID, g.YesNoAbstain, h.clock.Now(), h.clock.Now().Add(100*time.Hour)))
}

func (h *house) vote(m g.Motion, n int, answer string) error {
	_, err := h.service.Vote(h.t.Context(), h.actor(n), m.ID, g.Choice{Answer: answer}, "")
	return err
}

// settle does what is due until nothing is.
func (h *house) settle() {
	h.t.Helper()
	for range 5 {
		if _, err := h.service.Settle(h.t.Context()); err != nil {
			h.t.Fatal(err)
		}
	}
}

func (h *house) state(m g.Motion) g.State {
	h.t.Helper()
	return must[g.Motion](h.t)(h.store.Motion(h.t.Context(), h.organisation, m.ID)).State
}

func (h *house) exec(query string, args ...any) {
	h.t.Helper()
	err := h.db.WithTx(h.t.Context(), func(tx *sqldb.Tx) error {
		_, err := tx.ExecContext(h.t.Context(), query, args...)
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
}

func wantKey(t *testing.T, err error, key string) {
	t.Helper()
	got := ""
	if err != nil {
		got = core.AsError(err).Key
	}
	if got != key {
		t.Errorf("got %q (%v), want %q", got, err, key)
	}
}
