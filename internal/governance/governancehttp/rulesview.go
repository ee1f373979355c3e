package governancehttp

import (
	"slices"
	"strconv"
	"strings"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/governance"
)

// Wrong reports a field that cannot stand.
func (f *figures) Wrong(name string) bool { return slices.Contains(f.wrong, name) }

// WrongIn reports whether a field of a kind cannot stand; "": one that is of no kind.
func (f *figures) WrongIn(kind string) bool {
	return slices.ContainsFunc(f.Wrongs(), func(p problemAt) bool { return p.Kind == kind })
}

// Where is the article that was typed, by which the organisation chose its figures.
func (f *figures) Where() core.Text { return bothOf(f.typed, "where") }

// Wrongs lists them, as they are said: of what, and which.
func (f *figures) Wrongs() []problemAt {
	var out []problemAt
	for _, name := range f.wrong {
		at := problemAt{Name: name, Field: "rules.field." + name}
		switch kind, field, of := strings.Cut(name, "."); {
		case !of:
		case kind == "weight":
			at.Field = "rules.field.weights"
		case kind == "meeting":
			meeting, field, _ := strings.Cut(field, ".")
			at.Kind, at.Of, at.Field = kind, "rules.meeting."+meeting, "rules.field.meeting_"+field
		default:
			at.Kind, at.Of, at.Field = kind, "governance.kind."+kind, "rules.field."+field
		}
		out = append(out, at)
	}
	return out
}

// problemAt is a field that cannot stand: its name in the form, and the keys of what it is.
type problemAt struct{ Name, Kind, Of, Field string }

// Value is a field as it was typed, or what the set says.
func (f *figures) Value(name, said string) string {
	if f.typed != nil {
		return f.typed.Get(name)
	}
	return said
}

// Weight is what a class weighs, as the form shows it.
func (f *figures) Weight(class string) string {
	said := ""
	if parts := f.Set.Classes.Parts(class); parts > 0 {
		said = strconv.FormatInt(parts, 10)
	}
	return f.Value("weight."+class, said)
}

// About are the lines that explain a field, of the set that the form began with.
func (f *figures) About(field string) []governance.Line {
	return f.Base.About(governance.SubjectOf(field))
}

// Suiting are the methods by which a kind can be decided.
func (f *figures) Suiting(kind governance.Kind) []governance.Method {
	return slices.DeleteFunc(governance.Methods(), func(m governance.Method) bool { return !m.Suits(kind) })
}

// Picked reports a method that the kind allows.
func (f *figures) Picked(d governance.Decision, m governance.Method) bool {
	return slices.Contains(d.Methods, m)
}

// Quorums and Thresholds are the choices of the form: a base, then how.
func (f *figures) Quorums() []string { return []string{"none", "present", "roll-least", "roll-more"} }

// Thresholds are the choices of the form: a base, then how.
func (f *figures) Thresholds() []string {
	return []string{"expressed-more", "expressed-least", "cast-more", "cast-least", "roll-more", "roll-least"}
}

// Chosen names a quorum or a majority as the form does.
func (f *figures) Chosen(base governance.Base, strict bool) string {
	switch {
	case base == governance.BaseNone || base == governance.BasePresent:
		return string(base)
	case strict:
		return string(base) + "-more"
	}
	return string(base) + "-least"
}

// Meetings are the rules of each kind of meeting, as they hold or would hold.
func (f *figures) Meetings() []governance.MeetingRule {
	var out []governance.MeetingRule
	for _, kind := range governance.MeetingKinds() {
		rule, _ := f.Set.Meeting(kind)
		out = append(out, rule)
	}
	return out
}

// Second is what holds at a second call, as the form shows it where there is none yet.
func (f *figures) Second(m governance.MeetingRule) governance.SecondCall {
	if m.SecondCall != nil {
		return *m.SecondCall
	}
	return governance.SecondCall{Quorum: governance.Quorum{Base: governance.BasePresent}, NoticeDays: m.NoticeDays}
}
