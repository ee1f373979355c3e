package governance

import (
	"math/big"
	"slices"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// The bounds of a set of rules.
const (
	maxTitle     = 200
	maxParagraph = 4000
	maxLines     = 100
	maxClasses   = 20
	maxParts     = 1_000_000
	maxDays      = 366
	maxHours     = maxDays * 24
	maxSigners   = 1000
)

// Validate reports the first thing wrong with the rules.
func (r RuleSet) Validate() error {
	if r.Format != RulesFormat {
		return malformed(RulesFormat, nil)
	}
	if !validKey(r.ID) || r.Edition < 1 {
		return wrongRule("id")
	}
	if err := checkBoth("title", r.Title, maxTitle); err != nil {
		return err
	}
	if err := checkBoth("scope", r.Scope, maxParagraph); err != nil {
		return err
	}
	if len(r.Decisions) != len(Kinds()) {
		return wrongRule("decisions")
	}
	for i, kind := range Kinds() {
		if r.Decisions[i].Kind != kind {
			return wrongRule("decisions")
		}
	}
	if problems := r.Problems(); len(problems) > 0 {
		return wrongRule(problems[0].Field)
	}
	if err := r.validateMeetings(); err != nil {
		return err
	}
	return r.validateLines()
}

// RuleProblem is one figure of a set of rules that cannot stand.
type RuleProblem struct {
	Kind    Kind        // "": of the whole set, or of meetings
	Meeting MeetingKind // "": not of meetings
	Field   string
}

// Problems lists the figures that cannot stand, in the order in which they are written.
func (r RuleSet) Problems() []RuleProblem {
	var out []RuleProblem
	for _, d := range r.Decisions {
		for _, field := range d.wrong() {
			out = append(out, RuleProblem{Kind: d.Kind, Field: field})
		}
	}
	if field := r.Classes.wrong(); field != "" {
		out = append(out, RuleProblem{Field: field})
	}
	if field := r.Proxies.wrong(); field != "" {
		out = append(out, RuleProblem{Field: field})
	}
	for _, m := range r.Meetings {
		for _, field := range m.wrong(r.Proxies.Allowed) {
			out = append(out, RuleProblem{Meeting: m.Kind, Field: field})
		}
	}
	return out
}

// wrong lists the fields that cannot stand.
func (d Decision) wrong() (fields []string) {
	within := func(n, low, high int) bool { return n >= low && n <= high }
	for _, check := range []struct {
		field string
		ok    bool
	}{
		{"methods", d.methodsFit()},
		{"quorum", d.Quorum.valid()},
		{"threshold", d.Threshold.valid()},
		{"co_signers", within(d.CoSigners, 0, maxSigners)},
		{"notice_days", within(d.NoticeDays, 0, maxDays)},
		{"roll_days", within(d.RollDays, 0, maxDays)},
		{"open_hours", within(d.OpenHours, 1, maxHours)},
		{"contestation_hours", within(d.ContestationHours, 0, maxHours)},
		{"contest_share", d.ContestShare.valid() && d.ContestShare.Num > 0},
	} {
		if !check.ok {
			fields = append(fields, check.field)
		}
	}
	return fields
}

func (d Decision) methodsFit() bool {
	if len(d.Methods) == 0 || !slices.IsSorted(d.Methods) || len(slices.Compact(slices.Clone(d.Methods))) != len(d.Methods) {
		return false
	}
	for _, m := range d.Methods {
		if !m.valid() || !m.Suits(d.Kind) {
			return false
		}
	}
	return true
}

// Suits reports whether a kind of decision can be taken in this way: a charter and rules are one text, to take or to leave.
func (m Method) Suits(kind Kind) bool {
	return kind != KindCharter && kind != KindRules || !m.hasOptions()
}

func (q Quorum) valid() bool {
	switch q.Base {
	case BaseNone, BasePresent:
		return q.Fraction.absent() && !q.Strict
	case BaseRoll:
		// More than everybody cannot take part.
		return q.Fraction.valid() && q.Fraction.Num > 0 && (!q.Strict || q.Fraction.Num < q.Fraction.Den)
	}
	return false
}

func (t Threshold) valid() bool {
	if t.Base != BaseCast && t.Base != BaseExpressed && t.Base != BaseRoll {
		return false
	}
	// Less than half would let both sides win.
	return t.Fraction.valid() && 2*t.Fraction.Num >= t.Fraction.Den && (!t.Strict || t.Fraction.Num < t.Fraction.Den) &&
		(t.Strict || 2*t.Fraction.Num > t.Fraction.Den)
}

func (c Classes) wrong() string {
	if !c.Allowed && len(c.Weights) > 0 || len(c.Weights) > maxClasses || c.Weights == nil {
		return "classes"
	}
	for _, f := range []Fraction{c.Least, c.Most} {
		if !f.absent() && !f.valid() {
			return "classes"
		}
	}
	sum := int64(0)
	for i, w := range c.Weights {
		if !validKey(w.Class) || w.Parts < 1 || w.Parts > maxParts || (i > 0 && c.Weights[i-1].Class >= w.Class) {
			return "weights"
		}
		sum += w.Parts
	}
	for _, w := range c.Weights {
		part, whole := big.NewInt(w.Parts), big.NewInt(sum)
		if !c.Least.absent() && !c.Least.reachedBy(part, whole, false) || !c.Most.absent() && c.Most.reachedBy(part, whole, true) {
			return "weights"
		}
	}
	return ""
}

func (p Proxies) wrong() string {
	if !p.Allowed && (p != Proxies{}) {
		return "proxies"
	}
	if p.Allowed && (p.Cap < 1 || p.Cap > maxSigners || p.Small < 0 || p.Small > maxSigners || !p.Share.absent() && !p.Share.valid()) {
		return "proxies"
	}
	return ""
}

func (r RuleSet) validateLines() error {
	if len(r.Lines) > maxLines {
		return wrongRule("lines")
	}
	subjects := Subjects()
	if len(r.Meetings) > 0 {
		subjects = append(subjects, SubjectMeetings)
	}
	about := map[string]bool{}
	for _, l := range r.Lines {
		if !slices.Contains(subjects, l.About) || (l.Source != FromLaw && l.Source != FromByLaws && l.Source != FromHouse) {
			return wrongRule("lines")
		}
		for field, text := range map[string]core.Text{"law": l.Law, "article": l.Where, "text": l.Text} {
			if err := checkBoth(field, text, maxParagraph); err != nil {
				return err
			}
		}
		about[l.About] = true
	}
	for _, subject := range subjects {
		if !about[subject] {
			return wrongRule("lines")
		}
	}
	return nil
}

func wrongRule(field string) error {
	return core.E(core.Invalid, "errors.governance_rules", core.Args{"Field": field})
}
