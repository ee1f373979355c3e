package governancehttp

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/governance"
	"github.com/solidaire-coop/solidaire/internal/members"
	"github.com/solidaire-coop/solidaire/internal/platform/web"
)

// namesAModel reports a start that makes no sense before a model is installed.
func namesAModel(start string) bool { return start == "model" || start == "board" }

type chooseView struct {
	web.Page
	Groups []startGroup
	Models []Model
	Fault  *core.Error
}

// Asks reports a start that asks what it is about.
func (chooseView) Asks(start string) bool { return slices.Contains(resolutions(), start) }

// Choice lists the models that a start can name: a charter names them by their bytes, which not every server tells.
func (v chooseView) Choice(start string) []Model {
	if !namesAModel(start) {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(v.Models), func(m Model) bool { return start == "model" && m.Digest == "" })
}

// choose offers the common decisions.
func (p *Pages) choose(w http.ResponseWriter, r *http.Request) error {
	return p.showStarts(w, r, nil)
}

func (p *Pages) showStarts(w http.ResponseWriter, r *http.Request, fault *core.Error) error {
	v := chooseView{Page: p.page(r, "governance.new"), Groups: startGroups(), Fault: fault}
	var err error
	if v.Models, err = p.Models(r.Context()); err != nil {
		return err
	}
	for i := range v.Groups {
		v.Groups[i].Starts = slices.DeleteFunc(v.Groups[i].Starts, func(s string) bool { return namesAModel(s) && len(v.Choice(s)) == 0 })
	}
	status := http.StatusOK
	if fault != nil {
		status = http.StatusUnprocessableEntity
	}
	return p.templates.RenderStatus(w, r, "choose.html", status, v)
}

// writeView is the form, as it was typed, with what was wrong and what would change.
type writeView struct {
	web.Page
	Start     string
	Sketch    governance.Sketch
	Document  charter.Document // of a charter
	Blank     []int            // empty lines for options
	Figures   *figures         // of rules
	People    []members.Person
	Bodies    []members.Body
	Offices   []string
	Motion    *governance.Motion // that is revised or amended
	Amends    bool
	Why       string // reasons of an amendment
	Fault     *core.Error
	Change    *governance.CharterChange
	Named     map[string]string // models, by their digests
	Installed []Model           // that a charter can name
	Checked   bool
	Opened    string // part of the form that is open
}

// begin shows the form of a start.
func (p *Pages) begin(w http.ResponseWriter, r *http.Request) error {
	start := r.PathValue("start")
	if !slices.Contains(starts(), start) {
		return core.E(core.NotFound, "errors.page_not_found", nil)
	}
	k, err := p.started(r, start)
	if err != nil {
		if slices.Contains(resolutions(), start) {
			return p.showStarts(w, r, core.AsError(err))
		}
		return err
	}
	v := writeView{Start: start, Sketch: k}
	if start == "rules" {
		if v.Figures, err = p.beginFigures(r, r.URL.Query().Get("from"), nil); err != nil {
			return err
		}
	}
	return p.form(w, r, v)
}

// form completes the view and shows it.
func (p *Pages) form(w http.ResponseWriter, r *http.Request, v writeView) (err error) {
	title := "governance.write"
	if v.Amends {
		title = "governance.amend"
	}
	v.Page = p.page(r, title)
	if v.Sketch.Charter != nil {
		v.Document = *v.Sketch.Charter
		change := governance.Between(p.Charters.InForce().Document, v.Document)
		v.Change = &change
	}
	v.Opened = map[string]string{"budget": "settings", "retention": "settings", "model": "settings", "board": "last"}[v.Start]
	v.Offices = governance.Offices()
	if v.Named, v.Installed, err = p.modelNames(r); err != nil {
		return err
	}
	if v.Sketch.Kind == governance.KindOrdinary {
		for i := range max(4, len(v.Sketch.Options)+2) {
			v.Blank = append(v.Blank, i)
		}
	}
	if v.People, err = p.People.People(r.Context(), v.Actor.Organisation); err != nil {
		return err
	}
	if v.Bodies, err = p.People.Bodies(r.Context(), v.Actor.Organisation); err != nil {
		return err
	}
	status := http.StatusOK
	if v.Fault != nil {
		status = http.StatusUnprocessableEntity
	}
	return p.templates.RenderStatus(w, r, "write.html", status, v)
}

// write checks what was typed; « check » shows it again with what it would change, « save » keeps it as a draft.
func (p *Pages) write(w http.ResponseWriter, r *http.Request) error {
	start := r.PathValue("start")
	if !slices.Contains(starts(), start) {
		return core.E(core.NotFound, "errors.page_not_found", nil)
	}
	fields, err := web.Form(r)
	if err != nil {
		return err
	}
	k, typed, err := p.read(r, start, fields, nil)
	if err == nil {
		if fields.Get("do") != "save" {
			_, _, err = p.Room.Bind(r.Context(), k, core.NewID(p.Clock.Now()), 1)
		} else {
			var m governance.Motion
			if m, err = p.Room.Draft(r.Context(), actorOf(r), k); err == nil {
				http.Redirect(w, r, "/decisions/"+string(m.ID), http.StatusSeeOther)
				return nil
			}
		}
	}
	return p.form(w, r, writeView{Start: start, Sketch: k, Figures: typed, Fault: fault(err), Checked: err == nil})
}

func fault(err error) *core.Error {
	if err == nil {
		return nil
	}
	return core.AsError(err)
}

// edit shows the form of an existing proposal: to its author to revise, to others to amend.
func (p *Pages) edit(w http.ResponseWriter, r *http.Request) error {
	id, err := motionOf(r)
	if err != nil {
		return err
	}
	d, err := p.Room.Show(r.Context(), actorOf(r), id)
	if err != nil {
		return err
	}
	k, err := sketchOf(d.Text)
	if err != nil {
		return err
	}
	v := writeView{Start: startOf(k), Sketch: k, Motion: &d.Motion, Amends: d.Motion.Author != actorOf(r).Person}
	if k.Rules != nil {
		if v.Figures, err = p.beginFigures(r, fromKept, k.Rules); err != nil {
			return err
		}
	}
	return p.form(w, r, v)
}

// rewrite takes a revision or an amendment.
func (p *Pages) rewrite(w http.ResponseWriter, r *http.Request) error {
	id, err := motionOf(r)
	if err != nil {
		return err
	}
	fields, err := web.Form(r)
	if err != nil {
		return err
	}
	actor := actorOf(r)
	d, err := p.Room.Show(r.Context(), actor, id)
	if err != nil {
		return err
	}
	kept, err := sketchOf(d.Text)
	if err != nil {
		return err
	}
	m := d.Motion
	start, amends, why := fields.Get("start"), m.Author != actor.Person, line(fields.Get("why"))
	k, typed, err := p.read(r, start, fields, kept.Rules)
	if err == nil {
		switch {
		case fields.Get("do") != "save":
			_, _, err = p.Room.Bind(r.Context(), k, m.ID, m.Version+1)
		case amends:
			err = p.Room.Amend(r.Context(), actor, id, k, why)
		default:
			_, err = p.Room.Revise(r.Context(), actor, id, k)
		}
		if err == nil && fields.Get("do") == "save" {
			http.Redirect(w, r, "/decisions/"+string(id), http.StatusSeeOther)
			return nil
		}
	}
	return p.form(w, r, writeView{Start: start, Sketch: k, Figures: typed, Motion: &m, Amends: amends, Why: why, Fault: fault(err), Checked: err == nil})
}

// line is what was typed, on one line and without spaces around.
func line(s string) string { return strings.Join(strings.Fields(s), " ") }

// typed keeps no-break spaces, which French needs.
func typed(s string) string {
	return strings.TrimSpace(strings.NewReplacer("\r\n", " ", "\n", " ", "\r", " ", "\t", " ").Replace(s))
}

func bothOf(fields url.Values, name string) core.Text {
	return core.Text{FR: typed(fields.Get(name + ".fr")), EN: typed(fields.Get(name + ".en"))}
}

// read makes a sketch of the fields. What it returns is shown again even when it is not right.
func (p *Pages) read(r *http.Request, start string, fields url.Values, kept *governance.RuleSet) (governance.Sketch, *figures, error) {
	k := governance.Sketch{Kind: governance.KindOrdinary, Body: line(fields.Get("body")), Title: bothOf(fields, "title"), Reasons: bothOf(fields, "reasons")}
	switch start {
	case "question", "price", "space", "witness":
	case "choice":
		for i := range 50 {
			if option := bothOf(fields, fmt.Sprintf("option%d", i)); option != (core.Text{}) {
				k.Options = append(k.Options, option)
			}
		}
	case "mandate":
		months, _ := strconv.Atoi(fields.Get("months"))
		k.Kind, k.Body = governance.KindMandate, ""
		k.Mandate = &governance.Mandate{Body: fields.Get("mandate.body"), Person: core.ID(fields.Get("mandate.person")), Office: fields.Get("mandate.office"), Months: months}
	case "rules":
		k.Kind, k.Body = governance.KindRules, ""
		f, err := p.readRules(r, fields, kept)
		if f != nil {
			k.Rules = &f.Set
		}
		return k, f, err
	default:
		k.Kind, k.Body = governance.KindCharter, ""
		d, err := readCharter(p.Charters.InForce().Document, fields)
		k.Charter = &d
		return k, nil, err
	}
	return k, nil, nil
}

// Resolution reports a decision that the machine does not carry out by itself.
func (v writeView) Resolution() bool { return slices.Contains(resolutions(), v.Start) }

// Option is the n-th option as it was typed.
func (v writeView) Option(n int) core.Text {
	if n < len(v.Sketch.Options) {
		return v.Sketch.Options[n]
	}
	return core.Text{}
}

// sketchOf goes back from a text to what was written.
func sketchOf(t governance.Text) (governance.Sketch, error) {
	q := t.Proposal
	k := governance.Sketch{Kind: q.Kind, Body: q.Body, Title: q.Title, Reasons: q.Reasons, Options: q.Options, Mandate: q.Mandate, ContestationHours: q.ContestationHours}
	switch q.Kind {
	case governance.KindCharter:
		d, err := charter.Parse(t.Document)
		k.Charter = &d
		return k, err
	case governance.KindRules:
		set, err := governance.ParseRules(t.Document)
		k.Rules = &set
		return k, err
	}
	return k, nil
}

func startOf(k governance.Sketch) string {
	switch {
	case k.Kind == governance.KindCharter:
		return "charter"
	case k.Kind == governance.KindRules:
		return "rules"
	case k.Kind == governance.KindMandate:
		return "mandate"
	case len(k.Options) > 0:
		return "choice"
	}
	return "question"
}
