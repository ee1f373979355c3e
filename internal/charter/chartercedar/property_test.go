package chartercedar_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/charter/chartercedar"
	"github.com/solidaire-coop/solidaire/internal/core"
)

func drawQuestion(t *rapid.T) charter.Question {
	q := charter.Question{
		Actor:  rapid.SampledFrom([]core.Actor{amelie, operator, stranger, {Person: "z", Roles: []core.Role{"auditor"}}}).Draw(t, "actor"),
		Action: rapid.SampledFrom(append(charter.Actions(), "fly")).Draw(t, "action"),
		DataClasses: rapid.SliceOfDistinct(rapid.SampledFrom([]core.DataClass{core.DataSIN, core.DataCreditCard, "health"}),
			rapid.ID[core.DataClass]).Draw(t, "classes"),
		Model: rapid.SampledFrom([]charter.ModelFacts{local, trial, remote, none, {}}).Draw(t, "model"),
		Owner: rapid.SampledFrom([]core.ID{"", "amelie", "paul"}).Draw(t, "owner"),
	}
	q.Actor.Bodies = rapid.SliceOfDistinct(rapid.SampledFrom([]string{"assembly", "board", "a", "b", "a\x00b"}), rapid.ID[string]).Draw(t, "bodies")
	q.Actor.Class = rapid.SampledFrom([]string{"", "workers", "board"}).Draw(t, "member class")
	return q
}

// What is remembered for somebody in one body or class never answers for somebody in another.
func TestABodyAndAClassDecide(t *testing.T) {
	t.Parallel()
	v := versionOf(t, withPolicies(t,
		`permit (principal in Body::"board", action == Action::"chat", resource);`,
		`permit (principal in Body::"a", action == Action::"embed", resource);`,
		`permit (principal in Class::"workers", action == Action::"ask", resource);`))
	e := newEvaluator(t, v)
	rapid.Check(t, func(rt *rapid.T) {
		q := drawQuestion(rt)
		want := false
		switch q.Action {
		case charter.ActionChat:
			want = slices.Contains(q.Actor.Bodies, "board")
		case charter.ActionEmbed:
			want = slices.Contains(q.Actor.Bodies, "a")
		case charter.ActionAsk:
			want = q.Actor.Class == "workers"
		}
		if d, err := e.Decide(t.Context(), q); err != nil || d.Allow != want {
			rt.Fatalf("bodies %q, class %q: got %+v, %v", q.Actor.Bodies, q.Actor.Class, d, err)
		}
	})
}

func TestEveryDecisionCitesAndIsTheSameAgain(t *testing.T) {
	t.Parallel()
	for _, id := range charter.Templates() {
		v := versionOf(t, templateOf(t, id))
		e := newEvaluator(t, v)
		rapid.Check(t, func(rt *rapid.T) {
			q := drawQuestion(rt)
			d, err := e.Decide(t.Context(), q)
			if err != nil || d.Charter != v.Hash || len(d.Articles) == 0 || !slices.IsSorted(d.Articles) {
				rt.Fatalf("got %+v, %v", d, err)
			}
			for _, a := range d.Articles {
				if _, ok := v.Article(a); !ok {
					rt.Fatalf("cites article %d, which does not exist", a)
				}
			}
			again, err := newEvaluator(t, v).Decide(t.Context(), q)
			if err != nil || words(again) != words(d) {
				rt.Fatalf("remembered %s, decided %s, %v", words(d), words(again), err)
			}
			d.Articles[0] = 999 // the caller's own
			if again, _ := e.Decide(t.Context(), q); again.Articles[0] == 999 {
				rt.Fatal("callers share their articles")
			}
		})
	}
}

func TestASensitiveNumberTurnsAnyAllowIntoARefusal(t *testing.T) {
	t.Parallel()
	sending := []charter.Action{charter.ActionChat, charter.ActionEmbed, charter.ActionAsk, charter.ActionAnswer}
	for _, id := range charter.Templates() {
		e := newEvaluator(t, versionOf(t, templateOf(t, id)))
		rapid.Check(t, func(rt *rapid.T) {
			q := drawQuestion(rt)
			q.Action = rapid.SampledFrom(sending).Draw(rt, "sending")
			q.DataClasses = append(q.DataClasses, rapid.SampledFrom([]core.DataClass{core.DataSIN, core.DataCreditCard}).Draw(rt, "number"))
			d, err := e.Decide(t.Context(), q)
			if err != nil || d.Allow || !slices.Contains(d.Articles, 4) {
				rt.Fatalf("got %+v, %v", d, err)
			}
		})
	}
}

// restraint is any set of restrictions.
type restraint []charter.Scope

func (r restraint) Refuses(ctx context.Context, q charter.Question) *charter.Restriction {
	for _, s := range r {
		if s.Covers(ctx, q) {
			return &charter.Restriction{Scope: s}
		}
	}
	return nil
}

func drawScope(t *rapid.T) charter.Scope {
	return charter.Scope{Kind: rapid.SampledFrom(charter.ScopeKinds()).Draw(t, "kind"),
		Value:  rapid.SampledFrom([]string{"", local.Name, remote.Name, remote.Node, "canadian_sin", "credit_card", "amelie", "api"}).Draw(t, "value"),
		Digest: rapid.SampledFrom([]string{"", local.Digest, remote.Digest}).Draw(t, "digest")}
}

// For every charter, every set of restrictions and every request: what the restricted charter allows, the charter allows, under the same
// obligations; and what it refuses beyond, a restriction refuses.
func TestEmergencyRestrictionsOnlyRefuse(t *testing.T) {
	t.Parallel()
	open := versionOf(t, withPolicies(t, `permit (principal, action, resource);`))
	var all []charter.Evaluator
	for _, id := range charter.Templates() {
		all = append(all, newEvaluator(t, versionOf(t, templateOf(t, id))))
	}
	all = append(all, newEvaluator(t, open), chartercedar.Closed(open, errors.New("in doubt")))
	rapid.Check(t, func(rt *rapid.T) {
		e := rapid.SampledFrom(all).Draw(rt, "charter")
		by := restraint(rapid.SliceOfN(rapid.Custom(drawScope), 0, 4).Draw(rt, "restrictions"))
		q := drawQuestion(rt)
		q.Actor.ByKey, q.Actor.Credential = rapid.Bool().Draw(rt, "by key"), "amelie"
		ctx := charter.FromSurface(t.Context(), rapid.SampledFrom(charter.Surfaces()).Draw(rt, "surface"))
		without, errWithout := e.Decide(ctx, q)
		with, err := charter.Restricted{Charter: e, By: by}.Decide(ctx, q)
		switch over := by.Refuses(ctx, q); {
		case (err == nil) != (errWithout == nil):
			rt.Fatalf("%v, without restrictions %v", err, errWithout)
		case with.Allow && (!without.Allow || words(with) != words(without)):
			rt.Fatalf("allows %+v where the charter says %+v", with, without)
		case without.Allow && with.Allow != (over == nil):
			rt.Fatalf("%+v under %+v", with, over)
		case !without.Allow && words(with) != words(without):
			rt.Fatalf("the charter's own refusal became %+v", with)
		}
	})
}

func TestManyDecideTogether(t *testing.T) {
	t.Parallel()
	e := newEvaluator(t, versionOf(t, templateOf(t, "equilibree")))
	var wg sync.WaitGroup
	for worker := range 8 {
		wg.Go(func() {
			for i := range 2000 {
				actor := amelie
				actor.Person = core.ID(fmt.Sprint(worker, "/", i)) // more than are remembered
				if d, err := e.Decide(t.Context(), charter.Question{Actor: actor, Action: charter.ActionChat, Model: local}); err != nil || !d.Allow {
					t.Errorf("got %+v, %v", d, err)
					return
				}
			}
		})
	}
	wg.Wait()
}

// A rule that matches everything is still under what forbids, and under the models that members adopted.
func TestARuleThatMatchesEverythingOpensNothingElse(t *testing.T) {
	t.Parallel()
	d := withPolicies(t, `permit (principal, action, resource);`, `forbid (principal, action, resource) when { context.data_classes.contains("canadian_sin") };`)
	d.Settings.Models = []string{"sha256:" + strings.Repeat("a", 64)}
	e := newEvaluator(t, versionOf(t, d))
	adopted := local
	adopted.Digest = d.Settings.Models[0]
	for name, c := range map[string]struct {
		q     charter.Question
		allow bool
	}{
		"what it opens":          {charter.Question{Actor: stranger, Action: charter.ActionChat, Model: adopted}, true},
		"a number is forbidden":  {charter.Question{Actor: amelie, Action: charter.ActionChat, Model: adopted, DataClasses: sin}, false},
		"a model nobody adopted": {charter.Question{Actor: amelie, Action: charter.ActionChat, Model: remote}, false},
	} {
		if d, err := e.Decide(t.Context(), c.q); err != nil || d.Allow != c.allow {
			t.Errorf("%s: %+v, %v", name, d, err)
		}
	}
}

// Cedar has no loops, and a policy is bounded: the worst that fits is refused as unreadable, or decided.
func TestNoPolicyThatFitsRunsForEver(t *testing.T) {
	t.Parallel()
	const most = 16 << 10
	fill := func(before, again, after string) string {
		return before + strings.Repeat(again, (most-len(before)-len(after))/len(again)) + after
	}
	for name, policy := range map[string]string{
		"negations": fill(`permit (principal, action, resource) when { `, `!`, `true };`),
		"brackets":  fill(`permit (principal, action, resource) when { `, `(`, strings.Repeat(`)`, 100)+` };`),
		"a chain":   fill(`permit (principal, action, resource) when { false`, ` || context.data_classes.containsAny(["a","b"])`, ` };`),
		"branches":  fill(`permit (principal, action, resource) when { `, `if context.provisional then true else `, `false };`),
		"lists":     fill(`permit (principal, action, resource) when { `, `[`, ` };`),
		"a pattern": fill(`permit (principal, action, resource) when { "aaaaaaaaaaaaaaaaaaaaaaaa" like "`, `*a`, `b" };`),
	} {
		v, err := charter.Genesis(withPolicies(t, policy), day)
		if err != nil {
			t.Fatalf("%s does not fit: %v", name, err)
		}
		e, err := chartercedar.New(v)
		if err != nil {
			if !core.Is(err, core.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if d, err := e.Decide(t.Context(), charter.Question{Actor: amelie, Action: charter.ActionChat, Model: local}); err != nil || len(d.Articles) == 0 {
			t.Errorf("%s: %+v, %v", name, d, err)
		}
	}
}

// FuzzPolicy checks that no policy, however strange, breaks the evaluator or makes it decide without
// citing.
func FuzzPolicy(f *testing.F) {
	for _, id := range charter.Templates() {
		d, err := charter.Template(id)
		if err != nil {
			f.Fatal(err)
		}
		for _, a := range d.Articles {
			f.Add(a.Policy)
		}
	}
	f.Add(`permit (principal, action, resource) when { context.data_classes.contains("a") || 1 + 9223372036854775807 > 2 };`)
	f.Fuzz(func(t *testing.T, policy string) {
		d := withPolicies(t, policy)
		v, err := charter.Genesis(d, day)
		if err != nil {
			return
		}
		e, err := chartercedar.New(v)
		if err != nil {
			return
		}
		for _, action := range charter.Actions() {
			d, err := e.Decide(t.Context(), charter.Question{Actor: amelie, Action: action, Model: local, DataClasses: sin})
			if err != nil || len(d.Articles) != 1 {
				t.Fatalf("%s: %+v, %v", action, d, err)
			}
		}
	})
}

func BenchmarkDecide(b *testing.B) {
	e := newEvaluator(b, versionOf(b, templateOf(b, "equilibree")))
	q := charter.Question{Actor: amelie, Action: charter.ActionChat, Model: remote}
	b.Run("remembered", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			e.Decide(b.Context(), q)
		}
	})
	b.Run("decided", func(b *testing.B) {
		q := q
		q.Actor.Roles = append(slices.Clone(q.Actor.Roles), "auditor") // a role that is not remembered
		b.ReportAllocs()
		for b.Loop() {
			e.Decide(b.Context(), q)
		}
	})
}
