package governancehttp

import (
	"net/http"
	"net/url"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/governance"
	"github.com/solidaire-coop/solidaire/internal/platform/web"
)

// opinionsView is the page where members say whether they agree with each other's sentences, and see what comes of it.
type opinionsView struct {
	web.Page
	governance.Survey
	Moderates bool
	Fault     *core.Error
	Typed     string // a statement that cannot be kept as it is
	Shown     int    // statements that are not hidden
	Answered  int    // of those, by the reader
	Groups    []groupOf
	Picture   *picture
	Agreed    []received
	Rejected  []received
	Apart     []apart
	Figures   []received
	Untold    int // statements whose figures would tell somebody's answer
}

// groupOf is a group of the map.
type groupOf struct {
	Letter string
	Shape  int
	People int
	Mine   bool
}

// received is a statement with what the map says of it.
type received struct {
	governance.Statement
	All    governance.Answered
	Groups []groupShare
}

type groupShare struct {
	governance.Answered
	Letter string
}

// apart is what one group says and the others do not.
type apart struct {
	Group groupOf
	Says  []received
}

// Bounds of what the page puts first.
const maxTold = 8

func (p *Pages) opinions(w http.ResponseWriter, r *http.Request) error {
	return p.showOpinions(w, r, nil, "")
}

func (p *Pages) showOpinions(w http.ResponseWriter, r *http.Request, fault *core.Error, typed string) error {
	id, err := motionOf(r)
	if err != nil {
		return err
	}
	v := opinionsView{Page: p.page(r, "opinions.title"), Fault: fault, Typed: typed}
	v.Scripts = []string{"opinions.js"}
	if v.Survey, err = p.Room.Survey(r.Context(), v.Actor, id); err != nil {
		return err
	}
	if v.Moderates, err = p.Room.MayModerate(r.Context(), v.Actor, v.Motion.Body); err != nil {
		return err
	}
	for _, s := range v.Statements {
		if s.HiddenBy == "" {
			v.Shown++
		}
	}
	v.Answered = v.Shown - len(v.Left)
	v.read()
	status := http.StatusOK
	if fault != nil {
		status = http.StatusUnprocessableEntity
	}
	return p.templates.RenderStatus(w, r, "opinions.html", status, v)
}

// read sorts what the map says: what is shared first, then what tells the groups apart, then every figure that may be told.
func (v *opinionsView) read() {
	if v.Map == nil {
		return
	}
	for i, people := range v.Map.Groups {
		v.Groups = append(v.Groups, groupOf{Letter: letter(i), Shape: i, People: people, Mine: v.Me >= 0 && v.Map.Points[v.Me].Group == i})
	}
	v.Picture = draw(v.Map.Points, len(v.Groups), v.Me)
	texts := map[core.ID]governance.Statement{}
	for _, s := range v.Statements {
		texts[s.ID] = s
	}
	says := make([][]received, len(v.Groups))
	for _, reception := range v.Map.Received {
		line := received{Statement: texts[v.Mapped[reception.Index]], All: reception.All}
		if line.HiddenBy != "" {
			continue
		}
		if !reception.Tellable() {
			v.Untold++
			continue
		}
		for g, answered := range reception.Groups {
			line.Groups = append(line.Groups, groupShare{answered, letter(g)})
		}
		v.Figures = append(v.Figures, line)
		agreed, rejected := reception.Shared()
		switch {
		case agreed:
			v.Agreed = append(v.Agreed, line)
		case rejected:
			v.Rejected = append(v.Rejected, line)
		case reception.Typical >= 0:
			says[reception.Typical] = append(says[reception.Typical], line)
		}
	}
	v.Agreed, v.Rejected = first(v.Agreed), first(v.Rejected)
	for g, list := range says {
		if len(list) > 0 {
			v.Apart = append(v.Apart, apart{v.Groups[g], first(list)})
		}
	}
}

func first(list []received) []received { return list[:min(len(list), maxTold)] }

func letter(group int) string { return string(rune('A' + group)) }

// Next is the statement that the reader is asked now, nil when none is left.
func (v opinionsView) Next() *governance.Statement {
	if !v.May || len(v.Left) == 0 {
		return nil
	}
	return &v.Left[0]
}

// MyAnswer names what the reader said of a statement.
func (v opinionsView) MyAnswer(statement core.ID) string { return v.Mine[statement].String() }

// MinPeople and MinAnswers are from when there is a map.
func (v opinionsView) MinPeople() int { people, _ := v.Needed(); return people }

// MinAnswers is how many statements a person answers to be on the map.
func (v opinionsView) MinAnswers() int { _, answers := v.Needed(); return answers }

// Agreeing and Disagreeing are shares of those who answered.
func (r received) Agreeing() float64 { return share(r.All.Agree, r.All.Seen) }

// Agreeing is the share of the group that agrees.
func (g groupShare) Agreeing() float64 { return share(g.Agree, g.Seen) }

// Disagreeing is the share of the group that disagrees.
func (g groupShare) Disagreeing() float64 { return share(g.Disagree, g.Seen) }

// Bar are the widths, of 100, of those who agree and of those who disagree, and where the second begins.
func (g groupShare) Bar() [3]float64 {
	return [3]float64{100 * g.Agreeing(), 100 * g.Disagreeing(), 100 - 100*g.Disagreeing()}
}

func share(part, whole int) float64 { return float64(part) / float64(max(whole, 1)) }

// opine does one thing on the page of opinions, then shows it again where it happened.
func (p *Pages) opine(w http.ResponseWriter, r *http.Request) error {
	id, err := motionOf(r)
	if err != nil {
		return err
	}
	fields, err := web.Form(r)
	if err != nil {
		return err
	}
	where, err := p.opinionStep(r, id, fields)
	if err != nil {
		if r.PathValue("step") == "say" && !core.Is(err, core.NotFound) {
			return p.showOpinions(w, r, core.AsError(err), typed(fields.Get("text")))
		}
		return err
	}
	http.Redirect(w, r, "/decisions/"+string(id)+"/opinions"+where, http.StatusSeeOther)
	return nil
}

func (p *Pages) opinionStep(r *http.Request, id core.ID, fields url.Values) (where string, err error) {
	ctx, actor, statement := r.Context(), actorOf(r), core.ID(fields.Get("statement"))
	switch r.PathValue("step") {
	case "say":
		return "#say", p.Room.Say(ctx, actor, id, typed(fields.Get("text")))
	case "answer":
		return "#next", p.Room.Opine(ctx, actor, id, statement, governance.ParseOpinion(fields.Get("answer")))
	case "change":
		return "#s-" + string(statement), p.Room.Opine(ctx, actor, id, statement, governance.ParseOpinion(fields.Get("answer")))
	case "forget":
		return "", p.Room.Forget(ctx, actor, id)
	case "moderate":
		return "#said", p.Room.HideStatement(ctx, actor, id, statement, typed(fields.Get("why")))
	}
	return "", core.E(core.NotFound, "errors.page_not_found", nil)
}
