package memberssql_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/members"
	"github.com/solidaire-coop/solidaire/internal/members/memberssql"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb/sqldbtest"
)

func (h *house) enrol(t testing.TB, e members.Entry) members.Record {
	t.Helper()
	if e.Joined.IsZero() {
		e.Joined = h.clock.Now()
	}
	r, err := h.Enrol(t.Context(), h.organisation.ID, e)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (h *house) names(t testing.TB, body string, at time.Time) []string {
	t.Helper()
	roll, err := h.Roll(t.Context(), h.organisation.ID, body, at)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.IsSortedFunc(roll, func(a, b members.Elector) int {
		if a.Person < b.Person {
			return -1
		}
		return 1
	}) {
		t.Fatalf("not sorted by person: %v", roll)
	}
	var names []string
	for _, e := range roll {
		names = append(names, e.Name+"/"+e.Class)
	}
	slices.Sort(names)
	return names
}

func (h *house) wantRoll(t testing.TB, body string, at time.Time, want ...string) {
	t.Helper()
	if got := h.names(t, body, at); !slices.Equal(got, want) {
		t.Fatalf("roll of %s at %s: got %q, want %q", body, at, got, want)
	}
}

func (h *house) setClass(t testing.TB, key string) {
	t.Helper()
	if err := h.SetClass(t.Context(), h.organisation.ID, members.Class{Key: key, Name: core.Text{FR: key, EN: key}}); err != nil {
		t.Fatal(err)
	}
}

func TestTheRegisterKeepsItsHistory(t *testing.T) {
	t.Parallel()
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		ctx, start := t.Context(), h.clock.Now()
		h.setClass(t, "travail")
		h.setClass(t, "usage")
		paul := h.enrol(t, members.Entry{Name: "Paul", Number: "12", Email: "Paul@Exemple.org", Class: "travail", Voting: true, Joined: start.AddDate(-2, 0, 0)})
		h.wantRoll(t, members.Assembly, start, "Amélie/", "Paul/travail")
		h.wantRoll(t, members.Assembly, start.AddDate(-1, 0, 0), "Paul/travail")
		h.wantRoll(t, members.Assembly, start.AddDate(-3, 0, 0))

		h.clock.pass(time.Hour)
		if _, err := h.Amend(ctx, h.organisation.ID, paul.Person.ID, members.Entry{Name: "Paul D.", Number: "12", Class: "usage", Voting: false}); err != nil {
			t.Fatal(err)
		}
		h.clock.pass(time.Hour)
		if _, err := h.Amend(ctx, h.organisation.ID, paul.Person.ID, members.Entry{Name: "Paul D.", Number: "12", Class: "usage", Voting: true}); err != nil {
			t.Fatal(err)
		}
		h.wantRoll(t, members.Assembly, start, "Amélie/", "Paul D./travail")
		h.wantRoll(t, members.Assembly, start.Add(90*time.Minute), "Amélie/")
		h.wantRoll(t, members.Assembly, start.Add(3*time.Hour), "Amélie/", "Paul D./usage")

		left := h.clock.Now()
		if _, err := h.Leave(ctx, h.organisation.ID, paul.Person.ID, left); err != nil {
			t.Fatal(err)
		}
		h.wantRoll(t, members.Assembly, left.Add(-time.Millisecond), "Amélie/")
		h.wantRoll(t, members.Assembly, left, "Amélie/")
		_, err := h.Leave(ctx, h.organisation.ID, paul.Person.ID, left)
		wantCode(t, err, core.Conflict)
		h.clock.pass(time.Hour)
		if _, err := h.Return(ctx, h.organisation.ID, paul.Person.ID, h.clock.Now()); err != nil {
			t.Fatal(err)
		}
		r, err := h.Member(ctx, h.organisation.ID, paul.Person.ID)
		if m := r.Membership(); err != nil || m.Number != "12" || m.Class != "usage" || !m.Voting || !m.Joined.Equal(h.clock.Now()) || !m.Left.IsZero() {
			t.Errorf("after coming back: %+v, %v", m, err)
		}
		h.wantRoll(t, members.Assembly, left, "Amélie/")
		h.wantRoll(t, members.Assembly, h.clock.Now(), "Amélie/", "Paul D./usage")
	})
}

func TestNumbersAndAddressesBelongToOne(t *testing.T) {
	t.Parallel()
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		ctx := t.Context()
		paul := h.enrol(t, members.Entry{Name: "Paul", Number: "12", Email: "paul@exemple.org"})
		for _, e := range []members.Entry{{Name: "Zoé", Number: "12"}, {Name: "Zoé", Email: "PAUL@exemple.org "}} {
			e.Joined = h.clock.Now()
			_, err := h.Enrol(ctx, h.organisation.ID, e)
			if core.AsError(err).Key != "errors.register_taken" {
				t.Fatalf("%+v: %v", e, err)
			}
		}
		// Nothing of what was refused is kept.
		if people, err := h.People(ctx, h.organisation.ID); err != nil || len(people) != 2 {
			t.Fatalf("%v, %v", people, err)
		}
		// Two who write over the same version: the second is told.
		store := memberssql.New(db)
		first, err := store.Record(ctx, paul.Person.ID)
		if err != nil {
			t.Fatal(err)
		}
		second := first
		first.Number, second.Number = "13", "14"
		if err := store.SaveRecords(ctx, []members.Record{first}); err != nil {
			t.Fatal(err)
		}
		if err := store.SaveRecords(ctx, []members.Record{second}); err != members.ErrChanged {
			t.Errorf("got %v", err)
		}
		// Two who exchange their numbers at once.
		zoe := h.enrol(t, members.Entry{Name: "Zoé", Number: "15"})
		a, _ := store.Record(ctx, paul.Person.ID)
		b, _ := store.Record(ctx, zoe.Person.ID)
		a.Number, b.Number = b.Number, a.Number
		if err := store.SaveRecords(ctx, []members.Record{a, b}); err != nil {
			t.Fatal(err)
		}
		if got, err := store.Record(ctx, zoe.Person.ID); err != nil || got.Number != "13" {
			t.Errorf("%+v, %v", got, err)
		}
	})
}

func TestBodiesAndMandates(t *testing.T) {
	t.Parallel()
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		ctx, org, start := t.Context(), h.organisation.ID, h.clock.Now()
		if _, err := h.AddBody(ctx, org, "board", members.KindBoard, core.Text{FR: "Conseil", EN: "Board"}); err != nil {
			t.Fatal(err)
		}
		_, err := h.AddBody(ctx, org, "board", members.KindCommittee, core.Text{FR: "Autre", EN: "Other"})
		wantCode(t, err, core.Conflict)
		for _, key := range []string{"", "Board", "é", "a b", `a"`} {
			_, err := h.AddBody(ctx, org, key, members.KindBoard, core.Text{FR: "Conseil", EN: "Board"})
			wantCode(t, err, core.Invalid)
		}
		_, err = h.AddBody(ctx, org, "autre", members.KindAssembly, core.Text{FR: "Conseil", EN: "Board"})
		wantCode(t, err, core.Invalid)
		bodies, err := h.Bodies(ctx, org)
		if err != nil || len(bodies) != 2 || bodies[0].Key != members.Assembly || bodies[1].Key != "board" {
			t.Fatalf("%v, %v", bodies, err)
		}

		m, err := h.Appoint(ctx, org, members.Appointment{Body: "board", Person: h.amelie.ID, Office: members.OfficeChair, Start: start, End: start.AddDate(1, 0, 0), By: "assemblée du 22 novembre"})
		if err != nil {
			t.Fatal(err)
		}
		_, err = h.Appoint(ctx, org, members.Appointment{Body: "board", Person: h.amelie.ID, Office: members.OfficeChair, Start: start.AddDate(0, 6, 0)})
		wantCode(t, err, core.Conflict)
		if _, err := h.Appoint(ctx, org, members.Appointment{Body: "board", Person: h.amelie.ID, Office: members.OfficeSecretary, Start: start}); err != nil {
			t.Fatal(err)
		}
		for _, bad := range []members.Appointment{
			{Body: members.Assembly, Person: h.amelie.ID, Office: members.OfficeMember, Start: start},
			{Body: "board", Person: h.amelie.ID, Office: "queen", Start: start},
			{Body: "board", Person: h.amelie.ID, Office: members.OfficeMember, Start: start, End: start},
			{Body: "board", Person: h.amelie.ID, Office: members.OfficeMember},
		} {
			_, err := h.Appoint(ctx, org, bad)
			wantCode(t, err, core.Invalid)
		}
		_, err = h.Appoint(ctx, org, members.Appointment{Body: "nowhere", Person: h.amelie.ID, Office: members.OfficeMember, Start: start})
		wantCode(t, err, core.NotFound)

		h.wantRoll(t, "board", start, "Amélie/") // twice there, once on the roll
		h.wantRoll(t, "board", start.Add(-time.Millisecond))
		h.clock.pass(time.Hour)
		ended, err := h.EndMandate(ctx, org, m.ID, h.clock.Now())
		if err != nil || !ended.End.Equal(h.clock.Now()) {
			t.Fatalf("%+v, %v", ended, err)
		}
		_, err = h.EndMandate(ctx, org, m.ID, h.clock.Now())
		wantCode(t, err, core.Conflict)
		if held, err := h.HasOffice(ctx, org, h.amelie.ID, "board", members.OfficeChair, start); err != nil || !held {
			t.Errorf("what was held is held in its time: %v, %v", held, err)
		}
		if held, err := h.HasOffice(ctx, org, h.amelie.ID, "board", members.OfficeChair, h.clock.Now()); err != nil || held {
			t.Errorf("held after its end: %v, %v", held, err)
		}
		if all, err := h.Mandates(ctx, org); err != nil || len(all) != 2 || all[0].By+all[1].By == "" {
			t.Errorf("%v, %v", all, err)
		}
	})
}

func TestThePowersOfAnActorFollowTheirDates(t *testing.T) {
	t.Parallel()
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		other := newService(t, db, h.clock) // another process
		ctx, org, start := t.Context(), h.organisation.ID, h.clock.Now()
		h.setClass(t, "travail")
		if _, err := h.AddBody(ctx, org, "board", members.KindBoard, core.Text{FR: "Conseil", EN: "Board"}); err != nil {
			t.Fatal(err)
		}
		paul := h.enrol(t, members.Entry{Name: "Paul", Class: "travail", Voting: true}).Person.ID
		_, secret, err := h.CreateKey(ctx, paul, "clé")
		if err != nil {
			t.Fatal(err)
		}
		want := func(bodies []string, class string) {
			t.Helper()
			for name, s := range map[string]*members.Service{"here": h.Service, "elsewhere": other} {
				actor, err := s.Authenticate(ctx, secret)
				if err != nil || !slices.Equal(actor.Bodies, bodies) || actor.Class != class {
					t.Fatalf("%s: got %q, %q, %v; want %q, %q", name, actor.Bodies, actor.Class, err, bodies, class)
				}
			}
		}
		want([]string{"assembly"}, "travail")
		m, err := h.Appoint(ctx, org, members.Appointment{Body: "board", Person: paul, Office: members.OfficeMember, Start: start.Add(time.Minute), End: start.Add(time.Hour)})
		if err != nil {
			t.Fatal(err)
		}
		want([]string{"assembly"}, "travail")
		h.clock.pass(time.Minute)
		want([]string{"assembly", "board"}, "travail") // by the clock alone
		if _, err := h.EndMandate(ctx, org, m.ID, start.Add(30*time.Minute)); err != nil {
			t.Fatal(err)
		}
		h.clock.pass(time.Second) // for the other process
		want([]string{"assembly", "board"}, "travail")
		h.clock.at(start.Add(30 * time.Minute))
		want([]string{"assembly"}, "travail")

		if err := h.DeclineAI(ctx, paul, true); err != nil {
			t.Fatal(err)
		}
		if actor, err := h.PersonActor(ctx, paul); err != nil || !actor.DeclinesAI || actor.Credential != "" {
			t.Fatalf("%+v, %v", actor, err)
		}
	})
}

func TestWhoLeftComesInNoMore(t *testing.T) {
	t.Parallel()
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		other := newService(t, db, h.clock)
		ctx, org := t.Context(), h.organisation.ID
		if _, err := h.AddBody(ctx, org, "board", members.KindBoard, core.Text{FR: "Conseil", EN: "Board"}); err != nil {
			t.Fatal(err)
		}
		paul := h.enrol(t, members.Entry{Name: "Paul", Voting: true}).Person.ID
		if _, err := h.Appoint(ctx, org, members.Appointment{Body: "board", Person: paul, Office: members.OfficeMember, Start: h.clock.Now()}); err != nil {
			t.Fatal(err)
		}
		key, secret, err := h.CreateKey(ctx, paul, "clé")
		if err != nil {
			t.Fatal(err)
		}
		link, _ := h.NewLink(ctx, paul, time.Hour)
		session, token, err := h.Redeem(ctx, link)
		if err != nil {
			t.Fatal(err)
		}
		unused, _ := h.NewLink(ctx, paul, time.Hour)
		left := h.clock.Now().Add(10 * time.Minute) // said beforehand
		if _, err := h.Leave(ctx, org, paul, left); err != nil {
			t.Fatal(err)
		}
		h.clock.at(left.Add(-time.Millisecond))
		for _, s := range []*members.Service{h.Service, other} {
			if _, err := s.Authenticate(ctx, secret); err != nil {
				t.Fatalf("before leaving: %v", err)
			}
		}
		h.clock.at(left)
		for _, s := range []*members.Service{h.Service, other} {
			_, asKey := s.Authenticate(ctx, secret)
			_, asSession := s.SessionActor(ctx, token)
			_, asPerson := s.PersonActor(ctx, paul)
			for _, err := range []error{asKey, asSession, asPerson} {
				wantCode(t, err, core.Unauthenticated)
			}
			for _, id := range []core.ID{key.ID, session.ID} {
				if holds, err := s.Holds(ctx, id); err != nil || holds {
					t.Errorf("still holds: %v, %v", holds, err)
				}
			}
			_, _, err := s.Redeem(ctx, unused)
			wantCode(t, err, core.Unauthenticated)
		}
		h.wantRoll(t, "board", left)
		h.wantRoll(t, "board", left.Add(-time.Millisecond), "Paul/")
		_, err = h.Appoint(ctx, org, members.Appointment{Body: "board", Person: paul, Office: members.OfficeMember, Start: left.Add(time.Hour)})
		wantCode(t, err, core.Conflict)
		_, err = h.NewLink(ctx, paul, time.Hour)
		wantCode(t, err, core.Conflict)
	})
}

func TestAFileComesInWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		ctx, org := t.Context(), h.organisation.ID
		bring := func(file string, o members.ImportOptions) (members.ImportReport, error) {
			o.Zone = time.UTC
			return h.Import(ctx, org, strings.NewReader(file), o)
		}
		good := "Nom;Numéro;Collège;Adhésion\nAmélie;1;Travail;2020-01-01\nPaul;2;Travail;2021-01-01\n"
		if report, err := bring(good, members.ImportOptions{DryRun: true, AddClasses: true}); err != nil || len(report.New) != 1 || len(report.Changed) != 1 {
			t.Fatalf("%+v, %v", report, err)
		}
		report, err := bring(good+";3;;\n", members.ImportOptions{AddClasses: true})
		if core.AsError(err).Key != "errors.roster_lines" || report.Wrong != 1 || report.Problems[0].Line != 4 {
			t.Fatalf("%+v, %v", report, err)
		}
		if all, err := h.Members(ctx, org); err != nil || len(all) != 1 {
			t.Fatalf("something of a bad file came in: %v, %v", all, err)
		}
		if list, err := h.Classes(ctx, org); err != nil || len(list) != 0 {
			t.Fatalf("a class of a bad file came in: %v, %v", list, err)
		}
		if report, err := bring(good, members.ImportOptions{AddClasses: true}); err != nil || len(report.New) != 1 || len(report.Changed) != 1 || len(report.Classes) != 1 {
			t.Fatalf("%+v, %v", report, err)
		}
		h.wantRoll(t, members.Assembly, h.clock.Now().AddDate(-3, 0, 0), "Amélie/travail", "Paul/travail")
		h.clock.pass(time.Hour)
		h.wantRoll(t, members.Assembly, h.clock.Now(), "Amélie/travail", "Paul/travail")
		if report, err := bring(good, members.ImportOptions{}); err != nil || report.Same != 2 || len(report.New)+len(report.Changed) != 0 {
			t.Fatalf("again: %+v, %v", report, err)
		}
		var out strings.Builder
		if err := h.Export(ctx, org, &out, core.French, time.UTC); err != nil || !strings.Contains(out.String(), "2;Paul;;Travail;oui;1;2021-01-01;;;non\r\n") {
			t.Fatalf("%q, %v", out.String(), err)
		}
		if report, err := bring(out.String(), members.ImportOptions{}); err != nil || report.Same != 2 {
			t.Fatalf("what was exported: %+v, %v", report, err)
		}
	})
}

// A federation gives its members as many voices as its register says, and a past roll shows those of its day.
func TestTheRegisterKeepsHowManyVoicesAMemberCarries(t *testing.T) {
	t.Parallel()
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h, ctx := newHouse(t, db), t.Context()
		org := h.organisation.ID
		voices := func(at time.Time, name string) int {
			t.Helper()
			roll, err := h.Roll(ctx, org, members.Assembly, at)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range roll {
				if e.Name == name {
					return e.Voices
				}
			}
			return 0
		}
		began := h.clock.Now()
		big, err := h.Enrol(ctx, org, members.Entry{Name: "Coop du Nord", Voting: true, Voices: 3, Joined: began})
		if err != nil {
			t.Fatal(err)
		}
		h.clock.pass(time.Hour)
		if _, err := h.Amend(ctx, org, big.Person.ID, members.Entry{Name: "Coop du Nord", Voting: true, Voices: 5}); err != nil {
			t.Fatal(err)
		}
		h.clock.pass(time.Hour)
		if then, now := voices(began, "Coop du Nord"), voices(h.clock.Now(), "Coop du Nord"); then != 3 || now != 5 {
			t.Errorf("%d voices then, %d now", then, now)
		}
		if got := voices(h.clock.Now(), "Amélie"); got != 1 {
			t.Errorf("a person has %d voices", got)
		}
		for _, wrong := range []int{-1, 10_001} {
			if _, err := h.Amend(ctx, org, big.Person.ID, members.Entry{Name: "Coop du Nord", Voting: true, Voices: wrong}); core.AsError(err).Key != "errors.member_voices" {
				t.Errorf("%d: %v", wrong, err)
			}
		}
		for cell, want := range map[string]int{"4": 4, "": 4} { // an empty cell leaves what is there
			file := "Nom;Voix\nCoop du Nord;4\n"
			if cell == "" {
				file = "Nom;Voix\nCoop du Nord;\n"
			}
			if _, err := h.Import(ctx, org, strings.NewReader(file), members.ImportOptions{Zone: time.UTC}); err != nil {
				t.Fatal(err)
			}
			if got := voices(h.clock.Now(), "Coop du Nord"); cell != "" && got != want {
				t.Errorf("%q: %d voices", cell, got)
			}
		}
	})
}
