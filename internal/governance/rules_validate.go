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
		if err := r.Decisions[i].validate(); err != nil {
			return err
		}
	}
	if err := r.Classes.validate(); err != nil {
		return err
	}
	if err := r.Proxies.validate(); err != nil {
		return err
	}
	if err := r.validateMeetings(); err != nil {
		return err
	}
	return r.validateLines()
}

func (d Decision) validate() error {
	switch {
	case len(d.Methods) == 0 || !slices.IsSorted(d.Methods) || len(slices.Compact(slices.Clone(d.Methods))) != len(d.Methods):
		return wrongRule("methods")
	case !d.Quorum.valid():
		return wrongRule("quorum")
	case !d.Threshold.valid():
		return wrongRule("threshold")
	case d.CoSigners < 0 || d.CoSigners > maxSigners:
		return wrongRule("co_signers")
	case d.NoticeDays < 0 || d.NoticeDays > maxDays:
		return wrongRule("notice_days")
	case d.RollDays < 0 || d.RollDays > maxDays:
		return wrongRule("roll_days")
	case d.OpenHours < 1 || d.OpenHours > maxHours:
		return wrongRule("open_hours")
	case d.ContestationHours < 0 || d.ContestationHours > maxHours:
		return wrongRule("contestation_hours")
	case !d.ContestShare.valid() || d.ContestShare.Num == 0:
		return wrongRule("contest_share")
	}
	for _, m := range d.Methods {
		if !m.valid() || ((d.Kind == KindCharter || d.Kind == KindRules) && m.hasOptions()) {
			return wrongRule("methods")
		}
	}
	return nil
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

func (c Classes) validate() error {
	if !c.Allowed && len(c.Weights) > 0 || len(c.Weights) > maxClasses || c.Weights == nil {
		return wrongRule("classes")
	}
	for _, f := range []Fraction{c.Least, c.Most} {
		if !f.absent() && !f.valid() {
			return wrongRule("classes")
		}
	}
	sum := int64(0)
	for i, w := range c.Weights {
		if !validKey(w.Class) || w.Parts < 1 || w.Parts > maxParts || (i > 0 && c.Weights[i-1].Class >= w.Class) {
			return wrongRule("classes")
		}
		sum += w.Parts
	}
	for _, w := range c.Weights {
		part, whole := big.NewInt(w.Parts), big.NewInt(sum)
		if !c.Least.absent() && !c.Least.reachedBy(part, whole, false) || !c.Most.absent() && c.Most.reachedBy(part, whole, true) {
			return wrongRule("classes")
		}
	}
	return nil
}

func (p Proxies) validate() error {
	if !p.Allowed && (p != Proxies{}) {
		return wrongRule("proxies")
	}
	if p.Allowed && (p.Cap < 1 || p.Cap > maxSigners || p.Small < 0 || p.Small > maxSigners || !p.Share.absent() && !p.Share.valid()) {
		return wrongRule("proxies")
	}
	return nil
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
