package membershttp

import (
	"net/http"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/members"
	"github.com/solidaire-coop/solidaire/internal/platform/i18n"
	"github.com/solidaire-coop/solidaire/internal/platform/web"
)

// bodiesView lists the bodies with who sits there.
type bodiesView struct {
	registerView
	Bodies  []bodyView
	People  []personChoice // who may be appointed
	Today   string
	Voters  int // in the assembly, now
	Kinds   []members.BodyKind
	Opened  string // the body whose form is open, after a mistake
	Typed   appointForm
	AddForm struct{ Key, FR, EN string }
}

type bodyView struct {
	members.Body
	Label   string
	Seats   []mandateView // held now or later
	Past    []mandateView // newest first
	Offices []members.Office
}

type personChoice struct {
	ID   core.ID
	Name string
}

// appointForm is a mandate as it was typed.
type appointForm struct{ Person, Office, Start, End, By string }

func (p *Pages) bodies(w http.ResponseWriter, r *http.Request) error {
	return p.showBodies(w, r, http.StatusOK, bodiesView{Typed: appointForm{Start: p.today()}}, nil)
}

func (p *Pages) showBodies(w http.ResponseWriter, r *http.Request, status int, view bodiesView, problem error) (err error) {
	ctx, organisation, now := r.Context(), reader(r).Organisation, p.Clock.Now()
	l := p.site.Localizer(r)
	if view.registerView, err = p.register(r, l.T("memberspages.bodies")); err != nil {
		return err
	}
	if problem != nil {
		view.Problem = core.AsError(problem)
	}
	view.Today, view.Kinds = p.today(), members.BodyKinds()
	bodies, err := p.Rooms.Bodies(ctx, organisation)
	if err != nil {
		return err
	}
	mandates, err := p.Rooms.Mandates(ctx, organisation)
	if err != nil {
		return err
	}
	people, err := p.Rooms.People(ctx, organisation)
	if err != nil {
		return err
	}
	roll, err := p.Rooms.Roll(ctx, organisation, members.Assembly, now)
	if err != nil {
		return err
	}
	view.Voters = len(roll)
	names := map[core.ID]string{}
	for _, person := range people {
		names[person.ID] = person.Name
		view.People = append(view.People, personChoice{person.ID, person.Name})
	}
	i18n.Sort(l, view.People, func(c personChoice) string { return c.Name })
	for _, b := range bodies {
		view.Bodies = append(view.Bodies, bodyOf(b, mandates, names, l, now))
	}
	return p.templates.RenderStatus(w, r, "bodies.html", status, view)
}

// bodyOf puts the mandates of one body in the order of their offices.
func bodyOf(b members.Body, mandates []members.Mandate, names map[core.ID]string, l *i18n.Localizer, now time.Time) bodyView {
	view := bodyView{Body: b, Label: b.Name.In(l.Lang())}
	for _, office := range members.Offices() {
		if b.Kind != members.KindAssembly || office != members.OfficeMember {
			view.Offices = append(view.Offices, office)
		}
	}
	for _, office := range []members.Office{members.OfficeChair, members.OfficeSecretary, members.OfficeModerator, members.OfficeMember} {
		var those []mandateView
		for _, m := range mandates {
			if m.Body != b.ID || m.Office != office {
				continue
			}
			one := mandateOf(m, b, l.Lang(), now)
			one.Name = names[m.Person]
			if one.Over {
				view.Past = append([]mandateView{one}, view.Past...)
			} else {
				those = append(those, one)
			}
		}
		i18n.Sort(l, those, func(m mandateView) string { return m.Name })
		view.Seats = append(view.Seats, those...)
	}
	return view
}

func (p *Pages) addBody(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	name := core.Text{FR: form.Get("fr"), EN: form.Get("en")}
	_, err = p.Rooms.AddBody(r.Context(), reader(r).Organisation, form.Get("key"), members.BodyKind(form.Get("kind")), name)
	if err == nil {
		return see(w, r, "/bodies?done=body")
	}
	if !mendable(err) {
		return err
	}
	view := bodiesView{Opened: "new", Typed: appointForm{Start: p.today()}}
	view.AddForm.Key, view.AddForm.FR, view.AddForm.EN = form.Get("key"), name.FR, name.EN
	return p.showBodies(w, r, http.StatusUnprocessableEntity, view, err)
}

func (p *Pages) appoint(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	typed := appointForm{Person: form.Get("person"), Office: form.Get("office"), Start: form.Get("start"), End: form.Get("end"), By: form.Get("by")}
	a, err := p.appointment(r.PathValue("key"), typed)
	if err == nil {
		_, err = p.Rooms.Appoint(r.Context(), reader(r).Organisation, a)
	}
	switch {
	case err == nil:
		return see(w, r, "/bodies?done=appointed")
	case mendable(err):
		return p.showBodies(w, r, http.StatusUnprocessableEntity, bodiesView{Opened: a.Body, Typed: typed}, err)
	}
	return err
}

func (p *Pages) appointment(body string, typed appointForm) (a members.Appointment, err error) {
	a = members.Appointment{Body: body, Office: members.Office(typed.Office), By: typed.By}
	if a.Person, err = core.ParseID(typed.Person); err != nil {
		return a, core.E(core.NotFound, "errors.person_not_found", nil)
	}
	if a.Start, err = p.date(typed.Start); err != nil {
		return a, err
	}
	a.End, err = p.optionalDate(typed.End)
	return a, err
}

func (p *Pages) endMandate(w http.ResponseWriter, r *http.Request) error {
	id, err := core.ParseID(r.PathValue("id"))
	if err != nil {
		return err
	}
	at, err := p.dateIn(r, "date")
	if err == nil {
		_, err = p.Rooms.EndMandate(r.Context(), reader(r).Organisation, id, at)
	}
	switch {
	case err == nil:
		return see(w, r, "/bodies?done=ended")
	case mendable(err):
		return p.showBodies(w, r, http.StatusUnprocessableEntity, bodiesView{Typed: appointForm{Start: p.today()}}, err)
	}
	return err
}
