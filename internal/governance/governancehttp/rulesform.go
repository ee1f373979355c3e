package governancehttp

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/governance"
	"github.com/solidaire-coop/solidaire/internal/members"
)

// figures is the form by which an organisation proposes rules with figures of its own: as typed, with what is wrong and what would change.
type figures struct {
	From    string             // the set it began with: "" the one in force, kept the proposal's own, or a shipped one
	Base    governance.RuleSet // where it began
	Set     governance.RuleSet
	InForce governance.RuleSet
	Shipped []governance.RuleSet
	Classes []members.Class // of the register, then those that only the rules know
	Changes []governance.RuleChange
	Names   map[string]core.Text // of classes
	typed   url.Values           // nil: nothing yet
	wrong   []string             // names of the fields that cannot stand
}

// fromKept begins with the rules that the proposal has now.
const fromKept = "kept"

// beginFigures prepares the form. kept is what the proposal says already, nil for a new one.
func (p *Pages) beginFigures(r *http.Request, from string, kept *governance.RuleSet) (*figures, error) {
	f := &figures{From: from}
	var err error
	if f.InForce, _, err = p.Room.Rules(r.Context()); err != nil {
		return nil, err
	}
	for _, id := range governance.Shipped() {
		set, err := governance.ShippedRules(id)
		if err != nil {
			return nil, err
		}
		f.Shipped = append(f.Shipped, set)
	}
	switch {
	case from == fromKept && kept != nil:
		f.Set = *kept
	case from == "":
		f.Set = f.InForce
	default:
		if f.Set, err = governance.ShippedRules(from); err != nil {
			return nil, err
		}
	}
	f.Base = f.Set
	if f.Classes, err = p.People.Classes(r.Context(), actorOf(r).Organisation); err != nil {
		return nil, err
	}
	f.Names = map[string]core.Text{}
	for _, c := range f.Classes {
		f.Names[c.Key] = c.Name
	}
	for _, w := range f.Set.Classes.Weights {
		if _, known := f.Names[w.Class]; !known {
			f.Names[w.Class] = core.Text{FR: w.Class, EN: w.Class}
			f.Classes = append(f.Classes, members.Class{Key: w.Class, Name: f.Names[w.Class]})
		}
	}
	return f, nil
}

// read takes what was typed. An error says that a field cannot stand; Wrong says which.
func (f *figures) read(fields url.Values, own governance.Line, named func(core.Text) core.Text) error {
	f.typed = fields
	set := f.Base
	set.Title = bothOf(fields, "rules.title")
	set.Decisions = slices.Clone(f.Base.Decisions)
	for i := range set.Decisions {
		f.readDecision(&set.Decisions[i])
	}
	f.readClasses(&set.Classes)
	f.readProxies(&set.Proxies)
	f.readMeetings(&set)
	for _, problem := range set.Problems() {
		f.blame(nameOf(problem))
	}
	if len(f.wrong) > 0 {
		f.Set = set
		return core.E(core.Invalid, "errors.rules_fields", core.Args{"Count": len(f.wrong)})
	}
	f.Set = set.Adapted(f.Base, f.InForce, own)
	if f.Set.ID == governance.OwnRules && f.Base.ID != governance.OwnRules && f.Set.Title == f.Base.Title {
		f.Set.Title = named(f.Base.Title)
	}
	f.Changes = governance.RulesBetween(f.InForce, f.Set)
	return nil
}

// nameOf is the name of the field in the form.
func nameOf(p governance.RuleProblem) string {
	switch {
	case p.Meeting != "":
		return "meeting." + string(p.Meeting) + "." + p.Field
	case p.Kind == "":
		return p.Field
	}
	return string(p.Kind) + "." + p.Field
}

func (f *figures) blame(name string) {
	if !slices.Contains(f.wrong, name) {
		f.wrong = append(f.wrong, name)
	}
}

func (f *figures) readDecision(d *governance.Decision) {
	name := func(field string) string { return string(d.Kind) + "." + field }
	d.Methods = nil
	for _, m := range governance.Methods() {
		if slices.Contains(f.typed[name("methods")], string(m)) {
			d.Methods = append(d.Methods, m)
		}
	}
	d.Quorum = f.quorum(name("quorum"))
	base, strict := f.choice(name("threshold"), f.Thresholds())
	d.Threshold = governance.Threshold{Base: base, Strict: strict, Fraction: f.fraction(name("threshold"), "share")}
	d.ContestShare = f.fraction(name("contest_share"), "")
	d.CoSigners, d.NoticeDays, d.RollDays = f.number(name("co_signers")), f.number(name("notice_days")), f.number(name("roll_days"))
	d.OpenHours, d.ContestationHours = f.number(name("open_hours")), f.number(name("contestation_hours"))
	d.CloseWhenAllVoted, d.CountHidden, d.ChoicesShown = f.has(name("close_when_all_voted")), f.has(name("count_hidden")), f.has(name("choices_shown"))
}

func (f *figures) readClasses(c *governance.Classes) {
	c.Allowed, c.Voices = f.has("classes"), f.has("voices")
	c.Least, c.Most, c.Weights = f.fraction("least", ""), f.fraction("most", ""), []governance.Weight{}
	for _, class := range f.Classes {
		if name := "weight." + class.Key; line(f.typed.Get(name)) != "" {
			if parts := f.number(name); parts > 0 {
				c.Weights = append(c.Weights, governance.Weight{Class: class.Key, Parts: int64(parts)})
			}
		}
	}
	slices.SortFunc(c.Weights, func(a, b governance.Weight) int { return strings.Compare(a.Class, b.Class) })
	if n := len(c.Weights); c.Allowed && n > 0 && n < len(f.Classes) {
		f.blame("weights") // a member of a class without weight would stop every ballot
	}
}

func (f *figures) readProxies(p *governance.Proxies) {
	*p = governance.Proxies{}
	if f.has("proxies") {
		*p = governance.Proxies{Allowed: true, Cap: f.number("cap"), Share: f.fraction("share", ""), Small: f.number("small_roll")}
	}
}

// choice reads a base and how it is reached; one that is not offered is blamed, and the first stands for it.
func (f *figures) choice(name string, offered []string) (base governance.Base, strict bool) {
	chosen := f.typed.Get(name)
	if !slices.Contains(offered, chosen) {
		f.blame(name)
		chosen = offered[0]
	}
	of, how, _ := strings.Cut(chosen, "-")
	return governance.Base(of), how == "more"
}

func (f *figures) has(name string) bool { return f.typed.Get(name) != "" }

// number reads a whole number; one that is none is blamed.
func (f *figures) number(name string) int {
	n, err := strconv.Atoi(line(f.typed.Get(name)))
	if err != nil || n < 0 || n > 1_000_000 {
		f.blame(name)
		return 0
	}
	return n
}

// fraction reads a share; one that is none is blamed.
func (f *figures) fraction(name, part string) governance.Fraction {
	field := name
	if part != "" {
		field += "." + part
	}
	share, ok := governance.ParseFraction(f.typed.Get(field))
	if !ok {
		f.blame(name)
	}
	return share
}

// readRules makes a set of what was typed.
func (p *Pages) readRules(r *http.Request, fields url.Values, kept *governance.RuleSet) (*figures, error) {
	f, err := p.beginFigures(r, fields.Get("from"), kept)
	if err != nil {
		return nil, err
	}
	own := governance.Line{Law: p.both("rules.own.law", nil), Where: bothOf(fields, "where"), Text: p.both("rules.own.text", nil)}
	if own.Where == (core.Text{}) {
		own.Where = p.both("rules.own.where", nil)
	}
	return f, f.read(fields, own, func(base core.Text) core.Text {
		return core.Text{FR: p.Words(core.French).T("rules.own.title", core.Args{"Base": base.FR}), EN: p.Words(core.English).T("rules.own.title", core.Args{"Base": base.EN})}
	})
}
