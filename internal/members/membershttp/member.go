package membershttp

import (
	"net/http"
	"strconv"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/members"
	"github.com/solidaire-coop/solidaire/internal/platform/web"
)

// memberView is one person.
type memberView struct {
	registerView
	ID       core.ID
	Name     string
	Member   members.Membership
	Class    string
	Gone     bool // left
	Leaving  bool // has said so
	Self     bool
	Mandates []mandateView
	History  []standingView
	Form     entryForm
	Classes  []members.Class
	Today    string
}

// standingView is one line of a membership's history, newest first.
type standingView struct {
	Start, End time.Time
	Class      string
	Voting     bool
	Voices     int
}

// mandateView is a mandate on a page.
type mandateView struct {
	ID         core.ID
	Person     core.ID
	Name       string
	Body, Key  string
	Office     members.Office
	Start, End time.Time
	By         string
	Now, Over  bool
}

func mandateOf(m members.Mandate, b members.Body, lang core.Lang, now time.Time) mandateView {
	return mandateView{ID: m.ID, Person: m.Person, Body: b.Name.In(lang), Key: b.Key, Office: m.Office, Start: m.Start, End: m.End, By: m.By,
		Now: m.At(now), Over: !m.End.IsZero() && !m.End.After(now)}
}

func (p *Pages) show(w http.ResponseWriter, r *http.Request) error {
	return p.showMember(w, r, http.StatusOK, nil, nil)
}

// showMember shows a person; form is what was typed when it has to be mended.
func (p *Pages) showMember(w http.ResponseWriter, r *http.Request, status int, form *entryForm, problem error) error {
	id, err := core.ParseID(r.PathValue("id"))
	if err != nil {
		return err
	}
	ctx, organisation := r.Context(), reader(r).Organisation
	record, err := p.Rooms.Member(ctx, organisation, id)
	if err != nil {
		return err
	}
	view := memberView{ID: id, Name: record.Person.Name, Member: record.Membership(), Self: reader(r).Person == id, Today: p.today()}
	if view.registerView, err = p.register(r, record.Person.Name); err != nil {
		return err
	}
	if view.Classes, err = p.Rooms.Classes(ctx, organisation); err != nil {
		return err
	}
	held, err := p.Rooms.HeldBy(ctx, organisation, id)
	if err != nil {
		return err
	}
	lang, now := p.site.Lang(r), p.Clock.Now()
	left := view.Member.Left
	view.Gone, view.Leaving = !left.IsZero() && !left.After(now), left.After(now)
	view.Class = className(view.Classes, view.Member.Class, lang)
	for i := len(held) - 1; i >= 0; i-- {
		view.Mandates = append(view.Mandates, mandateOf(held[i].Mandate, held[i].Of, lang, now))
	}
	for i := len(record.History) - 1; i >= 0; i-- {
		s := record.History[i]
		view.History = append(view.History, standingView{s.Start, s.End, className(view.Classes, s.Class, lang), s.Voting, s.Voices})
	}
	view.Form = entryForm{Name: record.Person.Name, Number: record.Number, Email: record.Email, Class: view.Member.Class, Lang: string(record.Person.Lang), Voting: view.Member.Voting, Voices: strconv.Itoa(view.Member.Voices)}
	if form != nil {
		view.Form = *form
	}
	if problem != nil {
		view.Problem = core.AsError(problem)
	}
	return p.templates.RenderStatus(w, r, "member.html", status, view)
}

// change does something to the person of the address, and shows what is wrong when it cannot.
func (p *Pages) change(w http.ResponseWriter, r *http.Request, said string, form *entryForm, do func(person core.ID) error) error {
	id, err := core.ParseID(r.PathValue("id"))
	if err == nil {
		err = do(id)
	}
	switch {
	case err == nil:
		return see(w, r, "/members/"+string(id)+"?done="+said)
	case mendable(err) && id != "":
		return p.showMember(w, r, http.StatusUnprocessableEntity, form, err)
	}
	return err
}

func (p *Pages) amend(w http.ResponseWriter, r *http.Request) error {
	if form, err := web.Form(r); err == nil && form.Get("joined") == "" {
		form.Set("joined", p.today()) // an address that is changed has no day
	}
	form, entry, err := p.entry(r)
	return p.change(w, r, "amended", &form, func(person core.ID) error {
		if err != nil {
			return err
		}
		_, err := p.Rooms.Amend(r.Context(), reader(r).Organisation, person, entry)
		return err
	})
}

func (p *Pages) end(w http.ResponseWriter, r *http.Request) error {
	return p.change(w, r, "left", nil, func(person core.ID) error {
		at, err := p.dateIn(r, "date")
		if err == nil {
			_, err = p.Rooms.Leave(r.Context(), reader(r).Organisation, person, at)
		}
		return err
	})
}

func (p *Pages) takeBack(w http.ResponseWriter, r *http.Request) error {
	return p.change(w, r, "returned", nil, func(person core.ID) error {
		at, err := p.dateIn(r, "date")
		if err == nil {
			_, err = p.Rooms.Return(r.Context(), reader(r).Organisation, person, at)
		}
		return err
	})
}

func (p *Pages) dateIn(r *http.Request, field string) (time.Time, error) {
	form, err := web.Form(r)
	if err != nil {
		return time.Time{}, err
	}
	return p.date(form.Get(field))
}
