package governancehttp_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/solidaire-coop/solidaire/internal/audit"
	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/core"
	g "github.com/solidaire-coop/solidaire/internal/governance"
	"github.com/solidaire-coop/solidaire/internal/governance/governancebelenios"
	"github.com/solidaire-coop/solidaire/internal/governance/governancehttp"
	"github.com/solidaire-coop/solidaire/internal/governance/governancesql"
	"github.com/solidaire-coop/solidaire/internal/members"
	"github.com/solidaire-coop/solidaire/internal/members/memberssql"
	"github.com/solidaire-coop/solidaire/internal/platform/i18n"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb/sqldbtest"
	"github.com/solidaire-coop/solidaire/internal/platform/web"
	"github.com/solidaire-coop/solidaire/internal/platform/web/pagetest"
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

// log keeps statements in memory.
type log struct {
	mu   sync.Mutex
	list []audit.Statement
}

func (l *log) State(_ context.Context, s audit.Statement) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.list = append(l.list, s)
	return nil
}

func (l *log) Scan(_ context.Context, from uint64, each func(uint64, audit.Statement) error) (uint64, error) {
	l.mu.Lock()
	list := slices.Clone(l.list)
	l.mu.Unlock()
	for i := from; i < uint64(len(list)); i++ {
		if err := each(i, list[i]); err != nil {
			return i, err
		}
	}
	return uint64(len(list)), nil
}

// key signs by saying so.
type key struct{}

func (key) Sign(purpose, text string) ([]byte, error) { return []byte(purpose + "\n" + text), nil }

func (key) Verify(purpose string, signed []byte) (string, error) {
	text, _ := strings.CutPrefix(string(signed), purpose+"\n")
	return text, nil
}

// charters is a chain of one.
type charters struct{ first charter.Version }

func (c charters) InForce() charter.Version { return c.first }

func (c charters) History(context.Context) ([]charter.Version, error) {
	return []charter.Version{c.first}, nil
}

func (c charters) Enact(context.Context, []byte, []byte) (charter.Version, error) {
	return charter.Version{}, core.E(core.Conflict, "errors.governance_parent", nil)
}

// house is the pages on a real room, with real members who are signed in by their names.
type house struct {
	http.Handler
	t        *testing.T
	clock    *clock
	room     *g.Service
	sessions map[string]string
	ids      map[string]core.ID

	organisation core.ID
}

// names are the members; Anaïs is the secretary, Rosalie moderates, Sam runs the machine and is no member.
func names() []string {
	return []string{"Anaïs", "Rosalie", "Luc", "Fatou", "Thomas", "Josée", "Marianne", "Hélène"}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func open(t *testing.T, rules string) *house {
	t.Helper()
	ctx, quiet := t.Context(), slog.New(slog.DiscardHandler)
	h := &house{t: t, clock: &clock{now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}, sessions: map[string]string{}, ids: map[string]core.ID{}}
	db := sqldbtest.SQLite(t)
	people := members.NewService(memberssql.New(db), h.clock, quiet)
	t.Cleanup(func() { people.Close() })
	organisation, err := people.CreateOrganisation(ctx, "Coop Les Semailles", core.French)
	must(t, err)
	_, err = people.CreatePerson(ctx, organisation.ID, "Sam", "", core.RoleOperator)
	must(t, err)
	roster := "Numéro;Nom;Courriel;Collège;Adhésion\n"
	for i, name := range names() {
		roster += fmt.Sprintf("%d;%s;;%s;2016-04-08\n", i+1, name, []string{"Usage", "Travail"}[i%2])
	}
	_, err = people.Import(ctx, organisation.ID, strings.NewReader(roster), members.ImportOptions{AddClasses: true, Zone: time.UTC})
	must(t, err)
	_, err = people.AddBody(ctx, organisation.ID, "board", members.KindBoard, core.Text{FR: "Conseil", EN: "Board"})
	must(t, err)
	all, err := people.People(ctx, organisation.ID)
	must(t, err)
	for _, p := range all {
		h.ids[p.Name] = p.ID
	}
	h.organisation = organisation.ID
	for name, office := range map[string]members.Office{"Anaïs": members.OfficeSecretary, "Rosalie": members.OfficeModerator} {
		_, err = people.Appoint(ctx, organisation.ID, members.Appointment{Body: members.Assembly, Person: h.ids[name], Office: office, Start: h.clock.now})
		must(t, err)
	}
	h.serve(t, community{people, organisation}, g.Needs{Organisation: organisation.ID, Rules: rules, Store: governancesql.New(db), Members: people, Clock: h.clock, Log: quiet})
	return h
}

// community is the members' room of one organisation.
type community struct {
	*members.Service
	organisation members.Organisation
}

func (h *house) serve(t *testing.T, people community, needs g.Needs) {
	t.Helper()
	d, err := charter.Template("equilibree")
	must(t, err)
	first, err := charter.Genesis(d, h.clock.Now())
	must(t, err)
	needs.Charters, needs.Statements, needs.Signer = charters{first}, &log{}, key{}
	needs.CheckCharter = func(charter.Document) error { return nil }
	h.room, err = g.NewService(t.Context(), needs)
	must(t, err)
	bundle, err := i18n.Load()
	must(t, err)
	bundle = bundle.InZone(time.UTC)
	site, err := web.New(web.Config{Bundle: bundle, Logger: needs.Log, Clock: h.clock, Sessions: people, Version: "test",
		Organisation: func(context.Context, core.ID) string { return people.organisation.Name }})
	must(t, err)
	pages, err := governancehttp.New(governancehttp.Config{Site: site, Room: h.room, People: people, Charters: charters{first}, Clock: h.clock, Words: bundle.For,
		Invitations: func(context.Context, core.Actor) ([]governancehttp.Invitation, error) { return nil, nil },
		Elections:   g.Elections{Store: needs.Store.(g.ElectionStore), Powers: people, Motion: h.room.Motion, Read: governancebelenios.Read, Clock: h.clock},
		Models: func(context.Context) ([]governancehttp.Model, error) {
			return []governancehttp.Model{{Name: "qwen3-1.7b", Digest: "sha256:" + strings.Repeat("ab", 32)}}, nil
		},
		Replay: func(context.Context, charter.Document) (charter.Effect, error) { return charter.Effect{}, nil }})
	must(t, err)
	h.Handler = pagetest.Serve(site, pages)
	for name, id := range h.ids {
		link, err := people.NewLink(t.Context(), id, time.Hour)
		must(t, err)
		_, h.sessions[name], err = people.Redeem(t.Context(), link)
		must(t, err)
	}
}

// actor is somebody as the room knows them.
func (h *house) actor(name string) core.Actor {
	return core.Actor{Organisation: h.organisation, Person: h.ids[name], Bodies: []string{g.Assembly}}
}

// get reads a page as somebody; "" is nobody.
func (h *house) get(name, path string) *pagetest.Page {
	h.t.Helper()
	return pagetest.Do(h.t, h, pagetest.Ask{Path: path, Session: h.sessions[name]})
}

// post sends a form as somebody, in French.
func (h *house) post(name, path string, fields ...string) *pagetest.Page {
	h.t.Helper()
	return h.postIn("fr", name, path, fields...)
}

func (h *house) postIn(lang, name, path string, fields ...string) *pagetest.Page {
	h.t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Add(fields[i], fields[i+1])
	}
	return pagetest.Do(h.t, h, pagetest.Ask{Method: http.MethodPost, Path: path, Session: h.sessions[name], Lang: lang,
		Media: "application/x-www-form-urlencoded", Body: strings.NewReader(form.Encode())})
}

// done posts and fails the test unless the step was taken; it returns where it leads.
func (h *house) done(name, path string, fields ...string) string {
	h.t.Helper()
	page := h.post(name, path, fields...)
	if page.Status != http.StatusSeeOther {
		h.t.Fatalf("%s by %s: %d\n%s", path, name, page.Status, page.Text())
	}
	return page.Header.Get("Location")
}

// question is a proposal of Luc's in deliberation; its address.
func (h *house) question() string {
	h.t.Helper()
	where := h.done("Luc", "/propose/question", "title.fr", "Ouvrir le samedi", "title.en", "Open on Saturdays", "reasons.fr", "Des membres le demandent.",
		"reasons.en", "Members ask for it.", "body", "assembly", "do", "save")
	h.done("Luc", where+"/do/publish")
	return where
}
