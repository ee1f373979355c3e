package charter_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/solidaire-coop/solidaire/internal/audit"
	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/members"
)

// hall is a record, a log, a clock and people, all of which a test can spoil.
type hall struct {
	kept
	rows    map[int]charter.KeptAct
	putErr  error
	clock   *movedClock
	written time.Time
}

// movedClock is a clock that somebody can set, beside time that passes.
type movedClock struct {
	wall    time.Time
	elapsed time.Duration
}

func (c *movedClock) Now() time.Time         { return c.wall }
func (c *movedClock) pass(d time.Duration)   { c.wall, c.elapsed = c.wall.Add(d), c.elapsed+d }
func (c *movedClock) set(d time.Duration)    { c.wall = c.wall.Add(d) }
func (c *movedClock) Elapsed() time.Duration { return c.elapsed }

func (h *hall) Acts(context.Context) (map[int]charter.KeptAct, error) {
	rows := map[int]charter.KeptAct{}
	for n, row := range h.rows {
		rows[n] = row
	}
	return rows, nil
}

func (h *hall) Put(_ context.Context, n int, a charter.KeptAct) error {
	if h.putErr == nil {
		h.rows[n] = a
	}
	return h.putErr
}

// Sign and Verify stand for the key of the log.
func (h *hall) Sign(purpose, text string) ([]byte, error) { return []byte(purpose + "|" + text), nil }
func (h *hall) Verify(purpose string, signed []byte) (string, error) {
	text, ok := strings.CutPrefix(string(signed), purpose+"|")
	if !ok {
		return "", core.E(core.Corrupt, "errors.audit_signature", nil)
	}
	return text, nil
}

func (h *hall) HeldBy(_ context.Context, _, person core.ID) ([]members.Held, error) {
	held := func(office members.Office, kind members.BodyKind, end time.Time) []members.Held {
		return []members.Held{{Mandate: members.Mandate{Person: person, Office: office, Start: day, End: end}, Of: members.Body{Kind: kind, Key: string(kind)}}}
	}
	switch person {
	case "chair":
		return held(members.OfficeChair, members.KindBoard, time.Time{}), nil
	case "secretary":
		return held(members.OfficeSecretary, members.KindAssembly, time.Time{}), nil
	case "moderator":
		return held(members.OfficeModerator, members.KindBoard, time.Time{}), nil
	case "committee":
		return held(members.OfficeChair, members.KindCommittee, time.Time{}), nil
	case "former":
		return held(members.OfficeChair, members.KindBoard, day.Add(time.Minute)), nil
	}
	return nil, nil
}

func (h *hall) Person(_ context.Context, id core.ID) (members.Person, error) {
	return members.Person{ID: id, Name: "Prénom " + string(id)}, nil
}

func newHall() *hall {
	return &hall{rows: map[int]charter.KeptAct{}, clock: &movedClock{wall: day.Add(time.Hour)}}
}

func (h *hall) open(t testing.TB) *charter.Restrictions {
	t.Helper()
	r, err := charter.OpenRestrictions(t.Context(), charter.RestrictionNeeds{
		Organisation: "org", Acts: h, Log: h, Signer: h, People: h, Clock: h.clock, Elapsed: h.clock.Elapsed, LogWritten: h.written,
		Known:  func(_ context.Context, s charter.Scope) (charter.Scope, error) { return s, nil },
		Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

var (
	chair   = core.Actor{Organisation: "org", Person: "chair", Credential: "session", Roles: []core.Role{core.RoleMember}}
	machine = core.Actor{Organisation: "org", Person: "ops", Roles: []core.Role{core.RoleMember, core.RoleOperator}}
	faraway = charter.ModelFacts{Name: "big", Kind: "chat", Node: "cloud"}
	asked   = charter.Question{Action: charter.ActionChat, Model: faraway}
)

func restrict(t testing.TB, r *charter.Restrictions, a core.Actor, s charter.Scope, lasts time.Duration) charter.Restriction {
	t.Helper()
	made, err := r.Restrict(t.Context(), a, s, "Une fuite est signalée.", lasts)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func refuses(t testing.TB, r *charter.Restrictions, q charter.Question, want bool) {
	t.Helper()
	if got := r.Refuses(t.Context(), q); (got != nil) != want {
		t.Fatalf("refused by %+v, want %v", got, want)
	}
}

func TestARestrictionNamesWhoMadeItSaysWhyAndEnds(t *testing.T) {
	t.Parallel()
	h := newHall()
	r := h.open(t)
	refuses(t, r, asked, false)
	made := restrict(t, r, chair, charter.Scope{Kind: charter.ScopeRemote}, 0)
	if made.Who != "Prénom chair" || made.Office != "chair" || made.Reason == "" || made.Until.Sub(made.Began) != charter.DefaultRestriction {
		t.Errorf("%+v", made)
	}
	refuses(t, r, asked, true)
	local := asked
	local.Model = charter.ModelFacts{Name: "small", Kind: "chat", Local: true, Node: "local"}
	refuses(t, r, local, false)
	h.clock.pass(charter.DefaultRestriction - time.Second)
	refuses(t, r, asked, true)
	h.clock.pass(time.Second)
	refuses(t, r, asked, false)
	r.Check(t.Context())
	if n := len(h.stated); n != 2 || h.stated[0].Says != "restrict remote until 2026-11-23T10:00:00Z" || h.stated[1].Says != "end 1" {
		t.Fatalf("the log says %+v", h.stated)
	}
	if all := h.open(t).List(); len(all) != 1 || !all[0].Ended || all[0].Who != "Prénom chair" {
		t.Errorf("after a restart: %+v", all)
	}
	for _, row := range h.rows {
		for _, s := range h.stated {
			if strings.Contains(s.Says, "chair") || strings.Contains(string(row.Canonical), "Prénom") {
				t.Error("the log or the record holds a name")
			}
		}
	}
}

func TestOnlyOfficersAndTheMachineRestrict(t *testing.T) {
	t.Parallel()
	r := newHall().open(t)
	key, session := machine, machine
	key.Credential, key.ByKey, session.Credential = "key", true, "session"
	chairByKey := chair
	chairByKey.ByKey = true
	for name, a := range map[string]core.Actor{
		"a member": {Organisation: "org", Person: "amelie", Credential: "s"}, "a moderator": {Organisation: "org", Person: "moderator", Credential: "s"},
		"the chair of a committee": {Organisation: "org", Person: "committee", Credential: "s"}, "a former chair": {Organisation: "org", Person: "former", Credential: "s"},
		"the operator with a key": key, "the operator in a browser": session, "a chair's key": chairByKey,
	} {
		if _, err := r.Restrict(t.Context(), a, charter.Scope{Kind: charter.ScopeModels}, "Parce que.", 0); !core.Is(err, core.Forbidden) {
			t.Errorf("%s: %v", name, err)
		}
	}
	made := restrict(t, r, chair, charter.Scope{Kind: charter.ScopeModels}, 0)
	if err := r.Lift(t.Context(), machine, made.Number, "Sans mandat."); !core.Is(err, core.Forbidden) {
		t.Errorf("the operator lifts what a chair decided: %v", err)
	}
	own := restrict(t, r, machine, charter.Scope{Kind: charter.ScopeRemote}, 0)
	secretary := chair
	secretary.Person = "secretary"
	for _, step := range []struct {
		actor  core.Actor
		number int
		want   core.Code
	}{{machine, own.Number, ""}, {secretary, made.Number, ""}, {secretary, made.Number, core.Conflict}, {secretary, 99, core.NotFound}} {
		if err := r.Lift(t.Context(), step.actor, step.number, "C’est réparé."); core.CodeOf(err) != step.want {
			t.Errorf("lifting %d: %v", step.number, err)
		}
	}
	refuses(t, r, asked, false)
}

func TestARestrictionIsBoundedAndNeedsAReason(t *testing.T) {
	t.Parallel()
	r := newHall().open(t)
	models := charter.Scope{Kind: charter.ScopeModels}
	for name, try := range map[string]struct {
		scope  charter.Scope
		reason string
		lasts  time.Duration
	}{
		"for ever": {models, "Parce que.", charter.MaxRestriction + time.Second}, "for no time": {models, "Parce que.", -time.Hour},
		"without a reason": {models, " ", 0}, "reordered text": {models, "a\u202eb", 0}, "a long reason": {models, strings.Repeat("a", 501), 0},
		"two lines": {models, "a\nb", 0}, "no scope": {charter.Scope{}, "Parce que.", 0}, "an unknown scope": {charter.Scope{Kind: "people"}, "Parce que.", 0},
		"a model without a name": {charter.Scope{Kind: charter.ScopeModel}, "Parce que.", 0}, "a name too many": {charter.Scope{Kind: charter.ScopeModels, Value: "x"}, "Parce que.", 0},
		"words of the log": {charter.Scope{Kind: charter.ScopeModel, Value: "x until 2020"}, "Parce que.", 0},
		"an unknown class": {charter.Scope{Kind: charter.ScopeData, Value: "health"}, "Parce que.", 0},
	} {
		if _, err := r.Restrict(t.Context(), chair, try.scope, try.reason, try.lasts); !core.Is(err, core.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if len(r.List()) != 0 {
		t.Error("something was restricted")
	}
}

// Another restriction never moves the end of one: it is a new entry, under a name of its own.
func TestARestrictionIsNotProlongedSilently(t *testing.T) {
	t.Parallel()
	h := newHall()
	r := h.open(t)
	first := restrict(t, r, chair, charter.Scope{Kind: charter.ScopeModels}, time.Hour)
	h.clock.pass(30 * time.Minute)
	restrict(t, r, machine, charter.Scope{Kind: charter.ScopeModels}, time.Hour)
	all := r.List()
	if len(all) != 2 || all[1].Number != first.Number || !all[1].Until.Equal(first.Until) || all[0].Office != charter.OfficeOperator {
		t.Fatalf("%+v", all)
	}
	h.clock.pass(31 * time.Minute)
	if got := r.Refuses(t.Context(), asked); got == nil || got.Number != all[0].Number {
		t.Errorf("refused by %+v", got)
	}
}

func TestARecordEditedByHandIsNoticedAndTheLogIsObeyed(t *testing.T) {
	t.Parallel()
	scope := charter.Scope{Kind: charter.ScopeKey, Value: "key-1"}
	byKey := func(key core.ID) charter.Question {
		return charter.Question{Actor: core.Actor{Credential: key, ByKey: true}, Action: charter.ActionChat, Model: faraway}
	}
	for name, spoil := range map[string]func(h *hall){
		"removed": func(h *hall) { delete(h.rows, 1) },
		"another end": func(h *hall) {
			h.rows[1] = charter.KeptAct{Canonical: []byte(strings.Replace(string(h.rows[1].Canonical), "2026-11-23", "2026-11-22", 1)), Seal: h.rows[1].Seal}
		},
		"another name": func(h *hall) {
			h.rows[1] = charter.KeptAct{Canonical: []byte(strings.Replace(string(h.rows[1].Canonical), "chair", "ops", 1))}
		},
		"garbage": func(h *hall) { h.rows[1] = charter.KeptAct{Canonical: []byte("{}")} },
		"a lift inserted": func(h *hall) {
			h.rows[2] = charter.KeptAct{Canonical: []byte(`{"act":"lift"}`), Seal: []byte("forged")}
		},
	} {
		for _, restart := range []bool{false, true} {
			h := newHall()
			r := h.open(t)
			restrict(t, r, chair, scope, 0)
			refuses(t, r, byKey("key-1"), true)
			refuses(t, r, byKey("key-2"), false)
			spoil(h)
			if restart {
				r = h.open(t)
			} else {
				r.Check(t.Context())
			}
			if !core.Is(r.Trouble(), core.Corrupt) {
				t.Errorf("%s, restart %v: %v", name, restart, r.Trouble())
			}
			refuses(t, r, byKey("key-1"), true)
			if name != "a lift inserted" { // which key is lost, so that all are refused
				refuses(t, r, byKey("key-2"), true)
				if standing := r.Standing(); len(standing) != 1 || !standing[0].Lost || standing[0].Problem().Key != "errors.restricted.lost" {
					t.Errorf("%s: %+v", name, standing)
				}
			}
			h.clock.pass(charter.DefaultRestriction)
			refuses(t, r, byKey("key-1"), false)
		}
	}
}

func TestAClockThatIsSetNeitherProlongsNorShortens(t *testing.T) {
	t.Parallel()
	for name, move := range map[string]time.Duration{"back": -72 * time.Hour, "forward": 72 * time.Hour} {
		h := newHall()
		r := h.open(t)
		restrict(t, r, chair, charter.Scope{Kind: charter.ScopeModels}, time.Hour)
		h.clock.set(move)
		r.Check(t.Context())
		if !core.Is(r.Trouble(), core.Corrupt) {
			t.Errorf("set %s: nothing is said", name)
		}
		h.clock.pass(59 * time.Minute)
		r.Check(t.Context())
		refuses(t, r, asked, true)
		h.clock.pass(time.Minute)
		refuses(t, r, asked, false)
	}
}

func TestAClockSetWhileTheProgramIsStoppedIsNoticed(t *testing.T) {
	t.Parallel()
	models := charter.Scope{Kind: charter.ScopeModels}
	t.Run("back", func(t *testing.T) {
		t.Parallel()
		h := newHall()
		restrict(t, h.open(t), chair, models, time.Hour)
		h.clock.set(-240 * time.Hour)
		h.written = day.Add(time.Hour)
		r := h.open(t)
		if !core.Is(r.Trouble(), core.Corrupt) {
			t.Error("nothing is said")
		}
		refuses(t, r, asked, true)
		h.clock.pass(time.Hour) // and no longer than was said
		refuses(t, r, asked, false)
	})
	t.Run("forward, then right again", func(t *testing.T) {
		t.Parallel()
		h := newHall()
		restrict(t, h.open(t), chair, models, time.Hour)
		h.clock.set(72 * time.Hour)
		h.open(t).Check(t.Context())
		if last := h.stated[len(h.stated)-1]; last.Says != "end 1" { // in the log, with its hour
			t.Fatalf("the log says %q", last.Says)
		}
		h.clock.set(-72 * time.Hour)
		r := h.open(t)
		refuses(t, r, asked, true)
		r.Check(t.Context())
		refuses(t, r, asked, true)
		if !core.Is(r.Trouble(), core.Corrupt) {
			t.Error("nothing is said")
		}
	})
}

func TestARestrictionSurvivesARestartAndACrash(t *testing.T) {
	t.Parallel()
	h := newHall()
	r := h.open(t)
	restrict(t, r, chair, charter.Scope{Kind: charter.ScopeModels}, time.Hour)
	h.clock.pass(10 * time.Minute)
	r = h.open(t)
	refuses(t, r, asked, true)
	h.stateErr = errors.New("the disk is full")
	if err := r.Lift(t.Context(), chair, 1, "C’est réparé."); err == nil {
		t.Fatal("lifted without the log")
	}
	refuses(t, r, asked, true)
	r.Check(t.Context())
	if r.Trouble() != nil { // the row bears its seal
		t.Error(r.Trouble())
	}
	h.stateErr = nil
	refuses(t, h.open(t), asked, false) // what was decided and sealed is brought to its end
	h.putErr = errors.New("the database is locked")
	if _, err := h.open(t).Restrict(t.Context(), chair, charter.Scope{Kind: charter.ScopeModels}, "Encore.", 0); err == nil || len(h.stated) != 2 {
		t.Errorf("%v, %d statements", err, len(h.stated))
	}
}

func TestALogThatSaysTwoThingsSuspendsEveryModel(t *testing.T) {
	t.Parallel()
	h := newHall()
	restrict(t, h.open(t), chair, charter.Scope{Kind: charter.ScopeSurface, Value: charter.SurfaceAPI}, 0)
	other := h.stated[0]
	other.Chain = strings.Repeat("a", 64)
	h.stated = append(h.stated, other)
	r := h.open(t)
	refuses(t, r, asked, true)
	r.Check(t.Context())
	refuses(t, r, asked, true)
	if _, err := r.Restrict(t.Context(), chair, charter.Scope{Kind: charter.ScopeModels}, "Encore.", 0); err == nil || r.Trouble() == nil {
		t.Error("something was added to it")
	}
}

func TestEachScopeRefusesWhatItNames(t *testing.T) {
	t.Parallel()
	ctx := charter.FromSurface(t.Context(), charter.SurfaceOllama)
	all := func(change func(q *charter.Question)) charter.Question {
		q := charter.Question{Actor: core.Actor{Credential: "key-1", ByKey: true}, Action: charter.ActionChat,
			DataClasses: []core.DataClass{core.DataSIN}, Model: charter.ModelFacts{Name: "cloud/big", Kind: "chat", Digest: "sha256:ab", Node: "cloud"}}
		change(&q)
		return q
	}
	same := all(func(*charter.Question) {})
	for _, c := range []struct {
		scope charter.Scope
		other charter.Question
	}{
		{charter.Scope{Kind: charter.ScopeModels}, all(func(q *charter.Question) { q.Model, q.Action = charter.ModelFacts{Local: true}, charter.ActionAsk })},
		{charter.Scope{Kind: charter.ScopeRemote}, all(func(q *charter.Question) { q.Model.Local = true })},
		{charter.Scope{Kind: charter.ScopeBackend, Value: "cloud"}, all(func(q *charter.Question) { q.Model.Node = "paris" })},
		{charter.Scope{Kind: charter.ScopeModel, Value: "big"}, all(func(q *charter.Question) { q.Model.Name = "bigger" })},
		{charter.Scope{Kind: charter.ScopeModel, Value: "paris/big"}, all(func(q *charter.Question) { q.Model.Name = "paris/small" })},
		{charter.Scope{Kind: charter.ScopeModel, Value: "renamed", Digest: "sha256:ab"}, all(func(q *charter.Question) { q.Model.Digest = "sha256:cd" })},
		{charter.Scope{Kind: charter.ScopeData, Value: string(core.DataSIN)}, all(func(q *charter.Question) { q.DataClasses = nil })},
		{charter.Scope{Kind: charter.ScopePrograms}, all(func(q *charter.Question) { q.Actor.ByKey = false })},
		{charter.Scope{Kind: charter.ScopeKey, Value: "key-1"}, all(func(q *charter.Question) { q.Actor.Credential = "key-2" })},
		{charter.Scope{Kind: "of a later program"}, all(func(q *charter.Question) { q.Action = charter.ActionRead })},
	} {
		if !c.scope.Covers(ctx, same) || c.scope.Covers(ctx, c.other) {
			t.Errorf("%+v: %v, %v", c.scope, c.scope.Covers(ctx, same), c.scope.Covers(ctx, c.other))
		}
	}
	surface := charter.Scope{Kind: charter.ScopeSurface, Value: charter.SurfaceOllama}
	if !surface.Covers(ctx, same) || surface.Covers(t.Context(), same) {
		t.Error("a surface")
	}
}

// Whatever is restricted, people keep reading and erasing what is theirs.
func TestNoRestrictionTouchesWhatIsSomebodys(t *testing.T) {
	t.Parallel()
	for _, kind := range charter.ScopeKinds() {
		for _, action := range []charter.Action{charter.ActionRead, charter.ActionErase, charter.ActionReadUsage, charter.ActionChooseTemplate} {
			q := charter.Question{Actor: core.Actor{ByKey: true}, Action: action, Model: faraway, DataClasses: []core.DataClass{""}}
			if (charter.Scope{Kind: kind}).Covers(t.Context(), q) {
				t.Errorf("%s restricts %s", kind, action)
			}
		}
	}
}

// FuzzRestrictionLog checks that no statement of a log, however strange, breaks the start or opens anything: either it is read, or
// every model is suspended.
func FuzzRestrictionLog(f *testing.F) {
	f.Add("restrict models until 2026-11-23T10:00:00Z", []byte("{}"))
	f.Add("lift 1", []byte(nil))
	f.Add("end -1", []byte(`{"format":"solidaire-restriction/1"}`))
	f.Add("restrict until until until", []byte("\xff"))
	f.Fuzz(func(t *testing.T, says string, row []byte) {
		h := newHall()
		r := h.open(t)
		restrict(t, r, chair, charter.Scope{Kind: charter.ScopeSurface, Value: charter.SurfaceAPI}, 0)
		h.stated = append(h.stated, audit.Statement{Kind: charter.KindRestriction, Subject: h.stated[0].Subject, Number: 2,
			Chain: strings.Repeat("b", 64), Time: h.clock.wall, Says: says})
		h.rows[2] = charter.KeptAct{Canonical: row}
		again := h.open(t)
		if again.Trouble() == nil {
			t.Fatalf("%q passes for an act", says)
		}
		again.Check(t.Context())
		again.Refuses(t.Context(), asked)
	})
}

// Restricted decides no more than the charter: it is a property of the composition, whatever both say.
func TestARestrictedCharterAllowsNothingThatTheCharterRefuses(t *testing.T) {
	t.Parallel()
	h := newHall()
	r := h.open(t)
	restrict(t, r, chair, charter.Scope{Kind: charter.ScopeRemote}, 0)
	rapid.Check(t, func(rt *rapid.T) {
		d := charter.Decision{Allow: rapid.Bool().Draw(rt, "allow"), Articles: []int{1}, Charter: "c"}
		err := rapid.SampledFrom([]error{nil, errors.New("no decision")}).Draw(rt, "error")
		q := asked
		q.Model.Local = rapid.Bool().Draw(rt, "local")
		got, gotErr := charter.Restricted{Charter: says{d, err}, By: r}.Decide(t.Context(), q)
		if got.Allow && (!d.Allow || err != nil) || !errors.Is(gotErr, err) {
			rt.Fatalf("%+v under %+v", got, d)
		}
		if refused := d.Allow && err == nil && !q.Model.Local; refused != (got.Restriction != nil) {
			rt.Fatalf("%+v under %+v", got, d)
		}
	})
}

type says struct {
	d   charter.Decision
	err error
}

func (s says) Decide(context.Context, charter.Question) (charter.Decision, error) { return s.d, s.err }
func (s says) InForce() charter.Version                                           { return charter.Version{} }
