package governancehttp

import (
	"net/http"
	"time"

	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/governance"
	"github.com/solidaire-coop/solidaire/internal/platform/web"
)

// said is an argument with its answers.
type said struct {
	governance.Argument
	By      string
	Answers []said
}

// asked is an amendment with what it changes.
type asked struct {
	governance.Amendment
	By     string
	Change *governance.CharterChange
	Ruled  []governance.RuleChange
	Old    bool // it was written on an earlier version
}

type showView struct {
	web.Page
	governance.Detail
	By        string
	Sign      string
	Mine      bool
	Signed    bool
	CanCall   bool
	Secretary bool
	Moderates bool
	Sits      bool
	CoSigners []string
	Change    *governance.CharterChange
	Models    map[string]string // by their digests
	NextRules *governance.RuleSet
	Ruled     []governance.RuleChange // what they change
	Classes   map[string]core.Text    // names of classes, by their keys
	Named     string                  // who a mandate names
	For       []said
	Against   []said
	Questions []said
	Amends    []asked
	Left      time.Duration
	Voted     bool
	OnRoll    bool
	Voices    int64 // that the reader carries in this ballot; 0: not on the roll
	Stale     bool  // the charter changed since
	Missing   int   // co-signers
	Done      string
}

// show gathers one proposal as it stands.
func (p *Pages) show(w http.ResponseWriter, r *http.Request) error {
	v, err := p.detail(r)
	if err != nil {
		return err
	}
	return p.templates.Render(w, r, "show.html", v)
}

func (p *Pages) detail(r *http.Request) (v showView, err error) {
	id, err := motionOf(r)
	if err != nil {
		return v, err
	}
	actor := actorOf(r)
	if v.Detail, err = p.Room.Show(r.Context(), actor, id); err != nil {
		return v, err
	}
	names, err := p.names(r)
	if err != nil {
		return v, err
	}
	l := p.Site.Localizer(r)
	v.Page = p.Site.Page(r, v.Motion.Title.In(l.Lang()), web.Assembly)
	v.By, v.Sign, v.Mine = names[v.Motion.Author], signOf(v.Motion.State), v.Motion.Author == actor.Person
	v.Sits = governance.Sits(actor, v.Motion.Body) || governance.Sits(actor, governance.Assembly)
	v.Stale = v.Text.Proposal.Parent != p.Charters.InForce().Hash
	v.Missing = max(0, v.Decision.CoSigners-len(v.Signatures))
	for _, s := range v.Signatures {
		v.CoSigners = append(v.CoSigners, names[s.Person])
		v.Signed = v.Signed || s.Person == actor.Person
	}
	if v.Secretary, err = p.Room.MaySecretary(r.Context(), actor, v.Motion.Body); err != nil {
		return v, err
	}
	if v.Moderates, err = p.Room.MayModerate(r.Context(), actor, v.Motion.Body); err != nil {
		return v, err
	}
	v.CanCall = v.Motion.State == governance.Deliberation && (v.Secretary || v.Mine && v.Missing == 0) && !v.Stale
	v.sort(names)
	if err := p.effects(r, &v, names); err != nil {
		return v, err
	}
	if v.Call != nil {
		var elector governance.Elector
		elector, v.OnRoll = v.Call.Roll.Find(actor.Person)
		v.Voices = elector.Weight
		v.Left = p.left(v.Call.Ballot.Closes)
		if _, v.Voted, err = p.Room.MyVote(r.Context(), actor, v.Motion); err != nil {
			return v, err
		}
	}
	return v, nil
}

// effects says what the proposal and each amendment would change.
func (p *Pages) effects(r *http.Request, v *showView, names map[core.ID]string) (err error) {
	if v.Change, err = p.changeOf(r, v.Text); err != nil {
		return err
	}
	if v.Motion.Kind == governance.KindRules {
		set, err := governance.ParseRules(v.Text.Document)
		if err != nil {
			return err
		}
		v.NextRules, v.Ruled = &set, governance.RulesBetween(v.Rules, set)
	}
	if v.Classes, err = p.classes(r); err != nil {
		return err
	}
	if v.Models, _, err = p.modelNames(r); err != nil {
		return err
	}
	if m := v.Text.Proposal.Mandate; m != nil {
		v.Named = names[m.Person]
	}
	for _, a := range v.Detail.Amendments {
		line := asked{Amendment: a, By: names[a.Author], Old: a.Base != v.Motion.Proposal}
		if line.Change, err = p.changeOf(r, a.Text); err != nil {
			return err
		}
		if a.Text.Proposal.Kind == governance.KindRules {
			set, err := governance.ParseRules(a.Text.Document)
			if err != nil {
				return err
			}
			line.Ruled = governance.RulesBetween(v.Rules, set)
		}
		v.Amends = append(v.Amends, line)
	}
	return nil
}

// changeOf compares a proposed charter with the one that it was written on.
func (p *Pages) changeOf(r *http.Request, t governance.Text) (*governance.CharterChange, error) {
	if t.Proposal.Kind != governance.KindCharter {
		return nil, nil
	}
	next, err := charter.Parse(t.Document)
	if err != nil {
		return nil, err
	}
	history, err := p.Charters.History(r.Context())
	if err != nil {
		return nil, err
	}
	for _, version := range history {
		if version.Hash == t.Proposal.Parent {
			change := governance.Between(version.Document, next)
			return &change, nil
		}
	}
	return nil, nil
}

// sort puts arguments under what they are, answers under what they answer.
func (v *showView) sort(names map[core.ID]string) {
	answers := map[core.ID][]said{}
	for _, a := range v.Detail.Arguments {
		if a.Kind == governance.Answer {
			answers[a.Parent] = append(answers[a.Parent], said{Argument: a, By: names[a.Author]})
		}
	}
	for _, a := range v.Detail.Arguments {
		line := said{Argument: a, By: names[a.Author], Answers: answers[a.ID]}
		switch a.Kind {
		case governance.For:
			v.For = append(v.For, line)
		case governance.Against:
			v.Against = append(v.Against, line)
		case governance.Question:
			v.Questions = append(v.Questions, line)
		}
	}
}

// Notice is how many days a call takes at least, and Hours how long the ballot stays open at least.
func (v showView) Notice() int { return v.Decision.NoticeDays }

// Hours is how long the ballot stays open at least.
func (v showView) Hours() int { return v.Decision.OpenHours }

// Methods are those that fit the question.
func (v showView) Methods() []governance.Method {
	var out []governance.Method
	for _, m := range v.Decision.Methods {
		if m.HasOptions() == (len(v.Text.Proposal.Options) > 0) {
			out = append(out, m)
		}
	}
	// The plainest first.
	for i, m := range out {
		if m == governance.YesNoAbstain {
			out[0], out[i] = out[i], out[0]
		}
	}
	return out
}
