package meetingshttp

import (
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/governance"
	"github.com/solidaire-coop/solidaire/internal/meetings"
	"github.com/solidaire-coop/solidaire/internal/members"
	"github.com/solidaire-coop/solidaire/internal/platform/web"
)

// form is what was typed of a plan.
type form struct {
	Body, Kind, TitleFR, TitleEN, Place, Link, Date, Time, Length, Reason string
}

type planView struct {
	web.Page
	Form      form
	Bodies    []members.Body
	Kinds     []governance.MeetingKind
	Meeting   *meetings.Meeting // that is edited
	Postpones bool
	Today     string
	Zone      string
	Fault     *core.Error
}

// begin shows an empty form.
func (p *Pages) begin(w http.ResponseWriter, r *http.Request) error {
	return p.showPlan(w, r, planView{Form: form{Body: governance.Assembly, Kind: string(governance.MeetingOrdinary), Time: "18:00", Length: "120"}})
}

func (p *Pages) showPlan(w http.ResponseWriter, r *http.Request, v planView) error {
	title := "meetings.new"
	switch {
	case v.Postpones:
		title = "meetings.postpone"
	case v.Meeting != nil:
		title = "meetings.edit"
	}
	v.Page, v.Kinds = p.page(r, title), governance.MeetingKinds()
	now := p.Clock.Now().In(p.Zone)
	v.Today, v.Zone = now.Format(time.DateOnly), now.Format("-07:00")
	all, err := p.People.Bodies(r.Context(), v.Actor.Organisation)
	if err != nil {
		return err
	}
	for _, b := range all {
		powers, err := p.Room.Of(r.Context(), v.Actor, b.Key)
		if err != nil {
			return err
		}
		if powers.Convenes {
			v.Bodies = append(v.Bodies, b)
		}
	}
	if len(v.Bodies) == 0 {
		return core.E(core.Forbidden, "errors.meetings_secretary", nil)
	}
	status := http.StatusOK
	if v.Fault != nil {
		status = http.StatusUnprocessableEntity
	}
	return p.templates.RenderStatus(w, r, "plan.html", status, v)
}

func readForm(fields url.Values) form {
	get := func(name string) string { return line(fields.Get(name)) }
	f := form{get("body"), get("kind"), get("title.fr"), get("title.en"), get("place"), get("link"), get("date"), get("time"), get("length"), get("reason")}
	if f.TitleEN == "" { // a co-op of one language writes one title
		f.TitleEN = f.TitleFR
	}
	if f.TitleFR == "" {
		f.TitleFR = f.TitleEN
	}
	return f
}

// plan makes one of what was typed. An hour that the clocks skip in spring is no hour.
func (f form) plan(zone *time.Location) (meetings.Plan, error) {
	out := meetings.Plan{Body: f.Body, Kind: governance.MeetingKind(f.Kind), Title: core.Text{FR: f.TitleFR, EN: f.TitleEN}, Place: f.Place, Link: f.Link}
	typed := f.Date + " " + f.Time
	at, err := time.ParseInLocation("2006-01-02 15:04", typed, zone)
	if err != nil || at.Format("2006-01-02 15:04") != typed {
		return out, core.Wrap(err, core.Invalid, "errors.meetings_date", nil)
	}
	out.Starts = at
	if out.Length, err = strconv.Atoi(f.Length); err != nil {
		return out, core.E(core.Invalid, "errors.meetings_length", core.Args{"Max": 24})
	}
	return out, nil
}

func (p *Pages) formOf(m meetings.Meeting) form {
	at := m.Starts.In(p.Zone)
	return form{m.Body, string(m.Kind), m.Title.FR, m.Title.EN, m.Place, m.Link, at.Format(time.DateOnly), at.Format("15:04"), strconv.Itoa(m.Length), ""}
}

// plan keeps a new meeting.
func (p *Pages) plan(w http.ResponseWriter, r *http.Request) error {
	fields, err := web.Form(r)
	if err != nil {
		return err
	}
	f := readForm(fields)
	var m meetings.Meeting
	plan, err := f.plan(p.Zone)
	if err == nil {
		m, err = p.Room.Plan(r.Context(), actorOf(r), plan)
	}
	if err != nil {
		return p.showPlan(w, r, planView{Form: f, Fault: core.AsError(err)})
	}
	http.Redirect(w, r, "/meetings/"+string(m.ID), http.StatusSeeOther)
	return nil
}

// edit shows the form of a draft, or of a meeting to postpone.
func (p *Pages) edit(w http.ResponseWriter, r *http.Request) error {
	id, err := meetingOf(r)
	if err != nil {
		return err
	}
	d, err := p.Room.Show(r.Context(), actorOf(r), id)
	if err != nil {
		return err
	}
	return p.showPlan(w, r, planView{Form: p.formOf(d.Meeting), Meeting: &d.Meeting, Postpones: d.Meeting.State == meetings.Convened})
}

// replan writes it.
func (p *Pages) replan(w http.ResponseWriter, r *http.Request) error {
	id, err := meetingOf(r)
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
	f, postpones := readForm(fields), d.Meeting.State == meetings.Convened
	f.Body = d.Meeting.Body
	if postpones {
		f.Kind = string(d.Meeting.Kind)
	}
	plan, err := f.plan(p.Zone)
	if err == nil && postpones {
		_, err = p.Room.Postpone(r.Context(), actorOf(r), id, plan, f.Reason)
	} else if err == nil {
		_, err = p.Room.Replan(r.Context(), actorOf(r), id, plan)
	}
	if err != nil {
		return p.showPlan(w, r, planView{Form: f, Meeting: &d.Meeting, Postpones: postpones, Fault: core.AsError(err)})
	}
	http.Redirect(w, r, "/meetings/"+string(id), http.StatusSeeOther)
	return nil
}
