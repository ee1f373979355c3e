package governance

import (
	"reflect"
	"slices"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// OwnRules names the sets of rules whose figures an organisation chose itself.
const OwnRules = "own"

// RuleChange is one rule that changes, for the kinds of decisions where it changes in the same way; no kind: for all.
type RuleChange struct {
	Field         string
	Kinds         []Kind
	Before, After Ruled
}

// Ruled is what a set of rules says, of one kind of decision.
type Ruled struct {
	Decision
	Title   core.Text
	Classes Classes
	Proxies Proxies
}

// ruleFields are the rules of one kind of decision, in the order in which they are read, with what explains each.
func ruleFields() []ruleField {
	return []ruleField{
		{"methods", "methods", func(d Decision) any { return d.Methods }},
		{"quorum", "quorum", func(d Decision) any { return d.Quorum }},
		{"threshold", "threshold", func(d Decision) any { return d.Threshold }},
		{"co_signers", "notice", func(d Decision) any { return d.CoSigners }},
		{"notice_days", "notice", func(d Decision) any { return d.NoticeDays }},
		{"roll_days", "roll", func(d Decision) any { return d.RollDays }},
		{"open_hours", "opening", func(d Decision) any { return d.OpenHours }},
		{"close_when_all_voted", "opening", func(d Decision) any { return d.CloseWhenAllVoted }},
		{"count_hidden", "opening", func(d Decision) any { return d.CountHidden }},
		{"choices_shown", "opening", func(d Decision) any { return d.ChoicesShown }},
		{"contestation_hours", "contestation", func(d Decision) any { return d.ContestationHours }},
		{"contest_share", "contestation", func(d Decision) any { return d.ContestShare }},
	}
}

type ruleField struct {
	name, subject string
	of            func(Decision) any
}

// RulesBetween says what differs between two sets of rules.
func RulesBetween(before, after RuleSet) []RuleChange {
	var out []RuleChange
	whole := func(field string) RuleChange {
		return RuleChange{Field: field, Before: Ruled{Title: before.Title, Classes: before.Classes, Proxies: before.Proxies},
			After: Ruled{Title: after.Title, Classes: after.Classes, Proxies: after.Proxies}}
	}
	if before.Title != after.Title {
		out = append(out, whole("title"))
	}
	for _, field := range ruleFields() {
		at := len(out)
		for _, kind := range Kinds() {
			old, _ := before.For(kind)
			next, _ := after.For(kind)
			if reflect.DeepEqual(field.of(old), field.of(next)) {
				continue
			}
			alike := func(c RuleChange) bool {
				return reflect.DeepEqual(field.of(c.Before.Decision), field.of(old)) && reflect.DeepEqual(field.of(c.After.Decision), field.of(next))
			}
			if i := slices.IndexFunc(out[at:], alike); i >= 0 {
				out[at+i].Kinds = append(out[at+i].Kinds, kind)
				continue
			}
			out = append(out, RuleChange{Field: field.name, Kinds: []Kind{kind}, Before: Ruled{Decision: old}, After: Ruled{Decision: next}})
		}
	}
	if !reflect.DeepEqual(before.Classes, after.Classes) {
		out = append(out, whole("classes"))
	}
	if before.Proxies != after.Proxies {
		out = append(out, whole("proxies"))
	}
	return out
}

// Adapted makes of edited figures a set of the organisation's own, which began from base while inForce rules. Each subject whose figures are no
// longer those of base gets the line own beside those that base explains it with, in the place of an older one of the organisation's.
// Figures that are all those of base are base itself.
func (r RuleSet) Adapted(base, inForce RuleSet, own Line) RuleSet {
	changes := RulesBetween(base, r)
	if len(changes) == 0 {
		return base
	}
	r.ID, r.Edition, r.Scope = OwnRules, 1, base.Scope
	if inForce.ID == OwnRules {
		r.Edition = inForce.Edition + 1
	}
	r.Lines = slices.Clone(base.Lines)
	for _, subject := range subjectsOf(changes) {
		r.Lines = slices.DeleteFunc(r.Lines, func(l Line) bool { return l.About == subject && l.Law == own.Law })
		at := len(r.Lines)
		for i, l := range r.Lines {
			if l.About == subject {
				at = i + 1
			}
		}
		line := own
		line.About, line.Source = subject, FromByLaws
		r.Lines = slices.Insert(r.Lines, at, line)
	}
	return r
}

// subjectsOf lists what the changes are about, each once.
func subjectsOf(changes []RuleChange) []string {
	var out []string
	for _, c := range changes {
		subject := SubjectOf(c.Field)
		if subject != "" && !slices.Contains(out, subject) {
			out = append(out, subject)
		}
	}
	return out
}

// SubjectOf names the subject under which a field is explained; "" for a title.
func SubjectOf(field string) string {
	for _, f := range ruleFields() {
		if f.name == field {
			return f.subject
		}
	}
	switch field {
	case "classes", "weights":
		return "classes"
	case "proxies":
		return "proxies"
	}
	return ""
}

// About lists the lines that explain a subject.
func (r RuleSet) About(subject string) []Line {
	var out []Line
	for _, l := range r.Lines {
		if l.About == subject {
			out = append(out, l)
		}
	}
	return out
}

// Sum is the sum of the weights.
func (c Classes) Sum() (parts int64) {
	for _, w := range c.Weights {
		parts += w.Parts
	}
	return parts
}

// Parts is what a class weighs, of Sum; 0 when it has no weight.
func (c Classes) Parts(class string) int64 { return partsOf(c.Weights, class) }
