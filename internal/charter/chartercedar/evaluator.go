// Package chartercedar decides with Cedar (cedar-policy/cedar-go): each article's policy is compiled once,
// under the article's number, so that Cedar's reasons are the articles to cite.
//
// Deciding is pure, so answers are remembered, up to a bound, for as long as the evaluator lives: one
// version of the charter. What is not remembered takes microseconds.
//
// The rules of citing, and what policies see, are in package charter. On a doubt nothing is allowed: New
// refuses a version whose bytes, hash or policies are wrong, a policy that fails on a question refuses it,
// and Closed makes an evaluator that allows nothing at all.
package chartercedar

import (
	"context"
	"iter"
	"slices"
	"strconv"

	"github.com/cedar-policy/cedar-go"

	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/core"
)

// Evaluator implements charter.Evaluator for one version.
type Evaluator struct {
	version  charter.Version
	policies policies
	governs  map[charter.Action]int // the article to cite when nothing permits
	adopted  map[string]bool        // digests that may answer; empty: any
	known    decisions
}

var _ charter.Evaluator = (*Evaluator)(nil)

// New compiles a version. core.Corrupt when it is not what its hash says, core.Invalid when a policy
// cannot be read.
func New(version charter.Version) (*Evaluator, error) {
	if err := version.Verify(); err != nil {
		return nil, err
	}
	compiled, err := compile(version.Document)
	if err != nil {
		return nil, err
	}
	e := &Evaluator{version: version, policies: compiled, governs: map[charter.Action]int{}, adopted: map[string]bool{}}
	for _, action := range charter.Actions() {
		e.governs[action] = compiled.governing(action)
	}
	for _, digest := range version.Document.Settings.Models {
		e.adopted[digest] = true
	}
	return e, nil
}

// Check reports whether every policy of a document can be read.
func Check(d charter.Document) error {
	_, err := compile(d)
	return err
}

// InForce implements charter.Evaluator.
func (e *Evaluator) InForce() charter.Version { return e.version }

// Decide implements charter.Evaluator. It never fails.
func (e *Evaluator) Decide(_ context.Context, q charter.Question) (charter.Decision, error) {
	key, keyed := keyOf(q)
	if keyed {
		if d, ok := e.known.get(key); ok {
			return d, nil
		}
	}
	d := e.decide(q)
	if keyed {
		e.known.put(key, d)
	}
	d.Articles = slices.Clone(d.Articles)
	return d, nil
}

func (e *Evaluator) decide(q charter.Question) charter.Decision {
	adopted := len(e.adopted) == 0 || e.adopted[q.Model.Digest]
	s := newScene(q, adopted, e.version.Status == charter.Provisional)
	verdict, diagnostic := cedar.Authorize(e.policies, s, s.request)
	d := charter.Decision{Charter: e.version.Hash}
	switch {
	case verdict == cedar.Deny && len(diagnostic.Reasons) > 0:
		d.Articles = articles(diagnostic.Reasons, func(r cedar.DiagnosticReason) cedar.PolicyID { return r.PolicyID })
	case len(diagnostic.Errors) > 0:
		d.Articles = articles(diagnostic.Errors, func(r cedar.DiagnosticError) cedar.PolicyID { return r.PolicyID })
	case verdict == cedar.Deny:
		d.Ground = charter.GroundSilent
		if e.governs[q.Action] == 0 {
			d.Ground = charter.GroundUnspoken
		}
		d.Articles = []int{max(1, e.governs[q.Action])}
	case hasModel(q) && !adopted:
		d.Ground, d.Articles = charter.GroundNotAdopted, []int{max(1, e.governs[q.Action])}
	default:
		d.Allow = true
		d.Articles = articles(diagnostic.Reasons, func(r cedar.DiagnosticReason) cedar.PolicyID { return r.PolicyID })
		d.Obligations = charter.Obligations{MaxOutputTokens: e.version.Document.Settings.MaxOutputTokens}
	}
	return d
}

// articles gives the numbers behind the policies, ascending.
func articles[T any](reasons []T, id func(T) cedar.PolicyID) []int {
	list := make([]int, 0, len(reasons))
	for _, r := range reasons {
		if n, err := strconv.Atoi(string(id(r))); err == nil { // compile wrote it
			list = append(list, n)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// policies are the compiled articles, in their order.
type policies []policy

type policy struct {
	id     cedar.PolicyID // the article's number
	number int
	rule   *cedar.Policy
	scope  scope
}

// All implements cedar.PolicyIterator.
func (p policies) All() iter.Seq2[cedar.PolicyID, *cedar.Policy] {
	return func(yield func(cedar.PolicyID, *cedar.Policy) bool) {
		for _, one := range p {
			if !yield(one.id, one.rule) {
				return
			}
		}
	}
}

// compile reads the policy of every article: exactly one each.
func compile(d charter.Document) (policies, error) {
	list := make(policies, 0, len(d.Articles))
	for _, a := range d.Articles {
		args := core.Args{"Article": a.Number}
		read, err := cedar.NewPolicyListFromBytes("", []byte(a.Policy))
		if err != nil {
			return nil, core.Wrap(err, core.Invalid, "errors.charter_policy", args)
		}
		if len(read) != 1 {
			return nil, core.E(core.Invalid, "errors.charter_policy", args)
		}
		s, err := scopeOf(a.Policy)
		if err != nil {
			return nil, core.Wrap(err, core.Invalid, "errors.charter_policy", args)
		}
		list = append(list, policy{id: cedar.PolicyID(strconv.Itoa(a.Number)), number: a.Number, rule: read[0], scope: s})
	}
	return list, nil
}
