package governancehttp

import (
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/governance"
	"github.com/solidaire-coop/solidaire/internal/platform/web"
)

// act does one step of a proposal, then shows it again where it happened.
func (p *Pages) act(w http.ResponseWriter, r *http.Request) error {
	id, err := motionOf(r)
	if err != nil {
		return err
	}
	fields, err := web.Form(r)
	if err != nil {
		return err
	}
	where, err := p.step(r, id, fields)
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/decisions/"+string(id)+where, http.StatusSeeOther)
	return nil
}

func (p *Pages) step(r *http.Request, id core.ID, fields url.Values) (where string, err error) {
	ctx, actor := r.Context(), actorOf(r)
	switch r.PathValue("step") {
	case "publish":
		_, err = p.Room.Publish(ctx, actor, id)
	case "withdraw":
		_, err = p.Room.Withdraw(ctx, actor, id)
	case "cosign":
		return "#cosigners", p.Room.CoSign(ctx, actor, id, fields.Get("proposal"))
	case "argue":
		return "#deliberation", p.Room.Argue(ctx, actor, id, governance.ArgumentKind(fields.Get("kind")), core.ID(fields.Get("parent")), typed(fields.Get("text")))
	case "moderate":
		return "#deliberation", p.Room.Moderate(ctx, actor, id, core.ID(fields.Get("argument")), typed(fields.Get("why")))
	case "accept", "decline":
		return "#amendments", p.Room.AnswerAmendment(ctx, actor, id, core.ID(fields.Get("amendment")), r.PathValue("step") == "accept")
	case "call":
		return "#ballot", p.callBallot(r, id, fields)
	case "contest":
		return "/result#contest", p.Room.Contest(ctx, actor, id, typed(fields.Get("reasons")))
	case "proxy":
		return "/vote", p.Room.GiveProxy(ctx, actor, id, core.ID(fields.Get("holder")))
	default:
		err = core.E(core.NotFound, "errors.page_not_found", nil)
	}
	return "", err
}

// callBallot opens the ballot after so many days, for so many hours.
func (p *Pages) callBallot(r *http.Request, id core.ID, fields url.Values) error {
	days, errDays := strconv.Atoi(line(fields.Get("days")))
	hours, errHours := strconv.Atoi(line(fields.Get("hours")))
	if errDays != nil || errHours != nil || days < 0 || days > 366 || hours < 1 || hours > 366*24 {
		return core.E(core.Invalid, "errors.governance_dates", nil)
	}
	opens := p.Clock.Now().Add(time.Duration(days)*24*time.Hour + time.Second)
	_, err := p.Room.Call(r.Context(), actorOf(r), id, governance.Method(fields.Get("method")), opens, opens.Add(time.Duration(hours)*time.Hour))
	return err
}

type ballotView struct {
	showView
	Kept    governance.Kept
	Grades  []int
	Places  []int
	Holders []elector // to whom a proxy can be given
	Holder  string    // who holds the reader's
	Givers  []elector // whose proxies the reader holds, not used yet
	Limit   int
	Open    bool
	Fault   *core.Error
	Running *governance.Certificate
}

type elector struct {
	ID   core.ID
	Name string
}

// ballot shows the question and how to answer it.
func (p *Pages) ballot(w http.ResponseWriter, r *http.Request) error {
	return p.showBallot(w, r, nil)
}

func (p *Pages) showBallot(w http.ResponseWriter, r *http.Request, fault *core.Error) error {
	detail, err := p.detail(r)
	if err != nil {
		return err
	}
	if detail.Call == nil {
		return core.E(core.Conflict, "errors.governance_not_open", nil)
	}
	v := ballotView{showView: detail, Fault: fault}
	b, now := v.Call.Ballot, p.Clock.Now()
	v.Open = v.Motion.State == governance.Balloting && !now.Before(b.Opens) && now.Before(b.Closes)
	for g := governance.Grades - 1; g >= 0; g-- {
		v.Grades = append(v.Grades, g)
	}
	for i := range b.Options {
		v.Places = append(v.Places, i+1)
	}
	if v.Kept, v.Voted, err = p.Room.MyVote(r.Context(), v.Actor, v.Motion); err != nil {
		return err
	}
	if err := p.proxies(r, &v); err != nil {
		return err
	}
	if !v.Decision.CountHidden && v.Motion.State == governance.Balloting {
		c, err := p.Room.Running(r.Context(), v.Actor, v.Motion.ID)
		if err != nil {
			return err
		}
		v.Running = &c
	}
	status := http.StatusOK
	if fault != nil {
		status = http.StatusUnprocessableEntity
	}
	return p.templates.RenderStatus(w, r, "vote.html", status, v)
}

// proxies says whose voices the reader holds, and to whom theirs can be given.
func (p *Pages) proxies(r *http.Request, v *ballotView) error {
	v.Limit = v.Rules.Proxies.Limit(v.Call.Ballot.RollSize)
	if v.Limit == 0 {
		return nil
	}
	names, err := p.names(r)
	if err != nil {
		return err
	}
	for _, e := range v.Call.Roll.Electors() {
		if e.Person != v.Actor.Person {
			v.Holders = append(v.Holders, elector{e.Person, names[e.Person]})
		}
	}
	for _, given := range v.Proxies {
		switch v.Actor.Person {
		case given.Giver:
			v.Holder = names[given.Holder]
		case given.Holder:
			_, used, err := p.Room.MyVote(r.Context(), core.Actor{Person: given.Giver}, v.Motion)
			if err != nil {
				return err
			}
			if !used {
				v.Givers = append(v.Givers, elector{given.Giver, names[given.Giver]})
			}
		}
	}
	return nil
}

// vote casts it. What cannot be accepted is said on the same page.
func (p *Pages) vote(w http.ResponseWriter, r *http.Request) error {
	id, err := motionOf(r)
	if err != nil {
		return err
	}
	fields, err := web.Form(r)
	if err != nil {
		return err
	}
	d, err := p.Room.Show(r.Context(), actorOf(r), id)
	if err != nil {
		return err
	}
	if d.Call == nil {
		return core.E(core.Conflict, "errors.governance_not_open", nil)
	}
	choice := readChoice(d.Call.Ballot, fields)
	if _, err := p.Room.Vote(r.Context(), actorOf(r), id, choice, core.ID(fields.Get("for"))); err != nil {
		return p.showBallot(w, r, core.AsError(err))
	}
	http.Redirect(w, r, "/decisions/"+string(id)+"/vote", http.StatusSeeOther)
	return nil
}

func readChoice(b governance.Ballot, fields url.Values) governance.Choice {
	var c governance.Choice
	if fields.Get("blank") != "" {
		return governance.Choice{Blank: true}
	}
	for i := range b.Options {
		text := fields.Get("o" + strconv.Itoa(i))
		n, err := strconv.Atoi(text)
		switch {
		case b.Method == governance.Approval && text != "":
			c.Approved = append(c.Approved, i)
		case b.Method == governance.MajorityJudgment && err == nil:
			c.Grades = append(c.Grades, n)
		case b.Method == governance.Ranked && err == nil:
			c.Ranks = append(c.Ranks, n)
		}
	}
	if b.Options == 0 {
		c.Answer = fields.Get("answer")
		if c.Answer == governance.Objection {
			c.Reasons = typed(fields.Get("reasons"))
		}
	}
	return c
}

// RunningVoices are for, against and abstentions so far.
func (v ballotView) RunningVoices() []int64 {
	yes, no, abstained := v.Running.Voices()
	return []int64{yes, no, abstained}
}
