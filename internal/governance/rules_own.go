package governance

import (
	"reflect"
	"slices"
	"strings"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// OwnRules names the sets of rules whose figures an organisation chose itself.
const OwnRules = "own"

// RuleChange is one rule that changes, for the kinds of decisions, or of meetings, where it changes in the same way; no kind: for all.
type RuleChange struct {
	Field         string
	Kinds         []Kind
	Meetings      []MeetingKind
	Before, After Ruled
}

// Ruled is what a set of rules says, of one kind of decision.
type Ruled struct {
	Decision
	Title   core.Text
	Classes Classes
	Proxies Proxies
	Meeting MeetingRule
}

// meetingFields are the rules of one kind of meeting.
func meetingFields() []meetingField {
	return []meetingField{
		{"meeting_quorum", func(m MeetingRule) any { return m.Quorum }},
		{"meeting_by_class", func(m MeetingRule) any { return m.ByClass }},
		{"meeting_remote_counts", func(m MeetingRule) any { return m.RemoteCounts }},
		{"meeting_proxies", func(m MeetingRule) any { return m.Proxies }},
		{"meeting_notice_days", func(m MeetingRule) any { return m.NoticeDays }},
		{"meeting_roll_days", func(m MeetingRule) any { return m.RollDays }},
		{"meeting_item_days", func(m MeetingRule) any { return m.ItemDays }},
		{"meeting_second_call", func(m MeetingRule) any { return m.SecondCall }},
	}
}

type meetingField struct {
	name string
	of   func(MeetingRule) any
}

// meetingsBetween says what differs between how two sets of rules hold meetings.
func meetingsBetween(before, after RuleSet) []RuleChange {
	var out []RuleChange
	for _, field := range meetingFields() {
		at := len(out)
		for _, kind := range MeetingKinds() {
			old, _ := before.Meeting(kind)
			next, _ := after.Meeting(kind)
			if reflect.DeepEqual(field.of(old), field.of(next)) {
				continue
			}
			alike := func(c RuleChange) bool {
				return reflect.DeepEqual(field.of(c.Before.Meeting), field.of(old)) && reflect.DeepEqual(field.of(c.After.Meeting), field.of(next))
			}
			if i := slices.IndexFunc(out[at:], alike); i >= 0 {
				out[at+i].Meetings = append(out[at+i].Meetings, kind)
				continue
			}
			out = append(out, RuleChange{Field: field.name, Meetings: []MeetingKind{kind}, Before: Ruled{Meeting: old}, After: Ruled{Meeting: next}})
		}
	}
	return out
}

// wrong lists the fields that cannot stand.
func (m MeetingRule) wrong(proxies bool) (fields []string) {
	within := func(n int) bool { return n >= 0 && n <= maxDays }
	for _, check := range []struct {
		field string
		ok    bool
	}{
		{"quorum", m.Quorum.valid()},
		{"proxies", proxies || !m.Proxies},
		{"notice_days", within(m.NoticeDays)},
		{"roll_days", within(m.RollDays)},
		{"item_days", within(m.ItemDays)},
		{"second_call", m.SecondCall == nil || m.SecondCall.Quorum.valid() && within(m.SecondCall.NoticeDays)},
	} {
		if !check.ok {
			fields = append(fields, check.field)
		}
	}
	return fields
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
	return append(out, meetingsBetween(before, after)...)
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
	if strings.HasPrefix(field, "meeting_") {
		return SubjectMeetings
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
